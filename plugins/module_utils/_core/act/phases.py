# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The phase of each unit in a rollout, and the table of what may happen to it. Nothing else ever does."""

from __future__ import annotations

import enum
import typing as t


class Phase(enum.Enum):
    # It is wanted, and has no step.
    SERVES = "serves"
    # It runs, and the run that started it was killed before the verdict.
    UNJUDGED = "unjudged"
    # It does not run, and is to be started.
    MISSING = "missing"
    # It runs something else than what is wanted, and waits for its turn.
    STALE = "stale"
    # It is left as it is, although it is missing or stale.
    SPARED = "spared"
    # It was restarted, or is unjudged, and its verdict is awaited.
    WATCHED = "watched"
    GOOD = "good"
    BAD = "bad"


class Event(enum.Enum):
    # The rollout begins.
    BEGUN = "begun"
    # It came up by itself, after the host was looked at.
    CAME_UP = "came up"
    RESTARTED = "restarted"
    SETTLED = "settled"
    FAILED = "failed"
    # Its former process was killed at its stop.
    KILLED = "killed"
    # It is busy, and nothing has settled for too long.
    HELD_UP = "held up"
    # It is down, not through us, and stays down for too long.
    LOST = "lost"


TRANSITIONS: t.Mapping[t.Tuple[Phase, Event], Phase] = {
    (Phase.UNJUDGED, Event.BEGUN): Phase.WATCHED,
    (Phase.MISSING, Event.RESTARTED): Phase.WATCHED,
    # It serves, and waits for its turn.
    (Phase.MISSING, Event.CAME_UP): Phase.STALE,
    (Phase.STALE, Event.RESTARTED): Phase.WATCHED,
    (Phase.STALE, Event.HELD_UP): Phase.SPARED,
    (Phase.WATCHED, Event.SETTLED): Phase.GOOD,
    (Phase.WATCHED, Event.FAILED): Phase.BAD,
    # How a stop ended is known after the verdict, or when the verdict is awaited no longer.
    (Phase.WATCHED, Event.KILLED): Phase.BAD,
    (Phase.GOOD, Event.KILLED): Phase.BAD,
    (Phase.BAD, Event.KILLED): Phase.BAD,
    (Phase.SERVES, Event.LOST): Phase.BAD,
    (Phase.GOOD, Event.LOST): Phase.BAD,
    (Phase.SPARED, Event.LOST): Phase.SPARED,
}


class Phases:
    """The phases of ``units``, which are in the order in which they have their turn."""

    def __init__(self, units: t.Mapping[str, Phase]) -> None:
        self._units = dict(units)

    def happen(self, event: Event, unit: str) -> None:
        """Raises ``KeyError`` for what cannot happen to a unit in this phase."""
        self._units[unit] = TRANSITIONS[self._units[unit], event]

    def of(self, *phases: Phase) -> t.List[str]:
        """The units in these phases, in order."""
        return [unit for unit, phase in self._units.items() if phase in phases]
