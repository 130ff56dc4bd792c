# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.replaces import Replaces
from ansible_collections.workers.systemd.plugins.module_utils._core.write import replaced

INI = """\
[supervisord]
autostart=true
[program:mail] ; the mails
command=/bin/mail
autostart = true
[program:mail2]
autostart=true
"""
MARKED = """\
[supervisord]
autostart=true
[program:mail] ; the mails
autostart=false ;workers.systemd
command=/bin/mail
;workers.systemd: autostart = true
[program:mail2]
autostart=true
"""
LINES = st.sampled_from(
    [
        "[program:mail]",
        "[program:fax]",
        "[group:a]",
        "autostart=true",
        "AUTOSTART: no",
        "x=1",
        "; [program:mail]",
        "",
        "[a",
    ]
)
CRON = "* * * * * /bin/mail"


def test_a_program_is_asked_not_to_start() -> None:
    assert replaced.marked_ini(INI, "mail") == MARKED
    assert replaced.marked_ini(MARKED, "mail") == MARKED
    assert replaced.unmarked_ini(MARKED, "mail") == INI


@given(st.lists(LINES, max_size=12))
def test_a_mark_takes_itself_back(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert replaced.unmarked_ini(replaced.marked_ini(text, "mail"), "mail") == text


def test_a_file_that_was_edited_since_keeps_the_edit() -> None:
    edited = MARKED.replace("/bin/mail", "/bin/other") + "[program:new]\n"
    assert replaced.unmarked_ini(edited, "mail") == INI.replace("/bin/mail", "/bin/other") + "[program:new]\n"


def test_the_lines_of_a_crontab_that_are_the_job_are_marked() -> None:
    marked = replaced.marked_crontab(f"MAILTO=x\n{CRON}\n{CRON} -v", CRON)
    assert marked == f"MAILTO=x\n{replaced.IN_CRONTAB}{CRON}\n{CRON} -v"
    assert replaced.unmarked_crontab(marked, CRON) == f"MAILTO=x\n{CRON}\n{CRON} -v"


@given(st.lists(st.sampled_from([CRON, f"{CRON} -v", "MAILTO=x", "", "# comment"]), max_size=9))
def test_a_line_of_cron_is_commented_out_and_comes_back(lines: list[str]) -> None:
    text = "\n".join(lines)
    marked = replaced.marked_crontab(text, CRON)
    assert CRON not in marked.split("\n")
    assert replaced.unmarked_crontab(marked, CRON) == text


def test_the_files_of_a_program_are_found() -> None:
    assert replaced.has_program(INI, "mail")
    assert not replaced.has_program(INI, "fax")


def test_a_group_of_others_is_found() -> None:
    texts = ["[group:all]\nprograms=fax, mail ; both\n", "[program:programs]\nprograms=sms\n"]
    assert replaced.group_of(texts, "mail") == "all"
    assert replaced.group_of(texts, "sms") == ""


def test_states_are_read() -> None:
    out = (
        "mail:mail_00   RUNNING   pid 17, uptime 0:00:04\nmail:mail_01   STOPPED   Nov 29 10:00 AM\nunix:///x refused\n"
    )
    assert replaced.states(out) == {"mail:mail_00": "RUNNING", "mail:mail_01": "STOPPED"}


@pytest.mark.parametrize(
    ("out", "pids"),
    [
        ("", []),
        ("\n\n", []),
        ("0\n0\n", []),
        ("21726\n0\n21773\n", ["21726", "21773"]),
        (">>>> In-memory PM2 is out-of-date\n17\n", ["17"]),
        ("undefined\n-1\n²\n", []),
    ],
)
def test_processes_of_pm2_are_read(out: str, pids: list[str]) -> None:
    assert replaced.pids_of_pm2(out) == pids


@pytest.mark.parametrize(
    ("out", "ids"), [("", []), ("[]\n", []), ("[ 0, 11 ]\n", ["0", "11"]), ("PM2 [v7] says\n[ 3 ]\n", ["3"])]
)
def test_numbers_of_pm2_are_read(out: str, ids: list[str]) -> None:
    assert replaced.ids_of_pm2(out) == ids


def test_a_record_comes_back() -> None:
    record = replaced.Record(
        Replaces("supervisord", "mail", once=True), ("/a",), ("mail:mail",), "2026-11-29T10:00:00Z"
    )
    assert replaced.parse_record(replaced.record_text(record), "there") == record


OF_NOBODY = ['{"replaces": {' + one + '}, "files": [], "ran": [], "run": ""}' for one in ('"a": 1', '"manager": "x"')]


@pytest.mark.parametrize("text", ["", "{}", "[]", *OF_NOBODY])
def test_a_broken_record_is_one_clear_problem(text: str) -> None:
    with pytest.raises(Problems, match="a broken record"):
        replaced.parse_record(text, "there")
