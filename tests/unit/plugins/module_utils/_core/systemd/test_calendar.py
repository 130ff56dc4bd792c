# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The times of cron as calendar events."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.calendar import (
    DAYS_OF_SYSTEMD,
    FIELDS,
    NICKNAMES,
    NotCron,
    is_cron_time,
    of_cron,
    values,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.calendar_event import (
    is_calendar_event,
)

EVENTS = {
    "every minute": ("* * * * *", ["*-*-* *:*"]),
    "every five minutes": ("*/5 * * * *", ["*-*-* *:00/5"]),
    "once a day": ("15 3 * * *", ["*-*-* 03:15"]),
    "on working days": ("0 9 * * 1-5", ["Mon..Fri *-*-* 09:00"]),
    "days by their names": ("0 9 * * mon,Wed,FRI", ["Mon,Wed,Fri *-*-* 09:00"]),
    "Sunday as 0 and as 7": ("0 0 * * 0,7", ["Sun *-*-* 00:00"]),
    "a range that ends on Sunday": ("0 0 * * 5-7", ["Fri..Sun *-*-* 00:00"]),
    "every day of the week": ("0 0 * * 0-6", ["*-*-* 00:00"]),
    "a list and a range": ("0,30 8-18 * * *", ["*-*-* 08..18:00,30"]),
    "a range with a step": ("0-30/10 0 * * *", ["*-*-* 00:00,10,20,30"]),
    "a step that does not fit": ("*/45 * * * *", ["*-*-* *:00,45"]),
    "a step from a number, as cronie has it": ("5/15 * * * *", ["*-*-* *:05/15"]),
    "months by their names": ("0 0 1 jan,JUL *", ["*-01,07-01 00:00"]),
    "the day of the month or of the week": ("0 0 1,15 * 5", ["*-*-01,15 00:00", "Fri *-*-* 00:00"]),
    "a star with a step does not restrict the day of the month": ("0 0 */2 * 1", ["Mon *-*-01/2 00:00"]),
    "a nickname": ("@weekly", ["Sun *-*-* 00:00"]),
    "a nickname in capitals": ("@DAILY", ["*-*-* 00:00"]),
    "tabs between the fields": ("1\t2\t3\t4\t*", ["*-04-03 02:01"]),
}
REFUSED = {
    "a minute too high": "60 * * * *",
    "an hour too high": "0 24 * * *",
    "a day of the month of 0": "0 0 0 * *",
    "four fields": "* * * *",
    "six fields": "0 0 12 * * ?",
    "a word": "a * * * *",
    "a name in another field": "mon * * * *",
    "a range backwards": "5-1 * * * *",
    "a step of 0": "*/0 * * * *",
    "a range that begins with a star": "*-5 * * * *",
    "a random time": "0~59 * * * *",
    "boot": "@reboot",
    "an unknown nickname": "@fortnightly",
    "nothing": "",
}


@pytest.mark.parametrize(("text", "events"), EVENTS.values(), ids=EVENTS.keys())
def test_a_time_of_cron_is_a_calendar_event(text: str, events: list[str]) -> None:
    assert list(of_cron(text)) == events


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_another_text_is_refused_with_its_part(text: str) -> None:
    assert not is_cron_time(text)
    with pytest.raises(NotCron, match=r"expected|as |step"):
        of_cron(text)


def test_a_random_time_has_its_own_hint() -> None:
    with pytest.raises(NotCron, match="RandomizedDelaySec="):
        of_cron("0~59 * * * *")


def test_a_time_zone_stands_at_the_end() -> None:
    assert of_cron("0 9 * * 1", "Europe/Berlin") == ("Mon *-*-* 09:00 Europe/Berlin",)


number = {field.what: st.integers(field.least, field.most).map(str) for field in FIELDS}


def part(what: str) -> st.SearchStrategy[str]:
    ranges = st.tuples(number[what], number[what]).map(lambda two: "-".join(sorted(two, key=int)))
    steps = st.tuples(st.one_of(st.just("*"), ranges), st.integers(1, 40)).map(lambda two: f"{two[0]}/{two[1]}")
    return st.one_of(
        st.just("*"), st.lists(st.one_of(number[what], ranges, steps), min_size=1, max_size=3).map(",".join)
    )


times = st.tuples(*(part(field.what) for field in FIELDS)).map(" ".join)


@given(times)
def test_every_systemd_takes_the_events(text: str) -> None:
    assert all(is_calendar_event(event, systemd) for event in of_cron(text) for systemd in (247, 252, 257, 262))


def component(text: str, least: int, most: int) -> set[int]:
    """The numbers of a component of an event, as systemd.time(7) reads them."""
    found: set[int] = set()
    for one in text.split(","):
        if one == "*":
            found |= set(range(least, most + 1))
        elif "/" in one:
            first, step = one.split("/")
            found |= set(range(int(first), most + 1, int(step)))
        else:
            first, _dots, last = one.partition("..")
            found |= set(range(int(first), int(last or first) + 1))
    return found


def runs_at(event: str, minute: int, hour: int, day: int, month: int, weekday: int) -> bool:
    """Whether an event contains a moment; a week begins with Monday, 0."""
    found = re.fullmatch(r"(?:([A-Z]\S*) )?\*-(\S+)-(\S+) (\S+):(\S+)", event)
    assert found
    days = set(range(7))
    if found[1]:
        ranges = [one.partition("..") for one in found[1].split(",")]
        index = DAYS_OF_SYSTEMD.index
        days = {one for first, _dots, last in ranges for one in range(index(first), index(last or first) + 1)}
    limits = ((found[2], 1, 12, month), (found[3], 1, 31, day), (found[4], 0, 23, hour), (found[5], 0, 59, minute))
    return weekday in days and all(at in component(text, least, most) for text, least, most, at in limits)


@given(
    times, st.tuples(st.integers(0, 59), st.integers(0, 23), st.integers(1, 31), st.integers(1, 12), st.integers(0, 6))
)
def test_the_events_are_at_the_times_of_cron(text: str, moment: tuple[int, int, int, int, int]) -> None:
    minute, hour, day, month, weekday = moment
    words = text.split()
    minutes, hours, days, months, weekdays = (values(word, field) for word, field in zip(words, FIELDS))
    in_days, in_week = day in days, (weekday + 1) % 7 in {one % 7 for one in weekdays}
    either = not words[2].startswith("*") and not words[4].startswith("*")
    of_cron_itself = (in_days or in_week if either else in_days and in_week) and month in months
    expected = of_cron_itself and hour in hours and minute in minutes
    assert any(runs_at(event, minute, hour, day, month, weekday) for event in of_cron(text)) == expected


def test_nicknames_are_times() -> None:
    assert all(map(is_cron_time, NICKNAMES))
