# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.finding import Finding, Severity
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.lint import (
    is_meant_as_unit,
    line,
    masked,
    named_badly,
    row,
    subjects,
    summary,
    unit_name_of,
    unknown_ids,
    unreadable,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Placed
from tests.corpus.bad import BAD

UNITS = {
    "a unit": ("/u/mail.service", "mail.service"),
    "a template": ("mail@.service", "mail@.service"),
    "a drop-in": ("/u/mail@.service.d/50-x.conf", "mail@.service"),
    "a drop-in of all services": ("/u/service.d/x.conf", "all.service"),
}
NO_UNITS = {
    "a type that is none": "/u/mail.servce",
    "no type": "/u/mail",
    "a blank in the name": "/u/my mail.service",
    "a drop-in beside units": "/u/50-x.conf",
    "a drop-in of nothing": "/u/conf.d/50-x.conf",
    "another file in a directory of drop-ins": "/u/mail.service.d/README",
}
MEANT = ["/u/mail.service", "/u/mail.servce", "/u/mail.services", "/u/my mail.timer", "/u/mail.service.d/x.conf"]
NOT_MEANT = ["/u/README.md", "/u/Makefile", "/u/app.tar", "/u/mail.service~", "/u/nginx.conf", "/u/mail.service.bak"]
NICE = Finding("systemd", Severity.ERROR, Placed("/u/a.service", "Service", "Nice", "99", 3), "Nice=99", "less", "Why.")


@pytest.mark.parametrize(("path", "unit"), UNITS.values(), ids=UNITS.keys())
def test_a_file_is_read_for_a_unit(path: str, unit: str) -> None:
    assert unit_name_of(path) == unit


@pytest.mark.parametrize("path", NO_UNITS.values(), ids=NO_UNITS.keys())
def test_systemd_reads_no_other_file(path: str) -> None:
    assert unit_name_of(path) == ""


@pytest.mark.parametrize("path", MEANT)
def test_a_slip_in_the_name_is_meant_as_a_unit(path: str) -> None:
    assert is_meant_as_unit(path)


@pytest.mark.parametrize("path", NOT_MEANT)
def test_other_files_may_lie_beside_units(path: str) -> None:
    assert not is_meant_as_unit(path)


def test_drop_ins_join_the_unit_beside_them_in_the_order_of_their_names() -> None:
    files = {
        "/a/mail.service.d/20.conf": "[Service]\nNice=2\n",
        "/a/mail.service.d/10.conf": "[Service]\nNice=1\n",
        "/a/mail.service": "[Service]\nNice=0\n",
        "/b/mail.service": "[Service]\nNice=9\n",
    }
    found = subjects(files, installed=lambda name: None)
    assert [[one.value for one in subject.unit.assignments()] for subject in found] == [["0", "1", "2"], ["9"]]
    assert all(subject.whole for subject in found)


def test_drop_ins_whose_unit_lies_elsewhere_join_it() -> None:
    vendor = ("/usr/lib/systemd/system/mail.service", "[Service]\nNice=0\n")
    (found,) = subjects({"/a/mail.service.d/x.conf": "[Service]\nNice=1\n"}, {"mail.service": vendor}.get)
    assert found.whole
    assert [path for path, _text in found.unit.files] == [vendor[0], "/a/mail.service.d/x.conf"]


def test_drop_ins_alone_are_not_blamed_for_what_their_unit_may_have() -> None:
    (found,) = subjects({"/a/mail.service.d/x.conf": "[Service]\nNice=1\n"}, installed=lambda name: None)
    assert not found.whole
    whole = Finding("no-command", Severity.ERROR, None, "no ExecStart=", "one")
    assert [one["id"] for one in found.rows([whole, NICE])] == ["systemd"]


def test_a_finding_is_told_as_data_and_as_a_line() -> None:
    result = row(NICE, "a.service", "/u/a.service")
    assert result == {
        "file": "/u/a.service",
        "line": 3,
        "unit": "a.service",
        "section": "Service",
        "directive": "Nice",
        "id": "systemd",
        "severity": "error",
        "found": "Nice=99",
        "expected": "less",
        "hint": "Why.",
        "url": "",
    }
    assert line(result) == "/u/a.service:3: error: found Nice=99, expected less (Why.) [systemd]"


def test_a_finding_about_a_whole_file_has_no_line() -> None:
    result = row(Finding("x", Severity.WARNING, None, "a", "b"), "a.service", "/u/a\udcff.service")
    assert line(result) == "/u/a\ufffd.service: warning: found a, expected b [x]"


def test_a_trap_says_where_to_read_more() -> None:
    trap = Finding("x", Severity.WARNING, None, "a", "b", url="https://a/b#x")
    assert line(row(trap, "a.service", "/u/a.service")) == (
        "/u/a.service: warning: found a, expected b [x] https://a/b#x"
    )


def test_what_keeps_a_file_from_being_judged_is_a_finding() -> None:
    (big,) = unreadable("/u/a.service", [Problem("/u/a.service", "10 bytes", "9 bytes")])
    assert (big.id, big.found) == ("unreadable", "10 bytes")
    assert masked("/u/a.service").severity is Severity.WARNING
    assert "service" in named_badly("/u/a.servce").hint
    assert "The types are" in named_badly("/u/a").hint


def test_the_summary_counts() -> None:
    result = row(NICE, "a.service", "/u/a.service")
    assert summary(1, [result]) == "1 file: 1 error, 0 warnings"
    assert summary(2, [{**result, "severity": "warning"}] * 2) == "2 files: 0 errors, 2 warnings"


def test_what_can_be_skipped_is_what_the_judges_say() -> None:
    assert unknown_ids(["obsolete", "kill-mode-kills-jobs", *sorted({one.id for one in BAD.values()})]) == []
    (problem,) = unknown_ids(["systemd", "obsolet"])
    assert (problem.where, problem.hint) == ("skip[1]", "Did you mean obsolete?")
