# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the agent rests after a turn. The end of a child process ends a rest too."""

from __future__ import annotations

import typing as t

# In seconds: between two looks at files that a deploy writes, at checks that run, and at an instance that restarts.
LONGEST_PAUSE, BRIEF, ACTING = 5.0, 1.0, 0.25
# Each of many pools may be due at a moment of its own.
SHORTEST = 0.05


def pause(due: t.Iterable[float], *, hurries: bool, waits: bool) -> float:
    """Seconds. ``due`` are those until each duty has something to do. The agent ``hurries`` while an instance starts,
    and ``waits`` for answers, or for an instance that is to stop as soon as it is idle.
    """
    if hurries:
        return ACTING
    if not waits:
        return min([LONGEST_PAUSE, *due])
    # What is due now has been asked in this turn, and waits. The others are asked in time, whatever it waits for.
    return max(SHORTEST, min([BRIEF, *(one for one in due if one > 0)]))
