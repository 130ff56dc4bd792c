# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told about a pool, in a world in which instances die, commands fail and the agent is killed at any time."""

from __future__ import annotations

import json
import os
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.agent.alert import (
    CRASHES,
    FAILED,
    FIRST_RETRY,
    HUNG,
    KILLED,
    LONGEST_RETRY,
    RAISED,
    RESOLVED,
    UNREADABLE,
    Alarm,
    Alerts,
    Message,
    alerts_of,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.alert import Alert

RULE = Alert(("/bin/page",), crashes=3, within=600.0, repeat=14400.0, user="app")
EVERY = 10.0
# WORKERS_CASES is how many histories the properties of liveness, of recycling and of alerts try together.
DUTIES = 3
CASES = max(2 * settings.default.max_examples, int(os.environ.get("WORKERS_CASES", "0")) // DUTIES)


class World:
    """A pool, and an operator who gets the messages that a command delivers."""

    def __init__(self, count: int, rule: Alert = RULE) -> None:
        self.rule = rule
        self.alerts = Alerts(rule)
        self.now = 5000.0
        self.number = 0
        self.seen = {f"mail@{number}.service": ("", 0) for number in range(count)}
        self.got: list[tuple[float, Message]] = []
        self.broken = ""
        for unit in self.seen:
            self.start(unit)
        self.turn()

    def start(self, unit: str) -> None:
        """An operator starts it."""
        self.number += 1
        self.seen[unit] = (f"i{self.number}", 0)

    def die(self, unit: str, times: int = 1) -> None:
        self.number += 1
        self.seen[unit] = (f"i{self.number}", self.seen[unit][1] + times)

    def turn(self) -> None:
        units = self.alerts.restarted({unit: one[0] for unit, one in self.seen.items()})
        self.alerts.count(self.now, {unit: self.seen[unit] for unit in units})
        message = self.alerts.next(self.now)
        while message:
            if not self.broken:
                self.got.append((self.now, message))
            self.alerts.delivered(self.now, message, self.broken)
            message = None if self.broken else self.alerts.next(self.now)

    def killed(self) -> None:
        """The next agent reads what this one has written."""
        self.alerts = Alerts(self.rule, json.loads(json.dumps(self.alerts.state())))

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            self.now += EVERY
            self.turn()

    @property
    def reported(self) -> list[tuple[str, str]]:
        return [(message.reason, message.state) for _when, message in self.got]


def test_a_storm_is_two_messages() -> None:
    world = World(20)
    for _death in range(100):
        for unit in world.seen:
            world.die(unit)
        world.run(EVERY)
    world.run(2000.0)
    assert world.reported == [(CRASHES, RAISED), (CRASHES, RESOLVED)]
    assert world.got[0][1].said == "died 3 times within 600 s"
    assert world.got[1][0] - world.got[0][0] >= RULE.within


def test_deaths_between_two_looks_count() -> None:
    world = World(2)
    world.die("mail@1.service", times=50)
    world.run(EVERY)
    assert world.reported == [(CRASHES, RAISED)]


def test_a_few_deaths_of_each_of_many_are_no_loop() -> None:
    world = World(50)
    for unit in world.seen:
        world.die(unit, times=2)
    world.run(3000.0)
    for unit in world.seen:
        world.die(unit)
    world.run(1000.0)
    assert world.reported == []


def test_starts_that_an_operator_asks_for_are_no_deaths() -> None:
    world = World(2)
    world.die("mail@1.service", times=2)
    world.run(EVERY)
    for _start in range(10):
        world.start("mail@1.service")
        world.run(EVERY)
    assert world.reported == []


def test_what_was_counted_before_the_agent_came_is_of_unknown_age() -> None:
    one = Alerts(RULE)
    assert one.count(0.0, {"mail@1.service": ("i1", 70)}) == []
    assert one.next(0.0) is None
    assert one.count(10.0, {"mail@2.service": ("i2", 3)}) == ["mail@2.service"], "a new instance begins at 0"
    assert one.next(10.0) == Message(CRASHES, RAISED, "mail@2.service", "died 3 times within 600 s", 10.0)


def test_the_former_start_of_an_instance_is_that_which_was_counted() -> None:
    one = Alerts(RULE)
    assert one.formers(["mail@1.service"]) == {}
    one.count(0.0, {"mail@1.service": ("i1", 0)})
    assert one.formers(["mail@1.service", "mail@2.service"]) == {"mail@1.service": "i1"}


def test_a_stop_that_killed_is_reported_once_and_not_for_what_hangs() -> None:
    one = Alerts(RULE)
    one.killed(5000.0, "mail@1.service", "too long")
    killed = Message(KILLED, RAISED, "mail@1.service", "too long", 5000.0)
    assert one.next(5000.0) == killed
    one.delivered(5000.0, killed, "")
    one.killed(5001.0, "mail@2.service", "too long")
    assert one.next(5001.0) is None
    hangs = Alerts(RULE)
    hangs.happened(5000.0, HUNG, "mail@1.service", "hangs")
    hangs.killed(5001.0, "mail@1.service", "too long")
    assert [*hangs.alarms] == [HUNG]
    hangs.killed(5001.0 + RULE.within, "mail@1.service", "too long")
    assert [*hangs.alarms] == [HUNG, KILLED]


def test_a_loop_that_becomes_slower_is_not_over() -> None:
    world = World(1)
    world.die("mail@0.service", times=3)
    for _death in range(10):
        world.run(400.0)
        world.die("mail@0.service")
    world.run(300.0)
    assert world.reported == [(CRASHES, RAISED)]


def test_an_instance_that_rests_after_the_start_limit_is_in_a_crash_loop() -> None:
    alerts = Alerts(RULE)
    alerts.failed(5000.0, "mail@1.service", 0, "has failed")
    alerts.failed(5000.0, "mail@2.service", 4, "has failed")
    assert {reason: (one.unit, one.said) for reason, one in alerts.alarms.items()} == {
        FAILED: ("mail@1.service", "has failed"),
        CRASHES: ("mail@2.service", "died 5 times, and rests after the start limit"),
    }
    # As long as it rests, the loop goes on.
    alerts.failed(6000.0, "mail@2.service", 4, "has failed")
    loop = alerts.alarms[CRASHES]
    assert (loop.first, loop.last, loop.said) == (5000.0, 6000.0, "died 5 times, and rests after the start limit")


def test_what_lasts_is_told_again() -> None:
    world = World(1)
    for _hour in range(9 * 6):
        world.die("mail@0.service", times=3)
        world.run(590.0)
    assert world.reported == [(CRASHES, RAISED)] * 3
    moments = [when for when, _message in world.got]
    assert all(RULE.repeat <= after - before < RULE.repeat + 600 for before, after in zip(moments, moments[1:]))
    assert {message.first for _when, message in world.got} == {moments[0]}


def test_what_was_not_delivered_is_tried_again_less_and_less_often() -> None:
    world = World(1, Alert(("/bin/page",), within=86400.0))
    world.broken = "exited with status 1"
    world.die("mail@0.service", times=3)
    tries = []
    for _turn in range(400):
        before = sum(one.tries for one in world.alerts.alarms.values())
        world.run(EVERY)
        if sum(one.tries for one in world.alerts.alarms.values()) > before:
            tries.append(world.now)
    pauses = [after - before for before, after in zip(tries, tries[1:])]
    assert pauses[:3] == [FIRST_RETRY, 2 * FIRST_RETRY, 4 * FIRST_RETRY]
    assert pauses[-1] == LONGEST_RETRY
    world.broken = ""
    world.run(LONGEST_RETRY)
    assert world.reported == [(CRASHES, RAISED)]
    assert world.alerts.alarms[CRASHES].why == ""


def test_the_end_is_told_when_the_begin_was_not() -> None:
    world = World(1)
    world.broken = "exited with status 1"
    world.die("mail@0.service", times=3)
    world.run(2000.0)
    world.broken = ""
    world.run(1000.0)
    assert world.reported == [(CRASHES, RESOLVED)]


def test_two_troubles_are_two_messages_and_one_that_fails_does_not_hold_up_the_other() -> None:
    one = Alerts(RULE)
    one.happened(0.0, HUNG, "mail@1.service", "hangs")
    one.happened(0.0, CRASHES, "", "died")
    first = one.next(0.0)
    assert first is not None
    one.delivered(0.0, first, "cannot run")
    second = one.next(0.0)
    assert second is not None
    assert {first.reason, second.reason} == {HUNG, CRASHES}
    one.delivered(1.0, Message("gone", RAISED, "", "", 0.0), "")


def test_instances_that_are_not_to_run_are_forgotten() -> None:
    world = World(3)
    for unit in world.seen:
        world.die(unit)
    world.run(EVERY)
    world.alerts.forget_others(["mail@1.service"])
    assert (list(world.alerts.counts), list(world.alerts.deaths)) == (["mail@1.service"], ["mail@1.service"])


NOT_OURS = [{}, {"counts": 3}, {"counts": {"u": []}}, {"counts": {}, "deaths": {}, "alarms": {"hung": 1}}]
NOT_OURS += [{"counts": {}, "deaths": {}, "alarms": {"hung": {"first": "x", "last": 0}}}]


@pytest.mark.parametrize("kept", NOT_OURS)
def test_a_state_of_something_else_is_refused(kept: object) -> None:
    with pytest.raises(UNREADABLE):
        Alerts(RULE, kept)  # type: ignore[arg-type]


@pytest.mark.parametrize("kept", [*NOT_OURS, None, 3, "x", []])
def test_a_state_of_something_else_counts_as_none(kept: object) -> None:
    assert alerts_of(RULE, kept).state() == Alerts(RULE).state()


def test_a_user_makes_no_reasons_and_no_values_of_other_types() -> None:
    """The state of the agent of a user is in a file of that user."""
    one = {"first": 1, "last": 2, "why": ["x"]}
    alarms = {**{f"x{number}": one for number in range(1000)}, HUNG: one}
    found = alerts_of(RULE, {"counts": {}, "deaths": {}, "alarms": alarms})
    assert found.alarms == {HUNG: Alarm(1.0, 2.0, why="['x']")}


def test_a_state_of_ours_is_gone_on_from() -> None:
    world = World(1)
    for unit in world.seen:
        world.die(unit)
    world.run(EVERY)
    assert alerts_of(RULE, world.alerts.state()).state() == world.alerts.state() != Alerts(RULE).state()


def test_an_alarm_that_was_never_tried_is_tried_now() -> None:
    assert Alarm(0.0, 0.0).retry == 0.0


@settings(max_examples=CASES, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 5))
def test_whatever_happens_each_trouble_is_told_once_and_ends_once(random: Random, count: int) -> None:
    world = World(count)
    for _turn in range(150):
        unit = random.choice(list(world.seen))
        what = random.random()
        if what < 0.3:
            world.die(unit, random.randint(1, 4))
        elif what < 0.4:
            world.start(unit)
        elif what < 0.5:
            world.killed()
        elif what < 0.6:
            world.broken = random.choice(["", "", "exited with status 1"])
        elif what < 0.65:
            world.alerts.happened(world.now, HUNG, unit, "hangs")
        world.run(random.choice([EVERY, EVERY, 100.0, 700.0]))
        assert len(json.dumps(world.alerts.state())) < 1000 * count + 1000, "it grows"
    world.broken = ""
    world.run(RULE.within + 2 * LONGEST_RETRY)
    assert world.alerts.alarms == {}, "all is over, and told"
    for reason in (CRASHES, HUNG):
        states = [(when, message.state) for when, message in world.got if message.reason == reason]
        for (before, one), (after, next_one) in zip(states, states[1:]):
            assert one != next_one or one == RESOLVED or after - before >= RULE.repeat, states
