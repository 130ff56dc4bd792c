# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run does to the versions of pools, and what it leaves to a later run that finds it dead."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.change import Change
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import plan_pool
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Step, Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.versions import Versions, with_version
from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import (
    Generation,
    State,
    as_generation,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.look.run_journal import Noted, Phase, RunJournal
from tests.unit.plugins.module_utils._core.builders import in_place, mail, written

NOW, BEFORE = "2026-11-24T16:36:19Z", "2026-11-24T16:30:00Z"
OLD, NEW = written(mail(user="old", instances=2)), written(mail(user="new", instances=2))


def generation(number: int, state: State, user: str = "old") -> Generation:
    return replace(as_generation(written(mail(user=user, instances=2)), number, BEFORE), state=state)


GOOD, BEGUN = generation(1, State.GOOD), generation(2, State.APPLYING, "new")
STEPS = plan_pool(NEW, in_place(OLD))


def test_a_run_brings_a_new_version() -> None:
    plan = with_version(NEW, in_place(OLD), STEPS, [GOOD], NOW, None)
    assert plan.change is not None
    assert (plan.steps, plan.change.new.number, plan.change.back, plan.unfinished) == (STEPS, 2, GOOD, ())


def test_without_another_version_steps_are_repairs() -> None:
    """What a killed run began is bad then: nobody takes it up."""
    repair = (Step(Verb.START, "mail@1.service", "is inactive (dead)"),)
    plan = with_version(OLD, in_place(OLD), repair, [GOOD, BEGUN], NOW, None)
    assert (plan.steps, plan.change, plan.unfinished) == (repair, None, (BEGUN,))


def test_a_version_that_a_killed_run_began_is_taken_up_with_the_verdicts_that_it_owes() -> None:
    start = (Step(Verb.START, "mail@1.service", "is inactive (dead)"),)
    plan = with_version(NEW, in_place(NEW), start, [GOOD, BEGUN], NOW, None)
    assert [(step.verb, step.subject) for step in plan.steps] == [
        (Verb.START, "mail@1.service"),
        (Verb.JUDGE, "mail@2.service"),
    ]
    assert plan.unfinished == ()


def test_a_version_that_no_run_has_judged_is_judged_when_it_runs() -> None:
    """The unit of a bound pool has started it, long after its deploy."""
    unproven = generation(2, State.UNPROVEN, "new")
    plan = with_version(NEW, in_place(NEW), (), [GOOD, unproven], NOW, None)
    assert {(step.verb, step.because) for step in plan.steps} == {(Verb.JUDGE, "no run has judged its version yet")}
    assert [step.subject for step in plan.steps] == ["mail@1.service", "mail@2.service"]
    assert plan.change is not None
    assert plan.change.new.number == 2


def test_a_rollback_notes_what_it_goes_back_to() -> None:
    bad = generation(2, State.GOOD, "new")
    plan = with_version(OLD, in_place(NEW), STEPS, [GOOD, bad], NOW, restores=1)
    assert plan.change is not None
    assert (plan.change.new.number, plan.change.new.restores) == (3, 1)


CHANGE = Change(generation(2, State.APPLYING, "new"), GOOD, True)
LEFT = RunJournal(
    BEFORE,
    77,
    {"mail": Noted(1, 2, True), "sms": Noted(3, 4, True), "fax": Noted(1, 2, True)},
    ("telex", "pager"),
    booted=2.5,
)
STAY = frozenset({"mail", "sms", "telex"})


def versions(left: RunJournal | None, **more: object) -> Versions:
    return replace(Versions(NOW, left, frozenset({"mail"}), STAY, changes={"mail": CHANGE}), **more)  # type: ignore[arg-type]


def test_the_journal_of_a_run_names_its_changes() -> None:
    journal = versions(None, gone=("fax",)).journal({"mail": CHANGE}, Phase.APPLYING, 99, 5.5)
    assert journal == RunJournal(NOW, 99, {"mail": Noted(1, 2, True)}, (), Phase.APPLYING, booted=5.5)


def test_the_journal_of_a_removal_names_the_pools_that_go_and_no_change() -> None:
    """When the run dies, the host finishes the removal, and the new version stays: it has settled."""
    assert versions(None, gone=("fax",)).journal_of_removal(99, 5.5) == RunJournal(NOW, 99, {}, ("fax",), booted=5.5)
    assert versions(LEFT, gone=("fax", "telex")).journal_of_removal(99, 5.5).gone == ("telex", "fax")


def test_it_keeps_what_a_killed_run_has_left_of_pools_that_stay() -> None:
    """``fax`` goes at the end of this run, and ``pager`` is gone already."""
    journal = versions(LEFT, gone=("fax",)).journal({"mail": CHANGE}, Phase.REVERTING, 99, 5.5)
    assert (journal.since, journal.booted, journal.pid, journal.phase) == (BEFORE, 2.5, 99, Phase.REVERTING)
    assert journal.pools == {"sms": Noted(3, 4, True), "mail": Noted(1, 2, True)}
    assert journal.gone == ("telex",)


def test_a_removal_that_was_half_done_is_finished_whatever_becomes_of_the_run() -> None:
    again = versions(replace(LEFT, pools={}), stay=frozenset({"mail", "sms"}), gone=("telex",))
    assert again.journal({"mail": CHANGE}, Phase.APPLYING, 99, 5.5).gone == ("telex",)
    left = again.left_for_later(removed=False)
    assert left is not None
    assert left.gone == ("telex",)
    assert again.left_for_later(removed=True) is None


def test_a_pool_that_is_wanted_again_is_not_removed_by_what_a_killed_run_has_left() -> None:
    left = RunJournal(BEFORE, 77, {}, ("mail",))
    assert versions(left, changes={}).journal({}, Phase.APPLYING, 99, 5.5).gone == ()
    assert versions(left, changes={}).left_for_later(removed=True) is None


def test_what_the_host_has_put_back_already_is_left_no_more() -> None:
    undone = versions(replace(LEFT, phase=Phase.UNDONE))
    assert undone.journal({}, Phase.APPLYING, 99, 5.5) == RunJournal(NOW, 99, {}, booted=5.5)
    assert undone.left_for_later(removed=True) is None


# what a killed run has left of pools that this run does not bring to their wanted state
LATER = {
    "nothing was left": (None, None),
    "another pool": (replace(LEFT, gone=()), replace(LEFT, pools={"sms": Noted(3, 4, True)}, gone=())),
    "a removal": (
        replace(LEFT, pools={"mail": Noted(1, 2, True)}),
        replace(LEFT, pools={}, gone=("telex",)),
    ),
    "only what this run changes": (replace(LEFT, pools={"mail": Noted(1, 2, True)}, gone=()), None),
}


@pytest.mark.parametrize(("left", "later"), LATER.values(), ids=LATER)
def test_what_is_left_for_a_later_run(left: RunJournal | None, later: RunJournal | None) -> None:
    assert versions(left).left_for_later(removed=True) == later


def test_a_pool_that_is_brought_to_its_wanted_state_without_another_version_is_done() -> None:
    left = RunJournal(BEFORE, 77, {"mail": Noted(1, 2, True)})
    repaired = versions(left, changes={})
    assert repaired.journal({}, Phase.APPLYING, 99, 5.5).pools == left.pools
    assert repaired.left_for_later(removed=True) is None


def test_whether_a_run_touches_any_version() -> None:
    assert versions(None).any
    assert versions(None, changes={}, gone=("fax",)).any
    assert not versions(None, changes={}).any


def test_a_bare_host_has_no_versions() -> None:
    plan = with_version(NEW, ObservedPool(), plan_pool(NEW, ObservedPool()), [], NOW, None)
    assert plan.change is not None
    assert (plan.change.new.number, plan.change.back) == (1, None)
