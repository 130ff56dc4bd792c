# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The times of cron as calendar events of systemd (crontab(5), systemd.time(7)).

Ranges and steps are those of Vixie cron and cronie. cron runs a line when the day of the month *or* the day of the week
fits, if both are restricted. A field that begins with a star is not restricted, also with a step (DOM_STAR and DOW_STAR
of cron's entry.c). Calendar events always need both, so such a line becomes two events.
"""

from __future__ import annotations

import re
import typing as t

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# cron counts from Sunday, and 7 is Sunday too.
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
DAYS_OF_SYSTEMD = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NICKNAMES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
REBOOT = "@reboot"
PART = re.compile(
    r"(?P<first>\*|[0-9]{1,3}|[A-Za-z]{3})(?:-(?P<last>[0-9]{1,3}|[A-Za-z]{3}))?(?:/(?P<step>[0-9]{1,3}))?"
)
# So many in a row are a range.
SHORTEST_RANGE = 3


class Field(t.NamedTuple):
    """The values that a field of cron may have. ``names`` are those from ``named_from`` on."""

    what: str
    least: int
    most: int
    names: t.Tuple[str, ...] = ()
    named_from: int = 0


FIELDS = (
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day of the month", 1, 31),
    Field("month", 1, 12, MONTHS, 1),
    Field("day of the week", 0, 7, DAYS),
)


class NotCron(ValueError):
    """It is not a time of cron. The text says which part, and why."""


def is_cron_time(text: str) -> bool:
    try:
        of_cron(text)
    except NotCron:
        return False
    return True


def of_cron(text: str, zone: str = "") -> t.Tuple[str, ...]:
    """``"15 3 * * 1-5"`` -> ``("Mon..Fri *-*-* 03:15",)``, as many events as cron's rule of the days needs.

    ``zone`` is a time zone, such as ``Europe/Berlin`` of ``CRON_TZ``. Raises ``NotCron``; ``@reboot`` is no time.
    """
    words = NICKNAMES.get(text.strip().lower(), text).split()
    if len(words) != len(FIELDS):
        raise NotCron(f"{len(words)} fields, expected {len(FIELDS)}, or one of {', '.join(NICKNAMES)}")
    minute, hour, day, month, weekday = (values(word, field) for word, field in zip(words, FIELDS))
    weekdays = {(one + 6) % 7 for one in weekday}
    either = not words[2].startswith("*") and not words[4].startswith("*")
    anyday, anyweekday = set(range(1, 32)), set(range(7))
    dates = [(day, anyweekday), (anyday, weekdays)] if either else [(day, weekdays)]
    return tuple(_event(_Time(minute, hour, days, month, of_week), zone) for days, of_week in dates)


def values(text: str, field: Field) -> t.Set[int]:
    """``"1-5,10-20/5"`` as numbers. Raises ``NotCron``."""
    found: t.Set[int] = set()
    for part in text.split(","):
        read = PART.fullmatch(part)
        if read is None:
            hint = ", because `~` is a random time: RandomizedDelaySec= of a timer" if "~" in part else ""
            raise NotCron(f"{part!r} as {field.what}{hint}")
        found.update(_range(read, field))
    return found


def _range(read: t.Match[str], field: Field) -> t.Iterable[int]:
    step = int(read["step"] or 1)
    if not step:
        raise NotCron(f"{read.group()!r} as {field.what}: a step of 0")
    if read["first"] == "*":
        if read["last"]:
            raise NotCron(f"{read.group()!r} as {field.what}")
        # Of 0 and 7, which are the same day, a star means one.
        return range(field.least, min(field.most, 6) + 1 if field.names == DAYS else field.most + 1, step)
    first = _number(read["first"], field)
    # cronie reads `5/15` as from 5 on.
    last = _number(read["last"], field) if read["last"] else field.most if read["step"] else first
    if first > last:
        raise NotCron(f"{read.group()!r} as {field.what}: the range runs backwards")
    return range(first, last + 1, step)


def _number(text: str, field: Field) -> int:
    if text.isdigit():
        number = int(text)
    elif text.lower() in field.names:
        number = field.names.index(text.lower()) + field.named_from
    else:
        raise NotCron(f"{text!r} as {field.what}")
    if not field.least <= number <= field.most:
        raise NotCron(f"{text!r} as {field.what}, expected {field.least} to {field.most}")
    return number


class _Time(t.NamedTuple):
    minute: t.Set[int]
    hour: t.Set[int]
    day: t.Set[int]
    month: t.Set[int]
    weekday: t.Set[int]


def _event(time: _Time, zone: str) -> str:
    weekdays = "" if len(time.weekday) == len(DAYS) else _weekdays(time.weekday)
    date = f"*-{_written(time.month, 1, 12)}-{_written(time.day, 1, 31)}"
    clock = f"{_written(time.hour, 0, 23)}:{_written(time.minute, 0, 59)}"
    return " ".join(filter(None, [weekdays, date, clock, zone]))


def _weekdays(days: t.Set[int]) -> str:
    return ",".join(
        f"{DAYS_OF_SYSTEMD[first]}..{DAYS_OF_SYSTEMD[last]}" if last > first else DAYS_OF_SYSTEMD[first]
        for first, last in _runs(sorted(days))
    )


def _written(numbers: t.Set[int], least: int, most: int) -> str:
    """A component of a calendar event: ``*``, ``00/5``, ``09..17`` or ``00,30``."""
    ordered = sorted(numbers)
    if len(ordered) == most - least + 1:
        return "*"
    steps = {after - before for before, after in zip(ordered, ordered[1:])}
    if len(ordered) >= SHORTEST_RANGE and len(steps) == 1 and steps != {1} and ordered[-1] + min(steps) > most:
        return f"{ordered[0]:02d}/{min(steps)}"
    return ",".join(f"{first:02d}..{last:02d}" if last > first else f"{first:02d}" for first, last in _runs(ordered))


def _runs(ordered: t.Sequence[int]) -> t.Iterator[t.Tuple[int, int]]:
    """Ranges of numbers that follow each other; fewer than three stand alone."""
    start = 0
    for index in range(1, len(ordered) + 1):
        if index < len(ordered) and ordered[index] == ordered[index - 1] + 1:
            continue
        run = ordered[start:index]
        yield from [(run[0], run[-1])] if len(run) >= SHORTEST_RANGE else [(one, one) for one in run]
        start = index
