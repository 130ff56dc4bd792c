# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a rollout promises, over random pools, policies, versions and accidents. One test is one promise.

``WORKERS_CASES`` is how many cases all of them try together.
"""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.act.health import Health
from ansible_collections.workers.systemd.plugins.module_utils._core.act.phases import Phase
from ansible_collections.workers.systemd.plugins.module_utils._core.act.rollout import Done, Restart, Rollout
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import Sample
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.surge import with_extra
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy
from tests.unit.plugins.module_utils._core.fake_systemd import NEVER, FakeSystemd, Program, Tale, roll

PROMISES = 35
CASES = max(1, int(os.environ.get("WORKERS_CASES", "2500")) // PROMISES)
TICK = 0.1
# A turn of the driver: the pause, and what sampling takes.
TURN = 0.12

WINDOWS = [0.0, 0.3, 1.0]
policies = st.builds(
    Policy,
    canary=st.integers(0, 3),
    max_parallel=st.sampled_from(["1", "2", "3", "25%", "50%", "100%"]),
    min_healthy_time=st.sampled_from(WINDOWS),
    healthy_deadline=st.sampled_from([2.0, 4.0]),
    progress_deadline=st.sampled_from([0.0, 1.5, 10.0]),
    order=st.sampled_from(["ascending", "descending"]),
    on_failure=st.sampled_from(["stop", "rollback"]),
    busy_check=st.sampled_from([(), ("/usr/bin/busy",)]),
    patience=st.sampled_from([0.0, 1.5, 30.0]),
    awaits=st.sampled_from(["", "SIGTERM"]),
)
restart_secs = st.sampled_from([0.0, 0.001, 0.1, 0.35, 5.0])
good = st.builds(
    Program,
    ready_after=st.sampled_from([0.0, 0.05, 0.4]),
    stop_takes=st.sampled_from([0.0, 0.05, 0.3]),
    loads=st.sampled_from([0.0, 0.0, 0.4, NEVER]),
)
# Dies before any window of WINDOWS is over, or never gets ready.
bad = st.one_of(
    st.builds(
        Program,
        ready_after=st.sampled_from([0.0, 0.05]),
        lives=st.sampled_from([0.01, 0.1, 0.2]),
        deaths=st.sampled_from([1, 2, NEVER]),
        restart_sec=restart_secs,
        limit=st.sampled_from([0, 2, NEVER]),
    ),
    st.just(Program(ready_after=NEVER)),
)
headless = st.builds(Program, heads=st.integers(1, 3), loses=st.sampled_from([0.2, 0.7, NEVER]))
anything = st.one_of(good, bad, headless, st.builds(Program, lives=st.floats(0.01, 1.5), restart_sec=restart_secs))
# An old process that dies of itself now and then.
shaky = st.one_of(st.just(Program()), st.builds(Program, lives=st.floats(0.01, 3.0), restart_sec=restart_secs))


# An old process that ends when it must, or is killed, and may have a job in hand.
at_work = st.builds(
    Program, deaf=st.booleans(), busy=st.sampled_from([0.0, 0.0, 0.5, 3.0]), stop_takes=st.sampled_from([0.05, 0.3])
)


@dataclass
class Case:
    """A pool at the start of a run; units that are in neither list are survivors."""

    policy: Policy
    wanted: list[str]
    to_start: list[str]
    to_restart: list[str]
    old: dict[str, Program]
    new: dict[str, Program]
    systemd: FakeSystemd = field(init=False)
    rollout: Rollout = field(init=False)

    def __post_init__(self) -> None:
        running = {unit: self.old[unit] for unit in self.wanted if unit not in self.to_start}
        self.systemd = FakeSystemd(self.wanted, running, self.new)
        self.rollout = Rollout(self.policy, self.wanted, self.to_start, self.to_restart)

    @property
    def size(self) -> int:
        return self.policy.batch_size(len(self.wanted))

    def roll(self, most: float = NEVER) -> Tale:
        return roll(self.rollout, self.systemd, TICK, most)


@st.composite
def cases(
    draw: st.DrawFn,
    new: st.SearchStrategy[Program] = anything,
    old: st.SearchStrategy[Program] = shaky,
    starts: int = 3,
) -> Case:
    count = draw(st.integers(1, 12))
    wanted = [f"mail@{number}.service" for number in range(1, count + 1)]
    fates = draw(st.lists(st.sampled_from(["restart", "restart", "survive"]), min_size=count, max_size=count))
    start = draw(st.sets(st.sampled_from(wanted), max_size=starts))
    return Case(
        draw(policies),
        wanted,
        [unit for unit in wanted if unit in start],
        [unit for unit, fate in zip(wanted, fates) if fate == "restart" and unit not in start],
        {unit: draw(old) for unit in wanted},
        {unit: draw(new) for unit in wanted},
    )


def promise(strategy: st.SearchStrategy[Case]) -> t.Callable[[t.Callable[..., None]], t.Callable[..., None]]:
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    tried = settings(max_examples=CASES, deadline=None, suppress_health_check=checks)
    return lambda test: tried(given(strategy)(test))


steady = st.just(Program())
calm = cases(new=good, old=steady)


# Safety: what never happens.


@promise(cases())
def test_never_are_more_than_max_parallel_down_through_us(case: Case) -> None:
    for _time, units, up in case.roll().restarts:
        taken = up.intersection(units)
        down = set(case.wanted) - up
        assert not taken or len(down | taken) <= case.size


@promise(cases())
def test_no_batch_of_restarts_is_larger_than_max_parallel(case: Case) -> None:
    for _time, units, _up in case.roll().restarts:
        assert set(units) <= set(case.to_start) or len(units) <= case.size


@promise(cases(new=bad, old=steady, starts=0))
def test_a_bad_version_costs_no_more_than_the_canaries(case: Case) -> None:
    case.policy = replace(case.policy, canary=max(1, case.policy.canary), min_healthy_time=1.0)
    case.__post_init__()
    tale = case.roll()
    assert len(tale.restarted) <= case.policy.canary
    assert not case.to_restart or any(verdict.bad for verdict in tale.end.verdicts.values())


@promise(cases())
def test_after_a_bad_verdict_the_rest_is_spared(case: Case) -> None:
    tale = case.roll()
    # One that had settled may be told as down later on.
    bad_since = min(tale.bad.values(), default=NEVER)
    assert all(time <= bad_since for time, _units, _up in tale.restarts)
    assert bool(tale.end.spared) <= (bad_since < NEVER)


@promise(cases())
def test_everything_to_do_is_either_done_or_spared(case: Case) -> None:
    end = case.roll().end
    assert sorted([*end.touched, *end.spared]) == sorted([*case.to_start, *case.to_restart])


@promise(cases())
def test_what_restarted_in_its_window_never_settles(case: Case) -> None:
    tale = case.roll()
    for unit, verdict in tale.end.verdicts.items():
        if verdict.health is Health.SETTLED:
            runs = [time for time in case.systemd.when(unit, "start") if time <= tale.judged[unit]]
            deaths = [time for time in case.systemd.when(unit, "death") if time <= tale.judged[unit]]
            assert (len(runs), deaths) == (1, [])


@promise(cases())
def test_what_settles_was_up_for_the_whole_window(case: Case) -> None:
    tale = case.roll()
    for unit, verdict in tale.end.verdicts.items():
        if verdict.health is Health.SETTLED:
            ready = case.systemd.when(unit, "ready")[0]
            assert tale.judged[unit] - ready >= case.policy.min_healthy_time


@promise(cases(new=st.builds(Program, lives=st.sampled_from([0.2, 0.6, 0.9]), loads=st.floats(0.95, 9.0)), old=steady))
def test_what_dies_before_it_has_loaded_never_settles(case: Case) -> None:
    case.policy = replace(case.policy, awaits="SIGTERM", healthy_deadline=4.0, progress_deadline=0.0)
    case.__post_init__()
    verdicts = case.roll().end.verdicts.values()
    assert all(verdict.bad or verdict.health is Health.STARTING for verdict in verdicts)


@promise(cases(new=good))
def test_what_settles_was_ready_for_the_whole_window_or_is_told_not_to_be(case: Case) -> None:
    case.policy = replace(case.policy, awaits="SIGTERM", healthy_deadline=9.0, progress_deadline=0.0)
    case.__post_init__()
    tale = case.roll()
    for unit, verdict in tale.end.verdicts.items():
        if verdict.health is Health.SETTLED and "does not handle SIGTERM" not in verdict.because:
            ready = case.systemd.when(unit, "ready")[0] + case.new[unit].loads
            assert tale.judged[unit] - ready >= case.policy.min_healthy_time


@promise(cases(new=st.just(Program(loads=NEVER)), old=steady))
def test_what_never_handles_its_signal_settles_before_its_deadlines_and_is_told(case: Case) -> None:
    case.policy = replace(case.policy, awaits="SIGTERM", progress_deadline=0.0)
    case.__post_init__()
    tale = case.roll()
    assert tale.end.spared == ()
    assert all("does not handle SIGTERM" in verdict.because for verdict in tale.end.verdicts.values())


@promise(cases(new=headless, old=steady))
def test_without_a_main_process_nothing_settles_and_a_loss_in_the_window_fails(case: Case) -> None:
    case.policy = replace(case.policy, min_healthy_time=0.4, progress_deadline=0.0)
    case.__post_init__()
    for unit, verdict in case.roll().end.verdicts.items():
        expected = Health.FAILED if case.new[unit].loses < 0.4 else Health.UNJUDGED
        assert verdict.health in {expected, Health.STARTING}


@promise(cases())
def test_nothing_is_restarted_twice(case: Case) -> None:
    tale = case.roll()
    assert len(set(tale.restarted)) == len(tale.restarted)
    assert tuple(tale.restarted) == tale.end.touched


@promise(cases())
def test_survivors_are_never_touched(case: Case) -> None:
    assert set(case.roll().restarted) <= {*case.to_start, *case.to_restart}


@promise(cases(old=steady))
def test_the_order_is_kept(case: Case) -> None:
    restarted = [unit for unit in case.roll().restarted if unit in case.to_restart]
    numbers = [int(unit[5:-8]) for unit in restarted]
    assert numbers == sorted(numbers, reverse=case.policy.order == "descending")


@promise(cases())
def test_what_is_missing_settles_before_anything_that_works_is_restarted(case: Case) -> None:
    assume(case.to_start)
    tale = case.roll()
    first = tale.restarts[0]
    assert set(first[1]) == set(case.to_start)
    for time, _units, _up in tale.restarts[1:]:
        assert all(tale.judged[unit] <= time for unit in case.to_start)
        # One that had settled may be told as down later on.
        assert all(tale.bad.get(unit, NEVER) > time for unit in case.to_start)


@promise(cases())
def test_a_batch_waits_for_the_one_before(case: Case) -> None:
    tale = case.roll()
    for (_time, before, _up), (time, _units, _same) in zip(tale.restarts, tale.restarts[1:]):
        assert all(tale.judged[unit] <= time for unit in before)


def surging(case: Case) -> Case:
    """The same pool with instances for the meantime, as many as may be down."""
    count = len(case.wanted)
    extra = [f"mail@{number}.service" for number in range(count + 1, count + 1 + case.size)]
    policy = replace(with_extra(case.policy, len(extra)), min_healthy_time=1.0, progress_deadline=0.0)
    new = {**case.new, **dict.fromkeys(extra, case.new[case.wanted[0]])}
    more = Case(policy, [*case.wanted, *extra], extra, case.to_restart, case.old, new)
    more.rollout = Rollout(policy, more.wanted, extra, case.to_restart, extra=extra)
    return more


@promise(cases(new=good, old=steady, starts=0))
def test_with_instances_for_the_meantime_a_pool_is_never_smaller_than_wanted(case: Case) -> None:
    tale = surging(case).roll()
    assert tale.lowest_up >= len(case.wanted)
    assert tale.end.lowest_active >= len(case.wanted)
    assert set(case.to_restart) <= set(tale.end.touched)


@promise(cases(new=bad, old=steady, starts=0))
def test_and_a_bad_version_costs_no_other_instance(case: Case) -> None:
    more = surging(case)
    tale = more.roll()
    assert set(tale.restarted) == set(more.to_start)
    assert set(tale.end.spared) == set(case.to_restart)


@promise(cases())
def test_the_lowest_capacity_is_never_told_too_high(case: Case) -> None:
    tale = case.roll()
    assert tale.end.lowest_active <= tale.lowest_up


@promise(cases(new=good))
def test_without_a_passed_health_check_nothing_settles(case: Case) -> None:
    case.policy = replace(case.policy, health_check=("/usr/bin/check",))
    case.new.update({unit: replace(case.new[unit], healthy_after=NEVER) for unit in case.wanted[::2]})
    case.__post_init__()
    tale = case.roll()
    for unit, verdict in tale.end.verdicts.items():
        if verdict.health is Health.SETTLED:
            assert case.new[unit].healthy_after < NEVER


@promise(cases(old=at_work))
def test_after_a_kill_at_a_stop_nothing_is_restarted_any_more(case: Case) -> None:
    tale = case.roll()
    kills = [time for unit in tale.restarted if case.old[unit].deaf for time in case.systemd.when(unit, "kill")]
    for kill in kills:
        later = [units for time, units, _up in tale.restarts if time > kill]
        assert later == []


@promise(cases(old=at_work))
def test_every_kill_at_a_stop_is_told_and_nothing_else_is(case: Case) -> None:
    tale = case.roll()
    for unit, verdict in tale.end.verdicts.items():
        killed = bool(case.systemd.when(unit, "kill"))
        assert killed is ("its previous process was killed" in verdict.because)
        assert verdict.bad or not killed


@promise(cases(new=good, old=at_work))
def test_a_kill_at_a_stop_never_blames_the_version(case: Case) -> None:
    case.policy = replace(case.policy, progress_deadline=0.0)
    case.__post_init__()
    verdicts = case.roll().end.verdicts.values()
    assert {verdict.health for verdict in verdicts} <= {Health.SETTLED, Health.KILLED}


@promise(cases(new=good, old=at_work))
def test_a_busy_instance_is_left_alone_while_another_is_idle(case: Case) -> None:
    case.policy = replace(case.policy, busy_check=("/usr/bin/busy",))
    case.__post_init__()
    tale = case.roll()
    left = set(case.to_restart)
    for (_time, units, up), busy in zip(tale.restarts, tale.busy):
        # One that was busy when it was asked may have become idle since.
        always_idle = {unit for unit in left & up if case.old[unit].busy == 0.0}
        assert not (busy & left) or not always_idle - set(units)
        left -= set(units)


@promise(cases(new=good, old=at_work))
def test_a_busy_instance_is_waited_for(case: Case) -> None:
    case.policy = replace(case.policy, busy_check=("/usr/bin/busy",), patience=30.0)
    case.__post_init__()
    tale = case.roll()
    assert all(busy.isdisjoint(case.to_restart) for busy in tale.busy)


@promise(cases(old=at_work))
def test_the_phase_of_a_unit_and_its_verdict_say_the_same(case: Case) -> None:
    end, phases = case.roll().end, case.rollout.phases
    for unit in case.wanted:
        verdict = end.verdicts.get(unit)
        if unit in phases.of(Phase.GOOD):
            assert verdict is not None
            assert verdict.good
        elif unit in phases.of(Phase.BAD):
            assert verdict is not None
            assert verdict.bad
        elif unit in phases.of(Phase.WATCHED):
            # A rollback does not wait for the others of a batch.
            assert verdict is not None
            assert verdict.health is Health.STARTING
    assert set(end.spared) == set(phases.of(Phase.MISSING, Phase.STALE, Phase.SPARED))
    assert phases.of(Phase.UNJUDGED) == []


# Liveness: what always happens.


@promise(cases(new=good, old=st.just(Program(busy=NEVER))))
def test_busy_instances_are_restarted_when_patience_is_over(case: Case) -> None:
    case.policy = replace(case.policy, busy_check=("/usr/bin/busy",), patience=1.5, progress_deadline=0.0)
    case.__post_init__()
    assert case.roll().end.spared == ()


@promise(cases())
def test_it_always_ends(case: Case) -> None:
    tale = case.roll(most=1000)
    batches = len(tale.restarts) + 1
    waits = case.policy.patience if case.policy.busy_check else 0.0
    assert case.systemd.now <= 2 * batches * (case.policy.healthy_deadline + waits + 3 * TURN)
    assert tale.end


@promise(calm)
def test_a_good_version_reaches_everybody(case: Case) -> None:
    case.policy = replace(case.policy, progress_deadline=0.0)
    case.__post_init__()
    end = case.roll().end
    assert end.spared == ()
    assert {verdict.health for verdict in end.verdicts.values()} <= {Health.SETTLED}
    assert set(end.verdicts) == {*case.to_start, *case.to_restart}
    assert case.to_start or end.lowest_active >= len(case.wanted) - case.size


@promise(cases())
def test_without_anything_stale_nothing_happens_at_all(case: Case) -> None:
    rollout = Rollout(case.policy, case.wanted, [], [])
    tale = roll(rollout, case.systemd, TICK)
    assert (tale.restarts, tale.end.touched, tale.end.spared, tale.end.verdicts) == ([], (), (), {})


@promise(cases(new=bad, old=steady, starts=0))
def test_a_death_is_known_within_half_a_second(case: Case) -> None:
    case.policy = replace(case.policy, min_healthy_time=1.0, on_failure="rollback")
    case.__post_init__()
    tale = case.roll()
    for unit, verdict in tale.end.verdicts.items():
        deaths = case.systemd.when(unit, "death")
        if verdict.bad and deaths:
            assert tale.judged[unit] - deaths[0] < 0.5
            # One more turn tells how the stops ended.
            assert case.systemd.now - tale.judged[unit] <= 2 * TURN


@promise(cases(new=st.just(Program(ready_after=NEVER)), old=steady))
def test_what_never_gets_ready_fails_at_its_deadline(case: Case) -> None:
    assume(case.to_start or case.to_restart)
    case.policy = replace(case.policy, progress_deadline=0.0)
    case.__post_init__()
    tale = case.roll()
    for unit in tale.restarted:
        assert tale.end.verdicts[unit].health is Health.FAILED
        (asked,) = case.systemd.when(unit, "restart")
        assert 0 <= tale.judged[unit] - asked - case.policy.healthy_deadline <= 2 * TURN


@promise(cases(new=st.builds(Program, ready_after=st.floats(0, 0.9)), old=steady))
def test_the_window_of_each_counts_from_its_own_start(case: Case) -> None:
    """The deadline that progress resets is never met, although the whole takes longer than it."""
    case.policy = replace(case.policy, progress_deadline=2.6, healthy_deadline=4.0)
    case.__post_init__()
    tale = case.roll()
    assert tale.end.spared == ()
    for unit in tale.restarted:
        (ready,) = case.systemd.when(unit, "ready")
        assert case.policy.min_healthy_time <= tale.judged[unit] - ready <= case.policy.min_healthy_time + 4 * TURN


@promise(calm)
def test_a_run_that_is_taken_up_again_ends_like_one_that_was_not_interrupted(case: Case) -> None:
    case.policy = replace(case.policy, progress_deadline=0.0)
    case.__post_init__()
    interrupted = case.roll(most=len(case.wanted) * 0.3)
    done = set(interrupted.restarted)
    # What an interrupted run restarted shows the markers of the new version, and so is stale no more.
    to_start = [unit for unit in case.wanted if not case.systemd.services[unit].up]
    to_restart = [unit for unit in case.to_restart if unit not in done and unit not in to_start]
    resumed = roll(Rollout(case.policy, case.wanted, to_start, to_restart), case.systemd, TICK)
    assert resumed.end.spared == ()
    assert {*done, *resumed.restarted} == {*case.to_start, *case.to_restart}
    assert not done.intersection(resumed.restarted) - set(to_start)


@promise(cases(new=st.just(Program(lives=0.8)), old=steady))
def test_a_crash_a_little_before_the_end_of_the_window_is_no_health(case: Case) -> None:
    case.policy = replace(case.policy, min_healthy_time=1.0)
    case.__post_init__()
    tale = case.roll()
    assert not any(verdict.health is Health.SETTLED for verdict in tale.end.verdicts.values())


# Stories.


def mail(count: int, policy: Policy, new: Program, **old: Program) -> Case:
    wanted = [f"mail@{number}.service" for number in range(1, count + 1)]
    olds = {unit: old.get(f"of_{number}", Program()) for number, unit in enumerate(wanted, 1)}
    return Case(policy, wanted, [], wanted, olds, dict.fromkeys(wanted, new))


def test_one_canary_and_then_batches() -> None:
    tale = mail(8, Policy(max_parallel="3"), Program()).roll()
    assert [[unit[5] for unit in units] for _time, units, _up in tale.restarts] == [["1"], [*"234"], [*"567"], ["8"]]
    assert tale.end.lowest_active == 5


def test_without_a_canary_batches_from_the_start_and_backwards() -> None:
    tale = mail(4, Policy(canary=0, max_parallel="50%", order="descending"), Program()).roll()
    assert [[unit[5] for unit in units] for _time, units, _up in tale.restarts] == [[*"43"], [*"21"]]


def test_a_canary_that_dies_leaves_the_others_on_the_former_version() -> None:
    tale = mail(3, Policy(), Program(lives=0.2, restart_sec=5.0)).roll()
    assert (tale.end.touched, tale.end.spared) == (("mail@1.service",), ("mail@2.service", "mail@3.service"))
    assert "waits for its restart" in str(tale.end.verdicts["mail@1.service"])
    assert tale.end.lowest_active == 2


def test_a_rollout_waits_for_an_instance_that_is_down_for_another_reason() -> None:
    """The third crashes on its own, right when the canary has settled, and is back two seconds later."""
    case = mail(4, Policy(max_parallel="1", min_healthy_time=1.0), Program())
    case.to_restart = case.wanted[:2]
    case.old["mail@3.service"] = Program(lives=1.3, deaths=1, restart_sec=2.0)
    case.__post_init__()
    tale = case.roll()
    assert tale.restarts[1][0] > 3.3
    assert (tale.end.spared, tale.end.lowest_active) == ((), 3)


@pytest.mark.parametrize("policy", [Policy(healthy_deadline=4.0), Policy(progress_deadline=4.0)])
def test_and_gives_up_when_it_does_not_come_back(policy: Policy) -> None:
    case = mail(4, replace(policy, min_healthy_time=1.0), Program())
    case.to_restart = case.wanted[:2]
    case.old["mail@3.service"] = Program(lives=1.3, restart_sec=NEVER)
    case.__post_init__()
    end = case.roll().end
    assert (end.touched, end.spared) == (("mail@1.service",), ("mail@2.service",))
    assert "no other instance may be restarted" in str(end.verdicts["mail@3.service"])


def test_a_stale_instance_that_is_down_anyway_goes_first() -> None:
    case = mail(3, Policy(), Program(), of_3=Program(lives=0.001, restart_sec=NEVER))
    assert case.roll().restarted == ["mail@3.service", "mail@1.service", "mail@2.service"]


def test_what_came_up_by_itself_since_it_was_looked_at_is_restarted_in_its_turn() -> None:
    """The broker is back at the very moment of a deploy: all were down, and now all serve."""
    case = mail(4, Policy(), Program())
    rollout = Rollout(case.policy, case.wanted, case.wanted, [])
    tale = roll(rollout, case.systemd)
    assert [len(units) for _time, units, _up in tale.restarts] == [1, 1, 1, 1]
    assert tale.end.lowest_active == 3


def test_without_progress_it_ends() -> None:
    case = mail(8, Policy(canary=0, max_parallel="2", progress_deadline=6.0), Program())
    case.new["mail@4.service"] = Program(ready_after=NEVER)
    case.__post_init__()
    tale = case.roll()
    assert (len(tale.end.touched), len(tale.end.spared)) == (4, 4)
    assert "no instance settled for 6 s" in str(tale.end.verdicts["mail@4.service"])
    assert tale.end.verdicts["mail@3.service"].health is Health.SETTLED
    assert 12 < tale.judged["mail@4.service"] < 14


def test_a_rollback_does_not_wait_for_the_others_of_a_batch() -> None:
    slow = Program(ready_after=60.0)
    ends = {}
    for on_failure in ("stop", "rollback"):
        case = mail(4, Policy(canary=0, max_parallel="2", on_failure=on_failure), slow)
        case.new["mail@1.service"] = Program(lives=0.1)
        case.__post_init__()
        tale = case.roll()
        ends[on_failure] = (case.systemd.now < 1, tale.end.verdicts["mail@2.service"].health)
    assert ends == {"stop": (False, Health.SETTLED), "rollback": (True, Health.STARTING)}


def test_a_health_check_is_asked_again_until_it_passes() -> None:
    tale = mail(2, Policy(health_check=("/check",)), Program(healthy_after=5.5)).roll()
    assert tale.end.spared == ()
    assert 5.5 < tale.judged["mail@1.service"] < 7.0


def test_a_unit_that_the_samples_do_not_name_is_not_there() -> None:
    rollout = Rollout(Policy(), ["mail@1.service"], ["mail@1.service"], [])
    assert rollout.advance(0.0, {}) == (Restart(("mail@1.service",)),)
    (done,) = rollout.advance(0.1, {"other@1.service": Sample("active", "running", "a")})
    assert isinstance(done, Done)
    assert (str(done.verdicts["mail@1.service"]), done.lowest_active) == ("failed: is not running", 0)


def test_a_kill_at_a_stop_of_another_pool_is_nothing_to_it() -> None:
    """All pools of a run are looked at in one call."""
    rollout = Rollout(Policy(), ["mail@1.service"], [], ["mail@1.service"])
    assert rollout.advance(0.0, {"mail@1.service": Sample("active", "running", "a")}) == (Restart(("mail@1.service",)),)
    stops = Sample("deactivating", "stop-sigterm", "a", job="restart")
    other = Sample("active", "running", "b", killed="was killed")
    assert rollout.advance(0.1, {"mail@1.service": stops, "sms@1.service": other}) == ()
    assert {unit: verdict.health for unit, verdict in rollout.verdicts.items()} == {"mail@1.service": Health.STARTING}


def test_what_a_killed_run_left_without_a_verdict_is_judged_before_anything_restarts() -> None:
    case = mail(3, Policy(), Program())
    tale = roll(Rollout(case.policy, case.wanted, [], case.wanted[1:], case.wanted[:1]), case.systemd)
    assert tale.restarted == case.wanted[1:]
    assert tale.restarts[0][0] > case.policy.min_healthy_time
    assert tale.end.verdicts["mail@1.service"].health is Health.SETTLED
    assert tale.end.lowest_active == 2


def test_and_spares_the_rest_when_it_is_bad() -> None:
    case = mail(3, Policy(), Program(), of_1=Program(lives=0.5))
    tale = roll(Rollout(case.policy, case.wanted, [], case.wanted[1:], case.wanted[:1]), case.systemd)
    assert tale.restarted == []
    assert tale.end.verdicts["mail@1.service"].bad
    assert list(tale.end.spared) == case.wanted[1:]


def test_a_kill_at_the_stop_of_the_canary_spares_the_rest_and_undoes_nothing() -> None:
    tale = mail(3, Policy(), Program(), of_1=Program(deaf=True)).roll()
    assert (tale.end.touched, tale.end.spared) == (("mail@1.service",), ("mail@2.service", "mail@3.service"))
    verdict = tale.end.verdicts["mail@1.service"]
    assert str(verdict) == ("killed-at-stop: its previous process was killed; the new one ran 3 s without a restart")
    assert (verdict.bad, verdict.faulty) == (True, False)


def test_the_others_of_a_batch_are_watched_to_the_end_after_a_kill() -> None:
    case = mail(4, Policy(canary=0, max_parallel="2"), Program(ready_after=5.0), of_1=Program(deaf=True))
    end = case.roll().end
    assert [verdict.health for verdict in end.verdicts.values()] == [Health.KILLED, Health.SETTLED]
    assert len(end.spared) == 2


def test_what_a_stop_of_the_same_run_forbids_to_restart_is_spared_and_what_is_missing_starts() -> None:
    case = mail(3, Policy(), Program())
    case.to_start, case.to_restart = case.wanted[:1], []
    case.__post_init__()
    tale = roll(Rollout(case.policy, case.wanted, case.to_start, [], spared=case.wanted[1:]), case.systemd)
    assert (tale.restarted, list(tale.end.spared)) == (case.wanted[:1], case.wanted[1:])
    assert not tale.end.verdicts["mail@1.service"].bad


def test_idle_instances_are_restarted_first_and_the_busy_one_when_its_job_is_done() -> None:
    case = mail(4, Policy(busy_check=("/busy",), min_healthy_time=0.0), Program(), of_1=Program(busy=20.0))
    tale = case.roll()
    assert [unit[5] for unit in tale.restarted] == [*"2341"]
    assert 20.0 <= tale.restarts[-1][0] <= 21.5


def test_a_down_instance_is_not_asked() -> None:
    case = mail(2, Policy(busy_check=("/busy",)), Program(), of_2=Program(lives=0.001, restart_sec=NEVER, busy=NEVER))
    assert case.roll().restarted == ["mail@2.service", "mail@1.service"]


def test_busy_instances_hold_up_a_rollout_no_longer_than_its_progress_deadline() -> None:
    policy = Policy(busy_check=("/busy",), patience=NEVER, progress_deadline=5.0)
    tale = mail(2, policy, Program(), of_1=Program(busy=NEVER), of_2=Program(busy=NEVER)).roll()
    assert (tale.restarted, len(tale.end.spared)) == ([], 2)
    words = "failed: no instance settled for 5 s: is busy and was not restarted"
    assert str(tale.end.verdicts["mail@1.service"]) == words


def test_a_rollout_that_does_not_begin_spares_everything_and_counts_what_is_up() -> None:
    one, two, three = (f"mail@{number}.service" for number in (1, 2, 3))
    rollout = Rollout(Policy(), (one, two, three), to_start=[three], to_restart=[two])
    end = rollout.hold({one: Sample("active", "running", "a"), two: Sample("active", "running", "b")})
    assert end == Done({}, (), (two, three), 2)
    assert not end.complete
