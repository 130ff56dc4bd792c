# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run over any services, in a pool or not: decide, act. The run uses the engine of a deploy."""

from __future__ import annotations

import os
import time
import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.act.instances import work_of
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import plan_reload
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan_instances import (
    InstancesDecision,
    instances_problems,
    left_down,
    plan_instances,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Step, Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.root_runs import executed
from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import last_good
from ansible_collections.workers.systemd.plugins.module_utils._core.look.run_journal import Phase
from ansible_collections.workers.systemd.plugins.module_utils._core.look.service import Service
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.readiness import awaited_signal_of
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName
from ansible_collections.workers.systemd.plugins.module_utils._core.tell import instances as tell_instances
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.pauses import held_lines
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.result import InstancesResult, Result
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.instances import (
    Asked,
    Bring,
    Chosen,
    choose,
    group_of,
    only_stopping,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.user_scope import ROOT
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.run_outcome import RunOutcome
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pause import Pause, holding
from ansible_collections.workers.systemd.plugins.module_utils._host import host, looks
from ansible_collections.workers.systemd.plugins.module_utils._host.act import apply
from ansible_collections.workers.systemd.plugins.module_utils._host.act.checks import concrete_words
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.background import Tell
from ansible_collections.workers.systemd.plugins.module_utils._host.judge import check_problems
from ansible_collections.workers.systemd.plugins.module_utils._host.look import generations, pauses, services
from ansible_collections.workers.systemd.plugins.module_utils._host.look.secrets import secrets_of
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.tell.failures import failures
from ansible_collections.workers.systemd.plugins.module_utils._host.undo import journal_file


class InstancesRun:
    """A unit outside of the pools has no earlier version, so the run undoes nothing."""

    RESULT: t.ClassVar[t.Type[Result]] = InstancesResult

    def __init__(self, order: Bring, manager: Manager) -> None:
        self.order = order
        self.manager = manager

    def decide(self) -> InstancesDecision:
        return decide(self.order, self.manager)

    def act(self, decision: InstancesDecision, tell: Tell) -> RunOutcome:
        engine = apply.Run(self.manager, work_of(decision), bool(decision.reload), tell)
        units, broken_off = engine.outcome, ""
        try:
            units = engine.carry_out()
        except ManagerError as error:
            broken_off = str(error)
        # Workers of pools may have written their secrets to the journal.
        found = failures(
            units, lambda: secrets_of(self.manager.places, decision.own_pools), self.manager, time.time(), dict
        )
        return RunOutcome(units, broken_off, failures=tuple(found), warnings=tuple(units.unjudged))

    def conclude(self, decision: InstancesDecision, outcome: RunOutcome) -> None:
        """There is nothing to conclude."""

    def result(self, decision: InstancesDecision, outcome: RunOutcome) -> InstancesResult:
        return tell_instances.result(decision, outcome, with_diff=self.order.diff)


def decide(order: Bring, manager: Manager) -> InstancesDecision:
    """Changes no unit. Raises ``Problems`` with everything that prevents the requested changes."""
    asked = order.asked
    known = services.observe(asked, manager)
    chosen = choose(asked, known)
    paused = _paused(chosen, known, manager) if asked.state != "stopped" else {}
    chosen = replace(chosen, units=tuple(unit for unit in chosen.units if unit not in paused))
    groups = plan_instances(asked, chosen, known, manager.version())
    steps = [step for group in groups.values() for step in group.steps]
    of_units, missing = instances_problems(asked, chosen, known, steps)
    found = [
        *chosen.problems,
        *_half_deployed(known, chosen, steps, manager),
        *of_units,
        *_wrong_checks(asked, chosen, manager),
    ]
    # Each instance repeats the problems of its template.
    found, missing = list(dict.fromkeys(found)), list(dict.fromkeys(missing))
    if found or (missing and not order.check_mode):
        raise Problems([*found, *missing])
    pools = _pools(chosen, known)
    down = left_down(asked, chosen, known)
    left_alone = [f"not running, and left so: {', '.join(down)}"] if down else []
    return InstancesDecision(
        asked=asked,
        chosen=chosen,
        groups=groups,
        policies={group: _policy(group, pools.get(group), asked, chosen, known, manager) for group in groups},
        own_pools=frozenset(filter(None, pools.values())),
        reload=plan_reload(manager.places, steps, _pending_reload(asked, known, manager)),
        check_mode=order.check_mode,
        warnings=(*left_alone, *held_lines(paused), *(f"{problem}; a run would refuse this" for problem in missing)),
    )


def _paused(chosen: Chosen, known: t.Mapping[str, Service], manager: Manager) -> t.Dict[str, Pause]:
    """Returns the paused instances of pools among the chosen units. systemd would not start them."""
    names = {unit: UnitName.parse(unit) for unit in chosen.units if known[unit].source.pool}
    of_pools = pauses.look(manager.places, {name.prefix for name in names.values()}) if names else {}
    held = {unit: holding(of_pools[name.prefix], name.instance or "") for unit, name in names.items()}
    return {unit: one for unit, one in held.items() if one is not None}


def _pools(chosen: Chosen, known: t.Mapping[str, Service]) -> t.Dict[str, str]:
    """Returns the pool of the units, by group. The pool is empty for a unit outside of the pools."""
    return {group_of(unit): known[unit].source.pool for unit in chosen.units}


def _wrong_checks(asked: Asked, chosen: Chosen, manager: Manager) -> t.Iterator[Problem]:
    """Yields a problem for each health check that root would run although another user may change its files, and for
    each one on a server that does not answer.
    """
    policy = asked.policy
    if policy is None or not policy.health_check:
        return
    every = {unit: concrete_words(policy.health_check, unit) for unit in chosen.units}
    silent = looks.unanswered(path for argv in every.values() for path in executed(argv))
    yield from (looks.problem("rollout.health_check", path) for path in sorted(silent))
    if silent or os.geteuid() != 0:
        return
    shown = manager.show(chosen.units, ("User",))
    of_root = [unit for unit, one in shown.items() if (policy.check_user or one.get("User") or "root") in ROOT]
    for argv in sorted({every[unit] for unit in of_root}):
        remedy = "Name another check_user" if not policy.check_user else "Leave out check_user"
        wrong = check_problems.of_others(argv, remedy)
        if wrong:
            yield Problem("rollout.health_check", *wrong)


def _half_deployed(
    known: t.Mapping[str, Service], chosen: Chosen, steps: t.Iterable[Step], manager: Manager
) -> t.Iterator[Problem]:
    """Yields a problem when a deploy of a pool has not ended and the run would start its instances.

    A restart would bring a version without a verdict to all instances, and no run would undo it.
    """
    left = journal_file.left(manager.places)
    pools = _pools(chosen, known)
    starting = {group_of(step.subject) for step in steps if step.verb in (Verb.START, Verb.RESTART)}
    if left and left.phase is not Phase.UNDONE and any(pools.get(group) in left.pools for group in starting):
        yield Problem("the host", str(left), "a deploy that has ended", "Deploy again first.")


def _policy(
    group: str,
    pool: t.Optional[str],
    asked: Asked,
    chosen: Chosen,
    known: t.Mapping[str, Service],
    manager: Manager,
) -> Policy:
    """Returns the policy of a group. Without a requested policy, a pool keeps that of its last good version."""
    if asked.policy is None and pool:
        good = last_good(generations.of_pool(manager.places, pool))
        return only_stopping(good.rollout if good else Policy())
    policy = asked.policy or only_stopping(Policy())
    unit = next((known[unit].source.unit for unit in chosen.units if group_of(unit) == group), None)
    return replace(policy, awaits=awaited_signal_of(unit))


def _pending_reload(asked: Asked, known: t.Mapping[str, Service], manager: Manager) -> str:
    """Returns why systemd must read its unit files again although this run changes no file. Empty without a reason."""
    if asked.leaves_nothing:
        return ""
    return host.pending_reload(manager.places) or services.pending_reload(known, manager)
