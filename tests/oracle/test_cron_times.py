# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calendar events that take the place of times of cron come when cron would run the line, as systemd says."""

from __future__ import annotations

import datetime
import random
import shlex
import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.calendar import FIELDS, of_cron, values
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.next_times import parse
from tests.helpers.oracle_host import OracleHost

# systemd 247 misses times: after 28 February, *-*-01,31 comes on 31 March and not on 1 March (docs/timers.md), and
# `0,24 */9 * 6-12 */2` misses some too. Not seen on 252.
TIMES_ARE_MISSED_BEFORE = 252
# A leap year, and the day before a month ends.
BASE = datetime.datetime(2028, 2, 28, 23, 58)
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


def of_crond(text: str) -> t.Iterator[datetime.datetime]:
    """When cron runs a line, minute by minute of each day that fits (find_jobs() of cron)."""
    nicknames = {"@weekly": "0 0 * * 0", "@hourly": "0 * * * *"}
    words = nicknames.get(text, text).split()
    minutes, hours, days, months, weekdays = (values(word, field) for word, field in zip(words, FIELDS, strict=True))
    either = not words[2].startswith("*") and not words[4].startswith("*")
    for number in range(366 * 5):
        day = BASE.date() + datetime.timedelta(days=number)
        weekday = day.isoweekday() in weekdays or (day.isoweekday() == 7 and 0 in weekdays)
        fits = (day.day in days or weekday) if either else (day.day in days and weekday)
        if day.month in months and fits:
            for hour in sorted(hours):
                for minute in sorted(minutes):
                    time = datetime.datetime(day.year, day.month, day.day, hour, minute)
                    if time > BASE:
                        yield time


def test_systemd_runs_a_job_when_cron_would(host: OracleHost) -> None:
    if host.systemd < TIMES_ARE_MISSED_BEFORE:
        pytest.skip("this systemd misses times")
    every = {line: of_cron(line) for line in lines()}
    events = list(dict.fromkeys(event for found in every.values() for event in found))
    base, quoted = f"{BASE:%Y-%m-%d %H:%M:%S} UTC", " ".join(map(shlex.quote, events))
    asked = f"TZ=UTC systemd-analyze calendar --iterations={COUNT} --base-time='{base}' -- {quoted}"
    times = dict(zip(events, parse(host.sh(asked)), strict=True))
    for line, found in every.items():
        said = sorted({time.utc for event in found for time in times[event]})[:COUNT]
        wanted = [f"{time:%Y-%m-%d %H:%M:%S}" for time, _number in zip(of_crond(line), range(len(said)))]
        assert said, f"{line} never comes"
        assert said[: len(wanted)] == wanted, f"{line} as {found}"


# As systemd would write it, in other words, and over.
FORMS = ["*-*-* 03:15:00", "Mon", "2020-01-01 00:00:00", "*-*-* 04:00:00 Europe/Berlin", "daily", "Mon *-*-* 00:00:00"]


def test_each_event_has_its_next_times_however_it_is_written(host: OracleHost) -> None:
    asked = f"systemd-analyze calendar --iterations=3 -- {' '.join(map(shlex.quote, FORMS))}"
    assert [len(times) for times in parse(host.sh(asked))] == [3, 3, 0, 3, 3, 3]
