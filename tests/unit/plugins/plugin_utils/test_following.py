# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
import typing as t

import pytest
from ansible.errors import AnsibleConnectionFailure

from ansible_collections.workers.systemd.plugins.plugin_utils.following import (
    ATTEMPTS,
    Result,
    answered_soon,
    done_lines,
    named,
    plan_lines,
)

RESTARTS = [
    {"verb": "restart", "subject": f"mail@{number}.service", "because": "started with another unit"}
    for number in (1, 2, 3)
]
WRITE = {"verb": "write", "subject": "/etc/systemd/system/workers-recovery.service", "because": "is not there"}
RELOAD = {"verb": "daemon-reload", "subject": "systemd", "because": "unit files or links change"}
POOLS: Result = {
    "changed": True,
    "pools": {"mail": {"plan": RESTARTS}, "idle": {"plan": []}},
    "host_plan": [WRITE, RELOAD],
    "msg": "mail: restart 3 instances\nidle: nothing to do",
}
SERVICES: Result = {"changed": True, "plan": RESTARTS, "msg": "celery: restart 3 instances"}
REFUSED: Result = {"failed": True, "changed": False, "msg": "1 problem, nothing was changed"}
WHOLE_PLAN = [
    "mail: would restart mail@1..3 (started with another unit)",
    "the host: would write /etc/systemd/system/workers-recovery.service (is not there)",
    "the host: would daemon-reload systemd (unit files or links change)",
]
# result, with a diff, lines of a check
PLANS: dict[str, tuple[Result, bool, list[str]]] = {
    "a line for what is done for one reason": (POOLS, False, WHOLE_PLAN),
    "with a diff, which has the plan of pools and the files, the rest": (POOLS, True, WHOLE_PLAN[2:]),
    "of services, which have no pools": (SERVICES, False, ["would restart mail@1..3 (started with another unit)"]),
    "of services, too, the diff has the plan": (SERVICES, True, []),
    "a refused one": (REFUSED, False, []),
    "one that was skipped": ({"skipped": True, "msg": "no check mode"}, False, []),
}
# result, lines of a run
DONE: dict[str, tuple[Result, list[str]]] = {
    "what was done to whom": (POOLS, ["mail: restart 3 instances"]),
    "what was done to services": (SERVICES, ["celery: restart 3 instances"]),
    "nothing, when nothing changed": ({**POOLS, "changed": False}, []),
    "nothing of a failure, of which Ansible prints the message": ({**POOLS, "failed": True}, []),
}


@pytest.mark.parametrize(("result", "diff", "lines"), PLANS.values(), ids=PLANS.keys())
def test_a_check_tells_each_step_once(result: Result, diff: bool, lines: list[str]) -> None:
    assert plan_lines(result, diff=diff) == lines


@pytest.mark.parametrize(("result", "lines"), DONE.values(), ids=DONE.keys())
def test_a_run_tells(result: Result, lines: list[str]) -> None:
    assert done_lines(result) == lines


def test_a_failure_of_one_of_several_hosts_names_it() -> None:
    assert named(REFUSED, "web1") == {**REFUSED, "msg": "web1: 1 problem, nothing was changed"}
    assert named({**REFUSED, "exception": "1 problem"}, "web1") == named(REFUSED, "web1")
    assert named(POOLS, "web1") is POOLS
    crashed: dict[str, t.Any] = {"failed": True, "msg": "MODULE FAILURE", "module_stderr": "x", "exception": "x"}
    assert named(crashed, "web1") is crashed
    unreachable: dict[str, t.Any] = {"failed": True}
    assert named(unreachable, "web1") is unreachable


def test_a_host_that_answered_before_may_take_minutes_to_boot() -> None:
    assert sum(ATTEMPTS) >= 300


def test_a_command_without_an_answer_has_lost_its_connection() -> None:
    with pytest.raises(AnsibleConnectionFailure, match="no answer for 1 s"), answered_soon(1):
        time.sleep(10)
    with answered_soon(1):
        pass
    time.sleep(1.1)
