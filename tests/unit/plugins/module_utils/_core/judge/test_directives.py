# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.directives import findings
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.finding import Severity
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.catalogue import Catalogue, parse_catalogue
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import PATTERN_HEADER
from tests.unit.plugins.module_utils._core.builders import shipped_catalogue

# As `systemd --dump-configuration-items` of 252 prints it, shortened.
DUMP = """\
[Unit]
Description=STRING
OnFailure=UNIT [...]
StartLimitBurst=UNSIGNED

[Service]
Restart=SERVICERESTART
MemoryMax=LIMIT
Nice=OTHER

[Install]
WantedBy=

[Timer]
OnCalendar=TIMER
"""
KNOWN = parse_catalogue(DUMP)

# What a good service begins with; the text of a case follows in line 3.
START = "[Service]\nExecStart=/bin/true\n"
# text, id, line, found, hint
FOUND: dict[str, tuple[str, str, int, str, str]] = {
    "a misspelled section": ("[Servce]\nNice=5\n", "unknown-section", 3, "section Servce", "Did you mean Service?"),
    "an empty header": ("[]\nNice=5\n", "bad-header", 3, PATTERN_HEADER, "systemd refuses the whole file."),
    "an unknown section without directives": ("[Foo]\n", "unknown-section", 3, "section Foo", ""),
    "the section of another type": ("[Timer]\nOnBootSec=1\n", "unknown-section", 3, "section Timer", ""),
    "a header that is not closed": (
        "[Unit\n",
        "bad-header",
        3,
        "a section header that is not closed",
        "systemd refuses the whole file.",
    ),
    "a line without the sign": ("abc\n", "no-equals", 3, "abc", "systemd ignores the line."),
    "a sign without a name": ("=abc\n", "no-name", 3, "=abc", "systemd ignores the line."),
    "a character that is no text": (
        "Environment=A=\ufffe\n",
        "not-text",
        3,
        "the character U+FFFE, which is not text",
        "systemd refuses the whole file.",
    ),
    "a byte that is no UTF-8": (
        "Environment=A=\udcff\n",
        "not-text",
        3,
        "the byte 0xFF, which is not UTF-8",
        "systemd refuses the whole file.",
    ),
    "a line of more than a megabyte": (
        f"SyslogIdentifier={'x' * (1 << 20)}\n",
        "too-long",
        3,
        "a line that is longer than 1048575 bytes",
        "systemd refuses the whole file.",
    ),
    "a misspelled directive": ("Retsart=no\n", "unknown-directive", 3, "Retsart", "Did you mean Restart?"),
    "the right name in other letters": ("nice=5\n", "unknown-directive", 3, "nice", "Did you mean Nice?"),
    "a directive in the wrong section": (
        "StartLimitIntervalSec=5\n",
        "wrong-section",
        3,
        "StartLimitIntervalSec",
        "It belongs in [Unit].",
    ),
    "a directive of another type": ("OnBootSec=5\n", "unknown-directive", 3, "OnBootSec", "It is one of [Timer]."),
    "a directive of a newer systemd": (
        "RestartSteps=5\n",
        "too-new",
        3,
        "RestartSteps, which needs systemd 254",
        "",
    ),
    "a directive that is gone": (
        "Capabilities=x\n",
        "removed",
        3,
        "Capabilities, which systemd has no more",
        "In its place: AmbientCapabilities and CapabilityBoundingSet.",
    ),
    "an old name": ("MemoryLimit=5M\n", "obsolete", 3, "MemoryLimit, an old name", ""),
    "an old home": ("\nStartLimitBurst=5\n", "obsolete", 4, "StartLimitBurst, an old name", ""),
}
SILENT = {
    "a good unit": "Restart=always\nNice=5\n[Install]\nWantedBy=multi-user.target\n",
    "a section for other programs": "[X-Ours]\nAnything=1\nor nothing\n",
    "a directive for other programs": "X-Anything=1\n",
    "a comment that is no text": "# \ufffe\n",
    "many short lines": "# 345678\n" * (1 << 17),
}


def test_the_catalogue_has_the_directives_of_each_section() -> None:
    assert KNOWN["Service"] == {"Restart": "SERVICERESTART", "MemoryMax": "LIMIT", "Nice": "OTHER"}
    assert set(KNOWN) == {"Unit", "Service", "Install", "Timer"}


def test_an_empty_catalogue_knows_nothing() -> None:
    nothing: Catalogue = parse_catalogue("")
    (finding,) = findings(Unit.of("a.service", "[Service]\nNice=5\n"), nothing, 252)
    assert finding.id == "unknown-directive"


def judged(text: str, systemd: int = 252, name: str = "a.service") -> list[tuple[str, int]]:
    unit = Unit.of(name, text)
    return [(one.id, one.at.line if one.at else 0) for one in findings(unit, shipped_catalogue(systemd), systemd)]


@pytest.mark.parametrize(("text", "name", "line", "found", "hint"), FOUND.values(), ids=FOUND.keys())
def test_what_systemd_would_not_do_is_found(text: str, name: str, line: int, found: str, hint: str) -> None:
    (finding,) = findings(Unit.of("a.service", START + text), shipped_catalogue(252), 252)
    assert finding.at is not None
    assert (finding.id, finding.at.line, finding.found, finding.hint) == (name, line, found, hint)
    assert finding.severity is (Severity.WARNING if name == "obsolete" else Severity.ERROR)


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT.keys())
def test_nothing_is_said_about_what_systemd_does(text: str) -> None:
    assert judged(START + text) == []


def test_a_directive_before_any_section_is_found() -> None:
    assert judged(f"Nice=5\n{START}=5\n") == [("outside-section", 1), ("no-name", 4)]


def test_a_target_may_have_a_section_and_no_directives_in_it() -> None:
    assert judged("[Unit]\nDescription=a\n[Target]\n", name="a.target") == []
    assert judged("[Target]\nDescription=a\n", name="a.target") == [("wrong-section", 2)]


def test_what_a_drop_in_says_is_found_there() -> None:
    unit = Unit.of("a.service", START, [("/etc/systemd/system/a.service.d/b.conf", "[Service]\nNicer=5\n")])
    (finding,) = findings(unit, shipped_catalogue(252), 252)
    assert finding.at is not None
    assert finding.at.path == "/etc/systemd/system/a.service.d/b.conf"


@pytest.mark.parametrize("systemd", [247, 252, 257, 262])
def test_no_directive_that_the_target_lists_is_refused(systemd: int) -> None:
    catalogue = shipped_catalogue(systemd)
    for section in ("Unit", "Service", "Install", "Timer", "Socket", "Path", "Slice", "Mount", "Automount", "Swap"):
        kind = "service" if section in ("Unit", "Install") else section.lower()
        text = f"[{section}]\n" + "".join(f"{key}=\n" for key in catalogue[section])
        assert {name for name, _line in judged(text, systemd, f"a.{kind}")} <= {"obsolete", "bad-value"}
