# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a job has run as often as an operator expects."""

from __future__ import annotations

import typing as t


def is_overdue(now: float, expected: float, known: t.Iterable[float]) -> bool:
    """``expected`` is the longest time without a run, in seconds. ``known`` are the times of runs and of the deploy,
    in seconds since the epoch.

    A clock that was set back shows them in the future. There they count for as long as in the past: a job is not late
    because a clock was corrected by a minute, and it is late when the clock is wrong by days.
    """
    return all(abs(now - one) > expected for one in known)


def not_run_for(expected: float) -> str:
    hours, seconds = divmod(int(expected), 3600)
    minutes, seconds = divmod(seconds, 60)
    parts = [f"{number} {unit}" for number, unit in ((hours, "h"), (minutes, "min"), (seconds, "s")) if number]
    return f"the job has not run for {' '.join(parts)}"
