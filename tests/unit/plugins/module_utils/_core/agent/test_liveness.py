# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import Sample
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.liveness import (
    COULD_NOT_TELL,
    NO_INSTANCE,
    Beats,
    Rounds,
    SignOfLife,
    Trouble,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.liveness import Liveness

RULE = Liveness(("/bin/check",), every=30.0, failures=2)
ONE, TWO, THREE = units = [f"mail@{number}.service" for number in (1, 2, 3)]
ALIVE, DEAF, UNKNOWN = (
    SignOfLife(True),
    SignOfLife(False, "exited with status 1"),
    SignOfLife(None, "cannot run /bin/check"),
)


def up(invocation: str = "a", job: str = "") -> Sample:
    return Sample("active", "running", invocation, job)


ALL_UP = dict.fromkeys(units, up())


def ask(
    rounds: Rounds,
    now: float,
    answers: t.Mapping[str, SignOfLife],
    samples: t.Optional[t.Mapping[str, Sample]] = None,
) -> None:
    samples = ALL_UP if samples is None else samples
    asked = rounds.questions(now, samples)
    assert set(asked) == set(answers)
    rounds.hear(answers, len(samples))


def rounds_of(*answers: t.Mapping[str, SignOfLife], rule: Liveness = RULE) -> Rounds:
    rounds = Rounds(rule)
    for index, one in enumerate(answers):
        ask(rounds, 30.0 * index, one)
    return rounds


def next_of(rounds: Rounds, samples: t.Optional[t.Mapping[str, Sample]] = None, may_be_down: int = 1) -> str:
    found = rounds.next(ALL_UP if samples is None else samples, units, may_be_down)
    return found.unit if found else ""


ONE_DEAF = {ONE: ALIVE, TWO: DEAF, THREE: ALIVE}
ALL_DEAF = dict.fromkeys(units, DEAF)


def test_an_instance_that_fails_often_enough_in_a_row_is_next() -> None:
    rounds = rounds_of(ONE_DEAF, ONE_DEAF)
    found = rounds.next(ALL_UP, units, 1)
    assert found is not None
    assert (found.unit, found.invocation) == (TWO, "a")
    assert found.because == "hangs: its check failed 2 times in a row, the last time it exited with status 1"


@pytest.mark.parametrize(
    "answers",
    [
        [ONE_DEAF],
        [ONE_DEAF, dict.fromkeys(units, ALIVE), ONE_DEAF],
        [ONE_DEAF, {**ONE_DEAF, TWO: UNKNOWN}],
    ],
    ids=["once is not enough", "a good answer counts from 0", "the last answer told nothing"],
)
def test_no_instance_is_next(answers: list[dict[str, SignOfLife]]) -> None:
    assert next_of(rounds_of(*answers)) == ""


def test_an_answer_that_tells_nothing_counts_neither_way() -> None:
    rounds = rounds_of(ONE_DEAF, {**ONE_DEAF, TWO: UNKNOWN}, ONE_DEAF)
    assert next_of(rounds) == TWO


def test_what_a_check_could_not_tell_is_said() -> None:
    assert rounds_of({**ONE_DEAF, ONE: UNKNOWN}).trouble == Trouble(COULD_NOT_TELL, UNKNOWN.said)


def test_the_longest_deaf_is_first_and_each_act_needs_a_round() -> None:
    rounds = rounds_of(ONE_DEAF, {**ONE_DEAF, ONE: DEAF}, {**ONE_DEAF, ONE: DEAF})
    assert next_of(rounds) == TWO
    assert next_of(rounds) == "", "without a round of its own"
    ask(rounds, 90.0, {**ONE_DEAF, ONE: DEAF})
    assert next_of(rounds) == TWO


def test_one_that_answers_well_while_it_waits_for_its_restart_goes_on() -> None:
    rounds = rounds_of(ONE_DEAF, ONE_DEAF)
    rounds.questions(60.0, ALL_UP)
    rounds.hear({TWO: ALIVE}, 3)
    assert next_of(rounds) == "", "the round is not over yet"


def test_when_no_instance_answers_none_is_restarted() -> None:
    rounds = rounds_of(ALL_DEAF, ALL_DEAF, ALL_DEAF)
    assert next_of(rounds) == ""
    assert rounds.trouble == Trouble(NO_INSTANCE, DEAF.said)
    assert str(rounds.trouble) == f"{NO_INSTANCE}: exited with status 1"
    ask(rounds, 90.0, ONE_DEAF)
    assert str(rounds.trouble) == ""
    assert next_of(rounds) == "", "the broker may have come back between two questions of the round"
    ask(rounds, 120.0, ONE_DEAF)
    assert next_of(rounds) == "", "from the beginning"
    ask(rounds, 150.0, ONE_DEAF)
    assert next_of(rounds) == TWO


def test_rounds_in_which_none_answered_count_for_none_also_when_they_were_few() -> None:
    rounds = rounds_of(ALL_DEAF, ONE_DEAF)
    assert next_of(rounds) == "", "the broker was away for one round, and has come back in the middle of the next"
    for now in (60.0, 90.0):
        ask(rounds, now, ONE_DEAF)
    assert next_of(rounds) == TWO


# One of three fails always, and now and then the others do not answer either, such as in a slow backup of the broker.
SOMETIMES_ALL = {
    "in each third round": [ONE_DEAF, ONE_DEAF, ALL_DEAF] * 2,
    "in each second round": [ONE_DEAF, ALL_DEAF] * 4,
    "for long": [ONE_DEAF, *[ALL_DEAF] * 9, ONE_DEAF, ONE_DEAF],
    "and cannot tell after it": [ALL_DEAF, dict.fromkeys(units, UNKNOWN), *[ONE_DEAF] * 4],
}


@pytest.mark.parametrize("answers", SOMETIMES_ALL.values(), ids=SOMETIMES_ALL.keys())
def test_one_that_hangs_is_restarted_also_when_the_others_fail(answers: list[dict[str, SignOfLife]]) -> None:
    """Its own failures before and after count. Those of the rounds of all, and of the first after them, do not."""
    rounds, restarted, own, former = Rounds(Liveness(("/bin/check",), every=30.0, failures=3)), [], 0, ONE_DEAF
    for index, one in enumerate(answers):
        ask(rounds, 30.0 * index, one)
        own += one is ONE_DEAF and former is ONE_DEAF
        restarted.append(next_of(rounds))
        assert restarted[-1] == (TWO if one is ONE_DEAF and own >= 3 else "")
        former = one
    assert TWO in restarted or own < 3


def test_one_that_fails_while_another_one_could_not_tell_keeps_its_failures() -> None:
    one_unknown = {ONE: UNKNOWN, TWO: DEAF, THREE: UNKNOWN}
    assert next_of(rounds_of(one_unknown, ONE_DEAF)) == TWO


# sentence: answers by round, and who is next after each. One failure is enough.
AT_ONCE = Liveness(("/bin/check",), every=30.0, failures=1)
SLOW = SignOfLife(False, "did not end within 10 s")
FIRST_FAILURES: dict[str, tuple[list[dict[str, SignOfLife]], list[str]]] = {
    "one failed check": ([ONE_DEAF], [TWO]),
    "a check that does not end": ([{**ONE_DEAF, TWO: SLOW}], [TWO]),
    "one instance, which has no others": ([{ONE: DEAF}], [ONE]),
    "one instance, and its check does not end": ([{ONE: SLOW}], [ONE]),
    "one instance, and its check cannot run": ([{ONE: UNKNOWN}], [""]),
    "all instances": ([ALL_DEAF, ALL_DEAF], ["", ""]),
    "all that can tell": ([{ONE: UNKNOWN, TWO: DEAF, THREE: DEAF}], [""]),
    "all, and then one that was asked too early": ([ALL_DEAF, ONE_DEAF, ONE_DEAF], ["", "", TWO]),
    "all, and then none": ([ALL_DEAF, dict.fromkeys(units, ALIVE), ONE_DEAF], ["", "", TWO]),
}


@pytest.mark.parametrize(("answers", "restarted"), FIRST_FAILURES.values(), ids=FIRST_FAILURES.keys())
def test_with_one_failure(answers: list[dict[str, SignOfLife]], restarted: list[str]) -> None:
    rounds = Rounds(AT_ONCE)
    for index, one in enumerate(answers):
        samples = dict.fromkeys(one, up())
        ask(rounds, 30.0 * index, one, samples)
        found = rounds.next(samples, list(one), 1)
        assert (found.unit if found else "") == restarted[index]


def test_the_line_of_one_failure_says_what_the_check_did() -> None:
    rounds = rounds_of({**ONE_DEAF, TWO: SLOW}, rule=AT_ONCE)
    found = rounds.next(ALL_UP, units, 1)
    assert found is not None
    assert found.because == "hangs: its check did not end within 10 s"


def test_when_the_others_could_not_tell_none_is_restarted() -> None:
    answers = {ONE: UNKNOWN, TWO: DEAF, THREE: UNKNOWN}
    assert next_of(rounds_of(answers, answers)) == ""


def test_one_instance_has_no_others() -> None:
    rounds = Rounds(RULE)
    for now in (0.0, 30.0):
        ask(rounds, now, {ONE: DEAF}, {ONE: up()})
    found = rounds.next({ONE: up()}, [ONE], 1)
    assert found is not None
    assert found.unit == ONE


def test_another_process_counts_from_0() -> None:
    rounds = rounds_of(ONE_DEAF, ONE_DEAF)
    assert next_of(rounds, {**ALL_UP, TWO: up("b")}) == "", "it was restarted meanwhile"
    ask(rounds, 60.0, ONE_DEAF, {**ALL_UP, TWO: up("b")})
    assert next_of(rounds, {**ALL_UP, TWO: up("b")}) == ""


WAITS: dict[str, tuple[dict[str, Sample], int]] = {
    "another one is down": ({THREE: Sample("failed", "failed", "")}, 1),
    "another one stops": ({THREE: Sample("deactivating", "stop-sigterm", "a")}, 2),
    "another one waits for a job": ({THREE: up(job="restart")}, 2),
    "it stops itself": ({TWO: Sample("deactivating", "stop-sigterm", "a")}, 3),
    "it is gone": ({TWO: Sample("inactive", "dead", "")}, 3),
}


@pytest.mark.parametrize(("changed", "may_be_down"), WAITS.values(), ids=WAITS.keys())
def test_waits_while(changed: dict[str, Sample], may_be_down: int) -> None:
    rounds = rounds_of(ONE_DEAF, ONE_DEAF)
    assert next_of(rounds, {**ALL_UP, **changed}, may_be_down) == ""
    samples = {**ALL_UP, THREE: Sample("failed", "failed", "")}
    assert next_of(rounds, samples, 2) == TWO, "when the pool may miss one more"


def test_no_round_begins_before_the_last_has_ended_or_its_time_has_come() -> None:
    rounds = Rounds(RULE)
    assert rounds.due(7.0) == 0
    assert rounds.questions(0.0, ALL_UP) == (ONE, TWO, THREE)
    assert rounds.questions(40.0, ALL_UP) == ()
    rounds.hear({ONE: ALIVE, "sms@1.service": DEAF}, 3)
    assert rounds.questions(40.0, ALL_UP) == ()
    rounds.hear({TWO: ALIVE, THREE: ALIVE}, 3)
    assert (rounds.due(10.0), rounds.due(-5.0)) == (20.0, 0.0)
    assert rounds.questions(10.0, ALL_UP) == ()
    assert rounds.questions(30.0, {**ALL_UP, ONE: up(job="stop"), TWO: up("")}) == (THREE,)


# Their files are looked at, and the time that has passed is the only clock.
BEAT = Liveness(file="/run/%i.beat", max_age=60.0)


def result(beats: Beats, now: float, like: str | None, invocation: str = "a") -> SignOfLife:
    return beats.readings(now, {ONE: (invocation, like)})[ONE]


def test_a_file_that_changes_is_a_sign_of_life() -> None:
    beats = Beats(BEAT)
    assert result(beats, 0.0, "1") == SignOfLife(None), "what the first look finds may be old"
    assert result(beats, 30.0, "2") == SignOfLife(True)
    assert result(beats, 89.0, "2") == SignOfLife(True)
    assert result(beats, 90.0, "2") == SignOfLife(False, "/run/1.beat has not been touched for 60 s")
    assert result(beats, 91.0, "3") == SignOfLife(True)


def test_a_file_that_never_comes() -> None:
    beats = Beats(BEAT)
    assert result(beats, 0.0, "") == SignOfLife(None)
    assert result(beats, 60.0, "") == SignOfLife(False, "/run/1.beat is not there for 60 s")


def test_another_process_gets_its_time() -> None:
    beats = Beats(BEAT)
    result(beats, 0.0, "1")
    assert result(beats, 90.0, "1", "b") == SignOfLife(None)
    assert result(beats, 149.0, "1", "b") == SignOfLife(None)
    assert result(beats, 150.0, "1", "b").alive is False


def looked(beats: Beats, now: float, *likes: str) -> list[bool | None]:
    found = beats.readings(now, {unit: ("a", like) for unit, like in zip(units, likes)})
    return [one.alive for one in found.values()]


def test_workers_that_find_a_broker_again_one_after_the_other_get_their_time() -> None:
    beats = Beats(BEAT)
    looked(beats, 0.0, "1", "1", "1")
    assert looked(beats, 300.0, "1", "1", "1") == [False, False, False]
    assert looked(beats, 315.0, "2", "1", "1") == [True, None, None]
    assert looked(beats, 374.0, "3", "2", "1") == [True, True, None]
    assert looked(beats, 375.0, "3", "2", "1") == [True, True, False], "its age has begun again"


def test_one_that_hangs_while_another_one_is_new_gets_no_more_time() -> None:
    beats = Beats(BEAT)
    looked(beats, 0.0, "1", "1")
    beats.readings(60.0, {ONE: ("a", "1"), TWO: ("b", "1")})
    found = beats.readings(75.0, {ONE: ("a", "1"), TWO: ("b", "2")})
    assert [one.alive for one in found.values()] == [False, True]


def test_a_clock_that_goes_back_and_a_file_that_cannot_be_seen() -> None:
    beats = Beats(BEAT)
    result(beats, 100.0, "1")
    assert result(beats, 0.0, "1") == SignOfLife(None)
    assert result(beats, 10.0, None) == SignOfLife(None, "/run/1.beat cannot be looked at")
    assert result(beats, 59.0, "1") == SignOfLife(None)


def test_a_file_needs_one_failure() -> None:
    rounds = Rounds(BEAT)
    ask(rounds, 0.0, {ONE: ALIVE, TWO: SignOfLife(False, "has not been touched"), THREE: ALIVE})
    found = rounds.next(ALL_UP, units, 1)
    assert found is not None
    assert found.because == "hangs: has not been touched"
