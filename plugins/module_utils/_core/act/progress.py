# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The progress of a rollout in lines for people."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.act.phases import Phase
from ansible_collections.workers.systemd.plugins.module_utils._core.act.rollout import Rollout


class Progress:
    """Of one pool, from ``begun`` on, in seconds of the clock of the rollout."""

    def __init__(self, pool: str, rollout: Rollout, begun: float) -> None:
        self.pool = pool
        self.rollout = rollout
        self.begun = begun
        self.canary = rollout.policy.canary if rollout.phases.of(Phase.STALE) else 0
        self.total = len(rollout.phases.of(Phase.MISSING, Phase.STALE, Phase.UNJUDGED))
        self.settled = 0
        self.bad: t.Set[str] = set()

    def lines(self, now: float) -> t.List[str]:
        """What has happened since the last time."""
        verdicts = self.rollout.verdicts
        settled = sum(verdict.good for verdict in verdicts.values())
        lines = []
        if settled != self.settled:
            self.settled = settled
            canary = "canary settled, " if settled <= self.canary < self.total else ""
            lines.append(f"{self.pool}: {canary}{settled}/{self.total} after {now - self.begun:.1f} s")
        for unit, verdict in verdicts.items():
            if verdict.bad and unit not in self.bad:
                self.bad.add(unit)
                lines.append(f"{self.pool}: {unit} {verdict}")
        return lines
