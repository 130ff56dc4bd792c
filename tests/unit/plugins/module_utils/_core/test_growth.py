# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pure part of a deploy costs what its pools and instances cost: four times as many, four times the calls."""

from __future__ import annotations

import sys
import typing as t
from types import FrameType

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.act.rollout import (
    Action,
    Count,
    Done,
    LookInside,
    Restart,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.act.turns import Turns
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import Inside, Sample
from ansible_collections.workers.systemd.plugins.module_utils._core.act.work import Outcome, PoolWork, work_of_pools
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.decision import PoolsDecision, SharedPlan
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import plan_pool, plan_reload
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan_shared import plan_shared
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.versions import Versions, with_version
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import ObservedPool, ObservedShared
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.tell import pools as tell_pools
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool_reader import understand
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.run_outcome import RunOutcome
from ansible_collections.workers.systemd.plugins.module_utils._core.write.shared_units import shared_units
from tests.unit.plugins.module_utils._core.builders import written

NOW = "2026-11-24T16:36:19Z"
WORKER: dict[str, t.Any] = {"command": ["/usr/bin/worker"], "environment": {"A": "b"}, "secrets": {"TOKEN": "x" * 20}}


def many_pools(count: int) -> list[dict[str, t.Any]]:
    return [{"name": f"pool-{number}", **WORKER} for number in range(count)]


def many_instances(count: int) -> list[dict[str, t.Any]]:
    return [{"name": "mail", "instances": count, **WORKER}]


def instances_with_settings(count: int) -> list[dict[str, t.Any]]:
    names = [f"queue-{number}" for number in range(count)]
    own = {name: {"environment": {"QUEUE": name}, "limits": {"memory_max": "1G"}} for name in names}
    return [{"name": "mail", "instances": names, "per_instance": own, **WORKER}]


def rolled_out(work: t.Sequence[PoolWork]) -> Outcome:
    """On a host where each start settles."""
    outcome, now = Outcome(), 0.0
    waiting = {pool.name: pool for pool in work if pool.wanted}
    turns = Turns({name: pool.after for name, pool in waiting.items()})
    rollouts, samples = {}, {}
    while waiting or rollouts:
        rollouts.update({pool.name: pool.machine(spare=False) for pool in map(waiting.pop, turns.begin(outcome.ends))})
        actions: list[tuple[str, Action]] = []
        for name, rollout in rollouts.items():
            actions += [(name, one) for one in rollout.advance(now, samples)]
        for name, action in actions:
            if isinstance(action, Restart):
                samples.update({unit: Sample("active", "running", "new", "") for unit in action.units})
            elif isinstance(action, (Count, LookInside)):
                result = Sample("active", "running", "new", "", 0, inside=Inside(True))
                samples.update(dict.fromkeys(action.units, result))
            elif isinstance(action, Done):
                outcome.ends[name] = action
                del rollouts[name]
        now += 1.0
    return outcome


def deploy(given: list[dict[str, t.Any]]) -> None:
    """From what the operator wrote to the result, on a bare host."""
    pools, problems = understand(given)
    assert problems == []
    wanted = {pool.name: written(pool) for pool in pools}
    observed = {name: ObservedPool() for name in wanted}
    steps = {name: plan_pool(one, observed[name]) for name, one in wanted.items()}
    plans = {name: with_version(one, observed[name], steps[name], [], NOW, None) for name, one in wanted.items()}
    files = shared_units(SYSTEM, 257, "/usr/bin/python3", sorted(wanted))
    decision = PoolsDecision(
        places=SYSTEM,
        wanted=wanted,
        observed=observed,
        steps=steps,
        others=(),
        shared=SharedPlan(files, ObservedShared(), tuple(plan_shared(SYSTEM, files, ObservedShared()))),
        reload=plan_reload(SYSTEM, [step for one in steps.values() for step in one], ""),
        versions=Versions(NOW, changes={name: plan.change for name, plan in plans.items() if plan.change}),
        check_mode=False,
        confirm=60.0,
    )
    outcome = rolled_out(work_of_pools(decision))
    assert outcome.settled
    tell_pools.result(decision, RunOutcome(outcome), with_diff=True)


def calls_of(given: list[dict[str, t.Any]]) -> int:
    """How many functions are called, which is the same on every machine."""
    called = 0

    def count(_frame: FrameType, event: str, _argument: t.Any) -> None:
        nonlocal called
        called += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        deploy(given)
    finally:
        sys.setprofile(before)
    return called


MANY: dict[str, tuple[t.Callable[[int], list[dict[str, t.Any]]], int]] = {
    "pools": (many_pools, 30),
    "instances": (many_instances, 100),
    "instances with settings of their own": (instances_with_settings, 100),
}


@pytest.mark.parametrize(("many", "few"), MANY.values(), ids=MANY)
def test_a_deploy_of_four_times_as_many_takes_four_times_the_calls(
    many: t.Callable[[int], list[dict[str, t.Any]]], few: int
) -> None:
    # What every deploy costs, whatever it has, is in the first.
    assert calls_of(many(4 * few)) < 4.2 * calls_of(many(few))


def test_a_pool_looks_at_its_own_part_of_a_run_alone() -> None:
    """Each of 5,000 is asked at every look."""

    class OfAll(t.Dict[str, t.Any]):
        def items(self) -> t.NoReturn:
            raise AssertionError("looks at those of all pools")

        values = items
        __iter__ = items

    pools, _problems = understand(many_pools(1))
    (work,) = (PoolWork(one.name, (), wanted=[f"{one.name}@1.service"], policy=one.rollout) for one in pools)
    end = work.machine(spare=False).advance(0.0, OfAll({"pool-0@1.service": Sample("active", "running", "x", "")}))
    assert isinstance(end[0], Done)
    assert Outcome(ends=OfAll({"pool-0": end[0]})).verdicts_of("pool-0") == end[0].verdicts


def test_a_chain_of_5000_pools_is_held_when_the_first_does_not_settle() -> None:
    turns = Turns({f"{number}": [f"{number - 1}"] for number in range(1, 5000)} | {"0": []})
    assert turns.begin({}) == ["0"]
    assert turns.begin({"0": Done({}, (), ("0@1.service",), 0)}) == []
    assert set(turns.held.values()) == {"0"}
    assert len(turns.held) == 4999
