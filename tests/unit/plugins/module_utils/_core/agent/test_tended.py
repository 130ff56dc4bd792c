# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One pool in the care of the agent, in a world in which anything may happen at any time."""

from __future__ import annotations

import os
import typing as t
from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.act.rollout import (
    Action,
    Count,
    Restart,
    Start,
    Stop,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import GONE, Sample
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.liveness import SignOfLife, Trouble
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.recycle import Figures
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.scale import Reading
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.tended import Tended
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.liveness import Liveness
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.recycle import Recycle
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.scaling import Scaling
from ansible_collections.workers.systemd.plugins.module_utils._core.write.duties import Duties

RULE = Liveness(("/bin/check",), every=10.0, failures=2)
AT_ONCE = replace(RULE, failures=1)
# WORKERS_CASES is how many histories the properties of liveness, of recycling and of alerts try together.
DUTIES = 3
CASES = max(settings.default.max_examples, int(os.environ.get("WORKERS_CASES", "0")) // DUTIES)
STATES = [("active", "running"), ("deactivating", "stop-sigterm"), ("activating", "auto-restart"), ("failed", "failed")]


def tended(count: int, max_parallel: str = "1", rule: Liveness = RULE) -> Tended:
    policy = Policy(max_parallel=max_parallel, min_healthy_time=1.0, busy_check=("/bin/busy",))
    return Tended(Duties(rule, policy=policy), [f"mail@{number}.service" for number in range(1, count + 1)])


class World:
    """Instances that hang, die and come back by themselves, and checks that answer late, or not at all."""

    def __init__(self, random: Random, count: int, max_parallel: str, rule: Liveness = RULE) -> None:
        self.random = random
        self.max_parallel = max_parallel
        self.rule = rule
        self.tended = tended(count, max_parallel, rule)
        self.now = 0.0
        self.started = 0
        self.samples = {unit: self.fresh() for unit in self.tended.units}
        # What each invocation has answered in a row, and the answers of the last round.
        self.asked: dict[str, str] = {}
        self.failed: dict[str, int] = {}
        self.round: dict[str, bool | None] = {}
        self.closed: dict[str, bool | None] = {}
        # Whether several have failed and none has answered well since, and what had failed before that.
        self.of_all = False
        self.before: dict[str, int] = {}
        self.kept: dict[str, int] = {}
        self.restarted: list[str] = []
        self.counted: set[str] = set()

    def fresh(self) -> Sample:
        self.started += 1
        return Sample("active", "running", f"i{self.started}")

    def happens(self) -> None:
        """Anything at any time, also to the clock."""
        self.now += self.random.choice([0.0, 0.3, 2.0, 11.0, 3600.0, -5.0])
        unit = self.random.choice(self.tended.units)
        if self.random.random() < 0.3:
            state = self.random.choice(STATES)
            self.samples[unit] = Sample(*state, self.samples[unit].invocation)
        elif self.random.random() < 0.5:
            self.samples[unit] = self.fresh()
        what = self.random.random()
        if what < 0.03:
            # A deploy came. What the instances have answered before still counts.
            self.tended.drop()
        elif what < 0.06:
            # Killed, and started again.
            self.tended = tended(len(self.tended.units), self.max_parallel, self.rule)
            self.failed, self.asked, self.of_all = {}, {}, False

    def answer(self) -> None:
        answers = {}
        for unit in [unit for unit in self.asked if self.random.random() < 0.8]:
            alive = self.random.choice([True, False, False, None])
            invocation = self.asked.pop(unit)
            answers[unit] = SignOfLife(alive, "said so")
            self.round[unit] = alive
            if alive is not None:
                self.failed[invocation] = 0 if alive else self.failed.get(invocation, 0) + 1
        if answers and not self.asked:
            self.closed = dict(self.round)
            if self.of_all and any(self.closed.values()):
                self.failed = {one: count and self.kept.get(one, 0) for one, count in self.failed.items()}
            failed = [alive for alive in self.closed.values() if alive is False]
            former = self.of_all
            self.of_all = not any(self.closed.values()) and (former or len(failed) > 1)
            if self.of_all and not former:
                self.kept = self.before
        self.tended.hear(answers)

    def ask(self) -> None:
        questions = self.tended.questions(self.now, self.samples)
        if questions:
            assert not self.asked, "a round begins before the last has ended"
            self.round = {}
            self.before = dict(self.failed)
        self.asked.update({unit: self.samples[unit].invocation for unit in questions})

    def turn(self) -> tuple[Action, ...]:
        self.happens()
        self.answer()
        # What a rollout asked for in the last turn.
        counted = {unit: replace(self.samples[unit], restarts=0) for unit in self.counted}
        actions, _lines = self.tended.advance(self.now, {**self.samples, **counted})
        self.counted = {unit for one in actions if isinstance(one, Count) for unit in one.units}
        for one in actions:
            if isinstance(one, Restart):
                self.judge(one.units)
        self.ask()
        return actions

    def judge(self, restarted: t.Sequence[str]) -> None:
        assert len(restarted) == 1, "more than one at once"
        (unit,) = restarted
        seen = self.samples[unit]
        others = {name: one for name, one in self.samples.items() if name != unit}
        assert (seen.active, seen.sub) == ("active", "running")
        assert self.failed[seen.invocation] >= self.rule.failures, "without failures in a row that tell of this one"
        assert len(self.samples) == 1 or any(self.closed.values()), "no instance has answered"
        down = [name for name, one in others.items() if not one.up]
        assert len(down) < Policy(max_parallel=self.max_parallel).batch_size(len(self.samples))
        assert all(one.active not in ("activating", "deactivating") for one in others.values()), "two at once"
        self.restarted.append(unit)
        self.samples[unit] = self.fresh()


@settings(max_examples=CASES, deadline=None)
@given(
    st.randoms(use_true_random=False),
    st.integers(1, 5),
    st.sampled_from(["1", "2", "25%", "100%"]),
    st.sampled_from([RULE, AT_ONCE]),
)
def test_whatever_happens_one_instance_that_hangs_is_restarted_at_a_time(
    random: Random, count: int, max_parallel: str, rule: Liveness
) -> None:
    world = World(random, count, max_parallel, rule)
    for _turn in range(60):
        world.turn()


def test_the_world_is_not_empty() -> None:
    """The property would also hold for an agent that never acts."""
    for rule in (RULE, AT_ONCE):
        restarted = 0
        for seed in range(80):
            world = World(Random(seed), 3, "100%", rule)
            for _turn in range(60):
                world.turn()
            restarted += len(world.restarted)
        assert restarted > 20


def run(one: Tended, now: float, samples: t.Mapping[str, Sample], deaf: t.Collection[str]) -> None:
    """A round of questions and answers."""
    for unit in one.questions(now, samples):
        one.hear({unit: SignOfLife(unit not in deaf, "exited with status 1")})


UP = {f"mail@{number}.service": Sample("active", "running", f"i{number}") for number in (1, 2)}
ONE = "mail@1.service"


def hung() -> Tended:
    one = tended(2)
    for now in (0.0, 10.0):
        run(one, now, UP, {ONE})
    return one


def test_an_act_goes_through_the_rollout_and_is_judged() -> None:
    one = hung()
    assert one.wants_act
    actions, lines = one.advance(20.0, UP)
    assert actions == (Restart((ONE,)),), "at once: the busy check of what hangs is not asked"
    assert lines == [
        "mail@1.service hangs: its check failed 2 times in a row, the last time it exited with status 1: "
        "it is restarted"
    ]
    new = Sample("active", "running", "new", restarts=0)
    lines = []
    for now in (20.1, 20.2, 21.5, 22.0):
        assert one.wants_act
        actions, more = one.advance(now, {**UP, ONE: new})
        lines += more
    assert lines == ["mail@1.service settled: ran 1 s without a restart"]
    assert not one.wants_act
    ((unit, because),) = one.hung_lately()
    assert (unit, because[:5]) == (ONE, "hangs")
    assert one.hung_lately() == []


def test_a_pool_without_any_answer_hangs_as_a_whole() -> None:
    one = tended(2)
    for now in (0.0, 10.0):
        run(one, now, UP, UP)
    ((unit, because),) = one.hung_lately()
    assert (unit, because[:19]) == ("", "no instance answers")


def test_a_deploy_ends_an_act() -> None:
    one = hung()
    one.advance(20.0, UP)
    one.drop()
    assert not one.wants_act
    assert one.advance(20.1, UP) == ((), [])


def test_instances_of_others_and_paused_ones_are_not_asked() -> None:
    one = tended(1)
    assert one.questions(0.0, {**UP, "mail@9.service": GONE}) == (ONE,)


def test_a_pool_without_a_rule_is_left_alone() -> None:
    one = Tended(Duties(), [ONE])
    run(one, 0.0, UP, {ONE})
    one.hear({ONE: SignOfLife(False)})
    one.measure({})
    one.drop()
    assert (one.due(0.0), one.wants_act, one.trouble) == (float("inf"), False, Trouble())
    assert one.advance(0.0, UP) == ((), [])


SERVES = Sample("active", "running", "i1")
TARGET = {"mail.target": Sample("active", "active", "")}


def ranged(liveness: Liveness | None = None, recycle: Recycle | None = None) -> Tended:
    rule = Scaling(1, 4, ("/bin/count",), 10, fall_after=5.0)
    return Tended(Duties(liveness, recycle=recycle, scaling=rule), [f"mail@{number}.service" for number in range(1, 5)])


def test_a_pool_with_a_range_grows_and_shrinks() -> None:
    one = ranged()
    samples = {"mail@1.service": SERVES, **TARGET}
    assert one.all_units == (*one.units, "mail.target")
    assert (one.due(0.0), one.questions(0.0, samples)) == (0.0, ())
    assert one.to_ask_for_work(0.0, samples) == ("mail@1.service",)
    one.hear_work(0.1, Reading(3, "25 jobs wait"))
    assert (one.hurries, one.wants_act, one.work_unknown) == (True, True, "")
    actions, lines = one.advance(0.1, samples)
    assert actions == (Start(("mail@2.service", "mail@3.service")),)
    assert lines == ["mail: 1 -> 3: 25 jobs wait"]
    samples = {**dict.fromkeys(one.units[:3], SERVES), **TARGET}
    assert one.to_ask_for_work(6.0, samples) == one.units[:3]
    one.hear_work(6.0, Reading(1, "no job waits"))
    assert (one.hurries, one.wants_act) == (False, True)
    one.drop()
    assert one.advance(6.0, samples)[0] == (Stop(("mail@3.service",)),)
    one.to_ask_for_work(7.0, samples)
    one.hear_work(7.0, Reading(None, "exited with status 1"))
    assert one.work_unknown.endswith("so the number of its instances stays: exited with status 1")
    assert one.trouble.detail == "exited with status 1"
    assert not one.wants_act


def test_a_stop_that_ends_with_a_kill_is_told_once() -> None:
    one = ranged()
    samples = {**dict.fromkeys(one.units[:2], SERVES), **TARGET}
    for now in (0.0, 6.0):
        one.to_ask_for_work(now, samples)
        one.hear_work(now, Reading(1, "no job waits"))
    assert one.advance(6.0, samples)[0] == (Stop(("mail@2.service",)),)
    one.to_ask_for_work(7.0, {**samples, "mail@2.service": Sample("deactivating", "stop-sigterm", "i1")})
    assert one.killed_lately() == []
    one.to_ask_for_work(8.0, {**samples, "mail@2.service": Sample("failed", "failed", "i1")})
    assert one.killed_lately() == ["mail@2.service"]
    one.to_ask_for_work(9.0, {**samples, "mail@2.service": Sample("failed", "failed", "i1")})
    assert one.killed_lately() == tended(1).killed_lately() == []


def test_a_pool_that_its_operator_has_stopped_is_left_alone() -> None:
    one = ranged()
    assert one.to_ask_for_work(0.0, {"mail@1.service": SERVES}) == ()
    assert one.due(0.0) > 0, "the agent would never wait"
    one.hear_work(0.0, Reading(4, ""))
    assert one.advance(0.0, {"mail@1.service": SERVES}) == ((), [])


def test_a_pool_without_a_range_is_not_asked_for_its_work() -> None:
    one = tended(1)
    assert one.to_ask_for_work(0.0, {**dict.fromkeys(one.units, SERVES), **TARGET}) == ()
    one.hear_work(0.0, Reading(4, ""))
    assert (one.all_units, one.work_unknown) == (one.units, "")
    assert Tended(Duties(scaling=Scaling(1, 2)), []).all_units == ()


def test_one_that_hangs_is_restarted_although_others_of_the_range_do_not_run() -> None:
    one = ranged(Liveness(("/bin/check",), every=10.0, failures=1))
    samples = {**dict.fromkeys(one.units[:2], SERVES), **TARGET}
    one.to_ask_for_work(0.0, samples)
    assert one.questions(0.0, samples) == one.units[:2]
    one.hear({one.units[0]: SignOfLife(False, "exited"), one.units[1]: SignOfLife(True)})
    assert Restart((one.units[0],)) in one.advance(0.0, samples)[0]
    # Meanwhile nothing is stopped, and what is missing is started.
    one.hear_work(0.5, Reading(3, ""))
    assert Start((one.units[2],)) in one.advance(0.5, samples)[0]


def test_one_that_is_too_large_is_restarted_too() -> None:
    one = ranged(recycle=Recycle(memory=100))
    samples = {**dict.fromkeys(one.units[:2], SERVES), **TARGET}
    one.to_measure(0.0, samples)
    one.measure({one.units[1]: Figures("i1", 60.0, 200)})
    assert Restart((one.units[1],)) in one.advance(0.0, samples)[0]
