# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calendar events that take the place of times of cron come when cron would run the line, as systemd says."""

from __future__ import annotations

import datetime
import itertools
import random
import shlex
import typing as t

import pytest
import zoneinfo

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.calendar import FIELDS, of_cron, values
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.next_times import (
    MOST,
    NextTime,
    next_of,
    parse,
    passed,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.timers import gap
from tests.helpers.oracle_host import OracleHost

# systemd 247 misses times: after 28 February, *-*-01,31 comes on 31 March and not on 1 March (docs/timers.md), and
# `0,24 */9 * 6-12 */2` misses some too. Not seen on 252.
TIMES_ARE_MISSED_BEFORE = 252
# A leap year, and the day before a month ends.
UTC = datetime.timezone.utc
BASE = datetime.datetime(2028, 2, 28, 23, 58, tzinfo=UTC)
COUNT = 40
FIXED = [
    "15 3 * * 1-5",
    "*/5 * * * *",
    "0 0 1 * 1",
    "0 0 29 2 *",
    "0 4 31 * *",
    "0 */6 * * *",
    "5/20 8-18/2 * * mon,wed",
    "0 0 * * 7",
    "0 0 */2 * 1",
    "30 1 1,15 jan-mar,dec 0",
    "@weekly",
    "@hourly",
]


def some_field(chosen: random.Random, least: int, most: int) -> str:
    first, last = sorted((chosen.randint(least, most), chosen.randint(least, most)))
    step = chosen.randint(1, max(1, most // 2))
    return chosen.choice(["*", "*", str(first), f"{first}-{last}", f"*/{step}", f"{first},{last}", f"{first}-{last}/2"])


def lines() -> list[str]:
    chosen = random.Random(20)
    made_up = [" ".join(some_field(chosen, field.least, min(field.most, 28)) for field in FIELDS) for _ in range(60)]
    return [*FIXED, *made_up]


def days_of_crond(text: str, begin: datetime.date) -> t.Iterator[datetime.datetime]:
    """When cron runs a line, minute by minute of each day that fits (find_jobs() of cron), on the clock on the wall."""
    nicknames = {"@weekly": "0 0 * * 0", "@hourly": "0 * * * *"}
    words = nicknames.get(text, text).split()
    minutes, hours, days, months, weekdays = (values(word, field) for word, field in zip(words, FIELDS, strict=True))
    either = not words[2].startswith("*") and not words[4].startswith("*")
    for number in range(366 * 5):
        day = begin + datetime.timedelta(days=number)
        weekday = day.isoweekday() in weekdays or (day.isoweekday() == 7 and 0 in weekdays)
        fits = (day.day in days or weekday) if either else (day.day in days and weekday)
        if day.month in months and fits:
            for hour in sorted(hours):
                for minute in sorted(minutes):
                    yield datetime.datetime(day.year, day.month, day.day, hour, minute)


def of_crond(text: str, zone: str, begin: datetime.datetime) -> t.Iterator[datetime.datetime]:
    """The times in UTC after ``begin``. systemd leaves out a time that the clock of the zone skips, and of an hour that
    comes twice it takes the first: seen on 247, 252, 257 and 262.
    """
    there = zoneinfo.ZoneInfo(zone)
    for wall in days_of_crond(text, (begin - datetime.timedelta(days=1)).date()):
        time = wall.replace(tzinfo=there).astimezone(UTC)
        if time > begin and time.astimezone(there).replace(tzinfo=None) == wall:
            yield time


def written(time: datetime.datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S}"


def asked(
    host: OracleHost, begin: datetime.datetime, count: int, events: t.Sequence[str], zone: str = "UTC"
) -> dict[str, list[NextTime]]:
    """On a host in a ``zone``."""
    quoted = " ".join(map(shlex.quote, events))
    options = f"--iterations={count} --base-time='{written(begin)} UTC'"
    return dict(zip(events, parse(host.sh(f"TZ={zone} systemd-analyze calendar {options} -- {quoted}")), strict=True))


def compare(
    host: OracleHost, zone: str, begin: datetime.datetime, count: int, chosen: t.Sequence[str], of_host: str = "UTC"
) -> None:
    """The first ``count`` times of each line, on a host of another zone or of this one."""
    every = {line: of_cron(line, "" if zone == of_host else zone) for line in chosen}
    events = list(dict.fromkeys(event for found in every.values() for event in found))
    times = asked(host, begin, count, events, of_host)
    for line, found in every.items():
        said = sorted({time.utc for event in found for time in times[event]})[:count]
        assert said, f"{line} never comes"
        wanted = map(written, itertools.islice(of_crond(line, zone, begin), len(said)))
        # Five years of them.
        for one, other in zip(said, wanted):
            assert one == other, f"{line} as {found}"


def test_systemd_runs_a_job_when_cron_would(host: OracleHost) -> None:
    if host.systemd < TIMES_ARE_MISSED_BEFORE:
        pytest.skip("this systemd misses times")
    compare(host, "UTC", BASE, COUNT, lines())


# The clocks of the last two have no other hour. Those of the third go forward in October, and by half an hour.
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC")
YEAR = datetime.datetime(2028, 1, 1, tzinfo=UTC)
# At most three times a day, in the hours in which clocks change, and in others. Days of the week only: systemd 247
# misses days of months.
SEVERAL_A_DAY = ["30 2 * * *", "15,45 1 * * *", "10 0,3,14 * * *", "59 1-3 * * 0", "0 2 * * 6,0,1", "30 23 * * 1-5"]
SEVERAL_AN_HOUR = ["*/15 * * * *", "7-59/20 * * * 0,6", "0,30 0-4 * * *"]


def changes(zone: str) -> t.Iterator[datetime.datetime]:
    """The whole hours before which the clock of a zone changes in the year."""
    there = zoneinfo.ZoneInfo(zone)
    hours = [YEAR + datetime.timedelta(hours=number) for number in range(366 * 24)]
    yield from (
        after
        for before, after in itertools.pairwise(hours)
        if before.astimezone(there).utcoffset() != after.astimezone(there).utcoffset()
    )


@pytest.mark.parametrize("zone", ZONES)
def test_a_year_of_times_is_that_of_cron_except_when_the_clocks_change(host: OracleHost, zone: str) -> None:
    chosen = random.Random(zone)
    drawn = [
        f"{chosen.randint(0, 59)} {some_field(chosen, 0, 23)} * * {some_field(chosen, 0, 6)}" for _number in range(6)
    ]
    # In the zone of the host: for each time of another one, systemd begins a process.
    compare(host, zone, YEAR, 3 * 366, [*SEVERAL_A_DAY, *drawn], of_host=zone)
    for change in changes(zone):
        # More than two days, with the whole hours of the change in the middle.
        compare(host, zone, change - datetime.timedelta(hours=30), 4 * 60, SEVERAL_AN_HOUR)


@pytest.mark.parametrize("zone", ZONES)
def test_what_is_said_of_times_that_passed_and_that_come_is_so_all_the_year(host: OracleHost, zone: str) -> None:
    """As a check, a deploy and a status say it."""
    chosen = random.Random(zone)
    begins = [YEAR + datetime.timedelta(minutes=chosen.randrange(366 * 24 * 60)) for _number in range(6)]
    begins += [change - datetime.timedelta(hours=chosen.randint(3, 40), seconds=59) for change in changes(zone)]
    for begin in begins:
        # Some times are in both events, and count once.
        pair = [*chosen.sample(SEVERAL_A_DAY, 1), *chosen.sample(SEVERAL_AN_HOUR + SEVERAL_A_DAY, 1)]
        events = [event for line in pair for event in of_cron(line, zone)]
        found = list(asked(host, begin, MOST, list(dict.fromkeys(events))).values())
        both = of_both(pair, zone, begin)
        until = begin + datetime.timedelta(minutes=chosen.randrange(1, 4 * 24 * 60))
        assert passed(found, written(until)) == min(MOST, sum(time <= until for time in both)), (pair, begin, until)
        assert [time.utc for time in next_of(found)] == [*map(written, both[:3])], (pair, begin)
        between = min(after - before for before, after in itertools.pairwise(both[:3]))
        assert gap(next_of(found)) == between.total_seconds()


def of_both(pair: t.Sequence[str], zone: str, begin: datetime.datetime) -> list[datetime.datetime]:
    """The first times of two lines, each once."""
    return sorted({time for line in pair for time in itertools.islice(of_crond(line, zone, begin), 5 * MOST)})


NEVER = [
    "2027-12-31",
    "*-02-30",
    "Tue 2028-01-01",
    # The clock goes from 2:00 to 3:00 on this day, and from 2:00 to 2:30 on the other one.
    "2028-03-26 02:30 Europe/Berlin",
    "2028-10-01 02:15 Australia/Lord_Howe",
]


def test_an_event_that_never_comes_has_no_times(host: OracleHost) -> None:
    assert asked(host, YEAR, 3, [*NEVER, "2028-03-26 03:00 Europe/Berlin"]) == {
        **{event: [] for event in NEVER},
        "2028-03-26 03:00 Europe/Berlin": [NextTime("2028-03-26 01:00:00", "Sun 2028-03-26 01:00:00 UTC")],
    }


# As systemd would write it, in other words, and over.
FORMS = ["*-*-* 03:15:00", "Mon", "2020-01-01 00:00:00", "*-*-* 04:00:00 Europe/Berlin", "daily", "Mon *-*-* 00:00:00"]


def test_each_event_has_its_next_times_however_it_is_written(host: OracleHost) -> None:
    question = f"systemd-analyze calendar --iterations=3 -- {' '.join(map(shlex.quote, FORMS))}"
    assert [len(times) for times in parse(host.sh(question))] == [3, 3, 0, 3, 3, 3]
