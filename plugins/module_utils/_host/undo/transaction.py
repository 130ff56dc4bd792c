# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The versions that a run brings to pools: kept before anything changes, good or bad afterwards, undone when bad."""

from __future__ import annotations

import contextlib
import functools
import os
import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.act.work import Outcome
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import Step, owed_verdicts
from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import Generation, State
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.change import (
    Change,
    change_of,
    outcome_line,
    unfinished,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.run_journal import Phase, RunJournal, noted
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import Wanted
from ansible_collections.workers.systemd.plugins.module_utils._host.look import generations
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.telling import in_words, or_else
from ansible_collections.workers.systemd.plugins.module_utils._host.undo import archive, journal_file
from ansible_collections.workers.systemd.plugins.module_utils._host.undo.dead_man import DeadMan
from ansible_collections.workers.systemd.plugins.module_utils._host.undo.revert import Revert


class Transaction:
    """``left`` is the journal of an earlier run that was killed, ``changes`` are what this one makes, by pool."""

    def __init__(self, manager: Manager, switch: DeadMan) -> None:
        self.manager = manager
        self.switch = switch
        self.left = journal_file.left(manager.places)
        self.now = archive.now()
        self.changes: t.Dict[str, Change] = {}
        self.unfinished: t.List[Generation] = []
        self.since = self.now
        self.others_left = RunJournal(self.now, 0, {})
        self.seen: t.Set[str] = set()
        self.gone: t.Tuple[str, ...] = ()
        self.bad: t.Dict[str, Change] = {}
        self.revert: t.Optional[Revert] = None

    def note(
        self, wanted: Wanted, observed: ObservedPool, steps: t.Tuple[Step, ...], restores: t.Optional[int]
    ) -> t.Tuple[Step, ...]:
        """Notes whether the pool gets another version. Returns its steps with those that a killed run owes.

        Where nothing is to be done and no run was killed, nothing is read.
        """
        name = wanted.pool.name
        self.seen.add(name)
        if not steps and not (self.left and name in self.left.pools):
            return steps
        kept = generations.of_pool(self.manager.places, name)
        change = change_of(wanted, observed, kept, self.now, restores)
        self.unfinished.extend(unfinished(kept, change))
        if change is None:
            return steps
        self.changes[name] = change
        taken_up = [one for one in kept if one.number == change.new.number and one.state is State.APPLYING]
        return (*steps, *owed_verdicts(wanted, steps)) if taken_up else steps

    def begin(self, gone: t.Iterable[str], stay: t.Container[str]) -> None:
        """All that a later run, or the host, needs to finish or undo this one, before anything changes.

        Pools that are ``gone`` after the run take their generations with them; what a killed run left half changed of
        pools that ``stay`` stays in the journal.
        """
        self.gone = tuple(sorted(gone))
        if self.left and self.left.phase is not Phase.UNDONE:
            self.since = self.left.since
            others = {name: one for name, one in self.left.pools.items() if name in stay and name not in self.changes}
            unfinished_removals = [name for name in self.left.gone if name in stay and name not in self.changes]
            self.others_left = replace(self.left, pools=others, gone=tuple(unfinished_removals))
        for one in self.unfinished:
            archive.mark(self.manager.places, one, State.BAD)
        for change in self.changes.values():
            archive.store(self.manager.places, change.new)
        if self.changes or self.gone:
            self.switch.arm()
            self._write_journal(self.changes, Phase.APPLYING)
        for name in self.gone:
            archive.forget(self.manager.places, name)

    def settle(self, outcome: Outcome, error: str) -> str:
        """A generation is good when its whole pool settled; no one is when an ``error`` broke the run off, or when that
        cannot be written down. Returns the error.

        One that was not brought to all instances, because stops killed, is neither good nor bad: the next run goes on.
        """
        self.bad = {name: change for name, change in self.changes.items() if error or name in outcome.faulty}
        unfinished = set() if error else outcome.unfinished
        try:
            for name, change in self.changes.items():
                if name not in unfinished:
                    archive.mark(self.manager.places, change.new, State.BAD if name in self.bad else State.GOOD)
        except Exception as failed:
            self.bad = dict(self.changes)
            return error or in_words(failed)
        for name in self.changes.keys() - unfinished:
            # What cannot be cleaned up now, the next run does.
            or_else(functools.partial(archive.prune, self.manager.places, name), lambda _error: None)
        return error

    def undo(self, outcome: Outcome, begun: float, pools: t.Iterable[str], tell: t.Callable[[str], None]) -> None:
        """Puts bad ones back. ``pools`` are all that the host has; the run began at ``begun``."""
        undone = {name: change for name, change in self.bad.items() if change.undoable}
        if undone:
            # On a full disk that is not written, and the journal still says enough.
            with contextlib.suppress(OSError):
                for change in undone.values():
                    archive.mark(self.manager.places, change.new, State.BAD)
                self._write_journal(undone, Phase.REVERTING)
            others = [name for name in pools if name not in undone]
            self.revert = Revert(undone, others, self.manager, tell)
            self.revert.carry_out(outcome, begun)

    def end(self) -> None:
        """Nothing is half changed any more; or the host has to try again, now that this run could not."""
        if self.revert and self.revert.error:
            return
        others = {name: one for name, one in self.others_left.pools.items() if name not in self.seen}
        if others or self.others_left.gone:
            journal_file.write(self.manager.places, replace(self.others_left, pools=others))
        else:
            journal_file.close(self.manager.places)
            if self.left or self.changes or self.gone:
                self.switch.disarm()

    def told_of(self, name: str) -> t.Dict[str, t.Any]:
        """The part of a pool's result."""
        told: t.Dict[str, t.Any] = {}
        if name in self.changes:
            told["number"] = self.changes[name].new.number
        if self.revert and name in self.revert.changes:
            back, verdicts = self.changes[name].back, self.revert.outcome.verdicts_of(name)
            told["rolled_back_to"] = {"number": back.number, "id": back.id} if back else None
            told["revert"] = {unit: str(one) for unit, one in verdicts.items()}
        return told

    def lines(self) -> t.List[str]:
        """What became of bad generations, in words."""
        undone = self.revert.changes if self.revert else {}
        trouble = {name: self.revert.trouble(name) if self.revert else [] for name in self.bad}
        lines = [outcome_line(change, name in undone, trouble[name]) for name, change in self.bad.items()]
        lines += [one for name in undone if self.revert for one in self.revert.killed(name)]
        if self.revert and self.revert.error:
            lines.append(f"The host tries again by itself {self.switch.confirm:g} s from now, or at its next boot.")
        return lines

    def _write_journal(self, changes: t.Mapping[str, Change], phase: Phase) -> None:
        others = self.others_left
        pools, gone = {**others.pools, **noted(changes)}, (*others.gone, *self.gone)
        journal_file.write(self.manager.places, RunJournal(self.since, os.getpid(), pools, gone, phase))
