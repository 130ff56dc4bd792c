# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A crashed worker is back at once, a broken one burns nothing and comes back when mended, a reboot loses none."""

from __future__ import annotations

import time
import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.write.pool_unit import GROWING_DELAY_SINCE
from ansible_collections.workers.systemd.plugins.module_utils._core.write.start_limit import FIRST_WAIT, LONGEST_WAIT
from tests.helpers.lab_host import LabHost
from tests.helpers.pools import sleeper

FLAG = "/run/the-broker-is-up"
# Runs as long as its broker is there, like a worker whose Redis went away.
NEEDY = f"""\
#!/bin/sh
test -e {FLAG} || {{ echo 'no broker'; exit 7; }}
exec sleep infinity
"""
ALERTED = "/run/alerted"
ALERT = f"[Service]\nType=oneshot\nExecStart=/bin/sh -c 'echo %i >> {ALERTED}'\n"


def test_a_killed_worker_is_back_at_once(bare: LabHost) -> None:
    bare.deploy(sleeper())
    before = bare.pids("sleeper")
    killed = float(bare.sh(f"date +%s.%N; kill -9 {before['1']}"))
    bare.until(lambda: bare.pids("sleeper").get("1", before["1"]) != before["1"])
    # How long it took to look is the test's own affair.
    assert float(bare.sh("stat -c %.Y /run/systemd/units/invocation:sleeper@1.service")) - killed < 2
    assert bare.pids("sleeper")["2"] == before["2"]

    result = bare.module("pools_info").result["pools"]["sleeper"]
    first = result["instances"][0]
    assert (first["restarts"], first["last_exit"]) == (1, "signal 9 (SIGKILL)")
    assert not bare.deploy(sleeper()).changed, "a worker that systemd brought back is nothing to deploy"


@pytest.mark.user_scope
def test_all_enabled_instances_run_after_a_reboot(bare: LabHost) -> None:
    bare.deploy(sleeper(instances=["a", "b"]), sleeper(name="other"))
    bare.reboot()
    assert sorted(bare.pids("sleeper")) == ["a", "b"]
    assert sorted(bare.pids("other")) == ["1", "2"]
    assert not bare.deploy(sleeper(instances=["a", "b"]), sleeper(name="other")).changed


@pytest.mark.user_scope
def test_a_worker_that_dies_in_the_window_fails_the_task(bare: LabHost) -> None:
    bare.deploy(sleeper())
    second = bare.pids("sleeper")["2"]
    script = "echo connecting to the broker; sleep 0.2; exit 3"
    result = bare.deploy(sleeper(command=["/bin/sh", "-c", script], rollout={"min_healthy_time": "1s"}))
    assert result.failed
    (failure,) = result.result["failures"]
    assert failure["unit"] == "sleeper@1.service"
    assert failure["exit"] == "exit status 3"
    assert failure["restarts"] >= 1
    assert "connecting to the broker" in failure["journal"]
    assert "connecting to the broker" in result.msg
    assert result.result["pools"]["sleeper"]["spared"] == ["sleeper@2.service"]
    after = bare.pids("sleeper")
    assert after["2"] == second, "a bad version costs one instance"
    assert after["1"], "which is back on the version that works"


def test_a_worker_that_cannot_even_start_fails_the_task(bare: LabHost) -> None:
    bare.write("/usr/local/bin/no-interpreter", "#!/no/such/interpreter\n")
    result = bare.deploy(sleeper(command=["/usr/local/bin/no-interpreter"]))
    assert result.failed
    assert any("no-interpreter" in line for line in result.result["failures"][0]["journal"])


def test_a_killed_by_signal_is_told_by_its_name(bare: LabHost) -> None:
    result = bare.deploy(sleeper(command=["/bin/sh", "-c", "kill -SEGV $$"], instances=1))
    assert result.result["failures"][0]["exit"].startswith("signal 11 (SIGSEGV)")


def test_a_secret_that_the_worker_prints_is_not_told(bare: LabHost) -> None:
    crash = ["/bin/sh", "-c", 'echo "cannot log in with $TOKEN"; exit 1']
    result = bare.deploy(sleeper(command=crash, secrets={"TOKEN": "pin-4711"}))
    assert "cannot log in with ********" in result.msg
    assert "pin-4711" not in str(result.result)


def test_a_broken_worker_burns_little_and_comes_back_by_itself(bare: LabHost) -> None:
    assert not bare.deploy(needy(bare, instances=1)).failed

    before, rounds_before = processor_time(bare), rounds(bare)
    rest(bare, "sleeper@1")
    if bare.systemd < GROWING_DELAY_SINCE:
        # What the starts up to the start limit took is all that a round takes.
        share = (processor_time(bare) - before) / LONGEST_WAIT
        bare.until(lambda: rounds(bare) - rounds_before == 2)
        # One at once, one after 5 s, and none for 10 s.
        bare.never(lambda: rounds(bare) - rounds_before != 2, seconds=FIRST_WAIT)
    else:
        time.sleep(3)
        used = processor_time(bare)
        time.sleep(10)
        share = (processor_time(bare) - used) / 10
    assert share < 0.02, f"a crash loop took {share:.1%} of a processor"

    bare.sh(f"touch {FLAG}")
    bare.until(lambda: bool(bare.pids("sleeper")), seconds=LONGEST_WAIT)


def test_an_alert_of_the_operator_leaves_the_way_back(bare: LabHost) -> None:
    """``unit`` adds to the lists that the collection itself writes."""
    bare.write("/usr/local/bin/needy", NEEDY)
    bare.write("/etc/systemd/system/alert@.service", ALERT)
    bare.sh(f"touch {FLAG}; rm -f {ALERTED}")
    other = {"PartOf": "rescue.target", "Wants": "alert@wanted.service"}
    # On a busy host five starts take longer than ten seconds.
    limit = {"StartLimitIntervalSec": "1h"} if bare.systemd < GROWING_DELAY_SINCE else {}
    unit = {"Unit": {"OnFailure": "alert@%n.service", **other, **limit}, "Install": {"WantedBy": "rescue.target"}}
    needy = sleeper(command=["/usr/local/bin/needy"], instances=1, hardening="off", unit=unit)
    result = bare.deploy(needy)
    assert not result.failed, result.msg
    bare.sh(f"rm {FLAG}; systemctl kill -s KILL sleeper@1")
    if bare.systemd < GROWING_DELAY_SINCE:
        bare.until(lambda: "sleeper@1.service" in bare.sh(f"cat {ALERTED}", check=False))
    else:
        bare.until(lambda: "broker" in bare.sh("journalctl -o cat -u sleeper@1 -n 20"))
    bare.sh(f"touch {FLAG}")
    bare.until(lambda: bool(bare.pids("sleeper")), seconds=LONGEST_WAIT)

    bare.sh("systemctl stop sleeper.target")
    bare.until(lambda: not bare.pids("sleeper"))
    bare.sh("systemctl start sleeper.target")
    bare.until(lambda: bool(bare.pids("sleeper")))
    assert not bare.deploy(needy).changed


def test_what_takes_the_way_back_away_is_warned_of(bare: LabHost) -> None:
    unit = {"Unit": {"PartOf": ["", "rescue.target"]}}
    result = bare.deploy(sleeper(unit=unit), check=True)
    assert any("stop or a restart of sleeper.target" in line for line in result.result["warnings"])


def test_a_stop_by_hand_is_not_undone_while_the_revival_waits(bare: LabHost) -> None:
    assert not bare.deploy(needy(bare, instances=1)).failed
    rest(bare, "sleeper@1")
    bare.sh(f"systemctl stop sleeper@1; touch {FLAG}")
    bare.until(lambda: waiting_for(bare, "sleeper@1") == "")
    bare.never(lambda: bool(bare.pids("sleeper")), seconds=2 * FIRST_WAIT)


def test_a_stop_of_the_target_is_not_undone_while_its_instances_rest(bare: LabHost) -> None:
    assert not bare.deploy(needy(bare), needy(bare, name="sleeper-2", instances=1)).failed
    rest(bare, "sleeper@1", "sleeper@2", "sleeper-2@1")
    bare.sh("systemctl stop sleeper.target")
    bare.until(lambda: waiting_for(bare, "sleeper@1") + waiting_for(bare, "sleeper@2") == "")
    bare.sh(f"touch {FLAG}")
    bare.until(lambda: list(bare.pids("sleeper-2")) == ["1"], seconds=LONGEST_WAIT + 10)
    bare.never(lambda: bool(bare.pids("sleeper")), seconds=FIRST_WAIT)

    # One alone, below a target that is stopped: the next stop of the target ends it, too.
    start = "systemctl reset-failed 'sleeper@*'; systemctl start"
    bare.sh(f"{start} sleeper@1; systemctl is-active sleeper.target && exit 1; systemctl is-active sleeper@1")
    rest(bare, "sleeper@1")
    bare.sh(f"systemctl stop sleeper.target; touch {FLAG}")
    bare.never(lambda: bool(bare.pids("sleeper")), seconds=2 * FIRST_WAIT)
    bare.sh(f"{start} sleeper.target")
    bare.until(lambda: sorted(bare.pids("sleeper")) == ["1", "2"])


def test_a_stop_by_hand_that_the_worker_takes_badly_is_not_undone(bare: LabHost) -> None:
    deaf = "trap '' TERM; while sleep 1; do :; done"
    rude = "trap 'exit 1' TERM; while sleep 0.1; do :; done"
    brief = {"min_healthy_time": "300ms"}
    pools = [
        sleeper(name=name, command=["/bin/sh", "-c", script], instances=1, rollout=brief, drain_timeout="1s")
        for name, script in (("deaf", deaf), ("rude", rude))
    ]
    assert not bare.deploy(*pools).failed
    bare.sh("systemctl stop deaf@1 rude@1")
    assert bare.sh("systemctl is-failed deaf@1 rude@1", check=False).split() == ["failed"] * 2
    bare.never(lambda: bool(bare.pids("deaf") or bare.pids("rude")), seconds=FIRST_WAIT + 2)
    bare.until(lambda: waiting_for(bare, "deaf@1") + waiting_for(bare, "rude@1") == "")


def needy(lab: LabHost, **more: t.Any) -> dict[str, t.Any]:
    """A pool whose broker is there."""
    lab.write("/usr/local/bin/needy", NEEDY)
    lab.sh(f"touch {FLAG}")
    # A busy machine may need more than 10 s for the five starts of the start limit.
    limit = {"unit": {"Unit": {"StartLimitIntervalSec": "60s"}}} if lab.systemd < GROWING_DELAY_SINCE else {}
    return sleeper(command=["/usr/local/bin/needy"], **limit, **more)


def rest(lab: LabHost, *instances: str) -> None:
    """Takes the broker away until the instances wait for their next start."""
    names = " ".join(instances)
    lab.sh(f"rm {FLAG}; systemctl kill -s KILL {names}")
    if lab.systemd < GROWING_DELAY_SINCE:
        failed = ["failed"] * len(instances)
        lab.until(lambda: lab.sh(f"systemctl is-failed {names}", check=False).split() == failed)
    else:
        counts = f"systemctl show --value -p NRestarts {names}"
        lab.until(lambda: min(map(int, lab.sh(counts).split())) >= 3)


def waiting_for(lab: LabHost, instance: str) -> str:
    """What is there of the revival of an instance."""
    name = f"workers-revival@{instance}.service.service"
    directory = f"/run/workers-revival-{instance}.service"
    return lab.sh(f"systemctl list-units --no-legend '{name}'; ls -d {directory}", check=False)


def rounds(lab: LabHost) -> int:
    """How often the worker met its start limit."""
    return lab.sh("journalctl -o cat -u sleeper@1").count("Start request repeated too quickly")


def processor_time(lab: LabHost) -> float:
    """Seconds that PID 1 and everything below the instances' slice have used, ended processes included."""
    ticks = "awk '{print $14 + $15 + $16 + $17}' /proc/1/stat; getconf CLK_TCK"
    used, per_second = lab.sh(ticks).split()
    return float(used) / float(per_second)
