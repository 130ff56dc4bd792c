# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.journal_query import (
    MAIN_PROCESS_EXITED,
    SPAWN_FAILED,
    UNIT_FAILED,
    About,
    JournalQuery,
    is_forged,
    with_common_names,
)

UNIT = "mail@1.service"
ARGV = {
    "all of the system": (
        About.ALL,
        None,
        [f"_SYSTEMD_UNIT={UNIT}", "+", "_PID=1", f"UNIT={UNIT}", "+", SPAWN_FAILED, f"UNIT={UNIT}"],
    ),
    "all of a user, of that user alone": (
        About.ALL,
        1000,
        [
            *["_UID=1000", f"_SYSTEMD_USER_UNIT={UNIT}", "+", "_UID=1000", f"USER_UNIT={UNIT}"],
            *["+", "_UID=1000", SPAWN_FAILED, f"USER_UNIT={UNIT}"],
        ],
    ),
    "ends of processes": (About.EXITS, None, [MAIN_PROCESS_EXITED, "_PID=1", f"UNIT={UNIT}"]),
    "ends and failures of a user": (
        About.FAILURES,
        1000,
        [MAIN_PROCESS_EXITED, UNIT_FAILED, "_UID=1000", f"USER_UNIT={UNIT}"],
    ),
}


@pytest.mark.parametrize(("about", "uid", "matches"), ARGV.values(), ids=ARGV.keys())
def test_asks_for(about: About, uid: int | None, matches: list[str]) -> None:
    argv = JournalQuery(about, (UNIT,), 1.5, 20).argv(uid)
    assert argv[:1] + argv[3:5] == ["journalctl", "--since=@1.500000", "--lines=20"]
    assert [word for word in argv[5:] if not word.startswith("--output-fields=")] == matches


@given(st.sampled_from(About), st.lists(st.text()), st.floats(0, 2e9), st.integers(0, 9999), st.booleans())
def test_comes_through_json_and_is_never_an_option(
    about: About, units: list[str], since: float, lines: int, fresh: bool
) -> None:
    query = JournalQuery(about, tuple(units), since, lines, fresh)
    assert JournalQuery.of_json(json.loads(json.dumps(query.as_json()))) == query
    options = [word for word in query.argv(1000)[6:] if word.startswith("-")]
    assert options == []


REFUSED = {
    "another kind": ["everything", [UNIT], 0.0, 20, False],
    "a time that is none": ["all", [UNIT], "now", 20, False],
    "a number that is none": ["all", [UNIT], 0.0, "20 --cursor-file=/etc/passwd", False],
    "too little": ["all", [UNIT]],
}


@pytest.mark.parametrize("read", REFUSED.values(), ids=REFUSED.keys())
def test_takes_nothing_else_from_another_process(read: list[object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        JournalQuery.of_json(read)


def test_an_entry_of_a_user_is_as_one_of_the_system() -> None:
    entry = {"USER_UNIT": UNIT, "USER_INVOCATION_ID": "a0", "MESSAGE": "gone"}
    assert with_common_names(entry) == {"UNIT": UNIT, "INVOCATION_ID": "a0", "MESSAGE": "gone"}


@pytest.mark.parametrize(
    ("entry", "forged"),
    [
        ({"UNIT": UNIT}, False),
        ({"UNIT": UNIT, "_SYSTEMD_UNIT": UNIT}, False),
        ({"UNIT": UNIT, "_SYSTEMD_UNIT": "cron.service"}, True),
        ({"UNIT": UNIT, "_SYSTEMD_UNIT": "init.scope", "MESSAGE_ID": "another"}, False),
    ],
    ids=["by a process that is gone", "by its own process", "by another unit", "by systemd about something else"],
)
def test_nobody_else_says_why_a_command_was_not_executed(entry: dict[str, str], forged: bool) -> None:
    assert is_forged({"MESSAGE_ID": SPAWN_FAILED.partition("=")[2], **entry}) is forged
