# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run says about its timers: runs that are under way, and the next times."""

from __future__ import annotations

import math
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.decision import PoolsDecision
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.next_times import NextTime
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import moment

GOES_ON = "a run is under way, and goes on to its end"


def timer_lines(decision: PoolsDecision) -> t.List[str]:
    lines = []
    for name, steps in decision.steps.items():
        seen, wanted = decision.observed[name].timer, decision.wanted.get(name)
        paused = bool(wanted and decision.paused(name))
        if seen and seen.since is not None and steps:
            anew = wanted and not paused
            lines.append(f"{name}: {GOES_ON}{' with its version. The next run has the new one' if anew else ''}")
        if paused:
            continue
        if name in decision.times:
            lines.append(f"{name}: next runs: {', '.join(decision.times[name]) or 'none, its schedule never comes'}")
        elif wanted and wanted.pool.schedule and wanted.pool.schedule.every:
            lines.append(f"{name}: runs every {wanted.pool.schedule.every}")
    return lines


def gap(times: t.Sequence[NextTime]) -> float:
    """The shortest time between two of them, in whole seconds; endless without two."""
    begins = [moment.seconds(f"{one.utc[:10]}T{one.utc[11:19]}Z") for one in times]
    return min((after - before for before, after in zip(begins, begins[1:])), default=math.inf)


def crowded(where: str, every: float, took: float) -> t.Iterator[str]:
    """The warning about a job whose last run took ``took`` seconds, and that comes ``every`` so many seconds."""
    if took > every:
        yield (
            f"{where}: the job comes every {every:g} s, and its last run took {took:.0f} s: times of the schedule come "
            "while a run lasts (see overlap)"
        )


def never(decision: PoolsDecision) -> t.List[str]:
    """Warnings about timers that never start their job."""
    return [
        f"{decision.wanted[name].pool.where}.schedule: never comes: all of its times are over, or no such day exists"
        for name, times in decision.times.items()
        if not times
    ]
