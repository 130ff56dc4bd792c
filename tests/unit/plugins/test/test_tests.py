# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a playbook can assert about results."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleError

from ansible_collections.workers.systemd.plugins.test.same_processes import same_processes
from ansible_collections.workers.systemd.plugins.test.settled import settled
from ansible_collections.workers.systemd.plugins.test.showing import showing

RUNS = {"state": "active", "sub_state": "running", "stale": "", "restarts": 0}


def pool(*rows: dict[str, t.Any], user: str = "") -> dict[str, t.Any]:
    instances = [
        {"unit": f"mail@{number}.service", "main_pid": number, **RUNS, **row} for number, row in enumerate(rows, 1)
    ]
    return {"user": user, "instances": instances}


def result_of(**pools: dict[str, t.Any]) -> dict[str, t.Any]:
    return {"changed": False, "pools": pools}


UNSETTLED = {
    "it waits for its restart": {"state": "activating", "sub_state": "auto-restart"},
    "it has ended": {"sub_state": "exited"},
    "it runs a former version": {"stale": "started with another environment"},
    "nobody knows its version": {"stale": None},
    "systemd had to start it again": {"restarts": 1},
}


def test_instances_that_run_what_was_deployed_are_settled() -> None:
    assert settled(pool({}, {}))
    assert settled(result_of(mail=pool({}), news=pool()))


@pytest.mark.parametrize("row", UNSETTLED.values(), ids=UNSETTLED.keys())
def test_a_pool_is_not_settled_when(row: dict[str, t.Any]) -> None:
    assert not settled(pool({}, row))
    assert not settled(result_of(mail=pool({}), news=pool(row)))


BY_HAND, BY_DEPLOY = ({"since": "", "reason": "", "by": by} for by in ("hand", "deploy"))
STOPPED = {"state": "inactive", "sub_state": "dead", "stale": None}


def test_a_pool_that_its_deploy_pauses_is_settled_when_it_is_stopped() -> None:
    assert settled(pool({**STOPPED, "paused": BY_DEPLOY}, {"paused": None}))
    assert not settled(pool({"paused": BY_DEPLOY}))
    assert settled(pool({**STOPPED, "paused": {**BY_HAND, "by": "bound_to"}}))
    assert not settled(pool({**STOPPED, "paused": BY_HAND}))


SAME = {
    "nothing happened": (pool({}, {}), (), True),
    "there is one more": (pool({}, {}, {}), (), True),
    "one was restarted": (pool({}, {"main_pid": 99}), (), False),
    "one is gone": (pool({}), (), False),
    "one is gone that may be": (pool({}), ("mail@2.service",), True),
    "all are of another user": (pool({}, {}, user="app"), (), False),
}


@pytest.mark.parametrize(("after", "but", "same"), SAME.values(), ids=SAME.keys())
def test_processes_are_the_same_when(after: dict[str, t.Any], but: t.Sequence[str], same: bool) -> None:
    before = pool({}, {}, {"main_pid": 0, "unit": "mail@9.service"})
    assert same_processes(after, before, but) is same
    assert same_processes(result_of(mail=after), result_of(mail=before), but) is same


SHOWN = {
    "in its message": ({"msg": "login with hunter2"}, True),
    "in its diff": ({"diff": [{"before": "", "after": ["TOKEN=hunter2"]}]}, True),
    "as a key": ({"env": {"hunter2": 1}}, True),
    "in base64": ({"msg": "aHVudGVyMg=="}, True),
    "nowhere": ({"msg": "login with ********", "rc": 0}, False),
}


@pytest.mark.parametrize(("result", "shown"), SHOWN.values(), ids=SHOWN.keys())
def test_a_secret_is_shown(result: dict[str, t.Any], shown: bool) -> None:
    assert showing(result, "hunter2") is shown
    assert showing(result, ["another", "hunter2"]) is shown


@pytest.mark.parametrize("wrong", [{}, "active", None, {"pools": [1]}, {"pools": {"mail": {}}}], ids=str)
def test_anything_else_is_refused(wrong: t.Any) -> None:
    with pytest.raises(AnsibleError, match="pools_info"):
        settled(wrong)


def test_an_empty_secret_is_refused() -> None:
    with pytest.raises(AnsibleError, match="empty"):
        showing({}, ["hunter2", ""])
