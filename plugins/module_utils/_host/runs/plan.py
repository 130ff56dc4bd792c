# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of a run over the pools of one manager, for a deploy and for a rollback."""

from __future__ import annotations

import secrets
import sys
import time
import typing as t
from dataclasses import dataclass, field

from ansible_collections.workers.systemd.plugins.module_utils._core.decide import cut_short, obstacles
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.decision import PoolsDecision, SharedPlan
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import (
    passing_over,
    plan_pool,
    plan_reload,
    plan_removal,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan_shared import plan_shared
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.surge import with_surge
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.versions import (
    PoolPlan,
    Versions,
    with_version,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.look.run_journal import RunJournal
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.orders import Deploy, GoBack
from ansible_collections.workers.systemd.plugins.module_utils._core.write.shared_units import shared_units
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import Wanted
from ansible_collections.workers.systemd.plugins.module_utils._host import host
from ansible_collections.workers.systemd.plugins.module_utils._host.look import by_hand, generations
from ansible_collections.workers.systemd.plugins.module_utils._host.look.shared import observe_shared
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
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
    by_admin = by_hand.look(places, [unit for one in target.wanted.values() for unit in one.units])
    _refuse(obstacles.hidden(target.wanted, by_admin.hidden))
    steps = {name: plan.steps for name, plan in plans.items()}
    if target.restores is None:
        every_step = [step for of_pool in steps.values() for step in of_pool]
        _refuse(obstacles.masked(target.wanted, every_step, by_admin.masked))
    else:
        steps = {name: passing_over(by_admin.masked, of_pool) for name, of_pool in steps.items()}
    shared = _plan_shared(target, manager)
    changes = [*(step for of_pool in steps.values() for step in of_pool), *shared.steps]
    return PoolsDecision(
        places=places,
        wanted=target.wanted,
        observed=target.observed,
        steps=steps,
        others=target.others,
        shared=shared,
        reload=plan_reload(places, changes, _pending_reload(target.observed, manager)),
        versions=_versions(target, plans, left, now, generations.pools(places)),
        check_mode=order.check_mode,
        confirm=order.confirm,
        masked=by_admin.masked,
        warnings=(*_cut_short(target), *by_admin.warnings()),
    )


def _refuse(problems: t.Sequence[Problem]) -> None:
    if problems:
        raise Problems(problems)


def _plan_of(target: Target, name: str, left: t.Optional[RunJournal], now: str, manager: Manager) -> PoolPlan:
    """Without steps, and without a killed run, no generation is read."""
    wanted, observed = target.wanted[name], target.observed[name]
    steps = with_surge(wanted.pool, plan_pool(wanted, observed))
    if not steps and not (left and name in left.pools):
        return PoolPlan(steps)
    kept = generations.of_pool(manager.places, name)
    return with_version(wanted, observed, steps, kept, now, target.restores)


def _plan_shared(target: Target, manager: Manager) -> SharedPlan:
    """The units that serve all pools, for those that are there after the run."""
    systemd = manager.version()
    files = shared_units(manager.places, systemd, sys.executable, sorted({*target.wanted, *target.others}))
    observed = observe_shared(systemd, manager)
    return SharedPlan(files, observed, tuple(plan_shared(manager.places, files, observed)))


def _versions(
    target: Target,
    plans: t.Mapping[str, PoolPlan],
    left: t.Optional[RunJournal],
    now: str,
    kept: t.Collection[str],
) -> Versions:
    """``kept`` are the pools that have generations on the host."""
    stay = frozenset({*target.wanted, *target.others})
    gone = {name for name in target.removals if plans[name].steps or name in kept}
    orphans = {name for name in kept if target.purge and name not in stay}
    return Versions(
        now=now,
        left=left,
        wanted=frozenset(target.wanted),
        stay=stay,
        gone=tuple(sorted(gone | orphans)),
        changes={name: plan.change for name, plan in plans.items() if plan.change},
        unfinished=tuple(one for plan in plans.values() for one in plan.unfinished),
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
    """All instances come from one template, so one speaks for all."""
    return [unit_name.instance(name, one) for one, seen in pool.instances.items() if seen.load == "loaded"][:1]


def _cut_short(target: Target) -> t.Iterator[str]:
    """Warnings about workers that the reload itself ends."""
    now = time.time()
    for name, one in target.wanted.items():
        yield from cut_short.warning(one, target.observed[name], now)


def digest_key(order: t.Union[Deploy, GoBack], manager: Manager) -> bytes:
    """The host's key of the digests. A check on a bare host makes none: every digest is new to that host anyway."""
    if not order.check_mode:
        return host.key(manager.places)
    return host.kept_key(manager.places) or secrets.token_bytes(32)
