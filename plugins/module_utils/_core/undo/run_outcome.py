# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outcome of a run: its units, its bad versions, and the lines about them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.workers.systemd.plugins.module_utils._core.act.work import Outcome
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.change import Change, outcome_line


@dataclass(frozen=True)
class Reverted:
    """How bad versions were put back.

    ``changes`` maps a pool to its change. ``masked`` maps a pool to its masked units, each with the path of its mask.
    With an ``error``, the host tries again.
    """

    changes: t.Mapping[str, Change]
    outcome: Outcome
    error: str = ""
    masked: t.Mapping[str, t.Mapping[str, str]] = field(default_factory=dict)

    def trouble(self, pool: str) -> t.List[str]:
        """The errors of putting back a pool, in words; empty when the pool is back."""
        masked = [f"{unit} is masked by {path} and stays as it is" for unit, path in self.masked.get(pool, {}).items()]
        failed = [f"{unit} {verdict}" for unit, verdict in self.outcome.verdicts_of(pool).items() if verdict.faulty]
        return [*([self.error] if self.error else []), *failed, *masked]

    def killed(self, pool: str) -> t.List[str]:
        """Stops that ended in SIGKILL while the pool was put back, in words."""
        verdicts = self.outcome.verdicts_of(pool)
        return [f"{unit} {verdict}" for unit, verdict in verdicts.items() if verdict.bad and not verdict.faulty]


@dataclass(frozen=True)
class RunOutcome:
    """``error`` is the error that ended the run early. ``bad`` maps a pool to its change when the new version is bad.

    ``reverted`` describes how the bad versions were put back. ``failures`` has one entry for each instance that did not
    settle. The pools in ``kept`` were to be removed and are not, because something did not settle. ``unremoved`` is the
    error that ended the removal. ``states`` maps a pool that has changed to the ActiveState of each wanted unit
    after a run that did not fail. A ``RunOutcome`` without arguments is the outcome of a run that has done nothing.
    """

    units: Outcome = field(default_factory=Outcome)
    error: str = ""
    bad: t.Mapping[str, Change] = field(default_factory=dict)
    reverted: t.Optional[Reverted] = None
    failures: t.Tuple[t.Mapping[str, t.Any], ...] = ()
    warnings: t.Tuple[str, ...] = ()
    kept: t.Tuple[str, ...] = ()
    unremoved: str = ""
    states: t.Mapping[str, t.Mapping[str, str]] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        return bool(self.failures or self.error or self.unremoved)

    @property
    def half_done(self) -> bool:
        """Whether the host has to finish what the run could not."""
        return bool(self.unremoved or (self.reverted and self.reverted.error))

    def undo_lines(self, confirm: float) -> t.List[str]:
        """The lines about bad versions and removals. When one is half done, the host tries again after ``confirm``
        seconds.
        """
        reverted = self.reverted or Reverted({}, Outcome())
        lines = [
            outcome_line(change, name in reverted.changes, reverted.trouble(name)) for name, change in self.bad.items()
        ]
        lines += [line for name in reverted.changes for line in reverted.killed(name)]
        if self.kept:
            lines.append(f"not removed, because the run failed: {', '.join(self.kept)}")
        if self.unremoved:
            lines.append(f"the removal did not end: {self.unremoved}")
        if self.half_done:
            lines.append(f"The host tries again by itself {confirm:g} s from now, or at its next boot.")
        return lines
