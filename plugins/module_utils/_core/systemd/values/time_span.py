# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time spans as systemd reads them: ``3s``, ``1min 30s``, ``500ms``; a bare number is seconds (parse_time())."""

from __future__ import annotations

import math
import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.quantities import number

SECOND = 1_000_000
# In systemd's order: the first that the text begins with counts.
MICROSECONDS = {
    **dict.fromkeys(("seconds", "second", "sec", "s"), SECOND),
    **dict.fromkeys(("minutes", "minute", "min"), 60 * SECOND),
    **dict.fromkeys(("months", "month", "M"), 2_629_800 * SECOND),
    **dict.fromkeys(("msec", "ms"), 1_000),
    "m": 60 * SECOND,
    **dict.fromkeys(("hours", "hour", "hr", "h"), 3_600 * SECOND),
    **dict.fromkeys(("days", "day", "d"), 86_400 * SECOND),
    **dict.fromkeys(("weeks", "week", "w"), 604_800 * SECOND),
    **dict.fromkeys(("years", "year", "y"), 31_557_600 * SECOND),
    **dict.fromkeys(("usec", "us", "\u00b5s"), 1),
}
# The Greek letter beside the sign of the same look.
GREEK, GREEK_SINCE = "\u03bcs", 248
NANOSECONDS = {**{unit: 1_000 * factor for unit, factor in MICROSECONDS.items()}, "nsec": 1, "ns": 1}
BLANKS = " \t\n\r"
NUMBER = re.compile(r"(?:\+?(?P<whole>[0-9]+)(?:(?P<point>\.)(?P<rest>[0-9]*))?|\.(?P<only>[0-9]+))")
ENDLESS = re.compile(r"[ \t\n\r]*infinity[ \t\n\r]*")
LARGEST, LARGEST_NUMBER = (1 << 64) - 1, (1 << 63) - 1


def seconds(text: str) -> float:
    """``"1min 30s"`` -> ``90.0``. Raises ``ValueError`` when the text is no time span."""
    found = microseconds(text)
    if found is None or found == math.inf:
        raise ValueError(text)
    return found / SECOND


def seconds_or_endless(text: str) -> float:
    """The same, where ``infinity`` is one."""
    return math.inf if text == "infinity" else seconds(text)


def seconds_within(text: str, shortest: float, longest: float) -> t.Optional[float]:
    """The seconds of a time span within these bounds; ``None`` for another text."""
    try:
        span = seconds(text)
    except ValueError:
        return None
    return span if shortest <= span <= longest else None


def microseconds(text: str, default: int = SECOND, systemd: int = GREEK_SINCE) -> t.Optional[float]:
    """Whole ones, or infinity; ``default`` is what a bare number counts; ``None`` when the text is no time span."""
    return _span(text, {**MICROSECONDS, GREEK: 1} if systemd >= GREEK_SINCE else MICROSECONDS, default)


def nanoseconds(text: str, systemd: int) -> t.Optional[float]:
    """The same with nanoseconds, which a bare number counts."""
    return _span(text, {**NANOSECONDS, GREEK: 1_000} if systemd >= GREEK_SINCE else NANOSECONDS, 1)


def is_time_span(text: str) -> bool:
    """Whether parse_sec() takes it; ``infinity`` is one."""
    return microseconds(text) is not None


def _span(text: str, units: t.Mapping[str, int], default: int) -> t.Optional[float]:
    if ENDLESS.fullmatch(text):
        return math.inf
    total, position = 0, _behind_blanks(text, 0)
    while position < len(text):
        found = NUMBER.match(text, position)
        if found is None or (found["point"] and not found["rest"]):
            return None
        unit = _behind_blanks(text, found.end())
        name = next((one for one in units if text.startswith(one, unit)), "")
        if not name and unit == found.end() and unit < len(text):
            return None
        whole, factor = number(found["whole"] or "0"), units.get(name, default)
        if whole > LARGEST_NUMBER or whole >= LARGEST // factor:
            return None
        total += whole * factor + _fraction(found["rest"] or found["only"] or "", factor)
        if total >= LARGEST:
            return None
        position = _behind_blanks(text, unit + len(name))
    return total if text.strip(BLANKS) else None


def _fraction(digits: str, factor: int) -> int:
    """systemd adds digit by digit, and drops what is less than one."""
    total = 0
    for digit in digits:
        factor //= 10
        if not factor:
            break
        total += int(digit) * factor
    return total


def _behind_blanks(text: str, position: int) -> int:
    while position < len(text) and text[position] in BLANKS:
        position += 1
    return position
