# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.finding import Finding, Severity
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import (
    Placed,
    Unit,
    drop_in_folders,
    in_force,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName

MAIL = Unit.of(
    "mail@.service",
    "[Service]\nExecStart=/bin/a\nNice=1\nEnvironment=A=1\n",
    [
        ("/run/systemd/system/mail@.service.d/50-late.conf", "[Service]\nNice=5\nEnvironment=\nEnvironment=B=2\n"),
        ("/etc/systemd/system/mail@.service.d/10-early.conf", "[Service]\nNice=3\n"),
    ],
    path="/etc/systemd/system/mail@.service",
)
ETC, RUN, USR = "/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system"
# name, the directories, the most specific first
FOLDERS = {
    "a plain unit": ("a.service", "a.service.d service.d"),
    "a prefix for each dash": ("a-b-c.timer", "a-b-c.timer.d a-b-.timer.d a-.timer.d timer.d"),
    "a dash at the end is no prefix of its own": ("a-.service", "a-.service.d service.d"),
    "two dashes at the end are": ("a--.service", "a--.service.d a-.service.d service.d"),
    "a dash at the start is no prefix": ("-a.service", "-a.service.d service.d"),
    "a template": ("a-b@.service", "a-b@.service.d a-.service.d service.d"),
    "an instance": (
        "a-b@x-y.service",
        "a-b@x-y.service.d a-b@.service.d a-.service.d a-@x-y.service.d a-@.service.d service.d",
    ),
}
# name, candidates, those in force
IN_FORCE = {
    "file names decide the order": (
        "a.service",
        [f"{ETC}/a.service.d/9.conf", f"{USR}/a.service.d/10.conf", f"{RUN}/service.d/5.conf"],
        [f"{USR}/a.service.d/10.conf", f"{RUN}/service.d/5.conf", f"{ETC}/a.service.d/9.conf"],
    ),
    "a higher directory hides": (
        "a.service",
        [f"{USR}/a.service.d/1.conf", f"{ETC}/a.service.d/1.conf", f"{RUN}/a.service.d/1.conf"],
        [f"{ETC}/a.service.d/1.conf"],
    ),
    "a higher directory hides even what is more specific": (
        "a-b.service",
        [f"{RUN}/a-b.service.d/1.conf", f"{ETC}/a-.service.d/1.conf"],
        [f"{ETC}/a-.service.d/1.conf"],
    ),
    "in one directory the more specific hides": (
        "a@x.service",
        [f"{ETC}/a@.service.d/1.conf", f"{ETC}/a@x.service.d/1.conf"],
        [f"{ETC}/a@x.service.d/1.conf"],
    ),
    "what is for all units of a type hides nothing": (
        "a.service",
        [f"{ETC}/service.d/1.conf", f"{USR}/a.service.d/1.conf"],
        [f"{USR}/a.service.d/1.conf"],
    ),
    "what systemctl set-property writes comes first": (
        "a.service",
        [f"{ETC}/a.service.d/50-Nice.conf", f"{ETC}.control/a.service.d/50-Nice.conf"],
        [f"{ETC}.control/a.service.d/50-Nice.conf"],
    ),
    "a directory that is not searched comes first": (
        "a.service",
        [f"{ETC}/a.service.d/1.conf", "units/a.service.d/1.conf"],
        ["units/a.service.d/1.conf"],
    ),
    "other files and those of other units are none": (
        "a.service",
        [f"{ETC}/a.service.d/{name}" for name in ("1.txt", "1.conf~", ".1.conf")] + [f"{ETC}/b.service.d/1.conf"],
        [],
    ),
}


@pytest.mark.parametrize(("name", "folders"), FOLDERS.values(), ids=FOLDERS.keys())
def test_drop_ins_are_searched_in(name: str, folders: str) -> None:
    assert drop_in_folders(UnitName.parse(name)) == folders.split()


@pytest.mark.parametrize(("name", "candidates", "expected"), IN_FORCE.values(), ids=IN_FORCE.keys())
def test_drop_ins_in_force(name: str, candidates: list[str], expected: list[str]) -> None:
    assert in_force(name, candidates, SYSTEM.searched) == expected
    assert in_force(name, candidates[::-1], SYSTEM.searched) == expected


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


def test_a_template_that_takes_its_instance_for_a_unit() -> None:
    assert Unit.of("a@.service", "[Unit]\nPartOf=b.service %i\n").is_for_units
    assert not Unit.of("a@.service", "[Unit]\nDescription=of-%i\n[Service]\nExecStart=/bin/a %i\n").is_for_units
