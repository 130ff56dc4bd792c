# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many instances run, under any history of work."""

from __future__ import annotations

import os
import typing as t
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.act.rollout import Ask, Start, Stop
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import Sample
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.decisions import MOST, Decision, decisions_in
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.scale import (
    LOW_MEMORY,
    NOT_KNOWN,
    REST,
    STOPPED,
    Reading,
    Room,
    Scale,
    available,
    of_backlog,
    of_busy,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.scaling import Scaling

CASES = max(2 * settings.default.max_examples, int(os.environ.get("WORKERS_CASES", "0")) // 2)
RULE = Scaling(2, 12, ("/bin/count",), 50, fall_after=30.0)
POLICY = Policy()
UP = Sample("active", "running", "i1")
GOING = Sample("deactivating", "stop-sigterm", "i1")
CRASHING = Sample("activating", "auto-restart", "i1")
FAILED = Sample("failed", "failed", "i1")

ANSWERS: dict[str, tuple[bytes, t.Optional[int]]] = {
    "none": (b"0\n", 0),
    "a job": (b"1", 1),
    "as many as one instance works on": (b" 50\r\n", 1),
    "one more": (b"51\n", 2),
    "nothing": (b"", None),
    "a negative number": (b"-1", None),
    "a part of a job": (b"1.5", None),
    "not a number": (b"NaN", None),
    "no limit": (b"inf", None),
    "the largest float": (b"1e308", None),
    "hexadecimal": (b"0x10", None),
    "megabytes": (b"1" * 2**21, None),
    "a number and a megabyte of blanks": (b"7" + b" " * 2**20, 1),
    "two numbers": (b"1\n2", None),
    "a sign of another writing": ("\u0663".encode(), None),
    "a number of 400 digits": (b"9" * 400, None),
    "controls of a terminal": (b"\x1b[2J5", None),
    "bytes": (b"\xff\x00", None),
    "underscores of Python": (b"1_000", None),
}


@pytest.mark.parametrize(("output", "need"), ANSWERS.values(), ids=ANSWERS.keys())
def test_what_a_backlog_asks_for(output: bytes, need: t.Optional[int]) -> None:
    reading = of_backlog(RULE, output, "")
    assert reading.need == need
    assert reading.said.isprintable()
    assert len(reading.said) < 300


def test_a_command_that_failed_says_nothing() -> None:
    reading = of_backlog(RULE, b"500", "exited with status 1")
    assert reading == Reading(None, "the backlog command exited with status 1")


SHARES: dict[str, tuple[int, int, t.Optional[int]]] = {
    "all idle": (0, 4, 0),
    "as busy as wanted": (4, 1, 5),
    "all busy": (4, 0, 5),
    "one of many": (1, 9, 2),
    "none was asked": (0, 0, None),
}


@pytest.mark.parametrize(("busy", "idle", "need"), SHARES.values(), ids=SHARES.keys())
def test_what_busy_instances_ask_for(busy: int, idle: int, need: t.Optional[int]) -> None:
    assert of_busy(Scaling(1, 9, busy=80), busy, idle, "").need == need
    assert of_busy(Scaling(1, 9, busy=80), busy, idle, "exited with status 3").need is None


@given(st.integers(1, 12), st.integers(1, 100), st.integers(1, 12))
def test_a_constant_share_of_busy_instances_ends_constant(busy: int, percent: int, running: int) -> None:
    rule, number = Scaling(1, 12, busy=percent), running
    seen = []
    for _turn in range(40):
        need = of_busy(rule, min(busy, number), number - min(busy, number), "").need
        assert need is not None
        number = max(1, min(12, need))
        seen.append(number)
    assert seen[-1] == seen[-2]


def names(first: int, last: int) -> list[str]:
    return [f"mail@{number}.service" for number in range(first, last + 1)]


def scale(rule: Scaling = RULE, policy: Policy = POLICY, without: t.Collection[int] = ()) -> Scale:
    numbers = [number for number in range(1, rule.max + 1) if number not in without]
    return Scale(rule, policy, [f"mail@{number}.service" for number in numbers])


class World:
    """Instances that do what they are told, after a while."""

    def __init__(self, rule: Scaling, policy: Policy = POLICY, running: int = 0) -> None:
        self.scale = scale(rule, policy)
        self.rule = rule
        self.samples = dict.fromkeys(names(1, max(rule.min, running)), UP)
        self.now = 0.0
        self.room = Room()
        self.numbers: list[int] = []

    def reading(self, need: t.Optional[int]) -> None:
        self.now += self.rule.every
        # What was stopped has ended.
        self.samples = {unit: seen for unit, seen in self.samples.items() if seen != GOING}
        if self.scale.questions(self.now, self.samples):
            self.scale.hear(self.now, Reading(need, f"{need} wanted"))
        self.act()
        self.numbers.append(len(self.scale.up(self.samples)))

    def act(self, *, alone: bool = True) -> list[t.Any]:
        actions = self.scale.next(self.now, self.samples, self.room, alone=alone)
        for one in actions:
            if isinstance(one, Start):
                self.samples.update(dict.fromkeys(one.units, UP))
            elif isinstance(one, Stop):
                assert not set(one.units) & set(names(1, self.rule.min)), "of those that always run"
                self.samples.update(dict.fromkeys(one.units, GOING))
        return list(actions)


def turns(numbers: t.Sequence[int]) -> list[int]:
    """Where the direction of the number changes."""
    steps = [
        (index, after > before) for index, (before, after) in enumerate(zip(numbers, numbers[1:])) if after != before
    ]
    return [index for (index, way), (_before, last) in zip(steps[1:], steps) if way != last]


HISTORIES = st.lists(st.one_of(st.none(), st.integers(0, 40)), min_size=1, max_size=150)


# The other half of them tries pools that share (test_capacity.py).
@settings(max_examples=CASES, deadline=None)
@given(
    HISTORIES,
    st.integers(1, 5),
    st.integers(1, 12),
    st.sampled_from([(0.0, 5.0), (0.0, 30.0), (10.0, 30.0), (20.0, 5.0)]),
    st.integers(1, 4),
)
def test_the_number_stays_in_its_range_and_seldom_turns(
    history: list[t.Optional[int]], least: int, running: int, afters: tuple[float, float], step: int
) -> None:
    rise_after, fall_after = afters
    rule = replace(RULE, min=least, rise_after=rise_after, fall_after=fall_after, step=step)
    world = World(rule, running=running)
    for need in history:
        world.reading(need)
    assert all(least <= number <= 12 for number in world.numbers)
    # Between a rise and the next fall there is fall_after, so in that time at most one fall becomes a rise.
    found = turns(world.numbers)
    assert all(later - first >= fall_after for first, later in zip(found, found[2:]))


@settings(deadline=None)
@given(HISTORIES, st.one_of(st.none(), st.integers(0, 40)))
def test_constant_work_ends_constant(history: list[t.Optional[int]], need: t.Optional[int]) -> None:
    world = World(RULE)
    for one in history:
        world.reading(one)
    before = world.numbers[-1]
    for _reading in range(60):
        world.reading(need)
    assert set(world.numbers[-10:]) == {before if need is None else min(12, max(2, need))}


@settings(deadline=None)
@given(HISTORIES, st.integers(1, 12))
def test_it_rises_only_to_what_lasted(history: list[t.Optional[int]], running: int) -> None:
    world = World(replace(RULE, rise_after=10.0), running=running)
    before = len(world.scale.up(world.samples))
    for index, need in enumerate(history):
        world.reading(need)
        lasted = history[max(0, index - 9) : index + 1]
        if world.numbers[-1] > before:
            assert index >= 10
            assert all(one is not None and one >= world.numbers[-1] for one in lasted)
        before = world.numbers[-1]


def test_a_need_that_comes_and_goes_raises_nothing() -> None:
    world = World(replace(RULE, rise_after=10.0))
    for need in [*[12] * 9, 2] * 3:
        world.reading(need)
    assert set(world.numbers) == {2}
    for _reading in range(10):
        world.reading(7)
    assert world.numbers[-2:] == [2, 7]


@given(st.integers(3, 40))
def test_all_that_are_missing_start_with_the_first_reading(need: int) -> None:
    world = World(RULE)
    world.reading(need)
    assert world.numbers == [min(need, 12)]
    assert world.scale.decisions == [Decision(1.0, 2, min(need, 12), f"{need} wanted")]


@settings(max_examples=settings.default.max_examples // 2, deadline=None)
@given(st.integers(2, 12), st.lists(st.none(), max_size=100))
def test_work_that_is_not_known_changes_no_number(running: int, history: list[None]) -> None:
    """Neither now, nor for a while when it is known again."""
    world = World(RULE, running=running)
    for one in history:
        world.reading(one)
    for _reading in range(29):
        world.reading(0)
    assert set(world.numbers) <= {running}


def test_it_falls_to_the_largest_need_of_the_time_by_steps() -> None:
    world = World(replace(RULE, step=2))
    for need in (12, *[5] * 3, *[3] * 40):
        world.reading(need)
    assert world.numbers[:30] == [12] * 30
    assert world.numbers[30:] == [10, 8, 6, 4, 3] + [3] * (len(world.numbers) - 35)
    assert "no more than 5 instances were needed for 30 s" in str(world.scale.decisions[1])


def test_the_trouble_is_shown_and_ends() -> None:
    world = World(RULE)
    world.reading(None)
    assert world.scale.trouble.kind == NOT_KNOWN
    world.reading(2)
    assert not world.scale.trouble.kind


def test_a_host_with_little_memory_gets_no_more_instances() -> None:
    world = World(replace(RULE, keep_free=1000))
    world.room = Room(999)
    world.reading(12)
    assert (world.numbers, world.scale.trouble.kind) == ([2], LOW_MEMORY)
    world.reading(12)
    assert world.scale.trouble.kind == LOW_MEMORY
    # What is not known does not hold it. It is looked at again after each doubling.
    world.room = Room()
    for _reading in range(4):
        world.reading(12)
    assert world.numbers == [2, 2, 4, 8, 12, 12]
    assert not world.scale.trouble.kind


def test_little_memory_is_no_trouble_when_nothing_is_missing_any_more() -> None:
    world = World(replace(RULE, keep_free=1000))
    world.room = Room(999)
    for need in (12, *[2] * 30):
        world.reading(need)
    assert (world.numbers[-1], world.scale.trouble.kind) == (2, "")


def test_nothing_is_started_for_work_that_is_done() -> None:
    """Such as when the memory is free again, or another pool has stopped instances."""
    world = World(replace(RULE, keep_free=1000, fall_after=300.0))
    world.room = Room(999)
    for need in (12, *[4] * 40):
        world.reading(need)
    world.room = Room()
    for _reading in range(5):
        world.reading(4)
    assert set(world.numbers[-3:]) == {4}


def test_what_ends_at_once_is_not_started_all_the_time() -> None:
    world = World(RULE)
    world.reading(4)
    for unit in names(3, 4):
        world.samples[unit] = FAILED
    world.reading(4)
    assert {unit for unit, seen in world.samples.items() if seen is UP} == {*names(1, 2), *names(5, 6)}
    for unit in names(5, 12):
        world.samples[unit] = FAILED
    world.scale.started = dict.fromkeys(names(3, 12), world.now)
    world.reading(4)
    assert world.numbers[-1] == 2
    world.now += REST
    world.reading(4)
    assert world.numbers[-1] == 4


def test_what_was_stopped_can_start_again_at_any_time() -> None:
    world = World(replace(RULE, fall_after=5.0, step=12))
    for need in (12, *[2] * 6, 12):
        world.reading(need)
    assert world.numbers == [12] * 5 + [2, 2, 12]


def test_what_runs_already_or_is_paused_is_not_started() -> None:
    one = scale(without=(3,))
    samples = {**dict.fromkeys(names(1, 2), UP), "mail@4.service": GOING, "mail@5.service": CRASHING}
    assert one.questions(0.0, samples) == tuple(names(1, 2))
    assert one.questions(0.5, samples) == ()
    one.hear(0.5, Reading(5, ""))
    assert one.next(0.5, samples, Room(), alone=True) == (Start(("mail@6.service", "mail@7.service")),)
    assert one.next(0.6, samples, Room(), alone=True) == ()
    assert scale(without=range(1, 13)).due(0.0) == float("inf")


def test_a_stopped_pool_is_looked_at_again_but_not_all_the_time() -> None:
    one = scale(replace(RULE, every=3600.0))
    assert one.questions(0.0, {}, stopped=True) == ()
    assert one.due(0.0) == STOPPED
    up = dict.fromkeys(names(1, 2), UP)
    assert one.questions(STOPPED, up, stopped=False) == tuple(names(1, 2))


def fallen(policy: Policy = POLICY) -> World:
    """Five run, and two are needed."""
    world = World(RULE, policy)
    world.reading(5)
    world.now += RULE.fall_after
    world.scale.questions(world.now, world.samples)
    world.scale.hear(world.now, Reading(2, ""))
    return world


def test_without_a_busy_check_the_last_one_goes() -> None:
    assert fallen().act() == [Stop(("mail@5.service",))]


def test_nothing_is_stopped_while_the_agent_acts_or_another_one_goes() -> None:
    world = fallen()
    assert world.act(alone=False) == []
    world.samples["mail@4.service"] = GOING
    assert world.act() == []


def test_one_that_dies_again_and_again_goes_first() -> None:
    world = fallen(Policy(busy_check=("/bin/busy",)))
    world.samples["mail@3.service"] = CRASHING
    assert world.act() == [Stop(("mail@3.service",))]


def test_idle_ones_go_first_and_busy_ones_when_they_never_are() -> None:
    world = fallen(Policy(busy_check=("/bin/busy",), patience=60.0))
    asked = tuple(reversed(names(3, 5)))
    assert world.act() == [Ask(asked)]
    assert world.act() == []
    busy = {unit: replace(UP, busy=unit != "mail@4.service") for unit in asked}
    assert world.scale.next(world.now, {**world.samples, **busy}, Room(), alone=True) == (Stop(("mail@4.service",)),)
    world = fallen(Policy(busy_check=("/bin/busy",), patience=60.0))
    assert world.act() == [Ask(asked)]
    busy = {unit: replace(UP, busy=True) for unit in asked}
    assert world.scale.next(world.now, {**world.samples, **busy}, Room(), alone=True) == ()
    assert world.scale.next(world.now + 60.0, world.samples, Room(), alone=True) == (Stop(("mail@5.service",)),)


def test_an_answer_that_comes_while_the_agent_does_something_else_counts() -> None:
    world = fallen(Policy(busy_check=("/bin/busy",), patience=60.0))
    asked = tuple(reversed(names(3, 5)))
    assert world.act() == [Ask(asked)]
    heard = {**world.samples, **{unit: replace(UP, busy=unit != "mail@4.service") for unit in asked}}
    assert world.scale.next(world.now, heard, Room(), alone=False) == ()
    assert world.act() == [Stop(("mail@4.service",))]


def test_one_that_was_not_asked_does_not_go() -> None:
    world = fallen(Policy(busy_check=("/bin/busy",)))
    assert world.act() == [Ask(tuple(reversed(names(3, 5))))]
    world.samples["mail@6.service"] = UP
    assert world.act() == [Ask(tuple(reversed(names(3, 6))))]


def test_a_clock_that_went_back_begins_anew() -> None:
    world = World(RULE)
    world.reading(12)
    world.scale.asked, world.now = 500.0, 100.0
    assert world.scale.due(world.now) == 0.0
    world.scale.needs.append((500.0, 2))
    world.scale.lows.append((500.0, 2))
    world.reading(3)
    assert world.scale.wanted == 12
    assert all(at <= world.now for at, _need in (*world.scale.needs, *world.scale.lows))


def test_the_last_decisions_are_kept() -> None:
    world = World(replace(RULE, fall_after=5.0))
    for _time in range(20):
        world.reading(3)
        for _reading in range(6):
            world.reading(2)
    kept = world.scale.state()
    assert len(kept["decisions"]) == MOST
    assert Scale(RULE, Policy(), [], kept).decisions == world.scale.decisions == decisions_in(kept)
    assert (kept["wanted"], kept["said"], kept["backlog"], kept["trouble"]) == (2, "2 wanted", None, "")


@pytest.mark.parametrize("kept", [None, 3, {}, {"decisions": 3}, {"decisions": [{"time": 1}]}, {"decisions": [[]]}])
def test_a_state_of_something_else_has_no_decisions(kept: t.Any) -> None:
    assert decisions_in(kept) == []


def test_free_memory() -> None:
    assert available("MemTotal:  9 kB\nMemAvailable:    1234 kB\n") == 1234 * 1024
    assert available("MemTotal:  9 kB\n") is None
