# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The versions that a run brings to pools: kept before anything changes, good or bad afterwards, undone when bad."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.change import (
    Change,
    change_of,
    journal_of,
    outcome_line,
    unfinished,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.generation import Generation, State
from ansible_collections.workers.systemd.plugins.module_utils._core.observed import ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.plan import Step, owed_verdicts
from ansible_collections.workers.systemd.plugins.module_utils._core.units import UnitName
from ansible_collections.workers.systemd.plugins.module_utils._core.wanted import Seal, Wanted
from ansible_collections.workers.systemd.plugins.module_utils._host import generations, journal
from ansible_collections.workers.systemd.plugins.module_utils._host.apply import Outcome
from ansible_collections.workers.systemd.plugins.module_utils._host.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.revert import Revert


class Transaction:
    """``left`` is the journal of an earlier run that was killed, ``changes`` are what this one makes, by pool."""

    def __init__(self, manager: Manager, seal: Seal) -> None:
        self.manager = manager
        self.seal = seal
        self.left = journal.left()
        self.now = generations.now()
        self.changes: t.Dict[str, Change] = {}
        self.unfinished: t.List[Generation] = []
        self.others_left: t.Dict[str, t.Tuple[t.Optional[int], int]] = {}
        self.bad: t.Dict[str, Change] = {}
        self.revert: t.Optional[Revert] = None

    def note(
        self, wanted: Wanted, observed: ObservedPool, steps: t.Tuple[Step, ...], restores: t.Optional[int]
    ) -> t.Tuple[Step, ...]:
        """Notes whether the pool gets another version. Returns its steps with those that a killed run owes.

        Where nothing is to be done and no run was killed, nothing is read.
        """
        name = wanted.pool.name
        if not steps and not (self.left and name in self.left.pools):
            return steps
        kept = generations.of_pool(name)
        change = change_of(wanted, observed, kept, self.now, restores)
        self.unfinished.extend(unfinished(kept, change))
        if change is None:
            return steps
        self.changes[name] = change
        taken_up = [one for one in kept if one.number == change.new.number and one.state is State.APPLYING]
        return (*steps, *owed_verdicts(wanted, steps)) if taken_up else steps

    def begin(self, gone: t.Iterable[str], stay: t.Container[str]) -> None:
        """All that a later run needs to finish or undo this one, before anything changes.

        Pools that are ``gone`` after the run take their generations with them; what a killed run left half changed of
        pools that ``stay`` stays in the journal.
        """
        left = self.left.pools if self.left else {}
        self.others_left = {name: left[name] for name in left if name in stay and name not in self.changes}
        for name in gone:
            generations.forget(name)
        for one in self.unfinished:
            generations.mark(one, State.BAD)
        for change in self.changes.values():
            generations.store(change.new)
        if self.changes:
            self._write_journal(self.changes, "applying")

    def settle(self, outcome: Outcome, broken: bool) -> None:
        """A generation is good when its whole pool settled; no one is when the run was ``broken`` off."""
        bad = {UnitName.parse(unit).prefix for unit in outcome.failed}
        for name, change in self.changes.items():
            if broken or name in bad:
                self.bad[name] = change
            generations.mark(change.new, State.BAD if name in self.bad else State.GOOD)
            generations.prune(name)

    def undo(self, outcome: Outcome, begun: float, pools: t.Iterable[str]) -> None:
        """Puts bad ones back. ``pools`` are all that the host has; the run began at ``begun``."""
        undone = {name: change for name, change in self.bad.items() if change.undoable}
        if undone:
            self._write_journal(undone, "reverting")
            self.revert = Revert(undone, [name for name in pools if name not in undone], self.manager, self.seal)
            self.revert.carry_out(outcome, begun)

    def end(self) -> None:
        if self.left and self.others_left:
            journal.write(replace(self.left, pools=self.others_left))
        else:
            journal.close()

    def told_of(self, name: str) -> t.Dict[str, t.Any]:
        """The part of a pool's result."""
        told: t.Dict[str, t.Any] = {}
        if name in self.changes:
            told["number"] = self.changes[name].new.number
        if self.revert and name in self.revert.changes:
            back, verdicts = self.changes[name].back, self.revert.outcome.verdicts
            told["rolled_back_to"] = {"number": back.number, "id": back.id} if back else None
            told["revert"] = {unit: str(one) for unit, one in verdicts.items() if UnitName.parse(unit).prefix == name}
        return told

    def lines(self) -> t.List[str]:
        """What became of bad generations, in words."""
        undone = self.revert.changes if self.revert else {}
        trouble = {name: self.revert.trouble(name) if self.revert else [] for name in self.bad}
        return [outcome_line(change, name in undone, trouble[name]) for name, change in self.bad.items()]

    def _write_journal(self, changes: t.Mapping[str, Change], phase: str) -> None:
        own = journal_of(changes, self.now, phase)
        journal.write(replace(own, pools={**self.others_left, **own.pools}))
