# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recycling in a world in which instances leak, age, die, work and are restarted by others at any time."""

from __future__ import annotations

import os
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.act.health import Health
from ansible_collections.workers.systemd.plugins.module_utils._core.act.rollout import (
    Action,
    Ask,
    Count,
    Restart,
    Stops,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import Sample, Verdict
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.liveness import SignOfLife
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.recycle import (
    EVERY,
    NOT_COUNTED,
    REST,
    SPREAD,
    YOUNGEST,
    Figures,
    Recycling,
    files_in_memory,
    share,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.tended import Tended
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.liveness import Liveness
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.recycle import Recycle
from ansible_collections.workers.systemd.plugins.module_utils._core.write.duties import Duties

MIB = 2**20
RULE = Recycle(100 * MIB, 3600.0)
BUSY = ("/bin/busy",)
HOUR = 3600.0
# WORKERS_CASES is how many histories the properties of liveness, of recycling and of alerts try together.
DUTIES = 3
CASES = max(2 * settings.default.max_examples, int(os.environ.get("WORKERS_CASES", "0")) // DUTIES)


def units(count: int) -> list[str]:
    return [f"mail@{number}.service" for number in range(1, count + 1)]


class World:
    """A pool of the rule, a host that does what it is told, and a clock."""

    def __init__(
        self, random: Random, count: int, rule: Recycle = RULE, busy_check: tuple[str, ...] = (), patience: float = 60.0
    ) -> None:
        self.random = random
        self.policy = Policy(min_healthy_time=1.0, busy_check=busy_check, patience=patience)
        self.duties = Duties(policy=self.policy, recycle=rule)
        self.tended = Tended(self.duties, units(count))
        self.now = 1000.0
        self.number = 0
        self.samples: dict[str, Sample] = {}
        self.since: dict[str, float] = {}
        self.memory: dict[str, int | None] = {}
        self.busy: dict[str, bool] = {}
        self.answers: dict[str, bool] = {}
        self.counted: set[str] = set()
        self.stopped: set[str] = set()
        self.kills: set[str] = set()
        # What the agent has seen, by unit, and when the last bad verdict was.
        self.seen: dict[str, Figures] = {}
        self.bad: float | None = None
        self.restarted: list[tuple[float, str]] = []
        self.lines: list[str] = []
        for unit in self.tended.units:
            self.start(unit)

    def start(self, unit: str) -> None:
        self.number += 1
        self.samples[unit] = Sample("active", "running", f"i{self.number}")
        self.since[unit], self.memory[unit], self.busy[unit] = self.now, 10 * MIB, False

    def turn(self) -> None:
        wanted = self.tended.to_measure(self.now, self.samples)
        if wanted:
            figures = {
                unit: Figures(invocation, self.now - self.since[unit], self.memory[unit])
                for unit, invocation in wanted.items()
            }
            self.seen.update(figures)
            self.tended.measure(figures)
        if self.tended.wants_act:
            self.act()

    def act(self) -> None:
        result = {
            unit: replace(
                one,
                restarts=0 if unit in self.counted else None,
                busy=self.answers.get(unit),
                killed="was killed" if unit in self.stopped and unit in self.kills else None,
            )
            for unit, one in self.samples.items()
        }
        self.counted, self.stopped, self.answers = set(), set(), {}
        actions, lines = self.tended.advance(self.now, result)
        self.lines += lines
        if any("killed-at-stop" in line or "flapping" in line or "failed" in line for line in lines):
            self.bad = self.now
        for action in actions:
            self.carry_out(action)

    def carry_out(self, action: Action) -> None:
        if isinstance(action, Count):
            self.counted = set(action.units)
        elif isinstance(action, Stops):
            self.stopped = set(action.formers)
        elif isinstance(action, Ask):
            self.answers = {unit: self.busy[unit] for unit in action.units}
        elif isinstance(action, Restart):
            (unit,) = action.units
            self.judge(unit)
            self.restarted.append((self.now, unit))
            self.start(unit)

    def judge(self, unit: str) -> None:
        seen = self.seen[unit]
        assert seen.invocation == self.samples[unit].invocation, "the figures are of another process"
        assert seen.age >= YOUNGEST
        too_large = seen.memory is not None and seen.memory > RULE.memory
        assert too_large or seen.age >= (1 - SPREAD) * RULE.age, "neither large nor old"
        assert all((one.active, one.sub) == ("active", "running") for one in self.samples.values()), "in trouble"
        assert self.bad is None or self.now >= self.bad + REST, "no rest after a bad verdict"

    def happens(self) -> None:
        self.now += self.random.choice([0.0, 0.3, 1.0, 2.0, 16.0, 200.0, 1900.0, -5.0])
        for unit in self.tended.units:
            chance = self.random.random()
            if chance < 0.1:
                self.memory[unit] = self.random.choice([None, 50 * MIB, 101 * MIB, 500 * MIB])
            elif chance < 0.2:
                self.busy[unit] = not self.busy[unit]
            elif chance < 0.23:
                self.start(unit)
            elif chance < 0.26:
                self.samples[unit] = replace(self.samples[unit], active="activating", sub="auto-restart")
            elif chance < 0.3:
                self.kills ^= {unit}
            elif self.samples[unit].active != "active":
                self.start(unit)
        chance = self.random.random()
        if chance < 0.03:
            self.tended.drop()
        elif chance < 0.06:
            # Killed, and started again: it has forgotten everything.
            self.tended, self.bad, self.answers = Tended(self.duties, self.tended.units), None, {}


@settings(max_examples=CASES, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 6), st.sampled_from([(), BUSY]))
def test_whatever_happens_one_instance_that_is_worn_is_restarted_at_a_time(
    random: Random, count: int, busy_check: tuple[str, ...]
) -> None:
    world = World(random, count, busy_check=busy_check)
    for _turn in range(120):
        world.happens()
        world.turn()


def test_the_world_is_not_empty() -> None:
    """The property would also hold for an agent that never acts."""
    worlds = [World(Random(seed), 3, busy_check=BUSY) for seed in range(40)]
    for world in worlds:
        for _turn in range(120):
            world.happens()
            world.turn()
    assert sum(len(world.restarted) for world in worlds) > 40
    assert any(world.bad for world in worlds)


def run(world: World, seconds: float, step: float = 1.0) -> None:
    end = world.now + seconds
    while world.now < end:
        world.turn()
        world.now += 0.25 if world.tended.hurries else step


def test_a_pool_never_recycles_at_once() -> None:
    world = World(Random(1), 16, Recycle(age=HOUR))
    run(world, 24 * HOUR, step=EVERY)
    moments = [when for when, _unit in world.restarted]
    pauses = [later - before for before, later in zip(moments, moments[1:])]
    assert len(moments) > 24 * 16
    assert sum(pause < 10.0 for pause in pauses) < len(pauses) / 20, "they come one by one"
    # All have been started in the same moment.
    first = [when - moments[0] for when in moments[:16]]
    assert first[-1] >= SPREAD * HOUR * 0.9
    by_unit = {unit: [when for when, one in world.restarted if one == unit] for unit in world.tended.units}
    ages = [after - before for times in by_unit.values() for before, after in zip(times, times[1:])]
    assert min(ages) >= (1 - SPREAD) * HOUR
    assert max(ages) <= HOUR + 2 * EVERY


def test_memory_is_recycled_and_the_line_has_the_figures() -> None:
    world = World(Random(1), 3)
    run(world, 120.0)
    world.memory["mail@2.service"] = 412 * MIB
    run(world, 30.0)
    assert [unit for _when, unit in world.restarted] == ["mail@2.service"]
    assert world.lines == [
        "mail@2.service uses 412 MiB of memory, more than 100 MiB, after 2 min: it is restarted",
        "mail@2.service settled: ran 1 s without a restart",
    ]


def test_what_is_a_little_more_is_not_shown_as_equal() -> None:
    world = World(Random(1), 1)
    run(world, 20.0)
    world.memory["mail@1.service"] = 100 * MIB + 1
    run(world, 30.0)
    assert world.lines[0] == "mail@1.service uses 101 MiB of memory, more than 100 MiB, after 30 s: it is restarted"


def test_the_worst_goes_first_and_each_in_its_turn() -> None:
    world = World(Random(1), 3)
    run(world, 20.0)
    for unit, size in zip(world.tended.units, (150, 300, 101)):
        world.memory[unit] = size * MIB
    run(world, 60.0)
    assert [unit for _when, unit in world.restarted] == [world.tended.units[one] for one in (1, 0, 2)]


def test_an_old_one_says_its_age() -> None:
    world = World(Random(1), 1, Recycle(age=4000.0))
    run(world, 4100.0)
    assert world.lines[0] == "mail@1.service has run for 1 h 6 min, and its age is 1 h 6 min: it is restarted"


def test_idle_ones_go_first_and_a_busy_one_after_the_time_of_a_stop() -> None:
    world = World(Random(1), 2, busy_check=BUSY)
    run(world, 20.0)
    one, two = world.tended.units
    world.memory = {one: 300 * MIB, two: 200 * MIB}
    world.busy[one] = True
    run(world, 20.0)
    assert [unit for _when, unit in world.restarted] == [two]
    begun = world.now
    run(world, 90.0)
    assert [unit for _when, unit in world.restarted] == [two, one]
    assert 40.0 <= world.restarted[1][0] - begun <= 80.0


def test_another_one_that_comes_too_is_asked_before_it_goes() -> None:
    world = World(Random(1), 2, busy_check=BUSY, patience=1000.0)
    run(world, 20.0)
    one, two = world.tended.units
    world.busy = {one: True, two: True}
    world.memory[one] = 300 * MIB
    run(world, 20.0)
    world.memory[two] = 300 * MIB
    run(world, 60.0)
    assert world.restarted == []


def test_a_worker_that_needs_more_than_the_limit_is_not_restarted_at_once() -> None:
    world = World(Random(1), 1)
    for _second in range(300):
        world.memory["mail@1.service"] = 200 * MIB
        run(world, 1.0)
    assert 5 <= len(world.restarted) <= 300 / YOUNGEST


@pytest.mark.parametrize("state", [("activating", "auto-restart"), ("failed", "failed"), ("deactivating", "stop")])
def test_a_pool_in_trouble_is_left_alone(state: tuple[str, str]) -> None:
    world = World(Random(1), 3)
    run(world, 20.0)
    world.memory["mail@2.service"] = 412 * MIB
    world.samples["mail@3.service"] = replace(world.samples["mail@3.service"], active=state[0], sub=state[1])
    run(world, 100.0)
    assert world.restarted == []
    assert not world.tended.wants_act
    world.start("mail@3.service")
    run(world, 20.0)
    assert len(world.restarted) == 1


def test_a_bad_verdict_gives_the_pool_a_rest() -> None:
    one = Recycling(RULE, Policy(), units(1))
    large = {"mail@1.service": Figures("i1", 60.0, 200 * MIB)}
    up = {"mail@1.service": Sample("active", "running", "i1")}
    one.ended(100.0, Verdict(Health.KILLED, "was killed"))
    for now, goes in ((101.0, False), (100.0 + REST - 1, False), (100.0 + REST, True)):
        one.measure(large)
        assert bool(one.next(now, up, units(1))[0]) == goes
    one.ended(100.0 + REST, Verdict(Health.SETTLED, "ran"))
    one.measure(large)
    assert one.next(101.0 + REST, up, units(1))[0] is not None


def test_memory_that_is_not_counted_is_said() -> None:
    one = Tended(Duties(recycle=RULE), units(2))
    one.measure({unit: Figures("i1", 60.0, None) for unit in units(2)})
    assert (one.trouble.kind, one.wants_act) == (NOT_COUNTED, False)
    one.measure({unit: Figures("i1", 60.0, MIB) for unit in units(2)})
    assert not one.trouble.kind
    by_age = Recycling(Recycle(age=60.0), Policy(), units(1))
    by_age.measure({"mail@1.service": Figures("i1", 6.0, None), "others@1.service": Figures("i1", 600.0)})
    assert (by_age.trouble.kind, by_age.worn) == ("", [])


def test_what_hangs_goes_before_what_is_large() -> None:
    policy = Policy(max_parallel="100%")
    one = Tended(Duties(Liveness(("/bin/check",), failures=1), policy=policy, recycle=RULE), units(3))
    first, second, third = units(3)
    up = {unit: Sample("active", "running", "i1") for unit in units(3)}
    assert one.memory_limit == RULE.memory
    assert one.questions(0.0, up) == tuple(units(3))
    one.hear({first: SignOfLife(False), second: SignOfLife(True), third: SignOfLife(True)})
    one.measure({second: Figures("i1", 60.0, 200 * MIB)})
    actions, _lines = one.advance(1.0, up)
    assert actions == (Restart((first,)),)


def test_when_no_instance_answers_none_is_recycled() -> None:
    one = Tended(Duties(Liveness(("/bin/check",), failures=1), recycle=RULE), units(2))
    up = {unit: Sample("active", "running", "i1") for unit in units(2)}
    one.questions(0.0, up)
    one.hear({unit: SignOfLife(False) for unit in units(2)})
    one.measure({unit: Figures("i1", 60.0, 200 * MIB) for unit in units(2)})
    assert one.wants_act
    assert one.advance(1.0, up) == ((), [])
    assert not one.wants_act
    one.drop()


def test_only_instances_that_serve_are_measured_and_not_too_often() -> None:
    one = Tended(Duties(recycle=RULE), units(2))
    up = {"mail@1.service": Sample("active", "running", "i1"), "mail@2.service": Sample("failed", "failed", "i2")}
    assert one.due(0.0) == 0.0
    assert one.to_measure(100.0, up) == {"mail@1.service": "i1"}
    assert one.due(105.0) == EVERY - 5.0
    assert one.to_measure(105.0, up) == {}
    assert one.due(50.0) == 0.0, "the clock went back"
    assert Tended(Duties(), units(1)).memory_limit == 0


V2 = "anon 4096\nfile 9000\ninactive_file 8000\nactive_file 500\nbroken\nslab x\n"
V1 = "cache 1\ninactive_file 1\nactive_file 1\ntotal_inactive_file 8000\ntotal_active_file 500\n"


@pytest.mark.parametrize(("text", "size"), [(V2, 8500), (V1, 8500), ("", 0)], ids=["v2", "v1", "nothing"])
def test_files_in_memory_are_no_memory_of_a_worker(text: str, size: int) -> None:
    assert files_in_memory(text) == size


def test_shares_are_far_from_each_other_and_stay() -> None:
    assert [share(number) for number in range(5)] == [0.0, 0.5, 0.25, 0.75, 0.125]
    for count in (2, 8, 64):
        ordered = sorted(share(number) for number in range(count))
        assert ordered == [number / count for number in range(count)]
