# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.workers.systemd.plugins.module_utils._core.finding import Finding, Severity
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.unit import Placed, Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.units import UnitName

MAIL = Unit.of(
    "mail@.service",
    "[Service]\nExecStart=/bin/a\nNice=1\nEnvironment=A=1\n",
    [
        ("/run/systemd/system/mail@.service.d/50-late.conf", "[Service]\nNice=5\nEnvironment=\nEnvironment=B=2\n"),
        ("/etc/systemd/system/mail@.service.d/10-early.conf", "[Service]\nNice=3\n"),
    ],
    path="/etc/systemd/system/mail@.service",
)


def test_the_file_comes_first_and_drop_ins_follow_by_their_names() -> None:
    assert MAIL.name == UnitName("mail", "", "service")
    assert [one.value for one in MAIL.assignments() if one.key == "Nice"] == ["1", "3", "5"]


def test_the_last_assignment_decides_and_knows_its_place() -> None:
    nice = MAIL.last("Service", "Nice")
    assert nice == Placed("/run/systemd/system/mail@.service.d/50-late.conf", "Service", "Nice", "5", 2)
    assert MAIL.value("Service", "Nice") == "5"


def test_an_empty_assignment_forgets_those_before_it() -> None:
    assert [one.value for one in MAIL.kept("Service", "Environment")] == ["B=2"]


def test_what_is_not_set_has_its_default() -> None:
    assert MAIL.last("Service", "User") is None
    assert MAIL.value("Service", "User", "root") == "root"


def test_a_text_without_a_path_is_named_after_its_unit() -> None:
    assert Unit.of("a.service", "[Service]\nNice=1\n").files[0][0] == "a.service"


def test_a_finding_becomes_a_problem_that_names_its_id() -> None:
    finding = Finding("unknown-directive", Severity.ERROR, None, "Retsart", "a directive", "Did you mean Restart?")
    problem = finding.problem("a.service:3")
    assert problem == Problem("a.service:3", "Retsart", "a directive", "Did you mean Restart?", "unknown-directive")
    assert str(problem) == (
        "a.service:3: found Retsart, expected a directive (Did you mean Restart?) [unknown-directive]"
    )
