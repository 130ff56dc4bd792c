# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The versions that a run brings to pools. The run keeps them first, marks them good or bad, and undoes bad ones."""

from __future__ import annotations

import contextlib
import functools
import os
import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.act.work import Outcome
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.change import Change
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.versions import Versions
from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import State
from ansible_collections.workers.systemd.plugins.module_utils._core.look.run_journal import Phase
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.run_outcome import Reverted, RunOutcome
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.telling import in_words, or_else
from ansible_collections.workers.systemd.plugins.module_utils._host.undo import archive, journal_file
from ansible_collections.workers.systemd.plugins.module_utils._host.undo.dead_man import DeadMan
from ansible_collections.workers.systemd.plugins.module_utils._host.undo.revert import Revert


class Transaction:
    """Records ``versions`` of a run and undoes bad ones. ``switch`` makes the host undo them when this run dies."""

    def __init__(self, manager: Manager, switch: DeadMan, versions: Versions) -> None:
        self.manager = manager
        self.places = manager.places
        self.switch = switch
        self.versions = versions

    def begin(self) -> None:
        """Writes everything that a later run or the host needs to finish or undo this run, before anything changes."""
        for one in self.versions.unfinished:
            archive.mark(self.places, one, State.BAD)
        for name, change in self.versions.changes.items():
            if change.old:
                archive.store(self.places, change.old)
            archive.store(self.places, change.new)
            if change.same:
                archive.keep_same(self.places, name, change.same)
        if self.versions.any:
            self.switch.arm()
            self._write_journal(self.versions.changes, Phase.APPLYING)

    def begin_removal(self) -> None:
        """From now on the new versions stay, and the host finishes the removals when this run dies."""
        journal_file.write(self.places, self.versions.journal_of_removal(os.getpid(), self.manager.booted))
        for name in self.versions.gone:
            archive.forget(self.places, name)

    def settle(self, units: Outcome, error: str) -> t.Tuple[str, t.Mapping[str, Change]]:
        """Marks each version good or bad. Returns the error, and the changes whose version is bad.

        A version is good when its whole pool settled. All versions are bad when an ``error`` ended the run early, or
        when a mark cannot be written. A version that was not tried, because a pool before it is bad, counts as bad. A
        version that did not reach all instances, because a stop ended in SIGKILL, is not marked: the next run continues
        with it. A version whose instances are all paused is unproven.
        """
        changes, faulty = self.versions.changes, units.faulty
        bad = {name: change for name, change in changes.items() if error or name in faulty}
        bad.update({name: replace(changes[name], tried=False) for name in units.untried & changes.keys() - bad.keys()})
        unfinished = set() if error else units.unfinished
        try:
            for name, change in changes.items():
                if name not in unfinished:
                    good = State.UNPROVEN if name in self.versions.unproven else State.GOOD
                    archive.mark(self.places, change.new, State.BAD if name in bad else good)
        except Exception as failed:
            return error or in_words(failed), dict(changes)
        for name in changes.keys() - unfinished:
            # When this cleanup fails, the next run does it.
            or_else(functools.partial(archive.prune, self.places, name), lambda _error: None)
        return error, bad

    def undo(
        self, bad: t.Mapping[str, Change], units: Outcome, begun: float, tell: t.Callable[[str], None]
    ) -> t.Optional[Reverted]:
        """Puts back the versions that may be put back. ``units`` is the outcome of the units in the run. The run began
        at ``begun``.
        """
        undone = {name: change for name, change in bad.items() if change.undoable}
        if not undone:
            return None
        # On a full disk, this write fails, and the earlier journal still says enough.
        with contextlib.suppress(OSError):
            for change in undone.values():
                archive.mark(self.places, change.new, State.BAD)
            self._write_journal(undone, Phase.REVERTING)
        others = sorted((self.versions.stay | self.versions.leave) - undone.keys())
        return Revert(undone, others, self.manager, tell).carry_out(units, begun)

    def end(self, outcome: RunOutcome) -> None:
        """Ends the transaction when no change is half done any more. Otherwise the host tries again."""
        if outcome.half_done or not (self.versions.left or self.versions.any):
            return
        left = self.versions.left_for_later(removed=not outcome.kept)
        if left:
            journal_file.write(self.places, left)
            return
        journal_file.close(self.places)
        self.switch.disarm()

    def _write_journal(self, changes: t.Mapping[str, Change], phase: Phase) -> None:
        journal_file.write(self.places, self.versions.journal(changes, phase, os.getpid(), self.manager.booted))
