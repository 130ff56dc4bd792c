# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.act.health import Health
from ansible_collections.workers.systemd.plugins.module_utils._core.act.phases import Phase
from ansible_collections.workers.systemd.plugins.module_utils._core.act.rollout import Done
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import Verdict
from ansible_collections.workers.systemd.plugins.module_utils._core.act.work import Outcome, PoolWork, subjects_of
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Step, Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy

ONE, TWO, THREE, FOUR = (f"mail@{number}.service" for number in (1, 2, 3, 4))
SETTLED = Verdict(Health.SETTLED, "ran 3 s without a restart")
UNJUDGED = Verdict(Health.UNJUDGED, "has no main process")
FAILED = Verdict(Health.FAILED, "is not running")
KILLED = Verdict(Health.KILLED, "was killed by SIGKILL while it stopped")


def done(*spared: str, **verdicts: Verdict) -> Done:
    return Done({f"mail@{name[1:]}.service": one for name, one in verdicts.items()}, (), spared, 1)


def work(*steps: tuple[Verb, str]) -> PoolWork:
    return PoolWork("mail", [Step(verb, unit, "because") for verb, unit in steps], wanted=(ONE, TWO))


def test_the_steps_of_some_verbs() -> None:
    asked = work((Verb.START, ONE), (Verb.STOP, THREE), (Verb.RESTART, TWO))
    assert asked.subjects(Verb.START, Verb.RESTART) == [ONE, TWO]
    assert asked.subjects(Verb.REMOVE) == []


def test_the_steps_of_all_pools() -> None:
    asked = [work((Verb.START, ONE), (Verb.STOP, THREE)), work(), work((Verb.START, TWO))]
    assert subjects_of(asked, Verb.START) == [ONE, TWO]


def test_a_target_is_started_beside_the_instances() -> None:
    assert work((Verb.START, "mail.target"), (Verb.START, ONE)).targets_to_start == ["mail.target"]


def test_a_rollout_starts_wanted_instances_alone() -> None:
    """The target of a pool has a start of its own."""
    rollout = work((Verb.START, "mail.target"), (Verb.START, ONE), (Verb.RESTART, TWO), (Verb.JUDGE, FOUR)).machine(
        False
    )
    assert (rollout.wanted, rollout.phases.of(Phase.MISSING), rollout.phases.of(Phase.STALE)) == (
        (ONE, TWO),
        [ONE],
        [TWO],
    )
    assert (rollout.phases.of(Phase.UNJUDGED), rollout.phases.of(Phase.SPARED), rollout.policy) == (
        [FOUR],
        [],
        Policy(),
    )


def test_an_instance_of_a_surge_is_wanted_until_the_rollout_ends() -> None:
    rollout = work((Verb.RESTART, ONE), (Verb.START, THREE), (Verb.LEAVE, THREE)).machine(False)
    assert (rollout.wanted, rollout.extra) == ((ONE, TWO, THREE), {THREE})
    assert rollout.phases.of(Phase.MISSING) == [THREE]
    assert (rollout.policy.canary, rollout.policy.max_parallel) == (0, "1")


def test_after_a_stop_that_killed_nothing_restarts_and_no_surge_starts() -> None:
    rollout = work((Verb.START, ONE), (Verb.RESTART, TWO), (Verb.START, THREE), (Verb.LEAVE, THREE)).machine(True)
    assert (rollout.wanted, rollout.extra) == ((ONE, TWO), frozenset())
    assert (rollout.phases.of(Phase.MISSING), rollout.phases.of(Phase.STALE)) == ([ONE], [])
    assert rollout.phases.of(Phase.SPARED) == [TWO]


# What became of units; failed units, pools with a bad version, pools to go on with, what systemd would not tell
OUTCOMES = {
    "nothing": (Outcome(), [], set(), set(), []),
    "all settled": (Outcome(ends={"mail": done(_1=SETTLED)}), [], set(), set(), []),
    "a bad version": (Outcome(ends={"mail": done(TWO, _1=FAILED)}), [ONE], {"mail"}, set(), []),
    "a stop that killed": (Outcome(ends={"mail": done(TWO, _1=KILLED)}), [ONE], set(), {"mail"}, []),
    "a stop of a surplus instance that killed": (Outcome(killed={THREE: KILLED}), [THREE], set(), set(), []),
    "a pool that was held by a bad version": (
        Outcome(ends={"db": Done({"db@1.service": FAILED}, (), (), 0), "mail": done(ONE, TWO)}, held={"mail": "db"}),
        ["db@1.service"],
        {"db"},
        set(),
        [],
    ),
    "a pool that was held by a stop that killed": (
        Outcome(ends={"db": Done({"db@1.service": KILLED}, (), (), 0), "mail": done(ONE, TWO)}, held={"mail": "db"}),
        ["db@1.service"],
        set(),
        {"mail"},
        [],
    ),
    "a reload that failed": (Outcome(refused={ONE: FAILED}), [ONE], {"mail"}, set(), []),
    "no main process": (Outcome(ends={"mail": done(_1=UNJUDGED)}), [], set(), set(), [f"{ONE} {UNJUDGED}"]),
}


@pytest.mark.parametrize(("outcome", "failed", "faulty", "unfinished", "unjudged"), OUTCOMES.values(), ids=OUTCOMES)
def test_what_an_outcome_means(
    outcome: Outcome, failed: list[str], faulty: set[str], unfinished: set[str], unjudged: list[str]
) -> None:
    assert (outcome.failed, outcome.faulty, outcome.unfinished) == (failed, faulty, unfinished)
    assert outcome.unjudged == unjudged


def test_spared_units_are_those_of_all_pools() -> None:
    assert Outcome(ends={"mail": done(TWO), "sms": done(THREE)}).spared == [TWO, THREE]


def test_an_instance_of_a_surge_that_settled_and_was_killed_at_its_stop_is_told_with_both() -> None:
    outcome = Outcome(ends={"mail": done(_3=SETTLED)}, killed={THREE: KILLED})
    assert str(outcome.verdicts[THREE]) == (
        "killed-at-stop: its previous process was killed by SIGKILL while it stopped; "
        "the new one ran 3 s without a restart"
    )


def test_a_start_that_timed_out_is_part_of_the_verdict() -> None:
    outcome = Outcome(ends={"mail": done(_1=FAILED, _2=FAILED)}, late={ONE})
    assert outcome.verdicts == {ONE: FAILED.after_late_start(), TWO: FAILED}


def test_verdicts_of_a_pool() -> None:
    other = Done({"sms@1.service": FAILED}, (), (), 0)
    outcome = Outcome(ends={"mail": done(_1=SETTLED), "sms": other}, refused={TWO: FAILED})
    assert outcome.verdicts_of("mail") == {ONE: SETTLED, TWO: FAILED}


UNIT = SYSTEM.unit("mail@.service")


@pytest.mark.parametrize(
    ("asked", "run_on"),
    [
        pytest.param(work((Verb.WRITE, UNIT)), [ONE, TWO], id="all of a pool whose unit changes"),
        pytest.param(work((Verb.WRITE, UNIT), (Verb.RESTART, ONE)), [TWO], id="not one that restarts"),
        pytest.param(work((Verb.WRITE, UNIT), (Verb.START, TWO)), [ONE], id="not one that starts"),
        pytest.param(work((Verb.WRITE, SYSTEM.config("mail", "watch"))), [], id="none when no unit changes"),
    ],
)
def test_instances_that_run_on_with_another_unit(asked: PoolWork, run_on: list[str]) -> None:
    assert asked.run_on(SYSTEM) == run_on


PDF = "mail@pdf.service"


def test_who_shows_that_systemd_has_read_the_files() -> None:
    units = (ONE, TWO, PDF)
    drop_in = (Verb.WRITE, SYSTEM.own_drop_in(PDF))
    template = (Verb.WRITE, SYSTEM.unit("mail@.service"))

    def speakers(*steps: tuple[Verb, str]) -> list[str]:
        return PoolWork("mail", [Step(verb, unit, "because") for verb, unit in steps], wanted=units).speakers

    assert speakers() == []
    assert speakers(template) == [ONE]
    assert speakers(template, drop_in) == [ONE, PDF]
    assert speakers((Verb.WRITE, SYSTEM.own_drop_in(ONE))) == [ONE]


def test_a_drop_in_that_goes_gives_another_unit_to_those_that_run_on() -> None:
    asked = PoolWork("mail", [Step(Verb.REMOVE, SYSTEM.own_drop_in(PDF), "because")], wanted=(ONE, PDF))
    assert asked.run_on(SYSTEM) == [ONE, PDF]


# What became of units; whether every pool is on its wanted version, so that others may go
SETTLED_OR_NOT = {
    "nothing ran": (Outcome(), True),
    "all settled": (Outcome(ends={"mail": done(_1=SETTLED)}), True),
    "one cannot be judged": (Outcome(ends={"mail": done(_1=UNJUDGED)}), True),
    "one failed": (Outcome(ends={"mail": done(_1=FAILED)}), False),
    "one was not restarted": (Outcome(ends={"mail": done(TWO, _1=SETTLED)}), False),
    "one was killed at its stop": (Outcome(killed={THREE: KILLED}), False),
    "one refused its reload": (Outcome(refused={ONE: FAILED}), False),
}


@pytest.mark.parametrize(("outcome", "settled"), SETTLED_OR_NOT.values(), ids=SETTLED_OR_NOT)
def test_whether_all_pools_have_settled(outcome: Outcome, settled: bool) -> None:
    assert outcome.settled is settled
