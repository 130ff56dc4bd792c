# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the run that was changing a host dies, the host itself puts back what worked, without anybody's help."""

from __future__ import annotations

import typing as t
from functools import partial

import pytest

from tests.helpers.lab_host import LabHost
from tests.helpers.pools import queues, sleeper

COUNT = 4
CONFIRM = 2
JOURNAL = "/var/lib/workers.systemd/journal"
MODULE = "-f '[A]nsiballZ_pools'"
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
    told = bare.deploy(one_by_one("old"))
    assert "died, and the host put back what it had changed: sleeper (1 to 2)" in told.result["resumed"]
    assert (told.changed, told.plan("sleeper")) == (False, [])
    assert "resumed" not in bare.deploy(one_by_one("old")).result


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


def test_a_run_that_only_waits_is_alive(bare: LabHost) -> None:
    slow = {"min_healthy_time": f"{CONFIRM * 2}s", "max_parallel": "100%"}
    bare.deploy(one_by_one("old"))
    with bare.deploying(one_by_one("new", rollout=slow), workers_confirm=f"{CONFIRM}s") as deploy:
        assert deploy.wait() == 0
    assert set(queues(bare).values()) == {"new"}
    assert switches(bare) == ""
    assert bare.sh(f"ls {JOURNAL}", check=False) == ""


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
    told = bare.deploy(one_by_one("new", rollout={"min_healthy_time": "0"}))
    assert "a run was killed" in told.result["resumed"]
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
