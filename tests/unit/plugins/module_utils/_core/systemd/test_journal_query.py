# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.journal_query import (
    MAIN_PROCESS_EXITED,
    OOMD_KILLED,
    SPAWN_FAILED,
    TAKEN,
    UNIT_FAILED,
    UNIT_STOPPING,
    UNIT_SUCCEEDED,
    About,
    JournalQuery,
    is_forged,
    read_entries,
    taken,
)

UNIT = "mail@1.service"
ARGV = {
    "all of the system": (
        About.ALL,
        None,
        [f"_SYSTEMD_UNIT={UNIT}", "+", "_PID=1", f"UNIT={UNIT}", "+", "_UID=0", SPAWN_FAILED, f"UNIT={UNIT}"],
    ),
    "all of a user, of that user alone": (
        About.ALL,
        1000,
        [
            *["_UID=1000", f"_SYSTEMD_USER_UNIT={UNIT}", "+", "_UID=1000", f"USER_UNIT={UNIT}"],
            *["+", "_UID=1000", SPAWN_FAILED, f"USER_UNIT={UNIT}"],
        ],
    ),
    "ends of processes": (
        About.EXITS,
        None,
        [MAIN_PROCESS_EXITED, UNIT_FAILED, UNIT_SUCCEEDED, UNIT_STOPPING, OOMD_KILLED, "_PID=1", f"UNIT={UNIT}"],
    ),
    "ends and failures of a user": (
        About.FAILURES,
        1000,
        [MAIN_PROCESS_EXITED, UNIT_FAILED, "_UID=1000", f"USER_UNIT={UNIT}"],
    ),
}


@pytest.mark.parametrize(("about", "uid", "matches"), ARGV.values(), ids=ARGV.keys())
def test_asks_for(about: About, uid: int | None, matches: list[str]) -> None:
    argv = JournalQuery(about, (UNIT,), 1.5, 20).argv(uid)
    assert argv[:1] + argv[5:7] == ["journalctl", "--since=@1.500000", "--lines=20"]
    # Only processes write to namespaces, and no user has one.
    options = ["--namespace=*"] if about is About.ALL and uid is None else []
    assert argv[7:] == [*options, *matches]
    ended = JournalQuery(about, (UNIT,), 1.5, 20, until=2.25).argv(uid)
    assert ended == [*argv[:7], "--until=@2.250000", *options, *matches]
    units = (UNIT, "mail@another.service")
    assert JournalQuery(about, units, 1.5, 20).namespaces == (["workers-mail"] if about is About.ALL else [])


def test_a_question_of_a_user_is_read_as_it_was_asked() -> None:
    query = JournalQuery(About.EXITS, (UNIT,), 1.5, 20, until=2.25)
    assert JournalQuery.of_json(query.as_json()) == query


TIMES = st.floats(0, 2e9)
NAMES = st.from_regex(r"[A-Za-z0-9:_.\\@-]{1,255}", fullmatch=True)


@given(
    st.sampled_from(About),
    st.lists(NAMES, max_size=9),
    TIMES,
    st.integers(1, 1000),
    st.booleans(),
    st.none() | TIMES,
)
def test_comes_through_json_and_is_never_an_option(
    about: About, units: list[str], since: float, lines: int, fresh: bool, until: float | None
) -> None:
    query = JournalQuery(about, tuple(units), since, lines, fresh, until)
    assert JournalQuery.of_json(json.loads(json.dumps(query.as_json()))) == query
    options = [word for word in query.argv(1000)[7 if until is None else 8 :] if word.startswith("-")]
    assert options == []


FORGED = {
    "nothing": None,
    "a number": 7,
    "too little": ["all", [UNIT], 0.0, 10],
    "about something else": ["boot", [UNIT], 0.0, 10, False, None],
    "units that are none": ["all", 5, 0.0, 10, False, None],
    "a unit that is no text": ["all", [None], 0.0, 10, False, None],
    "a unit with more words": ["all", ["a.service _UID=0"], 0.0, 10, False, None],
    "a unit with another line": ["all", ["a.service\n"], 0.0, 10, False, None],
    "a unit with a NUL": ["all", ["a\0"], 0.0, 10, False, None],
    "half a character": ["all", ["\ud800"], 0.0, 10, False, None],
    "a time that is none": ["all", [UNIT], "now", 10, False, None],
    "not a number": ["all", [UNIT], float("nan"), 10, False, None],
    "a time without end": ["all", [UNIT], float("inf"), 10, False, None],
    "a time before time": ["all", [UNIT], -1.0, 10, False, None],
    "all lines": ["all", [UNIT], 0.0, 10**9, False, None],
    "lines without end": ["all", [UNIT], 0.0, float("inf"), False, None],
    "no lines": ["all", [UNIT], 0.0, 0, False, None],
    "an end that is no time": ["all", [UNIT], 0.0, 10, False, "now"],
    "an end before time": ["all", [UNIT], 0.0, 10, False, -1.0],
}


@pytest.mark.parametrize("read", FORGED.values(), ids=FORGED.keys())
def test_no_process_of_ours_asks(read: object) -> None:
    with pytest.raises(ValueError, match="question"):
        JournalQuery.of_json(read)


ANYTHING = st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists)


@given(st.tuples(st.sampled_from(About).map(lambda one: one.value) | ANYTHING, *[ANYTHING] * 5))
def test_whatever_is_asked_is_a_question_or_refused(read: object) -> None:
    try:
        query = JournalQuery.of_json(read)
    except ValueError:
        return
    assert all(len(word.encode()) < 300 and "\0" not in word for word in query.argv(1000))


REFUSED = {
    "another kind": ["everything", [UNIT], 0.0, 20, False, None],
    "a time that is none": ["all", [UNIT], "now", 20, False, None],
    "a number that is none": ["all", [UNIT], 0.0, "20 --cursor-file=/etc/passwd", False, None],
    "too little": ["all", [UNIT]],
}


@pytest.mark.parametrize("read", REFUSED.values(), ids=REFUSED.keys())
def test_takes_nothing_else_from_another_process(read: list[object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        JournalQuery.of_json(read)


ENTRIES = {
    "an entry of a user is as one of the system": (
        '{"USER_UNIT": "mail@1.service", "USER_INVOCATION_ID": "a0", "MESSAGE": "gone"}',
        [{"UNIT": UNIT, "INVOCATION_ID": "a0", "MESSAGE": "gone"}],
    ),
    "the newest is printed first": (
        '{"MESSAGE": "new"}\n{"MESSAGE": "old"}\n',
        [{"MESSAGE": "old"}, {"MESSAGE": "new"}],
    ),
    "a line separator ends no line": (
        '{"MESSAGE": "one\u2028two\u2029three\x85four"}',
        [{"MESSAGE": "one\u2028two\u2029three\x85four"}],
    ),
    "bytes that are no text": ('{"MESSAGE": [104, 105, 255]}', [{"MESSAGE": "hi\ufffd"}]),
    "a field that was written twice": (
        '{"UNIT": ["a@1.service", "b@1.service"]}',
        [{"UNIT": "a@1.service\nb@1.service"}],
    ),
    "a field that was written twice, once with bytes": ('{"MESSAGE": ["a", [255]]}', [{"MESSAGE": "a\n[255]"}]),
    "numbers that are no bytes": ('{"MESSAGE": [256, -1]}', [{"MESSAGE": "256\n-1"}]),
    "a field that is too long": ('{"MESSAGE": null}', [{"MESSAGE": ""}]),
    "a number": ('{"EXIT_STATUS": 9}', [{"EXIT_STATUS": "9"}]),
    "what is no JSON is left out": ('{"MESSAGE": "a"}\n{"MESSAGE"\n-- No entries --\n', [{"MESSAGE": "a"}]),
    "JSON that is no entry is left out": ('["a"]\n1\nnull\n{}\n', []),
    "an endless list is left out": ("[" * 100_000, []),
    "a number of too many digits is left out": (f'{{"A": {"9" * 5000}}}', []),
    "what another unit says of a command that cannot be run is left out": (
        f'{{"MESSAGE_ID": "{SPAWN_FAILED.partition("=")[2]}", "UNIT": "{UNIT}", "_SYSTEMD_UNIT": "cron.service"}}',
        [],
    ),
}


@pytest.mark.parametrize(("printed", "expected"), ENTRIES.values(), ids=ENTRIES.keys())
def test_reads(printed: str, expected: list[dict[str, str]]) -> None:
    assert read_entries(printed) == expected


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.lists(st.text() | anything.map(json.dumps) | st.dictionaries(st.text(), anything).map(json.dumps)))
def test_nothing_that_is_printed_is_an_error_and_all_fields_are_texts(lines: list[str]) -> None:
    for entry in read_entries("\n".join(lines)):
        assert all(isinstance(text, str) for one in entry.items() for text in one)


@given(st.lists(st.dictionaries(st.sampled_from(["MESSAGE", "UNIT", "X"]), st.text(), min_size=1)))
def test_every_text_is_read_as_it_was_written(entries: list[dict[str, str]]) -> None:
    printed = "\n".join(json.dumps(entry, ensure_ascii=False) for entry in reversed(entries))
    assert read_entries(printed) == entries


@pytest.mark.parametrize(
    ("entry", "seconds"),
    [({TAKEN: "1500000"}, 1.5), ({}, 0.0), ({TAKEN: "x"}, 0.0), ({TAKEN: "9" * 5000}, 0.0)],
    ids=["a time", "no time", "no number", "a number of too many digits"],
)
def test_when_an_entry_was_taken(entry: dict[str, str], seconds: float) -> None:
    assert taken(entry) == seconds


@pytest.mark.parametrize(
    ("entry", "forged"),
    [
        ({"UNIT": UNIT}, False),
        ({"UNIT": UNIT, "_SYSTEMD_UNIT": UNIT}, False),
        ({"UNIT": UNIT, "_SYSTEMD_UNIT": "cron.service"}, True),
        ({"UNIT": UNIT, "_SYSTEMD_UNIT": "init.scope", "MESSAGE_ID": "another"}, False),
        ({"UNIT": UNIT, "_SYSTEMD_UNIT": "init.scope", "_PID": "1"}, False),
        ({"UNIT": UNIT, "_SYSTEMD_UNIT": "user@1000.service", "_SYSTEMD_USER_UNIT": UNIT}, False),
        ({"UNIT": UNIT, "_SYSTEMD_UNIT": "user@1000.service", "_SYSTEMD_USER_UNIT": "b.service"}, True),
    ],
    ids=[
        *("by a process that is gone", "by its own process", "by another unit", "by systemd about something else"),
        *("by systemd", "by its own process of a user", "by another unit of a user"),
    ],
)
def test_nobody_else_says_why_a_command_was_not_executed(entry: dict[str, str], forged: bool) -> None:
    assert is_forged({"MESSAGE_ID": SPAWN_FAILED.partition("=")[2], **entry}) is forged
