# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.workers.systemd.plugins.module_utils._core.directives import parse_catalogue
from ansible_collections.workers.systemd.plugins.module_utils._core.finding import Finding
from ansible_collections.workers.systemd.plugins.module_utils._core.judge import judged
from ansible_collections.workers.systemd.plugins.module_utils._core.unit import Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.verify_text import Said, findings

KNOWN = parse_catalogue("[Unit]\nDescription=STRING\n[Service]\nNice=OTHER\nExecStart=PATH\n[Install]\nWantedBy=\n")
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


def told(*, off: tuple[str, ...] = ()) -> list[tuple[str, int]]:
    found = judged(UNIT, KNOWN, 252, findings(SAID, UNIT, ["mail.service"]), off)
    return [(one.id, one.at.line if one.at else 0) for one in found]


def test_all_judges_speak_in_the_order_of_the_files_and_each_thing_is_said_once() -> None:
    assert told() == [
        ("systemd", 0),
        ("systemd", 2),
        ("unknown-directive", 3),
        ("not-executable", 4),
        ("unknown-directive", 6),
        ("unknown-directive", 2),
    ]


def test_an_id_that_is_switched_off_is_silent() -> None:
    assert told(off=("unknown-directive",)) == [("systemd", 0), ("systemd", 2), ("not-executable", 4)]


def test_a_finding_of_systemd_about_the_whole_unit_is_not_hidden_by_one_of_ours() -> None:
    whole: list[Finding] = findings(SAID[:1], UNIT, ["mail.service"])
    assert whole[0] in judged(UNIT, KNOWN, 252, whole)
