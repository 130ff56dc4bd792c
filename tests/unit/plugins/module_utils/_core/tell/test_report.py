# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Step, Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.journal_query import (
    OOMD_KILLED,
    TAKEN,
    UNIT_STOPPING,
    UNIT_SUCCEEDED,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.diff import (
    env_changes,
    file_diff,
    own_diff,
    private_diff,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.exits import (
    A_JOB,
    CLEAN_END,
    how_it_ended,
    last_death,
    last_exits,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.mask import MASK
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.plan_lines import plan_lines, plan_rows
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.report import (
    AFTER_KILL,
    NOT_READY,
    journal_lines,
    plan_diff,
    summary,
)
from tests.unit.plugins.module_utils._core.builders import carried

STEPS = [
    Step(Verb.WRITE, "/etc/workers.systemd/mail/secrets", "has other content"),
    Step(Verb.RESTART, "mail@1.service", "started with another secrets"),
    Step(Verb.RESTART, "mail@2.service", "started with another secrets"),
]
ENDS = {
    "an exit": ("exited", "203", "exit status 203"),
    "a signal": ("killed", "9", "signal 9 (SIGKILL)"),
    "a core dump": ("dumped", "11", "signal 11 (SIGSEGV), core dumped"),
    "a signal without a name": ("killed", "40", "signal 40"),
    "what is no number": ("killed", "KILL", "signal KILL"),
}
# Of two runs: the first ended, the second runs.
JOURNAL: list[dict[str, t.Any]] = [
    {"MESSAGE": "Starting", "JOB_TYPE": "start", "INVOCATION_ID": "a1"},
    {"MESSAGE": "hello", "_SYSTEMD_INVOCATION_ID": "a1"},
    {"MESSAGE": "oops", "_SYSTEMD_INVOCATION_ID": "a1"},
    {"MESSAGE": "Main process exited", "INVOCATION_ID": "a1", "EXIT_CODE": "exited"},
    {"MESSAGE": "hello again", "_SYSTEMD_INVOCATION_ID": "b2"},
]


def messages(entries: t.Sequence[t.Mapping[str, t.Any]]) -> list[str]:
    return [entry["MESSAGE"] for entry in entries]


def test_a_plan_is_told_in_words() -> None:
    assert plan_rows(STEPS[1:2]) == [
        {"verb": "restart", "subject": "mail@1.service", "because": "started with another secrets"}
    ]


def test_the_diff_of_a_unit_has_its_text() -> None:
    assert file_diff("/u", "a\n", "b\n") == {
        "before_header": "/u",
        "after_header": "/u",
        "before": "a\n",
        "after": "b\n",
    }
    new = file_diff("/u", None, "b\n")
    gone = file_diff("/u", "a\n", None)
    assert (new["before"], gone["after"]) == ("", "")


def test_the_diff_of_a_secret_file_has_what_happened_to_each_name() -> None:
    before, after = {"OLD": "1", "SAME": "2", "TOKEN": "3"}, {"NEW": "1", "SAME": "2", "TOKEN": "4"}
    assert private_diff("/s", before, after) == {
        "header": "/s",
        "prepared": "/s\nNEW: added\nOLD: removed\nTOKEN: changed\n",
    }
    assert env_changes(before, after)["SAME"] == "unchanged"


@given(carried.filter(lambda text: len(text) > 8), carried.filter(lambda text: len(text) > 8))
def test_no_diff_of_a_secret_file_has_a_value(before: str, after: str) -> None:
    old, new = {"TOKEN": before}, {"TOKEN": after}
    for diff in (private_diff("/s", old, new), private_diff("/s", {}, new), private_diff("/s", old, {})):
        assert before not in "".join(diff.values())
        assert after not in "".join(diff.values())


def test_the_journal_is_told_without_secrets_and_cannot_steer_a_terminal() -> None:
    entries = [{"MESSAGE": "pw hunter2\nand \x1b[2J"}, {"MESSAGE": ""}, {}]
    assert journal_lines(entries, iter(["hunter2"])) == [f"pw {MASK}", r"and \x1b[2J", "", ""]


def test_of_the_journal_the_run_that_ended_last_counts() -> None:
    assert messages(last_death(JOURNAL)) == ["hello", "oops", "Main process exited"]
    later = {"MESSAGE": "and again", "INVOCATION_ID": "b2", "EXIT_CODE": "killed"}
    assert messages(last_death([*JOURNAL, later])) == ["hello again", "and again"]


FIRST, SECOND = ["hello", "oops", "Main process exited"], ["hello again", "and again"]
# When the first and the second run ended; instances were put back at 5.
PUT_BACK = {
    "the end before that": (4, 6, FIRST),
    "the last end before that": (3, 4, SECOND),
    "the first end after it, when journald is late": (6, 7, FIRST),
}


@pytest.mark.parametrize(("first", "second", "expected"), PUT_BACK.values(), ids=PUT_BACK.keys())
def test_when_an_instance_was_put_back_its_bad_run_counts(first: int, second: int, expected: list[str]) -> None:
    died = {"MESSAGE": "and again", "INVOCATION_ID": "b2", "EXIT_CODE": "killed"}
    taken = {"a1": f"{first}000000", "b2": f"{second}000000"}
    entries = [{**one, TAKEN: taken[one["INVOCATION_ID"]]} if "EXIT_CODE" in one else one for one in [*JOURNAL, died]]
    assert messages(last_death(entries, until=5.0)) == expected


LATE = {
    "after its end": {"_SYSTEMD_INVOCATION_ID": "a1"},
    "as one of the next run": {"_SYSTEMD_INVOCATION_ID": "b2"},
    "as one of no run": {},
}


@pytest.mark.parametrize("of_run", LATE.values(), ids=LATE.keys())
def test_last_words_that_come_late_are_told(of_run: dict[str, str]) -> None:
    entries = [
        {"MESSAGE": "Main process exited", "UNIT": "mail@1.service", "INVOCATION_ID": "a1", "EXIT_CODE": "exited"},
        {"MESSAGE": "cannot log in", **of_run},
        {"MESSAGE": "Scheduled restart job", "UNIT": "mail@1.service", "INVOCATION_ID": "a1"},
    ]
    assert messages(last_death(entries)) == ["Main process exited", "cannot log in"]


def test_when_nothing_ended_the_whole_journal_counts() -> None:
    assert messages(last_death(JOURNAL[:3])) == ["hello", "oops"]


@pytest.mark.parametrize(("code", "status", "words"), ENDS.values(), ids=ENDS.keys())
def test_an_end_is_told_as_people_say_it(code: str, status: str, words: str) -> None:
    assert how_it_ended(code, status) == words


def test_the_last_end_of_each_unit_counts() -> None:
    ends = [("mail@1.service", "exited", "1"), ("mail@2.service", "killed", "9"), ("mail@1.service", "exited", "0")]
    entries = [{"UNIT": unit, "EXIT_CODE": code, "EXIT_STATUS": status} for unit, code, status in ends]
    assert last_exits(entries) == {"mail@1.service": "exit status 0", "mail@2.service": "signal 9 (SIGKILL)"}


def test_an_end_after_an_instance_was_put_back_counts_only_without_another() -> None:
    ends = [("mail@1.service", "1", "4"), ("mail@1.service", "0", "6"), ("mail@2.service", "2", "7")]
    entries = [
        {"UNIT": unit, "EXIT_CODE": "exited", "EXIT_STATUS": status, TAKEN: f"{at}000000"} for unit, status, at in ends
    ]
    assert last_exits(entries, 5.0) == {"mail@1.service": "exit status 1", "mail@2.service": "exit status 2"}


@pytest.mark.parametrize("entry", [{"EXIT_CODE": "exited"}, {"UNIT": "mail@1.service"}], ids=["no unit", "no end"])
def test_an_entry_that_says_too_little_says_nothing(entry: dict[str, str]) -> None:
    assert last_exits([entry]) == {}


ENTRY = {"UNIT": "mail@1.service", "INVOCATION_ID": "a1"}
SUCCEEDED, STOPPING, BY_OOMD = (
    {**ENTRY, "MESSAGE_ID": message.partition("=")[2]} for message in (UNIT_SUCCEEDED, UNIT_STOPPING, OOMD_KILLED)
)
EXITED = {**ENTRY, "EXIT_CODE": "exited", "EXIT_STATUS": "3"}
LATER = {"INVOCATION_ID": "b2"}
# entries, what is told
WELL = {
    "by itself": ([SUCCEEDED], CLEAN_END),
    "when it was stopped": ([STOPPING, SUCCEEDED], None),
    "by itself, after it was stopped": ([STOPPING, SUCCEEDED, {**SUCCEEDED, **LATER}], CLEAN_END),
    "by itself, after an error": ([EXITED, {**SUCCEEDED, **LATER}], CLEAN_END),
    "with a status that counts as success": ([EXITED, SUCCEEDED], "exit status 3"),
    "before an error": ([SUCCEEDED, {**EXITED, **LATER}], "exit status 3"),
}


@pytest.mark.parametrize(("entries", "result"), WELL.values(), ids=WELL.keys())
def test_an_end_without_an_error_is_told(entries: list[dict[str, t.Any]], result: str | None) -> None:
    assert last_exits(entries).get("mail@1.service") == result


OOM = {**ENTRY, "UNIT_RESULT": "oom-kill"}
SIGKILLED = {**ENTRY, "EXIT_CODE": "killed", "EXIT_STATUS": "9"}
SIGABRT = {**ENTRY, "EXIT_CODE": "killed", "EXIT_STATUS": "6"}
KILLED = {
    "the main process": ([SIGKILLED, OOM], "signal 9 (SIGKILL): OOM killer"),
    "again and again": ([SIGKILLED, OOM, OOM], "signal 9 (SIGKILL): OOM killer"),
    "before another end": ([SIGKILLED, OOM, EXITED], "exit status 3"),
    "an end that is not known": ([OOM], None),
    "another result": ([SIGKILLED, {**OOM, "UNIT_RESULT": "signal"}], "signal 9 (SIGKILL)"),
    "by systemd-oomd": ([BY_OOMD, SIGKILLED, OOM], "signal 9 (SIGKILL): systemd-oomd"),
    "by systemd-oomd, and later by the kernel": (
        [BY_OOMD, SIGKILLED, OOM, *({**entry, **LATER} for entry in (SIGKILLED, OOM))],
        "signal 9 (SIGKILL): OOM killer",
    ),
    "a watchdog that was not fed": ([SIGABRT, {**OOM, "UNIT_RESULT": "watchdog"}], "signal 6 (SIGABRT): watchdog"),
    "a child, by systemd-oomd": ([BY_OOMD], None),
    "a child, by systemd-oomd, before a clean end": ([BY_OOMD, SUCCEEDED], CLEAN_END),
}


@pytest.mark.parametrize(("entries", "result"), KILLED.values(), ids=KILLED.keys())
def test_why_a_process_was_killed_is_told(entries: list[dict[str, t.Any]], result: str | None) -> None:
    assert last_exits(entries).get("mail@1.service") == result


def test_a_worker_that_ends_by_itself_is_told_what_it_is() -> None:
    ended = {**failure_of(1, "flapping: died"), "exit": CLEAN_END}
    assert summary({}, [ended, ended], []).splitlines()[-1] == A_JOB
    assert A_JOB not in summary({}, [failure_of(1, "flapping: died")], [])


def test_a_start_that_takes_too_long_is_told_what_it_waits_for() -> None:
    late = {**failure_of(1, "failed: its start timed out: is activating (start)"), "exit": CLEAN_END}
    assert summary({}, [late], []).splitlines()[-1] == NOT_READY
    assert NOT_READY not in summary({}, [failure_of(1, "flapping: died")], [])


def test_the_diff_of_a_plan_has_the_units_and_not_the_files() -> None:
    (diff,) = plan_diff({"mail": STEPS, "idle": [], "files": STEPS[:1]})
    assert diff["prepared"] == ("pool mail\nrestart mail@1..2 (started with another secrets)\n")
    (template,) = plan_diff({"mail@.service": STEPS}, kind="")
    assert template["prepared"].startswith("mail@.service\n")


def test_what_is_done_for_one_reason_is_one_line() -> None:
    rows = plan_rows([*STEPS, Step(Verb.RESTART, "mail@4.service", "started with another unit"), STEPS[0]])
    assert plan_lines(rows) == [
        "write /etc/workers.systemd/mail/secrets, /etc/workers.systemd/mail/secrets (has other content)",
        "restart mail@1..2 (started with another secrets)",
        "restart mail@4.service (started with another unit)",
    ]


def test_a_unit_of_our_own_making_is_shown_when_it_changes() -> None:
    assert own_diff("/u", "a\n", "b\n") == file_diff("/u", "a\n", "b\n")
    assert own_diff("/u", None, "b\n") == {"header": "/u", "prepared": "/u: new\n"}
    assert own_diff("/u", "a\n", None) == {"header": "/u", "prepared": "/u: removed\n"}


def test_a_good_run_is_told_in_a_line_a_pool() -> None:
    assert summary({"mail": STEPS, "idle": []}, [], []) == (
        "mail: write 1 file, restart 2 instances\nidle: nothing to do"
    )
    target = [Step(Verb.ENABLE, unit, "x") for unit in ("mail.target", "mail@1.service", "mail@red.service")]
    assert summary({"mail": target}, [], []) == "mail: enable 2 instances and 1 target"
    assert summary({"nginx": [Step(Verb.RELOAD_UNIT, "nginx.service", "x")]}, [], []) == "nginx: reload 1 service"

    assert summary({}, [], []) == "no pools"
    assert summary({"mail": target, "idle": []}, [], [], standing={"mail": "2/2 up"}) == (
        "mail: enable 2 instances and 1 target; 2/2 up\nidle: nothing to do"
    )


def failure_of(number: int, verdict: str) -> dict[str, t.Any]:
    return {"unit": f"mail@{number}.service", "verdict": verdict, "exit": "", "restarts": 0, "journal": []}


def test_kills_at_stops_are_told_with_what_to_do() -> None:
    killed, bad = failure_of(1, "killed-at-stop: x"), failure_of(2, "failed: y")
    lines = summary({}, [killed, killed], ["mail@3.service"]).splitlines()
    assert (lines[0], lines[-2]) == ("2 killed at their stop:", AFTER_KILL)
    assert "drain_timeout" in AFTER_KILL
    both = summary({}, [killed, bad], []).splitlines()
    assert both[0] == "1 of the started instances did not settle, 1 killed at their stop:"
    assert AFTER_KILL not in summary({}, [bad], [])


def test_a_bad_run_is_told_with_the_reason_and_who_was_left_alone() -> None:
    failure = {
        "unit": "mail@1.service",
        "verdict": "flapping: died",
        "exit": "exit status 1",
        "restarts": 3,
        "journal": ["Traceback", "oops"],
    }
    text = summary({"mail": STEPS}, [failure], ["mail@2.service"])
    assert "- mail@1.service: flapping: died (exit status 1, NRestarts 3)\n    Traceback\n    oops\n" in text
    assert text.splitlines()[-1] == "not restarted, still on the previous version: mail@2.service"
    restart = summary({"mail": STEPS}, [failure], ["mail@2.service"], "not restarted")
    assert restart.splitlines()[-1] == "not restarted: mail@2.service"
    unexplained = summary({"mail": STEPS}, [{**failure, "exit": "", "journal": []}], [])
    assert unexplained.splitlines()[1:] == ["- mail@1.service: flapping: died (NRestarts 3)"]
