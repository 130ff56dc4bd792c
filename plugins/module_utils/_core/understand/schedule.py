# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the job of a timer runs: the options of a timer that a pool does not have."""

from __future__ import annotations

import math
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.calendar import NotCron, of_cron
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import as_text
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import Value, value_problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values import time_span
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.calendar_event import (
    is_calendar_event,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import read_check

Params = t.Mapping[str, t.Any]
# What this version does not take for an event, no version takes: later ones refuse more. The host judges again.
MOST_LENIENT = 247
EVENT = "a calendar event of systemd, such as 'Mon..Fri 03:15' or hourly"
# systemd's default of a minute would make 03:15 any time until 03:16 (systemd.timer(5), AccuracySec=).
ACCURACY = "1s"
ENDLESS = "infinity"
MOST_RETRIES = 100


@dataclass(frozen=True)
class Retry:
    """A run that fails is tried again, at most ``times`` more, ``delay`` seconds after the end of each try."""

    times: int
    delay: float


@dataclass(frozen=True)
class Schedule:
    """When a job runs, and how long.

    ``calendar`` are events, ``every`` is the time between the starts of two runs: a timer has one of them. With
    ``catches_up``, a run that the host missed while it was off follows after the boot. With ``skips``, no run follows
    for a time that came while a run lasted. ``lock`` is a command: a run of the job follows when it succeeds. An
    alert reports more than ``expected`` seconds without a run, unless it is 0. All other times are in systemd's words.
    """

    calendar: t.Tuple[str, ...] = ()
    every: str = ""
    jitter: str = ""
    catches_up: bool = False
    timeout: str = ENDLESS
    retry: t.Optional[Retry] = None
    skips: bool = False
    lock: t.Tuple[str, ...] = ()
    expected: float = 0.0

    @property
    def directives(self) -> t.Dict[str, Value]:
        """The [Timer] section."""
        found: t.Dict[str, Value] = {"OnCalendar": list(self.calendar)} if self.calendar else {}
        if self.every:
            # The first counts from the start of the timer, and so from the boot; the second from each run.
            found.update(OnActiveSec=self.every, OnUnitActiveSec=self.every)
        found["AccuracySec"] = ACCURACY
        if self.jitter:
            # Without the second, each daemon-reload would choose another delay.
            found.update(RandomizedDelaySec=self.jitter, FixedRandomDelay="yes")
        if self.catches_up:
            found["Persistent"] = "yes"
        if self.skips:
            # systemd counts from the last start, so that a run whose next time came meanwhile is followed immediately
            # by another. This counts from its end.
            found["DeferReactivation"] = "yes"
        return found


def read_schedule(params: Params, where: str) -> t.Tuple[Schedule, t.List[Problem]]:
    """The schedule in the options of a timer, and its problems. An option that has a problem gets its default."""
    problems: t.List[Problem] = []
    calendar, found = _read_calendar(params, where)
    problems.extend(found)
    spans: t.Dict[str, str] = {}
    for option in ("every", "jitter", "timeout", "expected"):
        if params.get(option) is not None:
            endless = option == "timeout"
            spans[option], found = _read_span(as_text(params[option]), f"{where}.{option}", endless=endless)
            problems.extend(found)
    catches_up = params.get("missed") == "run"
    problems.extend(_contradictions(params, where))
    timeout = spans.get("timeout") or ENDLESS
    retry, found = _read_retry(params.get("retry"), f"{where}.retry")
    problems.extend(found)
    lock, found = read_check(params.get("lock") or [], f"{where}.lock")
    problems.extend(found)
    every, jitter, skips = spans.get("every", ""), spans.get("jitter", ""), params.get("overlap") == "skip"
    expected = time_span.seconds(spans.get("expected") or "0")
    return Schedule(calendar, every, jitter, catches_up, timeout, retry, skips, lock, expected), problems


def _read_retry(given: t.Optional[Params], where: str) -> t.Tuple[t.Optional[Retry], t.List[Problem]]:
    if given is None:
        return None, []
    delay, problems = _read_span(as_text(given["delay"]), f"{where}.delay", endless=False)
    if not 1 <= given["times"] <= MOST_RETRIES:
        problems.append(Problem(f"{where}.times", str(given["times"]), f"a number from 1 to {MOST_RETRIES}"))
    return (None if problems else Retry(given["times"], time_span.seconds(delay))), problems


def _contradictions(params: Params, where: str) -> t.Iterator[Problem]:
    by_calendar, by_span = (params.get(option) is not None for option in ("schedule", "every"))
    if by_calendar == by_span:
        found = "given both ways" if by_calendar else "nothing"
        yield Problem(f"{where}.schedule", found, "either schedule or every")
    if by_span and params.get("missed") == "run":
        hint = "After a boot, the first run is as late as every says. Use schedule for a run that must follow."
        yield Problem(f"{where}.missed", "'run'", "skip, because systemd remembers no run of every", hint)
    if by_span and params.get("overlap") == "skip":
        yield Problem(f"{where}.overlap", "'skip'", "queue beside every, which has no times of day to skip")
    if by_span and params.get("timezone") is not None:
        yield Problem(f"{where}.timezone", "given", "nothing beside every, which has no time of day")
    if params.get("expected") is not None and params.get("lock"):
        hint = "With lock, the job runs on another host, and this host does not know of it."
        yield Problem(f"{where}.expected", "given", "nothing beside lock", hint)


def _read_calendar(params: Params, where: str) -> t.Tuple[t.Tuple[str, ...], t.List[Problem]]:
    given = params.get("schedule")
    if given is None:
        return (), []
    events = given if isinstance(given, list) else [given]
    if not events:
        return (), [Problem(f"{where}.schedule", "an empty list", EVENT)]
    zone = "" if params.get("timezone") is None else as_text(params["timezone"])
    read: t.List[str] = []
    problems: t.List[Problem] = []
    for index, event in enumerate(events):
        place = f"{where}.schedule[{index}]" if isinstance(given, list) else f"{where}.schedule"
        text, problem = _read_event(event, zone, place, f"{where}.timezone")
        read.append(text)
        problems.extend([problem] if problem else [])
    return (() if problems else tuple(read)), list(dict.fromkeys(problems))


def _read_event(given: t.Any, zone: str, place: str, place_of_zone: str) -> t.Tuple[str, t.Optional[Problem]]:
    if isinstance(given, (list, dict)):
        return "", Problem(place, type(given).__name__, EVENT)
    text = as_text(given).strip()
    unreadable = next(iter(value_problems(text, place)), None)
    if unreadable:
        return "", unreadable
    if not is_calendar_event(text, MOST_LENIENT):
        return "", Problem(place, repr(text), EVENT, _as_cron(text, zone))
    zoned = f"{text} {zone}" if zone else text
    if not is_calendar_event(zoned, MOST_LENIENT):
        hint = "Each event has one time zone: leave out timezone, or the time zone in schedule."
        return "", Problem(place_of_zone, repr(zone), "a time zone, such as Europe/Berlin", hint)
    return zoned, None


def _as_cron(text: str, zone: str) -> str:
    """What to write in place of the five fields of cron."""
    try:
        events = of_cron(text)
    except NotCron:
        return ""
    written = repr(events[0]) if len(events) == 1 else str(list(events))
    return f"In systemd's words, this time of cron is {written}."


def _read_span(text: str, where: str, *, endless: bool) -> t.Tuple[str, t.List[Problem]]:
    length = 0.0 if any(value_problems(text, "")) else time_span.microseconds(text) or 0.0
    if not length or (length == math.inf and not endless):
        expected = f"a time span above 0 such as 90s or 15min{', or infinity' if endless else ''}"
        return "", [Problem(where, repr(text), expected)]
    return text, []
