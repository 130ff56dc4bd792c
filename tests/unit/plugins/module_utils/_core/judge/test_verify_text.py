# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Against what `systemd-analyze verify` of each version really printed; see tests/unit/corpus/verify/record.py."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.finding import Finding, Severity
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.verify_text import (
    NOT_EXECUTABLE,
    Said,
    findings,
    read,
    refuses_without_a_word,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from tests.unit.corpus.verify import cases
from tests.unit.corpus.verify.cases import CASES, DROP_IN, INSTANCE, STAGED, UNIT

CORPUS = Path(cases.__file__).parent
VERSIONS = (247, 252, 257, 262)
SAID = {version: json.loads((CORPUS / f"{version}.json").read_text()) for version in VERSIONS}
SINCE_250 = VERSIONS[1:]

# The file, directive and line of each finding, or None for the unit as a whole; everything else has none.
ERRORS: dict[str, list[tuple[str, str, int] | None]] = {
    "an unknown directive": [(UNIT, "Retsart", 6)],
    "an unknown section": [(UNIT, "", 6)],
    "a misspelled section": [(UNIT, "", 3), None],
    "a directive in the wrong section": [(UNIT, "Restart", 2)],
    "a line without =": [(UNIT, "", 6)],
    "a directive before any section": [(UNIT, "Nice", 1)],
    "no ExecStart": [None],
    "a program that no directory has": [(UNIT, "ExecStart", 5)],
    "a relative program": [(UNIT, "ExecStart", 5)],
    "a missing program": [(UNIT, "ExecStart", 5)],
    "a file that is no program": [(UNIT, "ExecStart", 5)],
    "a missing program before the start": [(UNIT, "ExecStartPre", 6)],
    "a quote that is not closed": [(UNIT, "ExecStart", 5)],
    "two commands": [(UNIT, "ExecStart", 6)],
    "a bad boolean": [(UNIT, "NoNewPrivileges", 6)],
    "a bad time span": [(UNIT, "RestartSec", 6)],
    "a bad size": [(UNIT, "MemoryMax", 6)],
    "a bad quota": [(UNIT, "CPUQuota", 6)],
    "a bad count": [(UNIT, "TasksMax", 6)],
    "a bad signal": [(UNIT, "KillSignal", 6)],
    "a bad KillMode": [(UNIT, "KillMode", 6)],
    "a relative directory": [(UNIT, "WorkingDirectory", 6)],
    "a relative environment file": [(UNIT, "EnvironmentFile", 6)],
    "a bad variable": [(UNIT, "Environment", 6)],
    "an unknown specifier in a command": [(UNIT, "ExecStart", 5)],
    "an unknown specifier in a text": [(UNIT, "Description", 2)],
    "an unknown specifier in a variable": [(UNIT, "Environment", 6)],
    "a bad Restart": [(UNIT, "Restart", 6)],
    "a bad Type": [(UNIT, "Type", 6)],
    "Restart=always of a oneshot": [(UNIT, "Restart", 7)],
    "Type=dbus without a name": [None],
    "a bad limit": [(UNIT, "LimitNOFILE", 6)],
    "a bad system call": [(UNIT, "SystemCallFilter", 6)],
    "a bad ProtectSystem": [(UNIT, "ProtectSystem", 6)],
    "a bad path": [(UNIT, "ReadWritePaths", 6)],
    "a bad Nice": [(UNIT, "Nice", 6)],
    "a start limit in the wrong section": [(UNIT, "StartLimitIntervalSec", 6)],
    "a bad URL": [(UNIT, "Documentation", 2)],
    "an empty file": [None],
    "a NUL": [(UNIT, "", 3), (UNIT, "ce", 4)],
    "a byte that is no text": [(UNIT, "", 3)],
    "a comment behind a value": [(UNIT, "RestartSec", 6)],
    "a removed directive": [(UNIT, "Capabilities", 6)],
    "a bad value over several lines": [(UNIT, "Environment", 6)],
    "a bad value behind several lines": [(UNIT, "Nice", 8)],
    "a bad value in a drop-in": [(DROP_IN, "Nice", 2)],
    "a second command in a drop-in": [(DROP_IN, "ExecStart", 2)],
    "a bad value of one instance": [(f"{INSTANCE}.d/50-x.conf", "Nice", 2)],
    "two defects": [(UNIT, "Nice", 6), (UNIT, "Retsart", 7)],
}
# Of one version, or of several.
ERRORS_OF: dict[tuple[int, str], list[tuple[str, str, int] | None]] = {
    # Its verify does not look along the path; _host/judge/verify.py does.
    (247, "a program as a bare name"): [(UNIT, "ExecStart", 5)],
    # It aborts; refuses_without_a_word() says why.
    (247, "Type=dbus without a name"): [],
    (247, "a bad name in After"): [(UNIT, "After", 2)],
    (262, "an obsolete directive"): [(UNIT, "CPUShares", 6)],
    **{
        (version, "directives since 254"): [(UNIT, "RestartSteps", 6), (UNIT, "RestartMaxDelaySec", 7)]
        for version in (247, 252)
    },
}
WARNINGS = {
    "an unknown escape": VERSIONS,
    "a special user": VERSIONS,
    "an obsolete directive": (252, 257),
    "an obsolete output": VERSIONS,
    "a deprecated KillMode": VERSIONS,
    "a legacy directory": (257, 262),
}


def unit_of(name: str, unit: str = UNIT) -> Unit:
    files = {f"{STAGED}/{path}": text for path, text in CASES[name].items()}
    own = f"{STAGED}/{unit}"
    drop_ins = [(path, text) for path, text in files.items() if path.endswith(".conf")]
    of_one = any(f"/{INSTANCE}.d/" in path for path, _rest in drop_ins)
    return Unit.of(INSTANCE if of_one else unit, files[own], drop_ins, own)


def found(version: int, name: str, unit: str = UNIT, verified: str = INSTANCE) -> list[Finding]:
    return findings(read(SAID[version][name]["stderr"])[0], unit_of(name, unit), [verified])


def place(finding: Finding) -> tuple[str, str, int] | None:
    at = finding.at
    return (at.path[len(STAGED) + 1 :], at.key, at.line) if at else None


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", [name for name in CASES if "timer" not in name])
def test_every_defect_is_found_at_its_place_and_nothing_else(version: int, name: str) -> None:
    expected = ERRORS_OF.get((version, name), ERRORS.get(name, []))
    errors = [one for one in found(version, name) if one.severity is Severity.ERROR]
    assert [place(one) for one in errors] == expected
    warnings = [one for one in found(version, name) if one.severity is Severity.WARNING]
    assert bool(warnings) == (version in WARNINGS.get(name, ()))


@pytest.mark.parametrize("version", VERSIONS)
def test_only_what_cannot_be_executed_has_the_id_for_it(version: int) -> None:
    ids = {name: {one.id for one in found(version, name)} for name in CASES}
    missing = {"a program that no directory has", "a missing program", "a file that is no program"}
    missing |= {"a missing program before the start"} | ({"a program as a bare name"} if version == 247 else set())
    assert {name for name, own in ids.items() if NOT_EXECUTABLE in own} == missing


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ["a bad timer", "a timer without a time"])
def test_a_timer_and_its_service_are_told_apart(version: int, name: str) -> None:
    assert found(version, name) == []
    places = [place(one) for one in found(version, name, "mail.timer", "mail.timer")]
    assert places == [("mail.timer", "OnCalendar", 2), None] if name == "a bad timer" else [None]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_status_other_than_0_never_comes_without_a_word(version: int) -> None:
    for name, said in SAID[version].items():
        understood, _rest = read(said["stderr"])
        assert understood or said["status"] in (0, -6), name


def test_what_is_about_other_units_is_left_out() -> None:
    stderr = (
        "/lib/systemd/system/other.service:3: Unknown key 'X' in section [Service], ignoring.\n"
        "/etc/systemd/system/service.d/all.conf:2: Unknown key 'X' in section [Service], ignoring.\n"
        "other.service: Command /opt/nope is not executable: No such file or directory\n"
        "mail@2.service: Command /opt/nope is not executable: No such file or directory\n"
        "Unit other.service has a bad unit file setting.\n"
    )
    said, others = read(stderr)
    assert (len(said), others) == (5, [])
    assert findings(said, unit_of("nothing wrong"), [INSTANCE]) == []


def test_colours_and_bytes_that_are_no_text_are_taken_away() -> None:
    said, others = read("\x1b[0;1;38;5;185m/a/b.service:7: Bad value \udcff\x1b[0m\nno place\x1b[0m\n\n")
    assert (said, others) == ([Said("Bad value \ufffd", "/a/b.service", 7)], ["no place"])


def test_a_complaint_quotes_the_value_and_the_words_of_systemd() -> None:
    (one,) = found(252, "a bad size")
    assert (one.found, one.hint) == ("MemoryMax=12X", "It says: Invalid memory limit '12X', ignoring: Invalid argument")


def test_a_backslash_that_stays_is_told_with_its_remedy() -> None:
    (one,) = found(252, "an unknown escape")
    assert one.hint.startswith("The program gets the backslash unchanged.")


def test_a_long_value_is_cut() -> None:
    unit = Unit.of("a.service", f"[Service]\nEnvironment={'x' * 1000}\n")
    (one,) = findings([Said("Bad, ignoring", "a.service", 2)], unit, [])
    assert len(one.found) < 120


def test_a_line_before_any_assignment_is_a_place_too() -> None:
    (one,) = findings([Said("Something new", "a.service", 1)], Unit.of("a.service", "[Service]\nNice=1\n"), [])
    assert one.at is not None
    assert (one.at.key, one.at.line) == ("", 1)


@pytest.mark.parametrize(
    ("directives", "line"),
    [("Type=dbus\n", 2), ("BusName=a.b\nBusName=\nType=dbus\n", 4)],
    ids=["no name", "a name that was reset"],
)
def test_what_247_aborts_at_is_refused_before_it_is_asked(directives: str, line: int) -> None:
    finding = refuses_without_a_word(Unit.of("a.service", f"[Service]\n{directives}"))
    assert finding is not None
    assert finding.at is not None
    assert (finding.at.line, finding.severity) == (line, Severity.ERROR)


@pytest.mark.parametrize("directives", ["Type=dbus\nBusName=a.b\n", "Type=simple\n", "", "BusName=a.b\n"])
def test_what_247_can_judge_it_is_asked(directives: str) -> None:
    assert refuses_without_a_word(Unit.of("a.service", f"[Service]\n{directives}")) is None


def test_an_unknown_section_is_named() -> None:
    (one,) = found(252, "an unknown section")
    assert one.at is not None
    assert one.at.section == "Foo"


def test_a_socket_may_come_before_its_service() -> None:
    said, _rest = read("syslog.socket: service syslog.service not loaded, socket cannot be started.\n")
    (one,) = findings(said, Unit.of("syslog.socket", "[Socket]\nListenStream=/run/x\n"), ["syslog.socket"])
    assert one.severity is Severity.WARNING


@given(
    st.from_regex(r"[A-Za-z0-9:_.\\-]{1,9}", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9:_.\\@-]{0,9}", fullmatch=True),
    st.sampled_from(["service", "timer"]),
)
def test_a_line_is_about_its_unit_whatever_its_name(prefix: str, instance: str, kind: str) -> None:
    """Every name that systemd has is read from its lines."""
    name = f"{prefix}@{instance}.{kind}"
    lines = (f"/run/x/{name}:3: Unknown key: 'a'", f"{name}: Command /a:b is not executable: No", f"Unit {name} is bad")
    said, others = read("\n".join(lines))
    assert others == []
    assert [(one.path, one.line, one.unit) for one in said] == [(f"/run/x/{name}", 3, ""), ("", 0, name), ("", 0, name)]
