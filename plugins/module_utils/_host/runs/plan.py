# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of a run over the pools of one manager, for a deploy and for a rollback."""

from __future__ import annotations

import os
import secrets
import sys
import time
import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.workers.systemd.plugins.module_utils._core.decide import cut_short, obstacles
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.decision import (
    PoolsDecision,
    Removal,
    SharedPlan,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import (
    all_paused,
    passing_over,
    pauses_after,
    plan_pool,
    plan_reload,
    plan_removal,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan_shared import after, plan_shared
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.surge import with_surge
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.versions import (
    PoolPlan,
    Versions,
    with_version,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import ObservedPool, ObservedShared
from ansible_collections.workers.systemd.plugins.module_utils._core.look.run_journal import RunJournal
from ansible_collections.workers.systemd.plugins.module_utils._core.places import OWN_DROP_IN, Places
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.next_times import NextTime, next_of
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.time_span import seconds_or_endless
from ansible_collections.workers.systemd.plugins.module_utils._core.tell import kept_logs
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.pauses import left_alone
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.timers import crowded, gap, never
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.orders import Deploy, GoBack
from ansible_collections.workers.systemd.plugins.module_utils._core.write.bonds import bonds_in
from ansible_collections.workers.systemd.plugins.module_utils._core.write.file_markers import instance_of
from ansible_collections.workers.systemd.plugins.module_utils._core.write.shared_units import shared_units
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import Wanted
from ansible_collections.workers.systemd.plugins.module_utils._host import host
from ansible_collections.workers.systemd.plugins.module_utils._host.look import by_hand, generations, timer_times
from ansible_collections.workers.systemd.plugins.module_utils._host.look.duties import agent_needed
from ansible_collections.workers.systemd.plugins.module_utils._host.look.shared import observe_shared
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.telling import or_else
from ansible_collections.workers.systemd.plugins.module_utils._host.undo import archive, journal_file


@dataclass(frozen=True)
class Target:
    """What the pools of one manager are to become.

    ``removals`` is why pools are removed, by name; ``others`` are the pools of ours that stay as they are. A rollback
    ``restores`` the generation of this number, and passes over masked instances. With ``purge`` the generations of
    pools that are not there any more are removed too.
    """

    wanted: t.Mapping[str, Wanted]
    observed: t.Mapping[str, ObservedPool]
    removals: t.Mapping[str, str] = field(default_factory=dict)
    others: t.Tuple[str, ...] = ()
    restores: t.Optional[int] = None
    purge: bool = False


def plan_run(target: Target, order: t.Union[Deploy, GoBack], manager: Manager) -> PoolsDecision:
    """Raises ``Problems`` with instances that would not come to their wanted state."""
    places, left, now = manager.places, journal_file.left(manager.places), archive.now()
    plans = {name: _plan_of(target, name, left, now, manager) for name in target.wanted}
    for name, because in target.removals.items():
        plans[name] = PoolPlan(plan_removal(name, target.observed[name], because))
    by_admin = _by_admin(target, places)
    steps = {name: plan.steps for name, plan in plans.items()}
    if target.restores is None:
        every_step = [step for of_pool in steps.values() for step in of_pool]
        _refuse(obstacles.masked(target.wanted, every_step, by_admin.masked))
    else:
        steps = {name: passing_over(by_admin.masked, of_pool) for name, of_pool in steps.items()}
    leave = frozenset(name for name in target.removals if steps[name])
    shared, shared_last = _plan_shared(target, leave, manager)
    changes = [*(step for name in target.wanted for step in steps[name]), *shared.steps]
    last = [*(step for name in leave for step in steps[name]), *shared_last.steps]
    pauses = {name: pauses_after(one, target.observed[name]) for name, one in target.wanted.items()}
    decision = PoolsDecision(
        places=places,
        wanted=target.wanted,
        observed=target.observed,
        steps=steps,
        others=target.others,
        shared=shared,
        reload=plan_reload(places, changes, _pending_reload(target.observed, manager)),
        versions=_versions(target, plans, left, now, leave, generations.pools(places)),
        check_mode=order.check_mode,
        confirm=order.confirm,
        removal=Removal(leave, shared_last, plan_reload(places, last, "")),
        masked=by_admin.masked,
        pauses=pauses,
    )
    times = or_else(lambda: _times(target, manager), lambda _error: {})
    decision = replace(decision, times={name: [one.shown for one in found] for name, found in times.items()})
    often = or_else(lambda: list(_crowded(target, times, manager)), lambda _error: [])
    warnings = (*_foretold(target, leave, places), *by_admin.warnings(), *left_alone(decision))
    return replace(decision, warnings=(*warnings, *never(decision), *often))


def _by_admin(target: Target, places: Places) -> by_hand.ByHand:
    """What an administrator changed by hand. Raises ``Problems`` with what is in the way, whatever the steps are."""
    taken = {path for one in target.observed.values() for path in one.old or ()}
    by_admin = by_hand.look(places, [unit for one in target.wanted.values() for unit in one.units], taken)
    _refuse(obstacles.hidden(target.wanted, by_admin.hidden))
    _refuse(obstacles.going_with(target.wanted, {name: target.observed[name] for name in target.removals}))
    _refuse(
        [one for name, it in target.wanted.items() for one in cut_short.runs(it, target.observed[name], time.time())]
    )
    return by_admin


def _crowded(target: Target, times: t.Mapping[str, t.Sequence[NextTime]], manager: Manager) -> t.Iterator[str]:
    """Warnings about jobs that come more often than their last run took."""
    there = {name: pool.timer for name, pool in target.observed.items() if pool.timer and name in target.wanted}
    services = {name: target.wanted[name].pool.main_units.service for name in there}
    took = timer_times.took(manager, services) if services else {}
    for name, timer in there.items():
        pool = target.wanted[name].pool
        every = pool.schedule.every if pool.schedule else ""
        apart = seconds_or_endless(every) if every else gap(times.get(name, ()))
        lasts = time.time() - timer.since if timer.since is not None else 0.0
        yield from crowded(f"{pool.where}.{'every' if every else 'schedule'}", apart, max(took.get(name, 0.0), lasts))


def _times(target: Target, manager: Manager) -> t.Dict[str, t.List[NextTime]]:
    """The next times of the timers with a calendar. Events of a kept version are in its files."""
    events = {
        name: UnitText.parse(file.text).values("Timer", "OnCalendar")
        for name, one in target.wanted.items()
        for file in one.files
        if one.pool.schedule is not None and file.path.endswith(f"/{one.pool.main_units.group}")
    }
    known = timer_times.of_events(manager, [event for of_timer in events.values() for event in of_timer if event])
    return {
        name: next_of(known[event] for event in of_timer if event)
        for name, of_timer in events.items()
        if of_timer and all(event in known for event in of_timer if event)
    }


def _refuse(problems: t.Sequence[Problem]) -> None:
    if problems:
        raise Problems(problems)


def _plan_of(target: Target, name: str, left: t.Optional[RunJournal], now: str, manager: Manager) -> PoolPlan:
    """Without steps, without a killed run, and without units that it starts with, no generation is read.

    A unit that the pool is bound to may have started a version that no run has judged yet.
    """
    wanted, observed = target.wanted[name], target.observed[name]
    steps = with_surge(wanted.pool, plan_pool(wanted, observed))
    killed = left is not None and name in left.pools
    if not (steps or killed or bonds_in(wanted.group_text)):
        return PoolPlan(steps)
    kept = generations.of_pool(manager.places, name)
    plan = with_version(wanted, observed, steps, kept, now, target.restores)
    return plan if plan.steps or killed else PoolPlan(())


def _plan_shared(target: Target, leave: t.Collection[str], manager: Manager) -> t.Tuple[SharedPlan, SharedPlan]:
    """The units that serve all pools: for those that are there before the pools in ``leave`` go, and then for those
    that stay.
    """
    places, systemd = manager.places, manager.version()
    observed = observe_shared(systemd, manager)
    stay = {*(name for name, one in target.wanted.items() if not one.pool.foreign), *target.others}

    written = [file for one in target.wanted.values() for file in one.files]

    def planned(pools: t.AbstractSet[str], there: ObservedShared) -> SharedPlan:
        agent = agent_needed(places, written, pools - target.wanted.keys())
        files = shared_units(places, systemd, sys.executable, sorted(pools), agent=agent)
        return SharedPlan(files, there, tuple(plan_shared(places, files, there)))

    if not leave:
        return planned(stay, observed), SharedPlan((), ObservedShared(), ())
    if not target.wanted:
        return SharedPlan((), observed, ()), planned(stay, observed)
    first = planned({*stay, *leave}, observed)
    return first, planned(stay, after(first.files, observed.metrics))


def _versions(
    target: Target,
    plans: t.Mapping[str, PoolPlan],
    left: t.Optional[RunJournal],
    now: str,
    leave: t.FrozenSet[str],
    kept: t.Collection[str],
) -> Versions:
    """``kept`` are the pools that have generations on the host."""
    stay = frozenset({*target.wanted, *target.others})
    gone = leave.union(name for name in target.removals if name in kept)
    orphans = {name for name in kept if target.purge and name not in stay}
    return Versions(
        now=now,
        left=left,
        wanted=frozenset(target.wanted),
        stay=stay,
        gone=tuple(sorted(gone | orphans)),
        leave=leave,
        changes={name: plan.change for name, plan in plans.items() if plan.change},
        unfinished=tuple(one for plan in plans.values() for one in plan.unfinished),
        unproven=frozenset(name for name, one in target.wanted.items() if all_paused(one, target.observed[name])),
    )


def _pending_reload(observed: t.Mapping[str, ObservedPool], manager: Manager) -> str:
    """Why systemd has to read its unit files again although this run changes none; empty when it has not."""
    interrupted = host.pending_reload(manager.places)
    if interrupted:
        return interrupted
    loaded = [unit for name, pool in observed.items() for unit in _one_loaded(name, pool)]
    for unit in manager.loaded_from_old_files(loaded):
        return f"files of {unit} changed since it was loaded"
    return ""


def _one_loaded(name: str, pool: ObservedPool) -> t.List[str]:
    """One speaks for all that come from the template alone; each instance with a drop-in for itself."""
    if pool.timer:
        return [pool.main_units(name).group] if pool.target_active else []
    apart = {instance_of(path) for path in pool.files if path.endswith(f"/{OWN_DROP_IN}")}
    loaded = [one for one, seen in pool.instances.items() if seen.load == "loaded"]
    own = [one for one in loaded if one in apart]
    return [unit_name.instance(name, one) for one in (*[one for one in loaded if one not in apart][:1], *own)]


def _foretold(target: Target, leave: t.Iterable[str], places: Places) -> t.Iterator[str]:
    """Warnings about workers that the reload itself ends, and about logs on the disk."""
    now = time.time()
    for name, one in target.wanted.items():
        yield from cut_short.warning(one, target.observed[name], now)
    stored = os.path.isdir(kept_logs.STORED)
    yield from kept_logs.on_disk([one.pool for one in target.wanted.values()], stored=stored)
    yield from kept_logs.left_behind(places, {name: target.observed[name] for name in sorted(leave)})


def digest_key(order: t.Union[Deploy, GoBack], manager: Manager) -> bytes:
    """The host's key of the digests. A check on a bare host makes none: every digest is new to that host anyway."""
    if not order.check_mode:
        return host.key(manager.places)
    return host.kept_key(manager.places) or secrets.token_bytes(32)
