# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The decision of a pause by hand, and of its end. It changes no version of a pool.

A resume of a version that no instance has proved yet is judged like a deploy of it, and undone like one.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.decide import obstacles
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.change import Change, change_of
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.decision import PoolsDecision, SharedPlan
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import plan_reload
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan_pause import (
    pause_problems,
    pauses_by_hand,
    plan_by_hand,
    unknown_pools,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.scaled import at_present
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Step
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.versions import Versions
from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import (
    Generation,
    State,
    installed_content,
    last_good,
    present,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import ObservedPool, ObservedShared
from ansible_collections.workers.systemd.plugins.module_utils._core.look.run_journal import Phase, RunJournal
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pause import PauseByHand
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.schedule import Schedule
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pause import Pause
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import Wanted, WantedFile
from ansible_collections.workers.systemd.plugins.module_utils._host import host
from ansible_collections.workers.systemd.plugins.module_utils._host.look import (
    bonds,
    by_hand,
    generations,
    look,
    pool_files,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.undo import archive, journal_file


@dataclass(frozen=True)
class _OfPool:
    """One pool as it is. ``change`` is the version that its instances are about to prove."""

    wanted: Wanted
    pauses: t.Mapping[str, Pause]
    steps: t.Tuple[Step, ...]
    change: t.Optional[Change]


def decide(order: PauseByHand, manager: Manager) -> PoolsDecision:
    """Changes no unit. Raises ``Problems`` with everything that is wrong with the order."""
    places, now = manager.places, archive.now()
    owned = pool_files.owned_pools(places)
    problems = unknown_pools(order, owned)
    observed = look.observe([name for name in order.pools if name in owned], manager)
    observed = bonds.with_installed(manager, observed)
    left = journal_file.left(places)
    if order.resume:
        problems += _half_deployed(left, observed)
    of_pools = {name: _of_pool(name, seen, order, now, problems, manager) for name, seen in observed.items()}
    wanted = {name: one.wanted for name, one in of_pools.items()}
    by_admin = by_hand.look(places, [unit for one in wanted.values() for unit in one.units])
    steps = {name: one.steps for name, one in of_pools.items()}
    every_step = [step for of_pool in steps.values() for step in of_pool]
    problems += obstacles.masked(wanted, every_step, by_admin.masked)
    if problems:
        raise Problems(dict.fromkeys(problems))
    changes = {name: one.change for name, one in of_pools.items() if one.change}
    return PoolsDecision(
        places=places,
        wanted=wanted,
        observed=observed,
        steps=steps,
        others=tuple(name for name in owned if name not in wanted),
        shared=SharedPlan((), ObservedShared(), ()),
        reload=plan_reload(places, every_step, host.pending_reload(places)),
        versions=_versions(changes, owned, left, now),
        check_mode=order.check_mode,
        confirm=order.confirm,
        masked=by_admin.masked,
        pauses={name: one.pauses for name, one in of_pools.items()},
    )


def _versions(
    changes: t.Mapping[str, Change], owned: t.Collection[str], left: t.Optional[RunJournal], now: str
) -> Versions:
    """Without a version to prove, the journal of a run that was killed stays for the run that continues it."""
    if not changes:
        return Versions(now)
    return Versions(now, left, wanted=frozenset(changes), stay=frozenset(owned), changes=changes)


def _of_pool(
    name: str, observed: ObservedPool, order: PauseByHand, now: str, problems: t.List[Problem], manager: Manager
) -> _OfPool:
    """Adds to ``problems``."""
    kept = generations.of_pool(manager.places, name)
    installed = present(kept, installed_content(observed))
    asked = order.instances if order.resume else ()
    wanted = _as_it_is(name, observed, installed or last_good(kept), asked)
    problems += pause_problems(order, wanted.pool, observed.pauses)
    pauses = pauses_by_hand(manager.places, wanted.pool, observed.pauses, order, now)
    steps = plan_by_hand(wanted.pool, observed, pauses, order)
    proves = order.resume and steps and installed is not None and installed.state is State.UNPROVEN
    return _OfPool(wanted, pauses, steps, change_of(wanted, observed, kept, now) if proves else None)


def _as_it_is(name: str, observed: ObservedPool, version: t.Optional[Generation], asked: t.Container[str]) -> Wanted:
    """The pool with the files that are installed. Its version says which instances it has and how they are stopped.

    Without any version, the instances are those that start at boot. Of a range, those that were ``asked`` for too.
    """
    if version is None:
        enabled = unit_name.in_order(one for one, seen in observed.instances.items() if seen.enabled)
        pool = Pool(name, instances=tuple(enabled), schedule=Schedule() if observed.timer else None)
    else:
        pool = at_present(version.as_pool(), observed, asked)
    files = tuple(WantedFile(path, file.text, file.mode) for path, file in observed.files.items())
    noted = version.noted if version else {}
    return Wanted(pool, files, {}, version.id if version else "", noted)


def _half_deployed(left: t.Optional[RunJournal], pools: t.Collection[str]) -> t.Iterator[Problem]:
    """A start would bring a version without a verdict to more instances, and no run would undo it."""
    if left and left.phase is not Phase.UNDONE and not left.pools.keys().isdisjoint(pools):
        yield Problem("the host", str(left), "a deploy that has ended", "Deploy again first.")
