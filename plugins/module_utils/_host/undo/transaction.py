# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The versions that a run brings to pools: kept before anything changes, good or bad afterwards, undone when bad."""

from __future__ import annotations

import contextlib
import functools
import os
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.act.work import Outcome
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.change import Change
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.versions import Versions
from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import State
from ansible_collections.workers.systemd.plugins.module_utils._core.look.run_journal import Phase
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.run_outcome import Reverted
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.telling import in_words, or_else
from ansible_collections.workers.systemd.plugins.module_utils._host.undo import archive, journal_file
from ansible_collections.workers.systemd.plugins.module_utils._host.undo.dead_man import DeadMan
from ansible_collections.workers.systemd.plugins.module_utils._host.undo.revert import Revert


class Transaction:
    """Brings ``versions`` to a host, and undoes them. ``switch`` makes the host undo them when this run dies."""

    def __init__(self, manager: Manager, switch: DeadMan, versions: Versions) -> None:
        self.manager = manager
        self.places = manager.places
        self.switch = switch
        self.versions = versions

    def begin(self) -> None:
        """All that a later run, or the host, needs to finish or undo this one, before anything changes."""
        for one in self.versions.unfinished:
            archive.mark(self.places, one, State.BAD)
        for change in self.versions.changes.values():
            archive.store(self.places, change.new)
        if self.versions.any:
            self.switch.arm()
            self._write_journal(self.versions.changes, Phase.APPLYING)
        for name in self.versions.gone:
            archive.forget(self.places, name)

    def settle(self, units: Outcome, error: str) -> t.Tuple[str, t.Mapping[str, Change]]:
        """Marks each version good or bad. Returns the error, and the changes whose version is bad.

        A version is good when its whole pool settled. When an ``error`` broke the run off, or when that cannot be
        written down, all are bad. A version that was not brought to all instances, because stops killed, is neither:
        the next run goes on.
        """
        changes = self.versions.changes
        bad = {name: change for name, change in changes.items() if error or name in units.faulty}
        unfinished = set() if error else units.unfinished
        try:
            for name, change in changes.items():
                if name not in unfinished:
                    archive.mark(self.places, change.new, State.BAD if name in bad else State.GOOD)
        except Exception as failed:
            return error or in_words(failed), dict(changes)
        for name in changes.keys() - unfinished:
            # What cannot be cleaned up now, the next run does.
            or_else(functools.partial(archive.prune, self.places, name), lambda _error: None)
        return error, bad

    def undo(
        self, bad: t.Mapping[str, Change], units: Outcome, begun: float, tell: t.Callable[[str], None]
    ) -> t.Optional[Reverted]:
        """Puts back the versions that may be put back. ``units`` is what became of them in the run, which began at
        ``begun``.
        """
        undone = {name: change for name, change in bad.items() if change.undoable}
        if not undone:
            return None
        # On a full disk that is not written, and the journal still says enough.
        with contextlib.suppress(OSError):
            for change in undone.values():
                archive.mark(self.places, change.new, State.BAD)
            self._write_journal(undone, Phase.REVERTING)
        others = sorted(self.versions.stay - undone.keys())
        return Revert(undone, others, self.manager, tell).carry_out(units, begun)

    def end(self, reverted: t.Optional[Reverted]) -> None:
        """Nothing is half changed any more; or the host has to try again, now that this run could not."""
        if reverted and reverted.error:
            return
        left = self.versions.left_for_later
        if left:
            journal_file.write(self.places, left)
            return
        journal_file.close(self.places)
        if self.versions.left or self.versions.any:
            self.switch.disarm()

    def _write_journal(self, changes: t.Mapping[str, Change], phase: Phase) -> None:
        journal_file.write(self.places, self.versions.journal(changes, phase, os.getpid()))
