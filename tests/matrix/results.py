# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run of the matrix found, and the tables that the README shows of it."""

from __future__ import annotations

import typing as t
import xml.etree.ElementTree as ET
from dataclasses import dataclass

BEGIN, END = "<!-- From `make test-matrix`. -->\n\n", "<!-- End of the matrix. -->\n"
PASSED, NOT_TRIED = "passed", "not tried"


@dataclass(frozen=True)
class Column:
    """One target, or one controller: ``cells`` is what became of each row."""

    title: str
    cells: t.Mapping[str, str]


class Found(t.NamedTuple):
    """What the two halves of the matrix found, and in which commit."""

    commit: str
    targets: t.Sequence[Column]
    controllers: t.Sequence[Column]

    @property
    def failed(self) -> bool:
        cells = [cell for column in (*self.targets, *self.controllers) for cell in column.cells.values()]
        return any(not cell.startswith(PASSED) for cell in cells)


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
    tables = f"{_table('on the target', found.targets)}\n{_table('on the controller', found.controllers)}\n"
    return f"{head}{BEGIN}{tables}At commit {found.commit}.\n\n{END}{behind.split(END, 1)[1]}"


def _table(title: str, columns: t.Sequence[Column]) -> str:
    rows = dict.fromkeys(row for column in columns for row in column.cells)
    lines = [f"| {title} | {' | '.join(column.title for column in columns)} |", f"|---|{'---|' * len(columns)}"]
    lines += [f"| {row} | {' | '.join(column.cells.get(row, NOT_TRIED) for column in columns)} |" for row in rows]
    return "\n".join([*lines, ""])
