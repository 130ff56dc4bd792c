# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time spans as systemd writes them: ``3s``, ``1min 30s``, ``500ms``; a bare number is seconds (systemd.time(7))."""

from __future__ import annotations

import re

SECONDS = {
    "us": 1e-6,
    "usec": 1e-6,
    "ms": 1e-3,
    "msec": 1e-3,
    "": 1.0,
    "s": 1.0,
    "sec": 1.0,
    "second": 1.0,
    "seconds": 1.0,
    "m": 60.0,
    "min": 60.0,
    "minute": 60.0,
    "minutes": 60.0,
    "h": 3600.0,
    "hr": 3600.0,
    "hour": 3600.0,
    "hours": 3600.0,
}
PART = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([a-z]*)\s*")


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
