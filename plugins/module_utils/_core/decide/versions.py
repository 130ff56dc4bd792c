# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The versions of pools that a run changes, decided before anything changes."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.change import (
    Change,
    change_of,
    noted,
    unfinished,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import owed_verdicts, paused_after
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Step
from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import Generation, State
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.look.run_journal import Noted, Phase, RunJournal
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import Wanted

# Why a run judges what runs a version of this state already.
OWED = {
    State.APPLYING: "the run that started it was killed before the verdict",
    State.UNPROVEN: "no run has judged its version yet",
}


@dataclass(frozen=True)
class PoolPlan:
    """The steps of one pool, the change of its version if there is one, and the versions that a killed run has left and
    that this run does not take up.
    """

    steps: t.Tuple[Step, ...]
    change: t.Optional[Change] = None
    unfinished: t.Tuple[Generation, ...] = ()


def with_version(
    wanted: Wanted,
    observed: ObservedPool,
    steps: t.Tuple[Step, ...],
    kept: t.Sequence[Generation],
    now: str,
    restores: t.Optional[int],
) -> PoolPlan:
    """The steps with the version that they bring, and with the verdicts that a killed run owes.

    ``kept`` are the generations of the pool, ``restores`` is the number of the one that a rollback goes back to.
    """
    change = change_of(wanted, observed, kept, now, restores)
    left = tuple(unfinished(kept, change))
    if change is None:
        return PoolPlan(steps, None, left)
    because = next((OWED[one.state] for one in kept if one.number == change.new.number and one.state in OWED), "")
    owed = owed_verdicts(wanted, steps, because, paused_after(wanted, observed)) if because else ()
    return PoolPlan((*steps, *owed), change, left)


@dataclass(frozen=True)
class Versions:
    """``left`` is the journal of an earlier run that was killed. ``changes`` are those of this run, by pool.

    ``wanted`` are the pools that this run brings to their wanted state, ``stay`` all that are there after it, and
    ``gone`` those whose generations are removed. The pools in ``leave`` are there until the run removes them. The run
    began at ``now``, which is ISO 8601 in UTC. Of the ``unproven`` pools all instances are paused, so that no instance
    can prove their version.
    """

    now: str
    left: t.Optional[RunJournal] = None
    wanted: t.FrozenSet[str] = frozenset()
    stay: t.FrozenSet[str] = frozenset()
    gone: t.Tuple[str, ...] = ()
    leave: t.FrozenSet[str] = frozenset()
    changes: t.Mapping[str, Change] = field(default_factory=dict)
    unfinished: t.Tuple[Generation, ...] = ()
    unproven: t.FrozenSet[str] = frozenset()

    @property
    def any(self) -> bool:
        return bool(self.changes or self.gone)

    def journal(self, changes: t.Mapping[str, Change], phase: Phase, pid: int, booted: float) -> RunJournal:
        """What a later run, or the host, needs to know of these ``changes`` to finish or to undo them."""
        pools = {**self._others.pools, **noted(changes)}
        booted = self._half_changed.booted if self._half_changed else booted
        return RunJournal(self.since, pid, pools, self._others.gone, phase, booted=booted)

    @property
    def since(self) -> str:
        """When the work began that the journal is about."""
        return self._half_changed.since if self._half_changed else self.now

    def journal_of_removal(self, pid: int, booted: float) -> RunJournal:
        """The same for the removals of the run. From then on, its new versions stay."""
        journal = self.journal({}, Phase.APPLYING, pid, booted)
        return replace(journal, gone=tuple(dict.fromkeys([*journal.gone, *self.gone])))

    def left_for_later(self, *, removed: bool) -> t.Optional[RunJournal]:
        """What the killed run has left half changed, and this run too; ``None`` when nothing is. ``removed`` says
        whether this run has removed its pools.
        """
        pools = {name: one for name, one in self._others.pools.items() if name not in self.wanted}
        gone = tuple(name for name in self._others.gone if not (removed and name in self.gone))
        return replace(self._others, pools=pools, gone=gone) if pools or gone else None

    @property
    def _half_changed(self) -> t.Optional[RunJournal]:
        return self.left if self.left and self.left.phase is not Phase.UNDONE else None

    @property
    def _others(self) -> RunJournal:
        """The journal of the killed run, with the pools that stay and that this run does not change.

        A pool that was half removed is of no use, so its removal is finished whatever becomes of this run. A pool that
        this run wants is not removed.
        """
        if self._half_changed is None:
            return RunJournal(self.now, 0, {})
        names, going = self.stay - self.changes.keys(), {*self.stay, *self.gone} - self.wanted
        pools: t.Dict[str, Noted] = {name: one for name, one in self._half_changed.pools.items() if name in names}
        gone = tuple(name for name in self._half_changed.gone if name in going)
        return replace(self._half_changed, pools=pools, gone=gone)
