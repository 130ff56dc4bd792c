# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs of the matrix found, and the tables that the README shows of it."""

from __future__ import annotations

import json
import typing as t
import xml.etree.ElementTree as ET
from dataclasses import asdict, dataclass

BEGIN, END = "<!-- From `make test-matrix`. -->\n\n", "<!-- End of the matrix. -->\n"
# How the suites end that a few scenarios only are tried on, and how the names of virtual machines do.
MORE_PROGRAMS, MACHINE = "-programs", "-machine"
PASSED, NOT_TRIED = "passed", "not tried"


@dataclass(frozen=True)
class Column:
    """One target, or one controller: ``cells`` is what became of each row, with ``commit`` checked out."""

    title: str
    commit: str
    cells: t.Mapping[str, str]

    @property
    def failed(self) -> bool:
        return any(not cell.startswith(PASSED) for cell in self.cells.values())


class Found(t.NamedTuple):
    """What is known of both halves of the matrix: suite -> column, and version of ansible-core -> column."""

    targets: t.Mapping[str, Column]
    controllers: t.Mapping[str, Column]

    def renewed(self, later: Found) -> Found:
        """With what a later run found, which may have tried some columns only."""
        return Found({**self.targets, **later.targets}, {**self.controllers, **later.controllers})

    @property
    def failed(self) -> bool:
        return any(column.failed for column in (*self.targets.values(), *self.controllers.values()))

    def to_json(self) -> str:
        halves = {name: {key: asdict(column) for key, column in half.items()} for name, half in self._asdict().items()}
        return json.dumps(halves, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Found:
        halves = json.loads(text)
        return cls(*({key: Column(**column) for key, column in halves[name].items()} for name in cls._fields))


def of_junit(text: str) -> str:
    """Of pytest's XML report: ``passed 18``, with what was skipped, or ``failed 2 of 18``."""
    suites = [suite.attrib for suite in ET.fromstring(text).iter("testsuite")]
    count = {name: sum(int(suite[name]) for suite in suites) for name in ("tests", "failures", "errors", "skipped")}
    bad, ran = count["failures"] + count["errors"], count["tests"] - count["skipped"]
    if bad or not ran:
        return f"failed {bad} of {count['tests']}"
    return f"{PASSED} {ran}" + (f", skipped {count['skipped']}" if count["skipped"] else "")


def page(now: str, found: Found) -> str:
    """The text of a page with these tables instead of those that it has."""
    head, behind = now.split(BEGIN, 1)
    more, machines = (
        {suite: column for suite, column in found.targets.items() if suite.endswith(end)}
        for end in (MORE_PROGRAMS, MACHINE)
    )
    halves = {
        "on the target": {key: one for key, one in found.targets.items() if key not in {**more, **machines}},
        "there, with more programs": more,
        "on a machine of its own": machines,
        "on the controller": found.controllers,
    }
    tables = "".join(_table(title, half) for title, half in halves.items() if half)
    return f"{head}{BEGIN}{tables}{END}{behind.split(END, 1)[1]}"


def _table(title: str, half: t.Mapping[str, Column]) -> str:
    columns = sorted(half.values(), key=lambda column: column.title)
    rows = dict.fromkeys(row for column in columns for row in column.cells)
    lines = [f"| {title} | {' | '.join(column.title for column in columns)} |", f"|---|{'---|' * len(columns)}"]
    lines += [f"| {row} | {' | '.join(column.cells.get(row, NOT_TRIED) for column in columns)} |" for row in rows]
    lines += [f"| at commit | {' | '.join(column.commit for column in columns)} |", "", ""]
    return "\n".join(lines)
