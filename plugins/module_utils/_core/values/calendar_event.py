# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calendar events of ``OnCalendar=`` (systemd.time(7), calendarspec.c)."""

from __future__ import annotations

import re

WORDS = {
    *("minutely", "hourly", "daily", "weekly", "monthly", "quarterly"),
    *("yearly", "annually", "anually", "semiannually", "semi-annually", "biannually", "bi-annually"),
}
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = "(?:mon(?:day)?|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
WEEKDAYS = re.compile(rf"{DAY}(?:(?:\.\.|-){DAY})?(?:,{DAY}(?:(?:\.\.|-){DAY})?)*,?(?: +|$)", re.IGNORECASE)
DAY_RANGE = re.compile(rf"({DAY})(?:\.\.|-)({DAY})", re.IGNORECASE)
# Start, end and repetition; there may be six digits behind the point of a second.
COMPONENT = "[0-9]+(?:[.]{2}[0-9]+)?(?:/[0-9]+)?"
MOMENT = r"[0-9]+(?:\.[0-9]{1,6})?"
SECOND = rf"{MOMENT}(?:[.]{{2}}{MOMENT})?(?:/{MOMENT})?"
CHAIN = rf"(?:\*|{COMPONENT}(?:,{COMPONENT})*)"
SECONDS = rf"(?:\*|{SECOND}(?:,{SECOND})*)"
DATE = rf"(?:(?P<year>{CHAIN})-)?(?P<month>{CHAIN})[-~](?P<day>{CHAIN})"
TIME = rf"(?P<hour>{CHAIN}):(?P<minute>{CHAIN})(?::(?P<second>{SECONDS}))?"
DATE_AND_TIME = re.compile(rf"(?:{DATE})?(?:(?:^|(?<=.) +){TIME})?")
EPOCH = re.compile("@[0-9]+")
LIMITS = {"month": (1, 12), "day": (1, 31), "hour": (0, 23), "minute": (0, 59), "second": (0, 59.999999)}
PARTS = re.compile(rf"(?P<start>{MOMENT})(?:[.]{{2}}(?P<end>{MOMENT}))?(?:/(?P<every>{MOMENT}))?")
# Which there are says the time zone database of the target.
ZONE = re.compile("(?:^| +)[A-Za-z][A-Za-z0-9_/+-]+$")


def is_calendar_event(text: str) -> bool:
    """Whether systemd takes it for one; any time zone is believed."""
    without_zone = ZONE.sub("", text)
    return _is_event(text) or (bool(without_zone) and _is_event(without_zone))


def _is_event(text: str) -> bool:
    if text.lower() in WORDS:
        return True
    weekdays = WEEKDAYS.match(text)
    if weekdays and not all(_number(first) <= _number(last) for first, last in DAY_RANGE.findall(weekdays.group())):
        return False
    rest = text[weekdays.end() :] if weekdays else text
    found = DATE_AND_TIME.fullmatch(rest)
    return bool(EPOCH.fullmatch(rest) or (found and all(_fits(found[name], *LIMITS[name]) for name in LIMITS)))


def _number(day: str) -> int:
    return DAYS.index(day[:3].lower())


def _fits(chain: str, least: float, most: float) -> bool:
    """Whether each part of a chain is in range, and repeats after more than nothing. A field may be left out."""
    for part in PARTS.finditer(chain or ""):
        start, end = float(part["start"]), float(part["end"] or part["start"])
        if not least <= start <= end <= most or float(part["every"] or 1) == 0:
            return False
    return True
