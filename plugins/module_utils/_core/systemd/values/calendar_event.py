# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calendar events of ``OnCalendar=`` (systemd.time(7), calendarspec.c)."""

from __future__ import annotations

import datetime
import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.quantities import number

WORDS = {
    *("minutely", "hourly", "daily", "weekly", "monthly", "quarterly"),
    *("yearly", "annually", "anually", "semiannually", "semi-annually", "biannually", "bi-annually"),
}
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = re.compile(
    "(?:mon(?:day)?|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)(?=[-., ]|$)",
    re.IGNORECASE,
)
WHOLE = "[0-9]+"
# Seconds have a fraction, of which six digits count.
FINE = r"[0-9]+(?:\.(?!\.)[0-9]+)?"
EPOCH = re.compile("@[ ]*[+]?([0-9]+)")
MOST = (1 << 31) - 1
# The year 2200.
FIRST_EPOCH_TOO_LATE = 7_258_118_400
DAYS_MUST_FIT_SINCE = 258
MOST_COMPONENTS = 240
SECOND = 1_000_000
# Which there are says the time zone database of the target: cities are believed, continents and abbreviations known.
ZONE = re.compile(
    r"(?:(?:posix|right)/)?(?:(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Etc"
    r"|Europe|Indian|Mexico|Pacific|US)/[A-Za-z0-9_/+-]+|[A-Z]{2,5}(?:[+-]?[0-9]+(?:[A-Z]{3,4})?)?|Cuba|Egypt|Eire"
    r"|Factory|GB-Eire|Greenwich|Hongkong|Iceland|Iran|Israel|Jamaica|Japan|Kwajalein|Libya|NZ-CHAT|Navajo|Poland"
    r"|Portugal|Singapore|Turkey|Universal|W-SU|Zulu|localtime|[+-][0-9]{2,4})"
)


class Component(t.NamedTuple):
    """Microseconds for a second. ``stop`` and ``every`` are 0 and more, or -1 and 0 when they are not written."""

    start: int
    stop: int
    every: int


class Bad(ValueError):
    """It is no calendar event."""


# One part of a chain: components, ``None`` for all.
Chain = t.Optional[t.List[Component]]


def is_calendar_event(text: str, systemd: int) -> bool:
    """Whether systemd takes it for one; the cities of time zones are believed."""
    before, blank, zone = text.rpartition(" ")
    if blank and (zone.upper() == "UTC" or ZONE.fullmatch(zone)):
        text = before
    if text.lower() in WORDS:
        return True
    try:
        return bool(text) and _is_event(text, systemd)
    except Bad:
        return False


def _is_event(text: str, systemd: int) -> bool:
    days, position = _weekdays(text)
    epoch = EPOCH.fullmatch(text, position)
    if epoch:
        seconds = number(epoch[1])
        # The first day was a Thursday.
        return seconds < FIRST_EPOCH_TOO_LATE and _may_be(days, (seconds // 86_400 + 3) % 7, systemd)
    chains, month_end, position = _date(text, position)
    fit = all(
        _fits(chain, *LIMITS[name], month_end=month_end and name == "day")
        for name, chain in {**chains, **_time(text, position)}.items()
    )
    return fit and _may_be(days, None if month_end else _weekday_of(chains), systemd)


def _weekday_of(chains: t.Mapping[str, Chain]) -> t.Optional[int]:
    """Of one day, when the date is one."""
    chosen = [chains.get(name) for name in ("year", "month", "day")]
    if not all(one and len(one) == 1 and one[0].stop < 0 and not one[0].every for one in chosen):
        return None
    year, month, day = (one[0].start for one in chosen if one)
    # A day that the month has not is another one of the next.
    return (datetime.date(year, month, 1).weekday() + day - 1) % 7


def _may_be(days: t.Collection[int], day: t.Optional[int], systemd: int) -> bool:
    return systemd < DAYS_MUST_FIT_SINCE or day is None or not days or day in days


LIMITS = {
    "year": (1970, 2199),
    "month": (1, 12),
    "day": (1, 31),
    "hour": (0, 23),
    "minute": (0, 59),
    "second": (0, 60 * SECOND - 1),
}


def _weekdays(text: str) -> t.Tuple[t.Set[int], int]:
    """parse_weekdays(): ``Mon``, ``Mon..Fri``, ``Mon,Wed..Fri``; and where the date begins."""
    position, first_of_range = 0, -1
    days: t.Set[int] = set()
    while True:
        found = DAY.match(text, position)
        if found is None:
            if position:
                raise Bad
            return days, 0
        day = DAYS.index(found.group()[:3].lower())
        if first_of_range > day:
            raise Bad
        days.update(range(first_of_range if first_of_range >= 0 else day, day + 1))
        position = found.end()
        separator = next((one for one in ("..", "-", ",") if text.startswith(one, position)), "")
        if separator in ("..", "-") and first_of_range >= 0:
            raise Bad
        if not separator and position < len(text) and text[position] != " ":
            raise Bad
        position += len(separator)
        if not separator or position == len(text) or text[position] == " ":
            if separator in ("..", "-"):
                raise Bad
            return days, _behind_blanks(text, position)
        first_of_range = day if separator != "," else -1


def _date(text: str, position: int) -> t.Tuple[t.Dict[str, Chain], bool, int]:
    """parse_date(): year, month and day, whether days count from the end of the month, and where the time begins."""
    if position == len(text):
        return {}, False, position
    first, after = _chain(text, position, WHOLE)
    if text[after : after + 1] in ("", ":"):
        return {}, False, position
    month_end = _dash(text, after)
    second, after = _chain(text, after + 1, WHOLE)
    if text[after : after + 1] in ("", " "):
        return {"month": first, "day": second}, month_end, _behind_blanks(text, after)
    if month_end:
        raise Bad
    month_end = _dash(text, after)
    third, after = _chain(text, after + 1, WHOLE)
    if text[after : after + 1] not in ("", " "):
        raise Bad
    return {"year": _full_years(first), "month": second, "day": third}, month_end, _behind_blanks(text, after)


def _time(text: str, position: int) -> t.Dict[str, Chain]:
    """parse_calendar_time()."""
    if position == len(text):
        return {}
    hour, position = _chain(text, position, WHOLE)
    minute, position = _chain(text, _behind_colon(text, position), WHOLE)
    if position == len(text):
        return {"hour": hour, "minute": minute}
    second, position = _chain(text, _behind_colon(text, position), FINE)
    if position != len(text):
        raise Bad
    return {"hour": hour, "minute": minute, "second": second}


def _chain(text: str, position: int, pattern: str) -> t.Tuple[Chain, int]:
    """parse_chain(): components with commas, or a star; and what follows it."""
    if text.startswith("*", position):
        return None, position + 1
    found: t.List[Component] = []
    while True:
        component, position = _component(text, position, pattern)
        found.append(component)
        if len(found) > MOST_COMPONENTS:
            raise Bad
        follows = text[position : position + 1]
        if follows == ",":
            position += 1
        elif follows in ("", " ", "-", "~", ":"):
            return found, position
        else:
            raise Bad


def _component(text: str, position: int, pattern: str) -> t.Tuple[Component, int]:
    unit = SECOND if pattern == FINE else 1
    start, position = _number(text, position, pattern)
    stop, every = -1, 0
    if text.startswith("..", position):
        stop, position = _number(text, position + 2, pattern)
        every = unit
    if text.startswith("/", position):
        every, position = _number(text, position + 1, pattern)
        if not every:
            raise Bad
    elif start > MOST - every or (unit == SECOND and stop >= 0 and start + every > stop):
        raise Bad
    return Component(start, stop, every), position


def _number(text: str, position: int, pattern: str) -> t.Tuple[int, int]:
    found = re.compile(pattern).match(text, position)
    if found is None:
        raise Bad
    whole, _point, rest = found.group().partition(".")
    value = number(whole) * (SECOND if pattern == FINE else 1)
    if rest:
        value += int(rest[:6].ljust(6, "0")) + (rest[6:7] >= "5")
    if value > MOST:
        raise Bad
    return value, found.end()


def _dash(text: str, position: int) -> bool:
    if text[position : position + 1] not in ("-", "~"):
        raise Bad
    return text[position] == "~"


def _behind_colon(text: str, position: int) -> int:
    if text[position : position + 1] != ":":
        raise Bad
    return position + 1


def _behind_blanks(text: str, position: int) -> int:
    return len(text) - len(text[position:].lstrip(" "))


def _full_years(chain: Chain) -> Chain:
    """``26`` is 2026, ``99`` is 1999."""

    def full(year: int) -> int:
        return year + (2000 if 0 <= year < 70 else 1900 if 70 <= year < 100 else 0)

    return chain and [one._replace(start=full(one.start), stop=full(one.stop)) for one in chain]


def _fits(chain: Chain, least: int, most: int, *, month_end: bool) -> bool:
    """normalize_chain() and chain_valid(): each part in range, and once more in it when it repeats."""
    # Counted from the end, the last days are those that every month has.
    most -= 3 if month_end else 0
    return all(_component_fits(one, least, most, month_end) for one in chain or [])


def _component_fits(one: Component, least: int, most: int, month_end: bool) -> bool:
    start, stop, every = one
    if stop > start and every:
        stop -= (stop - start) % every
    if start == stop or (stop > start and start + every > stop):
        stop, every = -1, 0
    if not least <= start <= most or every > most - least:
        return False
    if stop >= 0:
        return least <= stop <= most and start + every <= stop
    return start - every >= least if month_end else start + every <= most
