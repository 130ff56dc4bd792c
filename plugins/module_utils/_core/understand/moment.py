# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A point in time as people write it, and seconds since the epoch."""

from __future__ import annotations

import datetime
import re

EPOCH = re.compile(r"@?([0-9]{9,11}(?:\.[0-9]{1,9})?)")
WRITTEN = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6})[0-9]*)?)?"
    r" ?(?:(Z|UTC)|([+-])([0-9]{2}):?([0-9]{2}))?)?"
)
EXPECTED = 'a point in time such as "2026-01-31 12:00", "2026-01-31T12:00:00+01:00" or 1769860800'


def seconds(text: str) -> float:
    """``"2026-01-31 12:00"`` -> ``1769860800.0``. Raises ``ValueError`` when the text is no point in time.

    Without an offset it is UTC, so that it is the same moment on every host, and the one that our tables show.
    """
    epoch = EPOCH.fullmatch(text)
    if epoch:
        return float(epoch.group(1))
    written = WRITTEN.fullmatch(text)
    if written is None:
        raise ValueError(text)
    year, month, day, hour, minute, second = (int(part or 0) for part in written.groups()[:6])
    micro = int((written.group(7) or "").ljust(6, "0"))
    moment = datetime.datetime(year, month, day, hour, minute, second, micro, tzinfo=_zone(*written.groups()[8:]))
    return moment.timestamp()


def text(seconds: float) -> str:
    """``1769860800.2`` -> ``"2026-01-31T12:00:00Z"``."""
    moment = datetime.datetime.fromtimestamp(int(seconds), datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _zone(sign: str, hours: str, minutes: str) -> datetime.timezone:
    offset = datetime.timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return datetime.timezone(-offset if sign == "-" else offset)
