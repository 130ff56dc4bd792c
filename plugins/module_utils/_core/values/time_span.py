# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time spans as systemd writes them: ``3s``, ``1min 30s``, ``500ms``; a bare number is seconds (systemd.time(7))."""

from __future__ import annotations

import math
import re

SECONDS = {
    "": 1.0,
    **dict.fromkeys(("us", "usec", "\u00b5s", "\u03bcs"), 1e-6),
    **dict.fromkeys(("ms", "msec"), 1e-3),
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1.0),
    **dict.fromkeys(("m", "min", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hr", "hour", "hours"), 3600.0),
    **dict.fromkeys(("d", "day", "days"), 86400.0),
    **dict.fromkeys(("w", "week", "weeks"), 604800.0),
    **dict.fromkeys(("M", "month", "months"), 2629800.0),
    **dict.fromkeys(("y", "year", "years"), 31557600.0),
}
PART = re.compile(r"\s*\+?([0-9]+(?:\.[0-9]+)?|\.[0-9]+)\s*([A-Za-z\u00b5\u03bc]*)\s*", re.ASCII)
# parse_nsec() knows it too.
NANOSECONDS = re.compile(r"(?<![A-Za-z])n(?:sec|s)(?![A-Za-z])")


def seconds(text: str) -> float:
    """``"1min 30s"`` -> ``90.0``. Raises ``ValueError`` when the text is no time span."""
    rest, total = text, 0.0
    while rest or not text:
        part = PART.match(rest)
        if part is None or part.group(2) not in SECONDS:
            raise ValueError(text)
        total += float(part.group(1)) * SECONDS[part.group(2)]
        rest = rest[part.end() :]
    return total


def seconds_or_endless(text: str) -> float:
    """The same, where ``infinity`` is one."""
    return math.inf if text == "infinity" else seconds(text)


def is_time_span(text: str) -> bool:
    """Whether parse_sec() takes it; ``infinity`` is one."""
    try:
        return text == "infinity" or seconds(text) >= 0
    except ValueError:
        return False


def is_fine_time_span(text: str) -> bool:
    """The same with nanoseconds."""
    return is_time_span(NANOSECONDS.sub("us", text))
