# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the run that was changing a host dies, the host itself puts back what worked, without anybody's help."""

from __future__ import annotations

import contextlib
import typing as t
from functools import partial
from pathlib import Path

import pytest

from lab.shell import LabError
from tests.helpers.lab_host import LabHost
from tests.helpers.pools import queues, sleeper

COUNT = 4
CONFIRM = 2
JOURNAL = "/var/lib/workers.systemd/journal"
MODULE = "-f '[A]nsiballZ_'"
SERVER = Path(__file__).parents[3] / "tests/helpers/dead_file_system.py"
# What systemd waits for ends before the deploy does, and after the deploy would be dead.
BUSY = f"""
mkdir -p /mnt/busy
setsid timeout {CONFIRM * 2.5} python3 /root/dead_file_system.py /mnt/busy > /dev/null 2>&1 &
until grep -q ' /mnt/busy ' /proc/mounts; do sleep 0.1; done
setsid systemd-run --no-block --property=EnvironmentFile=/mnt/busy/env true > /dev/null 2>&1 &
"""
one_by_one = partial(sleeper, instances=COUNT, rollout={"min_healthy_time": "2s", "max_parallel": "1"})


def switches(lab: LabHost) -> str:
    return lab.sh("systemctl list-units --all --no-legend --plain 'workers-dead-man*' 'workers-run*'")


def half_way(lab: LabHost, pool: dict[str, t.Any], then: t.Callable[[], t.Any]) -> None:
    """A deploy of ``pool`` to which something happens when the first instance has been restarted."""
    with lab.deploying(pool, workers_confirm=f"{CONFIRM}s") as deploy:
        lab.until(lambda: "new" in queues(lab).values())
        then()
        deploy.kill()
        deploy.wait()


@pytest.mark.user_scope
def test_a_run_that_is_stopped_is_undone_by_the_host(bare: LabHost) -> None:
    bare.deploy(one_by_one("old"))
    files, pids = bare.files("sleeper"), bare.pids("sleeper")
    half_way(bare, one_by_one("new"), lambda: bare.sh(f"pkill -STOP --euid {bare.owner} {MODULE}"))
    stopped = float(bare.sh("date +%s.%N"))
    bare.until(lambda: bare.files("sleeper") == files and set(queues(bare).values()) == {"old"})
    # As the host has it: how long the test took to look is its own affair.
    starts = bare.sh("stat -c %.Y /run/systemd/units/*:sleeper@* /run/user/*/systemd/units/*:sleeper@*", check=False)
    assert max(map(float, starts.split())) - stopped < 50, "a minute is what it waits when nobody says otherwise"
    after = bare.pids("sleeper")
    untouched = {name for name in pids if after[name] == pids[name]}
    assert 0 < len(untouched) < COUNT, "only what the dead run had restarted is restarted"
    bare.until(lambda: switches(bare) == "")

    rows = bare.module("pools_info").result["pools"]["sleeper"]["generations"]
    assert [row["state"] for row in rows] == ["good", "bad"]
    result = bare.deploy(one_by_one("old"))
    assert "died, and the host put back what it had changed: sleeper (1 to 2)" in result.result["resumed"]
    assert (result.changed, result.plan("sleeper")) == (False, [])
    assert "resumed" not in bare.deploy(one_by_one("old")).result


def test_a_good_version_stays_when_its_result_cannot_be_written(bare: LabHost) -> None:
    bare.deploy(one_by_one("old"))
    runs = "/run/workers.systemd/runs"
    bare.sh(f"mount -t tmpfs -o size=64k,mode=0700 none {runs}")
    with bare.deploying(one_by_one("new"), workers_confirm=f"{CONFIRM}s") as deploy:
        bare.until(lambda: "new" in queues(bare).values())
        bare.sh(f"cat /dev/zero > {runs}/full", check=False)
        played = deploy.played
    bare.sh(f"umount {runs}")
    assert played.status == 0
    assert "its result could not be written. Free space there." in played.said
    assert f"No space left on device: '{runs}/" in played.said
    bare.never(lambda: set(queues(bare).values()) != {"new"}, seconds=CONFIRM * 3)
    assert switches(bare) == ""
    again = bare.deploy(one_by_one("new"))
    assert (again.failed, again.changed, "resumed" in again.result) == (False, False, False)


def test_a_first_deploy_that_is_killed_leaves_nothing(bare: LabHost) -> None:
    half_way(bare, one_by_one("new"), lambda: bare.sh(f"pkill -KILL {MODULE}"))
    bare.until(lambda: bare.files("sleeper") == "" and bare.pids("sleeper") == {})
    assert bare.sh("find /etc/systemd -name 'workers-*'") == ""
    assert not bare.deploy(one_by_one("new")).failed


def test_a_removal_that_is_killed_is_finished_by_the_host(bare: LabHost) -> None:
    stubborn = ["/bin/sh", "-c", "trap '' TERM; while :; do sleep 1; done"]
    bare.deploy(one_by_one("old", command=stubborn, unit={"Service": {"TimeoutStopSec": "3s"}}))
    with bare.deploying({"name": "sleeper", "state": "absent"}, workers_confirm=f"{CONFIRM}s") as deploy:
        bare.until(lambda: "deactivating" in bare.sh("systemctl list-units --all --no-legend 'sleeper@*'"))
        bare.sh(f"pkill -KILL {MODULE}")
        deploy.wait()
    bare.until(lambda: bare.files("sleeper") == "" and bare.pids("sleeper") == {})
    assert bare.sh("ls /var/lib/workers.systemd/generations") == ""


def test_a_reboot_in_the_middle_is_undone_at_boot(bare: LabHost) -> None:
    bare.deploy(one_by_one("old"))
    files = bare.files("sleeper")
    half_way(bare, one_by_one("new"), bare.reboot)
    bare.until(lambda: '"undone"' in bare.sh(f"cat {JOURNAL}"))
    bare.until(lambda: bare.files("sleeper") == files and list(queues(bare).values()) == ["old"] * COUNT)
    assert not bare.deploy(one_by_one("old")).changed


STARTS = "/var/tmp/starts"
COUNTED = f'echo "$QUEUE" >> {STARTS}; exec sleep infinity'
# Systemd waits for such a worker, so that the first restart does not end.
STUBBORN = f"trap '' TERM; echo \"$QUEUE\" >> {STARTS}; while :; do sleep 1; done"
ALL_AT_ONCE = {"min_healthy_time": "60s", "canary": 0, "max_parallel": "100%"}
# How many instances have the new version at the power cut.
CUT_WITH: dict[str, tuple[int, str, dict[str, t.Any]]] = {
    "no instance": (0, STUBBORN, {"min_healthy_time": "60s"}),
    "one instance": (1, COUNTED, {"min_healthy_time": "60s"}),
    "all instances": (COUNT, COUNTED, ALL_AT_ONCE),
}


def counted(queue: str, script: str = COUNTED, **more: t.Any) -> dict[str, t.Any]:
    """A pool that writes down each start."""
    return sleeper(queue, command=["/bin/sh", "-c", script], hardening="off", **{"instances": COUNT, **more})


def cut_when(lab: LabHost, happened: t.Callable[[], bool], *pools: dict[str, t.Any]) -> None:
    """A power cut in a deploy of ``pools``. The starts before it are forgotten."""
    with lab.deploying(*pools) as deploy:
        lab.until(happened)
        # The play does not come back after the boot.
        deploy.kill_all()
        lab.sh(f"rm -f {STARTS}; sync")
        lab.cut()
    lab.until(lambda: '"undone"' in lab.sh(f"cat {JOURNAL}"))


def starts(lab: LabHost) -> list[str]:
    """The version of each start since then."""
    return lab.sh(f"cat {STARTS}", check=False).split()


@pytest.mark.user_scope
@pytest.mark.parametrize(("count", "script", "rollout"), CUT_WITH.values(), ids=CUT_WITH.keys())
def test_no_instance_starts_on_the_new_version_after_a_power_cut(
    bare: LabHost, count: int, script: str, rollout: dict[str, t.Any]
) -> None:
    bare.deploy(counted("old", script))
    files = bare.files("sleeper")
    written = "grep -q new /etc/workers.systemd/sleeper/environment && echo written"
    cut_when(
        bare,
        lambda: list(queues(bare).values()).count("new") == count and "written" in bare.sh(written, check=False),
        counted("new", script, rollout=rollout),
    )
    bare.until(lambda: list(queues(bare).values()) == ["old"] * COUNT)
    assert starts(bare) == ["old"] * COUNT, "each instance has started once, and on the version that worked"
    assert bare.files("sleeper") == files
    assert not bare.deploy(counted("old", script)).changed


def test_what_a_bad_version_has_added_does_not_start_at_boot(bare: LabHost) -> None:
    """A first version, and an instance that the version before did not have."""
    bare.deploy(counted("old", instances=["a", "b"]))
    with_more = counted("new", instances=["a", "b", "c"], rollout=ALL_AT_ONCE)
    first = counted("first", name="other", rollout=ALL_AT_ONCE)
    cut_when(
        bare,
        lambda: sorted(bare.pids("sleeper")) == ["a", "b", "c"] and len(bare.pids("other")) == COUNT,
        with_more,
        first,
    )
    assert starts(bare) == ["old"] * 2
    assert sorted(bare.pids("sleeper")) == ["a", "b"]
    assert bare.files("other") == ""
    assert "other" not in bare.sh("systemctl --failed --no-legend; ls /var/lib/workers.systemd/generations")


def test_a_boot_target_that_is_started_again_leaves_a_run_alone(bare: LabHost) -> None:
    bare.deploy(one_by_one("old"))
    with bare.deploying(one_by_one("new")) as deploy:
        bare.until(lambda: "new" in queues(bare).values())
        bare.sh("systemctl start workers-recovery-early.service workers-recovery.service")
        assert deploy.wait() == 0
    assert set(queues(bare).values()) == {"new"}


def test_pools_start_and_are_put_back_when_the_early_unit_fails(bare: LabHost) -> None:
    bare.deploy(counted("old"))
    files = bare.files("sleeper")
    drop_in = "/etc/systemd/system/workers-recovery-early.service.d"
    try:
        bare.sh(f"mkdir -p {drop_in}")
        bare.write(f"{drop_in}/fails.conf", "[Service]\nExecStart=\nExecStart=/bin/false\n", "0644")
        with contextlib.suppress(LabError):
            # A unit has failed at this boot.
            cut_when(bare, lambda: set(queues(bare).values()) == {"new"}, counted("new", rollout=ALL_AT_ONCE))
        bare.until(lambda: '"undone"' in bare.sh(f"cat {JOURNAL}"))
        bare.until(lambda: list(queues(bare).values()) == ["old"] * COUNT)
        assert bare.files("sleeper") == files
        assert sorted(set(starts(bare))) == ["new", "old"]
    finally:
        bare.sh(f"rm -r {drop_in}; systemctl daemon-reload; systemctl reset-failed")


def test_a_run_that_only_waits_is_alive(bare: LabHost) -> None:
    slow = {"min_healthy_time": f"{CONFIRM * 2}s", "max_parallel": "100%"}
    bare.deploy(one_by_one("old"))
    with bare.deploying(one_by_one("new", rollout=slow), workers_confirm=f"{CONFIRM}s") as deploy:
        assert deploy.wait() == 0
    assert set(queues(bare).values()) == {"new"}
    assert switches(bare) == ""
    assert bare.sh(f"ls {JOURNAL}", check=False) == ""


def test_a_run_is_alive_while_systemd_is_too_busy_to_hear_of_it(bare: LabHost) -> None:
    """It reads an environment file on a server that does not answer for a while, as when it starts thousands."""
    if "fuse" not in bare.sh("ls /dev"):
        pytest.skip("the kernel of this machine has no FUSE")
    bare.copy(SERVER, "/root/dead_file_system.py")
    slow = {"min_healthy_time": f"{CONFIRM * 8}s", "max_parallel": "100%"}
    bare.deploy(one_by_one("old"))
    with bare.deploying(one_by_one("new", rollout=slow), workers_confirm=f"{CONFIRM}s") as deploy:
        bare.until(lambda: set(queues(bare).values()) == {"new"})
        bare.sh(BUSY)
        assert deploy.wait() == 0
    bare.sh("umount /mnt/busy; rmdir /mnt/busy")
    assert "too busy to hear of it" in bare.sh("journalctl --no-pager --boot --unit workers-dead-man.service")
    assert set(queues(bare).values()) == {"new"}
    bare.until(lambda: switches(bare) == "")


def test_who_asked_to_be_left_alone_is_left_for_the_next_run(bare: LabHost) -> None:
    stop = {"min_healthy_time": "2s", "max_parallel": "1", "on_failure": "stop"}
    bare.deploy(one_by_one("old"))
    half_way(bare, one_by_one("new", rollout=stop), lambda: bare.sh(f"pkill -KILL {MODULE}"))
    bare.until(lambda: switches(bare) == "")
    assert set(queues(bare).values()) == {"old", "new"}
    bare.deploy(one_by_one("new", rollout={**stop, "min_healthy_time": "0"}))
    assert set(queues(bare).values()) == {"new"}


def test_a_run_that_begins_meanwhile_goes_on_from_there(bare: LabHost) -> None:
    bare.deploy(one_by_one("old"))
    with bare.deploying(one_by_one("new"), workers_confirm="30s") as deploy:
        bare.until(lambda: "new" in queues(bare).values())
        bare.sh(f"pkill -KILL {MODULE}")
        deploy.wait()
    result = bare.deploy(one_by_one("new", rollout={"min_healthy_time": "0"}))
    assert "a run was killed" in result.result["resumed"]
    assert set(queues(bare).values()) == {"new"}
    assert switches(bare) == "", "the switch of the killed run would undo what this one did"


# ---- a lost connection is no death


def test_a_run_goes_on_when_its_connection_is_lost(bare: LabHost) -> None:
    """Of the two processes the older one is the one that waits at the end of the connection."""
    bare.deploy(one_by_one("old"))
    with bare.deploying(one_by_one("new"), workers_confirm=f"{CONFIRM}s") as deploy:
        bare.until(lambda: "new" in queues(bare).values())
        deploy.kill()
        bare.sh(f"pkill -KILL --oldest {MODULE}")
        deploy.wait()
    bare.until(lambda: set(queues(bare).values()) == {"new"} and switches(bare) == "")
    assert not bare.deploy(one_by_one("new")).changed


def test_a_second_run_is_refused_while_it_goes_on(bare: LabHost) -> None:
    bare.deploy(one_by_one("old"))
    with bare.deploying(one_by_one("new")) as deploy:
        bare.until(lambda: "new" in queues(bare).values())
        refused = bare.deploy(one_by_one("newer"))
        assert deploy.wait() == 0
    assert refused.failed
    assert "has been deploying since" in refused.msg
    assert set(queues(bare).values()) == {"new"}


def test_progress_is_shown_as_it_goes(bare: LabHost) -> None:
    bare.deploy(one_by_one("old"))
    with bare.deploying(one_by_one("new")) as deploy:
        said = deploy.played.stderr
    lines = [
        line.partition("] ")[2].partition(" after")[0]
        for line in said.replace(f"{bare.owner}/", "").splitlines()
        if f"[{bare.name}]" in line
    ]
    assert lines == ["sleeper: canary settled, 1/4", "sleeper: 2/4", "sleeper: 3/4", "sleeper: 4/4"]
