# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the lines that `systemd-analyze verify` prints, and makes findings about a unit of them."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import lines
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.finding import Finding, Severity
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Placed, Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import KINDS

ID = "systemd"
# This finding has its own id, because a program may come to the host later than the unit that names it.
NOT_EXECUTABLE = "not-executable"

# systemd 247 prints colours to a pipe, too, unless SYSTEMD_LOG_COLOR=0.
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# The formats of log_syntax(), log_unit_*() and manager_load_startable_unit_or_warn().
UNIT_NAME = rf"[^ ]+?\.(?:{'|'.join(KINDS)})"
AT_LINE = re.compile(r"(?P<path>/.*?):(?P<line>[0-9]+): (?P<text>.*)")
ABOUT_UNIT = re.compile(rf"(?P<unit>{UNIT_NAME}): (?P<text>.*)")
UNIT_IS = re.compile(rf"(?P<text>Unit (?P<unit>{UNIT_NAME}) .*)")
# systemd prints these lines after the line with the reason.
FOLLOWS = re.compile(r"Unit configuration has fatal error.*|Unit \S+ (?:has a bad unit file setting|failed to load).*")
# These lines are about other units that do not exist, so they are no finding about this unit. systemd 250 and newer do
# not print them (--recursive-errors=no).
OF_OTHERS = re.compile(r"Failed to create \S+: Unit \S+ not found\.|Dependency \S+ (?:is )?dropped\.?")
COMMAND = re.compile(r"Command (?P<program>.+) is not executable: (?P<why>.*)")
DIRECTIVE = re.compile(r"\b([A-Z][A-Za-z]+)=")
# log_syntax() about a line that is no assignment (parse_line() in conf-parser.c).
NO_ASSIGNMENT = re.compile(r"Missing .*|Unknown section '(.*)'.*|(?:Invalid|Bad characters in) section header .*")
# systemd follows the line. It only warns that the line should be written differently, or that another unit is not
# loaded yet.
DONE_ANYWAY = re.compile(
    r"(?!.*\bignor).*(?:obsolete|deprecated|legacy|will be removed|not safe|not loaded, socket cannot be started)"
)
# extract_first_word_and_warn(): systemd keeps the word unchanged.
UNKNOWN_ESCAPE = re.compile(r"Ignoring unknown escape sequences.*")
KEPT_BACKSLASH = (
    "The program gets the backslash unchanged. Double it: the meaning is the same, and systemd does not warn."
)
OF_WHOLE = re.compile(r"(?:Refusing|not loading|Ignoring|Continuing)\.$|Refusing to load\.$|, resetting ")
LONGEST_SHOWN = 80


@dataclass(frozen=True)
class Said:
    """One line of the output. It is about a line of a file, or about a unit. Without a file, ``path`` is empty."""

    text: str
    path: str = ""
    line: int = 0
    unit: str = ""


def read(stderr: str) -> t.Tuple[t.List[Said], t.List[str]]:
    """The lines about files and units, and then the other lines."""
    said, others = [], []
    for line in filter(None, (printable(line) for line in lines(stderr))):
        at_line = AT_LINE.fullmatch(line)
        about = ABOUT_UNIT.fullmatch(line) or UNIT_IS.fullmatch(line)
        if at_line:
            said.append(Said(at_line["text"], at_line["path"], int(at_line["line"])))
        elif about:
            said.append(Said(about["text"], unit=about["unit"]))
        else:
            others.append(line)
    return said, others


def findings(said: t.Iterable[Said], unit: Unit, names: t.Collection[str]) -> t.List[Finding]:
    """The findings about this unit. ``names`` are the units that were verified for it, such as its instances."""
    paths = {path for path, _text in unit.files}
    ours = [one for one in said if one.path in paths or one.unit in names]
    reasons = [one for one in ours if not FOLLOWS.fullmatch(one.text)]
    return [_finding(one, unit) for one in reasons or ours if not OF_OTHERS.fullmatch(one.text)]


def is_of_whole(finding: Finding) -> bool:
    """Whether systemd made the finding after it had read the whole unit, because lines contradict each other."""
    return finding.id == ID and bool(OF_WHOLE.search(finding.hint or finding.found))


def refuses_without_a_word(unit: Unit) -> t.Optional[Finding]:
    """The finding about a unit that makes ``systemd-analyze verify`` of 247 abort (Debian 11: unit_watch_bus_name()).

    The finding has the words of newer versions.
    """
    kind = unit.last("Service", "Type")
    if kind is None or kind.value != "dbus" or unit.value("Service", "BusName"):
        return None
    text = "Service is of type D-Bus but no D-Bus service name has been specified. Refusing."
    return _complaint(text, kind)


def _finding(said: Said, unit: Unit) -> Finding:
    command = COMMAND.fullmatch(said.text)
    if command:
        program = command["program"]
        at = next((one for one in unit.assignments() if one.key.startswith("Exec") and program in one.value), None)
        found = f"{program}: {command['why']}"
        return Finding(NOT_EXECUTABLE, Severity.ERROR, at, found, "an existing program that can be executed")
    return _complaint(said.text, _at_line(said, unit) if said.path else _named(said.text, unit))


def _complaint(text: str, at: t.Optional[Placed]) -> Finding:
    kept = UNKNOWN_ESCAPE.match(text)
    severity = Severity.WARNING if kept or DONE_ANYWAY.match(text) else Severity.ERROR
    if at is None or not at.key:
        return Finding(ID, severity, at, text, "what systemd accepts")
    value = at.value if len(at.value) <= LONGEST_SHOWN else f"{at.value[:LONGEST_SHOWN]}..."
    return Finding(
        ID,
        severity,
        at,
        printable(f"{at.key}={value}"),
        "what systemd accepts",
        KEPT_BACKSLASH if kept else f"It says: {text}",
    )


def _named(text: str, unit: Unit) -> t.Optional[Placed]:
    """The directive that is named in a line about the whole unit."""
    read_sections = ("Unit", unit.name.kind.capitalize(), "Install")
    for key in DIRECTIVE.findall(text):
        placed = [one for one in unit.assignments() if one.key == key and one.section in read_sections]
        if placed:
            return placed[-1]
    return None


def _at_line(said: Said, unit: Unit) -> Placed:
    """The assignment at this line. systemd reports the last line of a continued assignment, ``Placed`` the first."""
    until_there = [one for one in unit.assignments() if one.path == said.path and one.line <= said.line]
    ends = [text.unreadable.line for path, text in unit.files if path == said.path and text.unreadable]
    no_assignment = NO_ASSIGNMENT.fullmatch(said.text)
    if no_assignment or not until_there or any(said.line >= end for end in ends):
        section = no_assignment[1] if no_assignment else None
        return Placed(said.path, section or "", "", "", said.line)
    return until_there[-1]


def printable(line: str) -> str:
    """The line without colours. Bytes that are not UTF-8 are replaced."""
    return COLOUR.sub("", line).encode("utf-8", "surrogateescape").decode("utf-8", "replace").strip()
