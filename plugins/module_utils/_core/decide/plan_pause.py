# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the order to pause or resume by hand to the pauses after it, and to steps."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import (
    PAUSE_OVER,
    forgetting,
    mark_steps,
    rest_steps,
    start_step,
    timer_rests,
    waiting_units,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Step, Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import Instance, ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, did_you_mean, unknown_pool
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pause import PauseByHand
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pause import (
    BY_DEPLOY,
    BY_HAND,
    Pause,
    Pauses,
    paused_units,
)


def unknown_pools(order: PauseByHand, owned: t.Sequence[str]) -> t.List[Problem]:
    """Pools of the order that the host does not have."""
    return [unknown_pool("pools", name, owned) for name in order.pools if name not in owned]


def pause_problems(order: PauseByHand, pool: Pool, pauses: Pauses) -> t.Iterator[Problem]:
    """What is wrong with the order for one pool of the host."""
    there = [unit_name.instance(pool.name, one) for one in pool.names]
    for name in order.instances:
        if name not in pool.names:
            expected = f"one of {', '.join(unit_name.folded(there))}" if there else f"none: {pool.name} has no instance"
            yield Problem("instances", repr(name), expected, did_you_mean(name, pool.names))
    if order.resume:
        hint = f"Give the {pool.kind} another state and deploy it."
        for one in (one for one in pauses.values() if one.by == BY_DEPLOY):
            yield Problem(
                "pools", f"{pool.name}, which is {one}", f"a {pool.kind} that its deploy does not pause", hint
            )


def pauses_by_hand(places: Places, pool: Pool, before: Pauses, order: PauseByHand, now: str) -> t.Dict[str, Pause]:
    """The pauses after the order; ``now`` is ISO 8601 in UTC."""
    return _resumed(places, pool, before, order) if order.resume else _paused(places, pool, before, order, now)


def _paths(places: Places, pool: Pool) -> t.Callable[[Pause], str]:
    return lambda pause: pause.path(places, pool.name, timer=pool.schedule is not None)


def _paused(places: Places, pool: Pool, before: Pauses, order: PauseByHand, now: str) -> t.Dict[str, Pause]:
    after, path_of = dict(before), _paths(places, pool)
    whole = path_of(Pause(BY_HAND))
    for name in order.instances or ("",):
        path = path_of(Pause(BY_HAND, name))
        if whole in before and name:
            # The pause of the pool holds it.
            continue
        there = before.get(path, Pause(BY_HAND, name, now, order.reason))
        after[path] = replace(there, reason=order.reason or there.reason)
    return after


def _resumed(places: Places, pool: Pool, before: Pauses, order: PauseByHand) -> t.Dict[str, Pause]:
    """After a part of a paused pool was resumed, each other instance has a pause of its own."""
    meant = {"", *(order.instances or (one.instance for one in before.values()))}
    after = {path: one for path, one in before.items() if one.by != BY_HAND or one.instance not in meant}
    path_of = _paths(places, pool)
    whole = before.get(path_of(Pause(BY_HAND)))
    if whole and order.instances:
        others = [replace(whole, instance=name) for name in pool.names if name not in meant]
        after = {**{path_of(one): one for one in others}, **after}
    return after


def plan_by_hand(pool: Pool, observed: ObservedPool, after: Pauses, order: PauseByHand) -> t.Tuple[Step, ...]:
    """The steps to these pauses. What is resumed and does not run is started.

    That holds also when a run that was killed has ended the pause and not started the instance.
    """
    steps = list(mark_steps(observed.pauses, after))
    paused, waiting = paused_units(pool.held_units, after), waiting_units(pool, observed)
    if pool.schedule is not None:
        return (*steps, *_timer_steps(pool.main_units.group, observed, paused, resume=order.resume))
    for name in pool.names:
        unit, seen = unit_name.instance(pool.name, name), observed.instances.get(name, Instance())
        if unit in paused:
            steps.extend(rest_steps(unit, seen, str(paused[unit])))
        elif order.resume and name in (order.instances or pool.instances) and not (seen.running or unit in waiting):
            steps.append(start_step(unit, seen))
    return tuple(steps)


def _timer_steps(
    timer: str, observed: ObservedPool, paused: t.Mapping[str, Pause], *, resume: bool
) -> t.Iterator[Step]:
    if timer in paused:
        yield from timer_rests(timer, observed, str(paused[timer]))
    elif resume and not observed.target_active:
        yield from forgetting(observed, PAUSE_OVER)
        yield Step(Verb.START, timer, "waits for the next time")
