# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unit files that exist already: which of them make one unit, and findings about them as data and as lines."""

from __future__ import annotations

import difflib
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import counted, one_line
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.finding import Finding, Severity
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps import table as traps
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.verify_text import printable
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, did_you_mean
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Placed, Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import (
    KINDS,
    UnitName,
    is_unit_name,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText

File = t.Tuple[str, str]
Row = t.Dict[str, t.Any]
# Severities that make a run fail, by what the user says.
FAILING = {"error": ("error",), "warning": ("error", "warning"), "never": ()}
# What the catalogue, the values, systemd itself and the reading of files say; the rest are traps.
IDS = frozenset(
    {
        "unknown-section",
        "unknown-directive",
        "wrong-section",
        "too-new",
        "removed",
        "obsolete",
        "bad-value",
        "bad-specifier",
        "instance-value",
        "too-new-value",
        "obsolete-value",
        "unknown-escape",
        "refused-unit",
        "ignored-setting",
        "bad-header",
        "no-equals",
        "no-name",
        "outside-section",
        "not-text",
        "too-long",
        "systemd",
        "not-executable",
        "unit-name",
        "unreadable",
        "masked",
    }
)


@dataclass(frozen=True)
class Subject:
    """A unit to judge. It is ``whole`` when its own file is known, and not drop-ins alone."""

    unit: Unit
    whole: bool

    def rows(self, findings: t.Iterable[Finding]) -> t.List[Row]:
        """Findings about it as data; what drop-ins alone lack, their unit may have."""
        name, path = str(self.unit.name), self.unit.files[0][0]
        return [row(one, name, path) for one in findings if self.whole or one.at]


def unit_name_of(path: str) -> str:
    """The unit that systemd reads the file for; empty when it would not read a file of this name."""
    directory, _slash, name = path.rpartition("/")
    parent = directory.rpartition("/")[2]
    if parent.endswith(".d") and name.endswith(".conf"):
        unit = parent[: -len(".d")]
        # service.d holds drop-ins of all services (systemd.unit(5)).
        unit = f"all.{unit}" if unit in KINDS else unit
        return unit if is_unit_name(unit) else ""
    return name if is_unit_name(name) else ""


def is_drop_in(path: str) -> bool:
    return path.endswith(".conf")


def is_meant_as_unit(path: str) -> bool:
    """Whether a file is a unit by its name, or by a slip in it; other files may lie beside units."""
    name = path.rpartition("/")[2]
    kind = name.rpartition(".")[2]
    return bool(
        unit_name_of(path) or kind in KINDS or (kind.isalpha() and difflib.get_close_matches(kind, KINDS, 1, 0.8))
    )


def subjects(files: t.Mapping[str, str], installed: t.Callable[[str], t.Optional[File]]) -> t.List[Subject]:
    """The units that these files, text by path, make. ``installed`` finds the file of a unit that is not among them."""
    own: t.Dict[t.Tuple[str, str], File] = {}
    drop_ins: t.Dict[t.Tuple[str, str], t.List[File]] = {}
    for path, text in files.items():
        name, directory = unit_name_of(path), _directory(path)
        if is_drop_in(path):
            drop_ins.setdefault((_directory(directory), name), []).append((path, text))
        else:
            own[directory, name] = (path, text)
    found = []
    for place in {**own, **drop_ins}:
        name = place[1]
        found.append(_subject(name, own.get(place) or installed(name), drop_ins.get(place, [])))
    return found


def named_badly(path: str) -> Finding:
    """A file whose name keeps systemd from reading it."""
    name = path.rpartition("/")[2]
    hint = did_you_mean(name.rpartition(".")[2], KINDS) or f"The types are {', '.join(KINDS)}."
    place, expected = Placed(path, "", "", "", 0), "NAME.TYPE, or NAME.TYPE.d/NAME.conf"
    return Finding("unit-name", Severity.ERROR, place, f"the name {name!r}", expected, hint)


def unreadable(path: str, problems: t.Iterable[Problem]) -> t.List[Finding]:
    place = Placed(path, "", "", "", 0)
    return [Finding("unreadable", Severity.ERROR, place, one.found, one.expected, one.hint) for one in problems]


def masked(path: str) -> Finding:
    place = Placed(path, "", "", "", 0)
    hint = "`systemctl unmask` removes the link."
    return Finding("masked", Severity.WARNING, place, "a link to /dev/null", "a unit file", hint)


def row(finding: Finding, unit: str, path: str) -> Row:
    """A finding as data; ``path`` is the unit's own file. Line 0 is the file as a whole."""
    at = finding.at or Placed(path, "", "", "", 0)
    texts = {
        "file": at.path,
        "unit": unit,
        "section": at.section,
        "directive": at.key,
        "id": finding.id,
        "severity": finding.severity.value,
        "found": finding.found,
        "expected": finding.expected,
        "hint": finding.hint,
        "url": finding.url,
    }
    return {**{name: one_line(printable(text)) for name, text in texts.items()}, "line": at.line}


def line(row: Row) -> str:
    """A finding for people and editors: ``FILE:LINE: error: found ..., expected ... (hint) [id] URL``."""
    place = f"{row['file']}:{row['line']}" if row["line"] else row["file"]
    hint = f" ({row['hint']})" if row["hint"] else ""
    more = f" {row['url']}" if row["url"] else ""
    return f"{place}: {row['severity']}: found {row['found']}, expected {row['expected']}{hint} [{row['id']}]{more}"


def unknown_ids(skip: t.Iterable[str]) -> t.List[Problem]:
    """Kinds of findings that there are not."""
    known = IDS.union(traps.TRAPS)
    return [
        Problem(f"skip[{index}]", repr(one), "the id of a finding", did_you_mean(one, known))
        for index, one in enumerate(skip)
        if one not in known
    ]


def fails(rows: t.Iterable[Row], fail_on: str) -> bool:
    return any(one["severity"] in FAILING[fail_on] for one in rows)


def _directory(path: str) -> str:
    return path.rpartition("/")[0]


def _subject(name: str, own: t.Optional[File], drop_ins: t.Sequence[File]) -> Subject:
    if own:
        return Subject(Unit.of(name, own[1], drop_ins, own[0]), whole=True)
    parts = tuple((path, UnitText.parse(text)) for path, text in sorted(drop_ins))
    return Subject(Unit(UnitName.parse(name), parts), whole=False)


def summary(files: int, rows: t.Sequence[Row]) -> str:
    """``7 files: 1 error, 2 warnings``."""
    counts = [(sum(one["severity"] == kind.value for one in rows), kind.value) for kind in Severity]
    return f"{counted(files, 'file')}: {', '.join(counted(count, kind) for count, kind in counts)}"
