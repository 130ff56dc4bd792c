# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is on the host after each step of a transaction, in directories of its own."""

from __future__ import annotations

import shutil
import typing as t
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.act.health import Health
from ansible_collections.workers.systemd.plugins.module_utils._core.act.rollout import Done
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import Verdict
from ansible_collections.workers.systemd.plugins.module_utils._core.act.work import Outcome
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.change import Change
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.versions import Versions
from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import State, as_generation
from ansible_collections.workers.systemd.plugins.module_utils._core.look.run_journal import Noted, RunJournal
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM, Places
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.run_outcome import Reverted, RunOutcome
from ansible_collections.workers.systemd.plugins.module_utils._host.look import generations
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.undo import archive, journal_file
from ansible_collections.workers.systemd.plugins.module_utils._host.undo.transaction import Transaction
from tests.unit.plugins.module_utils._core.builders import mail, written

NOW, ONE, TWO = "2026-11-24T16:36:19Z", "mail@1.service", "mail@2.service"
GOOD = replace(as_generation(written(mail(user="old")), 1, NOW), state=State.GOOD)
NEW = as_generation(written(mail(user="new")), 2, NOW)
CHANGE = Change(NEW, GOOD, True)
SETTLED, FAILED = Verdict(Health.SETTLED, "ran 3 s"), Verdict(Health.FAILED, "is not running")
KILLED = Verdict(Health.KILLED, "was killed at its stop")


class Switch:
    """Notes what the dead-man's switch would do on the host."""

    def __init__(self) -> None:
        self.armed: list[bool] = []

    def arm(self) -> None:
        self.armed.append(True)

    def disarm(self) -> None:
        self.armed.append(False)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    found = replace(SYSTEM, state=str(tmp_path / "state"), runtime=str(tmp_path / "run"))
    archive.store(found, GOOD)
    return found


def transaction(places: Places, **more: t.Any) -> tuple[Transaction, Switch]:
    versions = Versions(NOW, wanted=frozenset({"mail"}), stay=frozenset({"mail"}), changes={"mail": CHANGE})
    switch = Switch()
    manager = Manager(commands.run, places)
    return Transaction(manager, t.cast("t.Any", switch), replace(versions, **more)), switch


def rolled(*spared: str, **verdicts: Verdict) -> Outcome:
    return Outcome(
        ends={"mail": Done({f"mail@{name[1:]}.service": it for name, it in verdicts.items()}, (), spared, 0)}
    )


def states(places: Places) -> list[str]:
    return [one.state.value for one in generations.of_pool(places, "mail")]


def test_before_anything_changes_the_host_knows_how_to_undo_it(places: Places) -> None:
    run, switch = transaction(places)
    run.begin()
    left = journal_file.left(places)
    assert left is not None
    assert left.pools == {"mail": Noted(1, 2, True)}
    assert (states(places), switch.armed) == (["good", "applying"], [True])


# what became of units, what broke the run off; the state of the new version, whether it is bad
ENDS = {
    "all settled": (rolled(_1=SETTLED, _2=SETTLED), "", "good", False),
    "an instance is at fault": (rolled(TWO, _1=FAILED), "", "bad", True),
    "an error broke the run off": (rolled(_1=SETTLED), "no bus", "bad", True),
    "a stop has killed, and the rest was spared": (rolled(TWO, _1=KILLED), "", "applying", False),
}


@pytest.mark.parametrize(("units", "error", "state", "bad"), ENDS.values(), ids=ENDS)
def test_a_version_is_good_bad_or_neither(places: Places, units: Outcome, error: str, state: str, bad: bool) -> None:
    run, _switch = transaction(places)
    run.begin()
    assert run.settle(units, error) == (error, {"mail": CHANGE} if bad else {})
    assert states(places)[-1] == state


def test_a_version_that_was_not_tried_is_put_back_too(places: Places) -> None:
    run, _switch = transaction(places)
    run.begin()
    ends = {**rolled(ONE, TWO).ends, "db": Done({"db@1.service": FAILED}, (), (), 0)}
    assert run.settle(Outcome(ends=ends, held={"mail": "db"}), "") == ("", {"mail": replace(CHANGE, tried=False)})
    assert states(places)[-1] == "bad"


def test_a_version_that_cannot_be_marked_is_bad(places: Places) -> None:
    """Somebody has removed it: no later run could go back to it."""
    run, _switch = transaction(places)
    run.begin()
    shutil.rmtree(places.generation("mail", 2))
    error, bad = run.settle(rolled(_1=SETTLED), "")
    assert "No such file" in error
    assert bad == {"mail": CHANGE}


def test_a_version_that_may_not_be_undone_stays(places: Places) -> None:
    stays = replace(CHANGE, known=False)
    run, _switch = transaction(places, changes={"mail": stays})
    run.begin()
    assert run.undo({"mail": stays}, rolled(_1=FAILED), 0.0, print) is None


def test_at_the_end_nothing_is_half_changed(places: Places) -> None:
    run, switch = transaction(places)
    run.begin()
    run.end(RunOutcome())
    assert journal_file.left(places) is None
    assert switch.armed == [True, False]


@pytest.mark.parametrize(
    "outcome",
    [RunOutcome(reverted=Reverted({"mail": CHANGE}, Outcome(), "no bus")), RunOutcome(unremoved="no bus")],
    ids=["undoing", "a removal"],
)
def test_when_that_failed_the_host_tries_again(places: Places, outcome: RunOutcome) -> None:
    run, switch = transaction(places)
    run.begin()
    run.end(outcome)
    assert journal_file.left(places) is not None
    assert switch.armed == [True]


def test_what_a_killed_run_left_of_another_pool_is_left_to_the_host(places: Places) -> None:
    left = RunJournal(NOW, 77, {"sms": Noted(1, 2, True)})
    run, switch = transaction(places, left=left, stay=frozenset({"mail", "sms"}))
    run.begin()
    run.end(RunOutcome())
    assert journal_file.left(places) == left
    assert switch.armed == [True]


def test_a_pool_that_goes_takes_its_versions_with_it_when_its_turn_has_come(places: Places) -> None:
    run, switch = transaction(places, changes={}, gone=("mail",), stay=frozenset())
    run.begin()
    left = journal_file.left(places)
    assert left is not None
    assert (left.gone, states(places), switch.armed) == ((), ["good"], [True])
    run.begin_removal()
    left = journal_file.left(places)
    assert left is not None
    assert (left.gone, states(places)) == (("mail",), [])


def test_a_run_that_dies_while_it_removes_keeps_its_new_versions(places: Places) -> None:
    run, _switch = transaction(places, gone=("fax",))
    run.begin()
    run.settle(rolled(_1=SETTLED), "")
    run.begin_removal()
    left = journal_file.left(places)
    assert left is not None
    assert (left.pools, left.gone) == ({}, ("fax",))


def test_a_run_that_changes_no_version_arms_nothing(places: Places) -> None:
    run, switch = transaction(places, changes={})
    run.begin()
    run.end(RunOutcome())
    assert (states(places), switch.armed, journal_file.left(places)) == (["good"], [], None)


def test_a_version_of_which_all_instances_are_paused_is_not_good_yet(places: Places) -> None:
    run, _switch = transaction(places, unproven=frozenset({"mail"}))
    run.begin()
    assert run.settle(Outcome(), "") == ("", {})
    assert states(places) == ["good", "unproven"]
    assert run.settle(Outcome(), "no bus")[1] == {"mail": CHANGE}
    assert states(places) == ["good", "bad"]


def test_without_a_version_the_journal_of_a_killed_run_stays(places: Places) -> None:
    begun, _switch = transaction(places)
    begun.begin()
    run, switch = transaction(places, changes={})
    run.end(RunOutcome())
    assert journal_file.left(places) is not None
    assert switch.armed == []
