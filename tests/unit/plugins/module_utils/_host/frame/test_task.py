# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The order in which a task calls the verbs of its work."""

from __future__ import annotations

import json
import os
import time
import typing as t
from dataclasses import dataclass, field, replace
from pathlib import Path
from unittest.mock import Mock

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM, Places
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.result import PoolsResult
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.after_boot import AfterBoot
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.background import (
    NOTED_FOR,
    Background,
    Tell,
    sweep,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.task import Task
from ansible_collections.workers.systemd.plugins.module_utils._host.host import Lock, holder
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import processes


@dataclass(frozen=True)
class Decision:
    changes: bool = False
    warnings: tuple[str, ...] = ("decided",)


@dataclass(frozen=True)
class Outcome:
    failed: bool = False
    warnings: tuple[str, ...] = ()


@dataclass
class Work:
    """Notes its verbs. ``unspeakable`` is what the result raises."""

    places: Places
    failed: bool = False
    unspeakable: Exception | None = None
    verbs: list[str] = field(default_factory=list)
    found: list[AfterBoot] = field(default_factory=list)

    def decide(self) -> Decision:
        self.verbs.append("decide under the lock" if holder(self.places) else "decide")
        return Decision()

    def act(self, decision: Decision, lock: Lock, tell: Tell) -> Outcome:
        self.verbs.append("act")
        return Outcome(self.failed, ("acted",))

    def leave(self, decision: Decision) -> Outcome:
        self.verbs.append("leave")
        return Outcome()

    def conclude(self, decision: Decision, outcome: Outcome) -> None:
        self.verbs.append("conclude")

    def after_boot(self) -> list[AfterBoot]:
        self.verbs.append("look")
        return [self.found.pop(0) if self.found else AfterBoot(done=("put mail back to generation 1",))]

    def result(self, decision: Decision, outcome: Outcome) -> PoolsResult:
        self.verbs.append("result")
        if self.unspeakable:
            raise self.unspeakable
        return PoolsResult(msg="mail: nothing to do")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return replace(SYSTEM, state=str(tmp_path / "state"), runtime=str(tmp_path))


def carried_out(work: Work, *, check_mode: bool = False) -> dict[str, t.Any]:
    end = Task(work.places, None, check_mode=check_mode).carry_out(work)
    assert end is not None
    assert json.loads(json.dumps(end))
    return end


def test_a_check_ends_with_the_decision_and_takes_no_lock(places: Places) -> None:
    work = Work(places)
    end = carried_out(work, check_mode=True)
    assert work.verbs == ["decide", "leave", "result"]
    assert (end["failed"], end["warnings"]) == (False, ["decided"])
    assert list(Path(places.runtime).iterdir()) == []


def test_a_run_without_changes_acts_in_this_process_under_the_lock(places: Places) -> None:
    """It repairs what a killed run has left in the books."""
    work = Work(places)
    end = carried_out(work)
    assert work.verbs == ["decide under the lock", "act", "result", "conclude"]
    assert (end["result"]["msg"], end["warnings"]) == ("mail: nothing to do", ["decided", "acted"])
    assert holder(places) == {}


def test_a_second_attempt_sees_work_only_when_it_goes_on(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may look at any moment, and a disk may be slow. What an attempt has left that died here is replaced."""
    seen: list[tuple[bool, bool]] = []

    def look(background: Background) -> None:
        seen.append((background.begun, background.goes_on))

    background = Background(places, "a1")
    Path(background.directory).mkdir(parents=True)
    for step in ("_reserve", "_write_note"):
        monkeypatch.setattr(Background, step, look)
    background.begin(lambda _tell: ({"done": True}, lambda: None), t.cast("t.Any", Mock()))
    assert background.wait(None) == {"done": True}
    assert seen == [(False, False), (True, True)]


@pytest.mark.parametrize("failed", [True, False])
def test_a_result_that_cannot_be_made_keeps_no_run_from_its_conclusion(places: Places, failed: bool) -> None:
    work = Work(places, failed, LookupError("a mistake"))
    end = carried_out(work)
    assert work.verbs[-1] == "conclude"
    assert (end["failed"], end["result"]["changed"]) == (failed, True)
    assert "LookupError: a mistake" in end["result"]["msg"]


TOKEN = "00000000000000a1"


def noted(places: Places, boot: str) -> Path:
    """The note of a run whose files in /run are gone."""
    note = Path(places.noted_runs, TOKEN)
    note.parent.mkdir(parents=True)
    note.write_text(boot)
    return note


def test_a_run_that_a_boot_has_ended_does_not_begin_again(places: Places) -> None:
    """The host takes a moment to put back what it has changed."""
    noted(places, "an earlier boot")
    work = Work(places, found=[AfterBoot(waiting=("mail",))])
    end = Task(places, TOKEN, check_mode=False).carry_out(work)
    assert end is not None
    assert work.verbs == ["look", "look"]
    assert (end["failed"], end["result"]["changed"]) == (True, True)
    assert "the host rebooted during the rollout and has put mail back to generation 1" in end["result"]["msg"]


def test_a_run_whose_files_are_gone_without_a_boot_does_not_begin_again_either(places: Places) -> None:
    noted(places, processes.boot())
    end = Task(places, TOKEN, check_mode=False).carry_out(Work(places))
    assert end is not None
    assert "rebooted" not in end["result"]["msg"]


def test_another_run_begins(places: Places) -> None:
    noted(places, "an earlier boot")
    work = Work(places)
    Task(places, "00000000000000a2", check_mode=False).carry_out(work)
    assert work.verbs[-1] == "conclude"


@pytest.mark.parametrize(("age", "there"), [(NOTED_FOR - 60, True), (NOTED_FOR + 60, False)])
def test_a_note_stays_as_long_as_a_caller_may_come_back(places: Places, age: float, there: bool) -> None:
    note = noted(places, "an earlier boot")
    os.utime(note, times=(time.time() - age,) * 2)
    sweep(places)
    assert note.exists() is there
