# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.plugin_utils.following import Result, named, told_lines

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
# result, check, diff, lines
TOLD: dict[str, tuple[Result, bool, bool, list[str]]] = {
    "a check tells the plan, a line for what is done for one reason": (POOLS, True, False, WHOLE_PLAN),
    "with a diff, which has the plan of pools and the files, the rest": (POOLS, True, True, WHOLE_PLAN[2:]),
    "a check of services, which have no pools": (
        SERVICES,
        True,
        False,
        ["would restart mail@1..3 (started with another unit)"],
    ),
    "of services, too, the diff has the plan": (SERVICES, True, True, []),
    "a refused check": (REFUSED, True, False, []),
    "a check that was skipped": (
        {"skipped": True, "msg": "no check mode"},
        True,
        False,
        [],
    ),
    "a run tells what was done to whom": (POOLS, False, True, ["mail: restart 3 instances"]),
    "a run of services": (SERVICES, False, False, ["celery: restart 3 instances"]),
    "a run that changed nothing": ({**POOLS, "changed": False}, False, False, []),
    "a run that failed, of which Ansible prints the message": ({**POOLS, "failed": True}, False, False, []),
}


@pytest.mark.parametrize(("result", "check", "diff", "lines"), TOLD.values(), ids=TOLD.keys())
def test_what_a_person_needs_is_told_once(result: Result, check: bool, diff: bool, lines: list[str]) -> None:
    assert told_lines(result, check=check, diff=diff) == lines


def test_a_failure_of_one_of_several_hosts_names_it() -> None:
    assert named(REFUSED, "web1") == {**REFUSED, "msg": "web1: 1 problem, nothing was changed"}
    assert named({**REFUSED, "exception": "1 problem"}, "web1") == named(REFUSED, "web1")
    assert named(POOLS, "web1") is POOLS
    crashed: dict[str, t.Any] = {"failed": True, "msg": "MODULE FAILURE", "module_stderr": "x", "exception": "x"}
    assert named(crashed, "web1") is crashed
    unreachable: dict[str, t.Any] = {"failed": True}
    assert named(unreachable, "web1") is unreachable
