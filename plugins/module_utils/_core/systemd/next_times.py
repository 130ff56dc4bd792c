# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `systemd-analyze calendar --iterations` says about events (print_next_elapse() of analyze-calendar.c)."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import lines

COUNT = 3
# Times that have passed are counted up to this number.
MOST = 100
LINE = re.compile(r" *(?P<what>Normalized form|Next elapse|Iter\. #[0-9]+|Iteration #[0-9]+|\(in UTC\)): (?P<value>.+)")
# ``Mon 2026-11-30 03:15:00 CET``
MOMENT = re.compile(r"[A-Z][a-z]{2} (?P<moment>[0-9]{4,}-[0-9]{2}-[0-9]{2} [0-9:.]{8,}) (?P<zone>\S+)")


class NextTime(t.NamedTuple):
    """``utc`` orders times of any zone, ``shown`` is on the host's clock: ``Mon 2026-11-30 03:15:00 CET``."""

    utc: str
    shown: str


def parse(said: str) -> t.List[t.List[NextTime]]:
    """The next times of each event, in the order of the question. An event that never comes has none."""
    found: t.List[t.List[NextTime]] = []
    for line in filter(None, map(LINE.fullmatch, lines(said))):
        read = MOMENT.fullmatch(line["value"])
        if line["what"] == "Normalized form":
            # The line "Original form" is there only when the event was written in another way.
            found.append([])
        elif read and found and line["what"] == "(in UTC)" and found[-1]:
            # It follows a time in another zone.
            found[-1][-1] = NextTime(read["moment"], found[-1][-1].shown)
        elif read and found:
            found[-1].append(NextTime(read["moment"], line["value"]))
    return found


def next_of(events: t.Iterable[t.Sequence[NextTime]]) -> t.List[NextTime]:
    """The next times of a timer with several events."""
    return sorted({time for event in events for time in event})[:COUNT]


def passed(events: t.Iterable[t.Sequence[NextTime]], until: str) -> int:
    """How many times of a timer with several events are not after ``until``, in the form of NextTime. At most MOST."""
    return min(MOST, len({one.utc for event in events for one in event if one.utc <= until}))
