# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.finding import Finding
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.judge import MAY_COME_LATER, judged
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps import table as traps
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.host_facts import HostFacts, PathFacts
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.verify_text import (
    NOT_EXECUTABLE,
    Said,
    findings,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.catalogue import parse_catalogue
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit

KNOWN = parse_catalogue(
    "[Unit]\nDescription=STRING\n[Service]\nNice=NICE\nExecStart=PATH\nUser=OTHER\n[Install]\nWantedBy=\n"
)
UNIT = Unit.of(
    "mail.service",
    "[Service]\nNice=99\nRetsart=always\nExecStart=/opt/x\n[Foo]\nA=1\nB=2\n",
    [("/etc/systemd/system/mail.service.d/a.conf", "[Service]\nNicer=1\n")],
)
SAID = [
    Said("Service has nothing. Refusing.", unit="mail.service"),
    Said("Unknown key 'Retsart' in section [Service], ignoring.", "mail.service", 3),
    Said("Nice priority out of range, ignoring: 99", "mail.service", 2),
    Said("Command /opt/x is not executable: No such file or directory", unit="mail.service"),
    Said("Nice priority out of range, ignoring: 99", "mail.service", 2),
]
GONE = HostFacts(paths={"/opt/x": PathFacts(exists=False, usable=False)})


def result(*, off: tuple[str, ...] = (), host: HostFacts | None = None) -> list[tuple[str, int]]:
    found = judged(UNIT, KNOWN, 252, findings(SAID, UNIT, ["mail.service"]), off, host)
    return [(one.id, one.at.line if one.at else 0) for one in found]


def test_all_judges_speak_in_the_order_of_the_files_and_what_ours_explain_systemd_does_not_repeat() -> None:
    assert result() == [
        ("systemd", 0),
        ("bad-value", 2),
        ("unknown-directive", 3),
        ("not-executable", 4),
        ("unknown-section", 5),
        ("unknown-directive", 2),
    ]


def test_a_trap_that_knows_why_a_program_cannot_run_speaks_for_systemd() -> None:
    assert ("program-is-not-there", 4) in result(host=GONE)
    assert ("not-executable", 4) not in result(host=GONE)


def test_an_id_that_is_switched_off_is_silent() -> None:
    off = ("unknown-directive", "bad-value", "unknown-section", "program-is-not-there")
    assert result(off=off, host=GONE) == [("systemd", 0), ("not-executable", 4)]


def test_a_trap_in_a_line_that_systemd_ignores_is_not_told_as_well() -> None:
    unit = Unit.of("mail.service", "[Service]\nExecStart=/bin/true\nStartLimitIntervalSec=5\n")
    found = [one.id for one in judged(unit, KNOWN, 252) if one.at and one.at.line == 3]
    assert found == ["unknown-directive"]


def test_a_finding_of_systemd_about_the_whole_unit_is_not_hidden_by_one_of_ours() -> None:
    whole: list[Finding] = findings(SAID[:1], UNIT, ["mail.service"])
    assert whole[0] in judged(UNIT, KNOWN, 252, whole)


def test_what_may_come_later_is_an_id_that_exists() -> None:
    assert {*traps.TRAPS, NOT_EXECUTABLE} >= MAY_COME_LATER
