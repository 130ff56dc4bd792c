# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a run may begin: everything that judges know of its pools, together."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.exposure import Judged
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.refusal import Refusal, with_findings
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.catalogue import Catalogue
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import own_lists, per_instance
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.instance_names import literal_problems
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.orders import Deploy
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.user_scope import limits_not_in_force
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pool_unit import own_sections
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import PoolUnits
from ansible_collections.workers.systemd.plugins.module_utils._host.judge import (
    exposure,
    preflight,
    root_reads,
    shared_capacity,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.judge.pool_judge import judge_pools
from ansible_collections.workers.systemd.plugins.module_utils._host.look import delegation, pool_files
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager

OLDEST_SYSTEMD = 247


@dataclass(frozen=True)
class Judgement:
    """``exposures`` are by name, of pools whose unit changes or that have a limit."""

    warnings: t.Tuple[str, ...]
    exposures: t.Mapping[str, Judged] = field(default_factory=dict)


def judge_new(
    units: t.Sequence[PoolUnits], order: Deploy, known: Catalogue, manager: Manager, found: Refusal
) -> Judgement:
    """Judges the pools of an order before anything changes; ``known`` are the directives of the host's systemd, and
    ``found`` has the problems that the host showed before.

    Raises ``InputProblems`` when the operator has written something wrong, and ``Problems`` with what only the host is
    like, which may be the doing of the user whose manager it is.
    """
    pools = [one.pool for one in units]
    # A pool with problems is incomplete: of its unit only the operator's own directives can be judged.
    wrong = {pool.where for pool in pools if any(problem.where.startswith(pool.where) for problem in order.problems)}
    flawed = [one for one in units if one.pool.where in wrong]
    sound = [one for one in units if one.pool.where not in wrong]
    refusal = _before(pools, order.problems, manager)
    other_kind = preflight.of_other_kind(order.pools, pool_files.owned(manager.places))
    unknown = preflight.unit_problems([one.pool for one in sound], manager)
    host = (*refusal.host, *other_kind, *found.host)
    refusal = replace(refusal, host=host, missing=(*refusal.missing, *unknown, *found.missing))
    findings = judge_pools(manager, known, sound, flawed, order.skip_traps)
    refusal = with_findings(refusal, findings, {file.path for one in units for file in one.files})
    exposures, exposed, worse = exposure.judge(manager, sound)
    crowded, differing = shared_capacity.judge(order, manager)
    refusal = replace(refusal, input=(*refusal.input, *exposed, *crowded))
    refusal.enforce(check_mode=order.check_mode)
    warnings = (*refusal.warnings, *worse, *differing, *_advice(pools, manager), *refusal.later)
    return Judgement(warnings, exposures)


def judge_again(pools: t.Sequence[Pool], manager: Manager, *, check_mode: bool) -> Judgement:
    """Judges pools of a kept version: their units were judged when they were new, and ran. Raises ``Problems``."""
    refusal = _before(pools, (), manager)
    refusal.enforce(check_mode=check_mode)
    return Judgement((*_advice(pools, manager), *refusal.later))


def _before(pools: t.Sequence[Pool], problems: t.Sequence[Problem], manager: Manager) -> Refusal:
    """What is wrong before a judge looks at a unit. Raises ``Problems`` when a look would wait for a dead server."""
    places, systemd = manager.places, manager.version()
    too_old = Problem("the host", f"systemd {systemd}", f"systemd {OLDEST_SYSTEMD} or newer")
    refusal = Refusal(
        input=(*problems, *([too_old] if systemd < OLDEST_SYSTEMD else [])),
        host=(*preflight.open_to_others(places), *preflight.foreign(places, pools)),
    )
    silent = preflight.unanswered(pools)
    if silent:
        replace(refusal, host=(*refusal.host, *silent)).enforce(check_mode=False)
    return replace(refusal, missing=tuple(preflight.missing(pools, systemd)))


def _advice(pools: t.Sequence[Pool], manager: Manager) -> t.Iterator[str]:
    """Warnings about what systemd accepts."""
    yield from _limits_not_in_force(pools, manager)
    for pool in pools:
        yield from own_lists.warnings(pool, own_sections(pool, manager.version()))
        yield from per_instance.waiting(pool)
        yield from map(str, literal_problems(pool))
    yield from root_reads.of_our_own()


def _limits_not_in_force(pools: t.Sequence[Pool], manager: Manager) -> t.Iterator[str]:
    """The manager of a user enforces what the system's has delegated to it (systemd.resource-control(5))."""
    given = delegation.controllers(manager.places)
    if given is None:
        return
    whose = f"the manager of {manager.places.user}"
    for pool in pools:
        limits = {directive for one in pool.settings.values() for directive in one.limits}
        for directive in limits_not_in_force(limits, given):
            yield f"{pool.where}: {directive}= is not in force, for {whose} was not given its controller"
        if pool.recycle and pool.recycle.memory and "memory" not in given:
            yield f"{pool.where}.recycle: memory restarts no instance, for {whose} was not given its controller"
