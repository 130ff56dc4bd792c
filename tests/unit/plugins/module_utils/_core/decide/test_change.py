# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.change import (
    Change,
    change_of,
    outcome_line,
    unfinished,
    way_back,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import (
    Generation,
    State,
    as_generation,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy
from ansible_collections.workers.systemd.plugins.module_utils._core.write.watched import Note
from tests.unit.plugins.module_utils._core.builders import in_place, mail, written

TIME = "2026-11-24T16:36:19Z"
OLD, NEW = written(mail(user="old")), written(mail(user="new"))
BARE, HOST = ObservedPool(), in_place(OLD)


def kept(*versions: tuple[str, str]) -> list[Generation]:
    """``("old", "good")``: its user and its state; numbers count from 1."""
    return [
        replace(as_generation(written(mail(user=user)), number, TIME), state=State(state))
        for number, (user, state) in enumerate(versions, 1)
    ]


# what is kept, number of the new one, number of the one to put back (0: none)
CHANGES = {
    "the first version": ([], 1, 0),
    "another version": ([("old", "good")], 2, 1),
    "a bad one again keeps its number": ([("old", "good"), ("new", "bad")], 2, 1),
    "one that a killed run began is taken up": ([("old", "good"), ("new", "applying")], 2, 1),
    "one that was good once and is not the last": ([("new", "good"), ("old", "good")], 3, 2),
    "after a bad one": ([("old", "good"), ("other", "bad")], 3, 1),
    "a first version that was never good": ([("new", "bad")], 1, 0),
}
NO_CHANGE = {
    "the last good one is repaired": [("new", "good")],
    "the last good one comes back from a bad one": [("new", "good"), ("other", "bad")],
    "the last good one comes back from a killed run": [("new", "good"), ("other", "applying")],
}


@pytest.mark.parametrize(("versions", "new", "back"), CHANGES.values(), ids=CHANGES.keys())
def test_a_run_changes_a_pool_to(versions: list[tuple[str, str]], new: int, back: int) -> None:
    change = change_of(NEW, HOST if versions else BARE, kept(*versions), TIME)
    assert change is not None
    assert (change.new.number, change.new.state, change.back.number if change.back else 0) == (
        new,
        State.APPLYING,
        back,
    )
    assert change.undoable


@pytest.mark.parametrize("versions", NO_CHANGE.values(), ids=NO_CHANGE.keys())
def test_it_is_no_other_version_when(versions: list[tuple[str, str]]) -> None:
    assert change_of(NEW, HOST, kept(*versions), TIME) is None


def test_a_pool_that_nobody_kept_is_not_removed() -> None:
    change = change_of(NEW, HOST, [], TIME)
    assert change is not None
    assert not change.undoable


def test_on_failure_stop_undoes_nothing() -> None:
    change = change_of(NEW, BARE, [], TIME)
    assert change is not None
    stopping = replace(change, new=replace(change.new, rollout=Policy(on_failure="stop")))
    assert (change.undoable, stopping.undoable) == (True, False)


def test_what_was_not_finished_is_what_this_run_does_not_take_up() -> None:
    generations = kept(("old", "good"), ("other", "applying"), ("new", "applying"))
    change = change_of(NEW, HOST, generations, TIME)
    assert [one.number for one in unfinished(generations, change)] == [2]
    assert [one.number for one in unfinished(generations, None)] == [2, 3]


# ---- in words


def a_change(back: bool = True, known: bool = True) -> Change:
    old, new = (replace(one, id=name) for one, name in zip(kept(("o", "good"), ("n", "bad")), "ab", strict=True))
    return Change(new, old if back else None, known)


def repointed(change: Change) -> Change:
    """The release link led elsewhere when the former generation came."""
    old, new = ({"/srv/current": Note(f"releases/{number}", str(number))} for number in (1, 2))
    assert change.back
    return replace(change, new=replace(change.new, noted=new), back=replace(change.back, noted=old))


NOT_OURS = "; /srv/current led to releases/1, and leads to releases/2 now, which this collection does not put back"

# change, whether it was reverted, what went wrong, the line
LINES: dict[str, tuple[Change, bool, list[str], str]] = {
    "put back": (a_change(), True, [], "mail: generation 2 (b) is bad, generation 1 (a) is put back"),
    "removed": (
        a_change(back=False),
        True,
        [],
        "mail: generation 2 (b) is bad, it was the first version, and its files are removed",
    ),
    "a revert that failed": (
        a_change(),
        True,
        ["mail@1.service failed", "disk full"],
        "mail: generation 2 (b) is bad, and putting back generation 1 (a) failed: mail@1.service failed; disk full."
        " Look at mail on the host.",
    ),
    "a removal that failed": (
        a_change(back=False),
        True,
        ["disk full"],
        "mail: generation 2 (b) is bad, and it was the first version, and removing its files failed: disk full."
        " Look at mail on the host.",
    ),
    "put back, and the release is not": (
        repointed(a_change()),
        True,
        [],
        f"mail: generation 2 (b) is bad, generation 1 (a) is put back{NOT_OURS}",
    ),
    "a revert that failed for want of the release": (
        repointed(a_change()),
        True,
        ["mail@1.service failed"],
        "mail: generation 2 (b) is bad, and putting back generation 1 (a) failed: mail@1.service failed"
        f"{NOT_OURS}. Look at mail on the host.",
    ),
    "left on purpose": (a_change(), False, [], "mail: generation 2 (b) is bad and stays: rollout.on_failure is stop"),
    "one that was not tried": (
        replace(a_change(), tried=False),
        True,
        [],
        "mail: generation 2 (b) was not tried, generation 1 (a) is put back",
    ),
    "left for want of a version": (
        a_change(back=False, known=False),
        False,
        [],
        "mail: generation 2 (b) is bad and stays: no earlier version is known",
    ),
}


@pytest.mark.parametrize(("change", "reverted", "trouble", "line"), LINES.values(), ids=LINES.keys())
def test_the_end_of_a_bad_one_is_told(change: Change, reverted: bool, trouble: list[str], line: str) -> None:
    assert outcome_line(change, reverted, trouble) == line


def test_the_way_back_is_told_while_it_goes_on() -> None:
    old, new = kept(("old", "good"), ("new", "bad"))
    assert way_back(Change(new, old, True)) == f"mail: is put back to generation {old}: generation {new} is bad"
    assert way_back(Change(old, None, True)) == "mail: is removed: its first version is bad"
