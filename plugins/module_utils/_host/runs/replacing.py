# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of a decision that is about other managers: what pools take over from them, and what they give back."""

from __future__ import annotations

import functools
import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.decision import PoolsDecision
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Step, Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.orders import Deploy
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.replaces import Replaces
from ansible_collections.workers.systemd.plugins.module_utils._host.act import old_cron, old_manager, swap
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.telling import or_else

NOW, UNDO = "now", "undo"


def as_undone(order: Deploy, places: Places) -> Deploy:
    """An order to give back: of the pools, those that took something over are removed, and others stay as they are."""
    if order.take_over != UNDO:
        return order
    if order.purge:
        raise Problems([Problem("take_over", "undo, and purge", "one of them")])
    given = [replace(pool, present=False) for pool in order.pools if swap.left(places, pool.name)]
    return replace(order, pools=tuple(given))


def with_replaced(decision: PoolsDecision, order: Deploy) -> PoolsDecision:
    """The decision with what happens to other managers, as steps of their pools. Raises ``Problems``."""
    places = decision.places
    if order.take_over == UNDO:
        give = {pool.name: record for pool in order.pools for record in [swap.left(places, pool.name)] if record}
        because = {name: (str(record.replaces), "is given back") for name, record in give.items()}
        return replace(decision, give=give, steps=_steps(decision, because))
    if order.take_over != NOW:
        return replace(decision, warnings=(*decision.warnings, *_still_in_cron(order)))
    taking = [pool for pool in order.present if pool.replaces and not _is_taken(places, pool.name)]
    problems = [one for pool in taking for one in _problems(decision, pool, t.cast("Replaces", pool.replaces))]
    if problems:
        raise Problems(problems)
    take = {pool.name: pool.replaces for pool in taking if pool.replaces}
    steps = _steps(decision, {name: (str(one), "is taken over") for name, one in take.items()})
    return replace(decision, take=take, steps=steps)


def _still_in_cron(order: Deploy) -> t.Iterator[str]:
    """Jobs that run twice until somebody takes the line out."""
    for pool in order.present:
        line = pool.replaces if pool.schedule is not None and not pool.paused else None
        if line and or_else(functools.partial(old_cron.has_line, line), lambda _error: False):
            yield f"{pool.where}: cron runs it too, for {line.file} has its line: take it over (workers_take_over=now)"


def _is_taken(places: Places, pool: str) -> bool:
    """Where the other manager cannot be asked, such as one that is not installed any more, its record counts."""
    record = swap.left(places, pool)
    if record is None:
        return False
    manager = old_manager.of(record.replaces)
    return not or_else(lambda: manager.still_runs(record), lambda _error: False)


def _steps(decision: PoolsDecision, because: t.Mapping[str, t.Tuple[str, str]]) -> t.Dict[str, t.Tuple[Step, ...]]:
    return {
        name: (*steps, *([Step(Verb.REPLACE, *because[name])] if name in because else []))
        for name, steps in decision.steps.items()
    }


def _problems(decision: PoolsDecision, pool: Pool, replaces: Replaces) -> t.Iterator[Problem]:
    where = f"{pool.where}.replaces"
    try:
        record = old_manager.of(replaces).look(replaces, "")
    except (ManagerError, OSError) as error:
        yield Problem(where, f"{replaces}: {error}", "what can be taken over")
        return
    if (pool.paused or pool.name in decision.versions.unproven or not pool.instances) and record.ran:
        yield Problem(where, f"{', '.join(record.ran)} runs, and no instance of the pool would", "a pool that runs")
    if pool.schedule is not None:
        if pool.paused:
            yield Problem(where, "a timer that is paused", "a timer that runs, because cron would run its job no more")
    elif replaces.once:
        yield from _problems_of_once(decision, pool)


def _problems_of_once(decision: PoolsDecision, pool: Pool) -> t.Iterator[Problem]:
    """When the pool fails, nothing of it may run on."""
    change = decision.versions.changes.get(pool.name)
    if change is None or change.back is not None:
        hint = "Remove the pool first, with state: absent."
        yield Problem(f"{pool.where}.replaces.once", "true, for a pool that is deployed", "a pool that is new", hint)
    elif not change.undoable:
        yield Problem(f"{pool.where}.rollout.on_failure", "stop", "rollback, with replaces.once")
