# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.tell.result import (
    InstancesResult,
    PoolsResult,
    Result,
    merged,
)

FAILURE = {"unit": "mail@1.service", "verdict": "failed: is not running"}
POOLS = PoolsResult(
    changed=True,
    msg="mail: start 1 instance",
    failures=[FAILURE],
    daemon_reloaded=True,
    diff=[{"prepared": "x"}],
    pools={"mail": {"plan": []}},
    host_plan=[{"verb": "write"}],
    resumed="a run was killed",
)
INSTANCES = InstancesResult(
    units=["w@1.service"], plan=[{"verb": "start"}], verdicts={"w@1.service": "settled: x"}, lowest_active={"w@": 1}
)


def as_json(result: Result) -> t.Any:
    """As a process of a user tells it."""
    return json.loads(json.dumps(result.as_dict()))


@pytest.mark.parametrize("result", [POOLS, INSTANCES, PoolsResult(), InstancesResult()], ids=lambda one: one.msg)
def test_a_result_survives_the_way_from_a_process_of_a_user(result: Result) -> None:
    assert type(result).of_json(as_json(result)).as_dict() == {
        name: list(value) if isinstance(value, tuple) else value for name, value in result.as_dict().items()
    }


def test_what_does_not_apply_is_not_told() -> None:
    assert set(PoolsResult().as_dict()) == {
        *("changed", "msg", "failures", "daemon_reloaded", "pools", "host_plan"),
    }
    assert set(POOLS.as_dict()) - set(PoolsResult().as_dict()) == {"diff", "resumed"}


def test_what_nobody_has_asked_for_does_not_come_in() -> None:
    assert PoolsResult.of_json({**as_json(POOLS), "ansible_facts": {"x": 1}}).as_dict() == POOLS.as_dict()


# what a process of a user might say instead of a result
FOREIGN: dict[str, t.Any] = {
    "nothing": None,
    "a list": [as_json(POOLS)],
    "less": {"changed": True},
    "another type": {**as_json(POOLS), "msg": ["x"]},
    "pools that are a list": {**as_json(POOLS), "pools": []},
    "a pool that is a text": {**as_json(POOLS), "pools": {"mail": "x"}},
    "a failure that is a text": {**as_json(POOLS), "failures": ["x"]},
    "a diff that is a text": {**as_json(POOLS), "diff": "x"},
    "no diff": {**as_json(POOLS), "diff": None},
    "what was left that is no text": {**as_json(POOLS), "resumed": 1},
    "a result of another module": as_json(INSTANCES),
}


@pytest.mark.parametrize("said", FOREIGN.values(), ids=FOREIGN)
def test_anything_else_is_refused(said: t.Any) -> None:
    with pytest.raises(ValueError):
        PoolsResult.of_json(said)


def test_pools_of_a_user_carry_the_name_of_the_user() -> None:
    result = POOLS.of_user("kai", changed=True, error="")
    assert result == replace(
        POOLS,
        msg="the manager of kai: mail: start 1 instance",
        failures=({**FAILURE, "user": "kai"},),
        pools={"kai/mail": {"plan": []}},
    )


def test_what_ended_the_run_of_a_user_is_told_instead() -> None:
    result = INSTANCES.of_user("kai", changed=False, error="its process was killed")
    assert (result.msg, result.changed) == ("the manager of kai: its process was killed", False)
    assert result.units == ["w@1.service"]


def test_results_of_several_managers_are_one() -> None:
    other = POOLS.of_user("kai", changed=False, error="")
    both = merged([POOLS, other, PoolsResult(msg="x")], with_diff=True)
    assert both == PoolsResult(
        changed=True,
        msg="mail: start 1 instance\nthe manager of kai: mail: start 1 instance\nx",
        failures=[FAILURE, {**FAILURE, "user": "kai"}],
        daemon_reloaded=True,
        diff=[{"prepared": "x"}, {"prepared": "x"}],
        pools={"mail": {"plan": []}, "kai/mail": {"plan": []}},
        host_plan=[{"verb": "write"}, {"verb": "write"}],
        resumed="a run was killed\na run was killed",
    )


def test_nothing_and_nothing_is_nothing() -> None:
    assert merged([PoolsResult(msg="x"), PoolsResult(msg="y")], with_diff=False) == PoolsResult(
        msg="x\ny", failures=[], host_plan=[]
    )
    assert merged([PoolsResult()], with_diff=True).diff == []
