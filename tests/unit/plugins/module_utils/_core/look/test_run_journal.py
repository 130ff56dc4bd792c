# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.change import Change, noted
from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import as_generation
from ansible_collections.workers.systemd.plugins.module_utils._core.look.run_journal import (
    Noted,
    Phase,
    RunJournal,
    journal_text,
    parse_journal,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problems
from tests.unit.plugins.module_utils._core.builders import mail, written

TIME = "2026-11-24T16:36:19Z"
OLD, NEW = (as_generation(written(mail(user=user)), number, TIME) for number, user in ((1, "old"), (2, "new")))
JOURNAL = RunJournal(TIME, 42, {"mail": Noted(1, 2, True), "first": Noted(None, 2, False)}, gone=("old-mail",), boot="")

WORDS = {
    Phase.APPLYING: f"a run was killed, applying since {TIME}",
    Phase.REVERTING: f"a run was killed, reverting since {TIME}",
    Phase.UNDONE: f"a run of {TIME} died, and the host put back what it had changed",
}


def test_a_change_is_noted_with_where_from_and_where_to() -> None:
    changes = {"mail": Change(NEW, OLD, known=True), "first": Change(NEW, None, known=False)}
    assert noted(changes) == JOURNAL.pools


def test_what_is_written_is_what_is_read() -> None:
    journal = replace(JOURNAL, boot="b", booted=1.5)
    assert parse_journal(journal_text(journal), "here") == journal


def test_a_journal_of_an_earlier_version_of_the_collection_names_no_boot() -> None:
    before = json.loads(journal_text(replace(JOURNAL, boot="b", booted=1.5)))
    del before["boot"], before["booted"]
    assert parse_journal(json.dumps(before), "here") == JOURNAL


def test_a_journal_of_nothing_is_read_too() -> None:
    assert parse_journal(journal_text(RunJournal(TIME, 1, {})), "here") == RunJournal(TIME, 1, {})


@pytest.mark.parametrize(("phase", "words"), WORDS.items(), ids=str)
def test_it_is_told(phase: Phase, words: str) -> None:
    result = str(replace(JOURNAL, phase=phase))
    assert result == f"{words}: mail (1 to 2), first (nothing to 2), old-mail (to be removed)"


WHOLE = json.loads(journal_text(JOURNAL))
BROKEN: dict[str, t.Any] = {
    "nothing": "",
    "a list": "[]",
    "no phase": json.dumps({name: value for name, value in WHOLE.items() if name != "phase"}),
    "a phase that there is not": json.dumps({**WHOLE, "phase": "resting"}),
    "pools without numbers": json.dumps({**WHOLE, "pools": {"mail": 1}}),
    "pools that are a list": json.dumps({**WHOLE, "pools": ["mail"]}),
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_journal_is_one_clear_problem(text: str) -> None:
    with pytest.raises(Problems) as caught:
        parse_journal(text, "/the/journal")
    (problem,) = caught.value.problems
    assert (problem.where, problem.hint) == ("/the/journal", "Remove this file.")
