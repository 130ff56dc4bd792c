# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Undoes changes whose new generation is bad. A run does that once. It reports an error and does not try again."""

from __future__ import annotations

import sys
import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.act.work import Outcome, PoolWork, subjects_of
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.change import Change, way_back
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import (
    ON_DISK,
    passing_over,
    paused_after,
    plan_pool,
    plan_reload,
    plan_removal,
    plan_revert,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan_shared import plan_shared
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.scaled import at_present
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import Generation
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.run_outcome import Reverted
from ansible_collections.workers.systemd.plugins.module_utils._core.write.shared_units import shared_units
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import Wanted, markers_in, wanted_again
from ansible_collections.workers.systemd.plugins.module_utils._core.write.watched import markers_again
from ansible_collections.workers.systemd.plugins.module_utils._host import host
from ansible_collections.workers.systemd.plugins.module_utils._host.act.apply import Run
from ansible_collections.workers.systemd.plugins.module_utils._host.look import adoption, bonds, by_hand, look
from ansible_collections.workers.systemd.plugins.module_utils._host.look.duties import agent_needed
from ansible_collections.workers.systemd.plugins.module_utils._host.look.shared import observe_shared
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.telling import in_words, or_else, unfailing
from ansible_collections.workers.systemd.plugins.module_utils._host.undo import archive


class Revert:
    """``others`` are the pools of the host that stay. ``gone`` are the pools whose removal the revert finishes."""

    def __init__(
        self,
        changes: t.Mapping[str, Change],
        others: t.Sequence[str],
        manager: Manager,
        tell: t.Callable[[str], None],
        gone: t.Sequence[str] = (),
    ) -> None:
        self.changes = changes
        self.tell = unfailing(tell)
        self.others = others
        self.gone = gone
        self.manager = manager
        self.outcome = Outcome()
        # By pool and by unit: the path of the mask.
        self.masked: t.Dict[str, t.Dict[str, str]] = {}

    def carry_out(self, failed: Outcome, begun: float) -> Reverted:
        """``failed`` is the outcome of the run that failed, which began at ``begun``, in seconds since the epoch."""
        return self._reverted(lambda: self._carry_out(failed, begun))

    def put_files_back(self) -> Reverted:
        """Puts back files and links, before systemd starts the pools at boot, and takes back the starts of units that
        are not wanted. Waits for no unit: all of them wait for this process.
        """
        return self._reverted(self._put_files_back)

    def _reverted(self, work: t.Callable[[], None]) -> Reverted:
        error = ""
        try:
            for change in self.changes.values():
                self.tell(way_back(change))
            work()
        except Exception as wrong:
            # After any error, the host tries again, and this run reports the rest.
            error = in_words(wrong)
        return Reverted(self.changes, self.outcome, error, self.masked)

    def _put_files_back(self) -> None:
        work = [
            replace(one, steps=[step for step in one.steps if step.verb in ON_DISK])
            for one in self._work_of_pools(Outcome(), 0.0)
        ]
        self.manager.begin_stops(subjects_of(work, Verb.DISABLE))
        self._run(work).change_units()

    def _run(self, work: t.Sequence[PoolWork]) -> Run:
        places = self.manager.places
        reload = plan_reload(places, [step for one in work for step in one.steps], host.pending_reload(places))
        return Run(self.manager, work, bool(reload), self.tell)

    def _work_of_pools(self, failed: Outcome, begun: float) -> t.List[PoolWork]:
        places, backs = self.manager.places, {name: change.back for name, change in self.changes.items()}
        old = {name: adoption.old_files(places, name) for name, back in backs.items() if back and back.foreign}
        observed = look.observe([*self.changes, *self.gone], self.manager, old)
        again = {name: _again(places, one.back, one.new) for name, one in self.changes.items() if one.back}
        # Without an answer, the way back takes the units for running: it must not fail for what only spares a start.
        bound = or_else(lambda: bonds.with_wanted(self.manager, observed, again), lambda _error: observed)
        work = [
            self._work(name, change, again.get(name), bound[name], failed, begun)
            for name, change in self.changes.items()
        ]
        return work + [PoolWork(name, plan_removal(name, observed[name], "the pool is absent")) for name in self.gone]

    def _carry_out(self, failed: Outcome, begun: float) -> None:
        work = self._work_of_pools(failed, begun)
        backs = {name: change.back for name, change in self.changes.items()}
        kept = [name for name, back in backs.items() if back is not None]
        ours = [name for name, back in backs.items() if back is not None and not back.foreign]
        places, systemd = self.manager.places, self.manager.version()
        written = [file for one in work for file in one.files]
        agent = agent_needed(places, written, [name for name in self.others if name not in self.changes])
        shared = shared_units(places, systemd, sys.executable, sorted({*self.others, *ours}), agent=agent)
        host_steps = plan_shared(places, shared, observe_shared(systemd, self.manager))
        run = self._run([PoolWork("", host_steps, shared), *work])
        self.outcome = run.outcome
        run.carry_out()
        for name in {*self.changes, *self.gone} - set(kept):
            archive.forget(places, name)

    # Large: each parameter is one thing that is known of the pool.
    def _work(
        self,
        name: str,
        change: Change,
        back: t.Optional[Wanted],
        observed: ObservedPool,
        failed: Outcome,
        begun: float,
    ) -> PoolWork:
        if back is None:
            return PoolWork(name, plan_removal(name, observed, f"its first version {change.fault}"))
        started = [UnitName.parse(unit) for unit in failed.started]
        also = {one.instance or "" for one in started if one.prefix == name}
        back = replace(back, pool=at_present(back.pool, observed, also))
        instances = [unit_name.instance(name, one) for one in back.pool.instances]
        # The operator may have masked an instance during the run. systemd then refuses the whole call that enables it
        # together with other instances.
        self.masked[name] = by_hand.look(self.manager.places, instances).masked
        steps = plan_revert(back, observed, _touched(back, observed, failed, begun))
        steps = passing_over(self.masked[name], steps)
        left_out = {*self.masked[name], *paused_after(back, observed)}
        instances = [unit for unit in instances if unit not in left_out]
        # All instances restart at the same time: an instance with the bad version is of no use.
        policy = replace(back.pool.rollout, canary=0, max_parallel="100%", on_failure="stop")
        return PoolWork(name, steps, back.files, instances, policy)


def _again(places: Places, back: Generation, failed: Generation) -> Wanted:
    """Returns the units of the previous generation as this host wants them now.

    The failed run has looked at the watched files, and the revert does not look again. Workers own such files. A worker
    that has made its file endless, or has put it on a dead server, would otherwise keep its bad version.
    """
    pool = back.as_pool()
    noted = markers_in(places, failed.as_pool(), failed.files)
    return wanted_again(places, pool, back.files, markers_again(pool, noted, failed.as_pool()), failed.noted)


def _touched(back: Wanted, observed: ObservedPool, failed: Outcome, begun: float) -> t.Set[str]:
    """Returns the units that the failed run started, and the units that systemd started with its files since then."""
    name = back.pool.name
    stale = {step.subject for step in plan_pool(back, observed) if step.verb is Verb.RESTART}
    later = {
        unit_name.instance(name, one)
        for one, seen in observed.instances.items()
        if seen.process and seen.process.started >= begun
    }
    return {*failed.started, *(stale & later)}
