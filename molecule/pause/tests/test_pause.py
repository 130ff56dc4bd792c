# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is paused stays stopped through deploys, crashes and reboots, loses no job, and comes back when resumed."""

from __future__ import annotations

import json
import typing as t
from functools import partial
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.write.pool_unit import GROWING_DELAY_SINCE
from ansible_collections.workers.systemd.plugins.module_utils._core.write.start_limit import FIRST_WAIT
from tests.helpers.lab_host import LabHost, TaskResult
from tests.helpers.player import Player
from tests.helpers.pools import queues, sleeper

UNITS = "/etc/systemd/system"
# Works on a job for a second, and notes its begin and its end. On SIGTERM it finishes the job.
WORKER = """\
#!/bin/sh
stop=; trap 'stop=1' TERM
while [ -z "$stop" ]; do
    job=$$-$(date +%s%N)
    echo $job >> /run/begun
    i=0; while [ $i -lt 10 ]; do sleep 0.1; i=$((i + 1)); done
    echo $job >> /run/done
done
"""
BAD = ["/bin/sh", "-c", "echo it is bad; exit 3"]
four = partial(sleeper, instances=4)
quick = {"rollout": {"min_healthy_time": "300ms"}}


def pause(lab: LabHost, *instances: str, check: bool = False, **more: t.Any) -> TaskResult:
    named = {"instances": list(instances)} if instances else {}
    return lab.module("pause", check=check, pools=["sleeper"], **named, **more)


def resume(lab: LabHost, *instances: str, check: bool = False) -> TaskResult:
    return pause(lab, *instances, check=check, state="resumed")


def rows(lab: LabHost) -> dict[str, dict[str, t.Any]]:
    found = lab.module("pools_info").result["pools"]["sleeper"]["instances"]
    return {row["unit"]: row for row in found}


def marks(lab: LabHost) -> list[str]:
    return sorted(lab.sh(f"cd {UNITS}; find . -path './*@*.service.d*'").split())


@pytest.mark.user_scope
def test_what_is_paused_by_hand_stays_stopped_through_a_deploy_and_a_reboot(bare: LabHost) -> None:
    assert not bare.deploy(four()).failed
    before = bare.pids("sleeper")
    result = pause(bare, "2", "3", reason="the broker moves: 50% of it")
    assert (result.failed, result.changed) == (False, True)
    assert [step for step in result.plan("sleeper") if step[0] == "stop"] == [
        ("stop", "sleeper@2.service"),
        ("stop", "sleeper@3.service"),
    ]
    assert bare.pids("sleeper") == {"1": before["1"], "4": before["4"]}, "the others keep their processes"
    assert not pause(bare, "2", "3").changed

    result = bare.deploy(four("b"))
    assert not result.failed, result.msg
    assert "sleeper@2..3 not started: paused by hand since 2" in str(result.result["warnings"])
    assert "the broker moves: 50% of it" in result.msg
    assert "; 2/4 up, 2 paused" in result.msg
    assert set(result.result["pools"]["sleeper"]["paused"]) == {"sleeper@2.service", "sleeper@3.service"}
    assert set(result.result["pools"]["sleeper"]["verdicts"]) == {"sleeper@1.service", "sleeper@4.service"}
    assert queues(bare) == {"1": "b", "4": "b"}

    bare.reboot()
    assert sorted(bare.pids("sleeper")) == ["1", "4"]
    bare.sh("systemctl start sleeper@2 sleeper.target; systemctl restart sleeper@3")
    assert sorted(bare.pids("sleeper")) == ["1", "4"], "no start gets past it"
    assert "zz-workers-paused-by-hand.conf" in bare.sh("systemctl status sleeper@2", check=False)
    row = rows(bare)["sleeper@2.service"]
    assert (row["paused"]["by"], row["paused"]["reason"]) == ("hand", "the broker moves: 50% of it")
    assert (row["state"], row["enabled"]) == ("inactive", True)
    assert not bare.deploy(four("b")).changed

    kept = bare.pids("sleeper")
    result = resume(bare)
    assert not result.failed, result.msg
    assert set(result.result["pools"]["sleeper"]["verdicts"]) == {"sleeper@2.service", "sleeper@3.service"}
    assert queues(bare) == dict.fromkeys("1234", "b"), "on the version that was deployed meanwhile"
    after = bare.pids("sleeper")
    assert {name: after[name] for name in kept} == kept
    assert marks(bare) == []
    assert not resume(bare).changed
    assert not bare.deploy(four("b")).changed


@pytest.mark.user_scope
def test_a_pool_whose_state_is_paused_is_deployed_and_does_not_run(bare: LabHost) -> None:
    assert not bare.deploy(four()).failed
    pids = bare.pids("sleeper")
    result = bare.deploy(four(state="paused"), check=True)
    assert [step for step in result.plan("sleeper") if step[0] == "stop"] == [
        ("stop", f"sleeper@{name}.service") for name in "1234"
    ]
    assert bare.pids("sleeper") == pids

    assert not bare.deploy(four(state="paused")).failed
    assert bare.pids("sleeper") == {}
    assert not bare.deploy(four(state="paused")).changed
    result = bare.deploy(four("b", state="paused"))
    assert "is not proven: paused" in result.msg
    assert not bare.deploy(four("b", state="paused")).changed
    bare.reboot()
    assert bare.pids("sleeper") == {}

    info = bare.module("pools_info").result
    pool = info["pools"]["sleeper"]
    assert (pool["dead"], pool["flapping"], pool["enabled"]) == ([], [], True)
    assert pool["paused"]["reason"] == "the state of the pool is paused"
    assert [one["state"] for one in pool["generations"]] == ["good", "unproven"]
    assert "4 paused" in "".join(info["table"])
    assert resume(bare).failed, "the deploy pauses it"

    result = bare.deploy(four("b"))
    assert not result.failed, result.msg
    assert queues(bare) == dict.fromkeys("1234", "b")
    assert len(result.result["pools"]["sleeper"]["verdicts"]) == 4
    assert marks(bare) == []
    assert not bare.deploy(four("b")).changed
    assert bare.module("pools_info").result["pools"]["sleeper"]["generations"][-1]["state"] == "good"


def test_a_version_that_came_during_a_pause_is_judged_when_it_starts(bare: LabHost) -> None:
    assert not bare.deploy(four()).failed
    assert not pause(bare).failed
    result = bare.deploy(four(command=BAD))
    assert not result.failed, "there is nothing to judge"
    assert "is not proven: paused" in result.msg
    assert bare.pids("sleeper") == {}

    result = resume(bare, "2")
    assert result.failed
    assert "it is bad" in result.msg
    assert "generation 1 " in result.msg
    assert queues(bare) == {"2": "a"}, "back on the version that works; the others stay paused"
    assert not bare.deploy(four()).changed


def test_a_pool_resumed_by_its_state_goes_back_too(bare: LabHost) -> None:
    assert not bare.deploy(four()).failed
    assert not bare.deploy(four(command=BAD, state="paused")).failed
    result = bare.deploy(four(command=BAD))
    assert result.failed
    assert "generation 1 " in result.msg
    assert queues(bare) == dict.fromkeys("1234", "a")


def test_a_pause_loses_no_job_and_is_bounded_by_drain_timeout(bare: LabHost) -> None:
    bare.write("/usr/local/bin/worker", WORKER)
    bare.sh("rm -f /run/begun /run/done")
    pool = four(command=["/usr/local/bin/worker"], **quick)
    assert not bare.deploy(pool).failed
    assert not pause(bare, "1", "2").failed
    assert not bare.deploy({**pool, "state": "paused"}).failed
    assert bare.pids("sleeper") == {}
    begun, done = (sorted(bare.sh(f"cat /run/{file}").split()) for file in ("begun", "done"))
    assert begun == done
    assert len(done) >= 4

    deaf = ["/bin/sh", "-c", "trap '' TERM; while sleep 1; do :; done"]
    bare.remove_pools()
    assert not bare.deploy(sleeper(command=deaf, drain_timeout="2s", **quick)).failed
    result = pause(bare, "1")
    assert result.failed, "its job is lost, which is never green"
    assert "killed" in result.msg
    assert list(bare.pids("sleeper")) == ["2"]
    assert rows(bare)["sleeper@1.service"]["state"] == "inactive"


def test_an_instance_that_rests_after_its_crashes_is_not_revived(bare: LabHost) -> None:
    flag = "/run/the-broker-is-up"
    bare.write("/usr/local/bin/needy", f"#!/bin/sh\ntest -e {flag} || exit 7\nexec sleep infinity\n")
    bare.sh(f"touch {flag}")
    old = bare.systemd < GROWING_DELAY_SINCE
    limit = {"unit": {"Unit": {"StartLimitIntervalSec": "60s"}}} if old else {}
    assert not bare.deploy(sleeper(command=["/usr/local/bin/needy"], **limit)).failed
    bare.sh(f"rm {flag}; systemctl kill -s KILL sleeper@1")
    if old:
        bare.until(lambda: bare.sh("systemctl is-failed sleeper@1", check=False).strip() == "failed")
    else:
        bare.until(lambda: int(bare.sh("systemctl show --value -p NRestarts sleeper@1")) >= 3)
    assert not pause(bare, "1").failed
    bare.sh(f"touch {flag}")
    bare.never(lambda: "1" in bare.pids("sleeper"), seconds=FIRST_WAIT + 2)
    assert rows(bare)["sleeper@1.service"]["state"] == "inactive"
    assert not resume(bare).failed
    assert sorted(bare.pids("sleeper")) == ["1", "2"]


def test_a_worker_that_dies_during_its_pause_is_not_started_again(bare: LabHost) -> None:
    slow = ["/bin/sh", "-c", "trap 'sleep 60; exit 0' TERM; while sleep 0.1; do :; done"]
    assert not bare.deploy(sleeper(command=slow, **quick)).failed
    stops = "until systemctl show -P ActiveState sleeper@1 | grep -q deactivating; do sleep 0.1; done"
    bare.sh(f"({stops}; systemctl kill -s KILL sleeper@1) > /dev/null 2>&1 &")
    assert pause(bare, "1").failed, "its job is lost"
    bare.never(lambda: "1" in bare.pids("sleeper"), seconds=2)


def test_a_rollback_and_an_undo_leave_a_pause_as_it_is(bare: LabHost) -> None:
    assert not bare.deploy(four()).failed
    assert not bare.deploy(four("b")).failed
    assert not pause(bare, "3").failed
    result = bare.module("rollback", pool="sleeper")
    assert not result.failed, result.msg
    assert queues(bare) == dict.fromkeys("124", "a")
    result = bare.deploy(four(command=BAD))
    assert result.failed
    assert queues(bare) == dict.fromkeys("124", "a")
    assert set(result.result["pools"]["sleeper"]["paused"]) == {"sleeper@3.service"}
    assert rows(bare)["sleeper@3.service"]["paused"]["by"] == "hand"


def test_a_restart_passes_over_what_is_paused(bare: LabHost) -> None:
    assert not bare.deploy(four()).failed
    assert not pause(bare, "2").failed
    before = bare.pids("sleeper")
    for state in ({"state": "restarted"}, {"started_after": "2026-01-01 00:00"}):
        result = bare.module("instances", units=["sleeper@*"], **state)
        assert not result.failed, result.msg
        assert "sleeper@2.service not started: paused by hand" in str(result.result["warnings"])
    after = bare.pids("sleeper")
    assert sorted(after) == ["1", "3", "4"]
    assert not set(after.values()) & set(before.values())


def test_a_pause_goes_with_its_instance_and_with_its_pool(bare: LabHost) -> None:
    assert not bare.deploy(four()).failed
    assert not pause(bare, "2", "4").failed
    assert not bare.deploy(four(instances=3)).failed
    assert [mark.split("/")[1] for mark in marks(bare) if mark.endswith(".conf")] == ["sleeper@2.service.d"]
    assert not bare.deploy(four()).failed
    assert sorted(bare.pids("sleeper")) == ["1", "3", "4"]
    bare.write(f"{UNITS}/sleeper@2.service.d/override.conf", "[Service]\nNice=5\n", "0644")
    assert not bare.deploy(four(state="absent")).failed
    assert marks(bare) == ["./sleeper@2.service.d", "./sleeper@2.service.d/override.conf"], "what is not ours stays"
    bare.sh(f"rm -r {UNITS}/sleeper@2.service.d")


def test_a_paused_pool_pauses_the_instances_that_come(bare: LabHost) -> None:
    assert not bare.deploy(sleeper()).failed
    assert not pause(bare).failed
    assert not bare.deploy(four()).failed
    assert bare.pids("sleeper") == {}
    assert not resume(bare, "1", "4").failed
    assert sorted(bare.pids("sleeper")) == ["1", "4"]
    assert not bare.deploy(four()).changed
    assert not resume(bare).failed
    assert sorted(bare.pids("sleeper")) == ["1", "2", "3", "4"]


def test_both_pauses_hold(bare: LabHost) -> None:
    assert not bare.deploy(sleeper(state="paused")).failed
    assert not pause(bare, "1", reason="its disk is full").failed
    result = bare.deploy(sleeper())
    assert not result.failed, result.msg
    assert list(bare.pids("sleeper")) == ["2"]
    assert "its disk is full" in str(result.result["warnings"])


def test_a_killed_pause_goes_on_with_the_next_run(bare: LabHost) -> None:
    slow = ["/bin/sh", "-c", "trap 'sleep 4; exit 0' TERM; while sleep 0.1; do :; done"]
    busy = {"busy_check": ["/usr/bin/test", "-e", "/run/busy-%i"]}
    bare.sh("touch /run/busy-2")
    assert not bare.deploy(sleeper(command=slow, **busy, **quick)).failed
    kill = "pkill -KILL -f '[A]nsiballZ_'"
    bare.sh(f"(while systemctl --quiet is-active sleeper@1; do sleep 0.2; done; {kill}) > /dev/null 2>&1 &")
    with bare.playing([{"workers.systemd.pause": bare.asked("pause", {"pools": ["sleeper"]})}]) as killed:
        assert killed.wait()
    bare.until(lambda: list(bare.pids("sleeper")) == ["2"])
    bare.never(lambda: sorted(bare.pids("sleeper")) != ["2"], seconds=2)
    bare.sh("rm /run/busy-2")
    result = bare.deploy(sleeper(command=slow, **busy, **quick))
    assert not result.failed, result.msg
    assert bare.pids("sleeper") == {}
    bare.sh("systemctl reset-failed")


def test_a_killed_deploy_of_a_paused_pool_goes_back_without_a_start(bare: LabHost) -> None:
    slow = ["/bin/sh", "-c", "trap 'sleep 1; exit 0' TERM; while sleep 0.1; do :; done"]
    options = {"command": slow, "busy_check": ["/usr/bin/test", "-e", "/run/busy-%i"], "instances": 3, **quick}
    assert not bare.deploy(sleeper(**options)).failed
    before = bare.files("sleeper")
    assert not pause(bare, "3").failed
    bare.sh("touch /run/busy-2")
    with bare.deploying(sleeper("b", state="paused", **options), workers_confirm="2s") as deploy:
        bare.until(lambda: list(bare.pids("sleeper")) == ["2"])
        bare.sh("pkill -KILL -f '[A]nsiballZ_'")
        deploy.kill_all()
    bare.sh("rm /run/busy-2")
    bare.until(lambda: '"undone"' in bare.sh("cat /var/lib/workers.systemd/journal"))
    assert bare.pids("sleeper") == {}, "the version goes back, and the pause goes on"
    kept = [line for line in bare.files("sleeper").splitlines() if ".service.d" not in line]
    assert kept == before.splitlines()
    result = bare.deploy(sleeper(**options))
    assert not result.failed, result.msg
    assert sorted(bare.pids("sleeper")) == ["1", "2"]
    assert not resume(bare).failed


REFUSED: dict[str, tuple[dict[str, t.Any], str]] = {
    "an unknown pool": ({"pools": ["sleper"]}, "found 'sleper', expected one of sleeper (Did you mean sleeper?)"),
    "an unknown instance": ({"instances": ["1", "7"]}, "instances: found '7', expected one of sleeper@1..2"),
    "what is no name": ({"instances": ["a b", "../1"]}, "instances[1]: found '../1', expected names of instances"),
    "nothing": ({"pools": [], "instances": []}, "pools: found an empty list"),
    "two lines": ({"reason": "one\ntwo"}, "reason: found a newline"),
    "a long reason": ({"reason": "x" * 201}, "reason: found 201 characters"),
    "a reason to resume": ({"reason": "why", "state": "resumed"}, "reason: found given"),
    "a misspelled option": ({"reson": "why"}, "reson: found an unknown option"),
}


@pytest.mark.parametrize(("options", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_wrong_input_changes_nothing(bare: LabHost, options: dict[str, t.Any], said: str) -> None:
    assert not bare.deploy(sleeper()).failed
    before, pids = bare.tree(), bare.pids("sleeper")
    result = bare.module("pause", **{"pools": ["sleeper"], **options})
    assert result.failed
    assert said in result.msg
    assert "nothing was changed" in result.msg
    assert (bare.tree(), bare.pids("sleeper")) == (before, pids)


def test_the_playbooks_pause_and_resume(bare: LabHost, tmp_path: Path) -> None:
    def play(name: str, **variables: t.Any) -> str:
        options = ["-e", json.dumps(variables)]
        return Player(tmp_path)({bare.name: {}}, {"import_playbook": f"workers.systemd.{name}"}, options=options).said

    assert not bare.deploy(four(**quick), sleeper(name="other")).failed
    assert "No pool is given" in play("pause")
    said = play("pause", pool="sleeper, other", instances="1,2", reason="a test")
    assert "sleeper@1..2 not started: paused by hand since" in said, said
    assert (sorted(bare.pids("sleeper")), bare.pids("other")) == (["3", "4"], {})
    said = play("status", fail=True)
    assert "sleeper@1..2: paused by hand since" in said, said
    assert "failed=0" in said
    said = play("resume", pool="sleeper,other", instances=2)
    assert (sorted(bare.pids("sleeper")), list(bare.pids("other"))) == (["2", "3", "4"], ["2"]), said
    said = play("resume", pool="sleeper,other")
    assert (len(bare.pids("sleeper")), len(bare.pids("other"))) == (4, 2), said
    assert "nothing to do" in play("resume", pool="sleeper,other")
