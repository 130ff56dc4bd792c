# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A unit as systemd puts it together: its file, then its drop-ins (systemd.unit(5))."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.unit_text import Assignment, UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.units import UnitName


@dataclass(frozen=True)
class Placed:
    """An assignment and the path of the file it stands in."""

    path: str
    section: str
    key: str
    value: str
    line: int


@dataclass(frozen=True)
class Unit:
    """``files`` are path and text, the unit's own file first, then its drop-ins in the order systemd reads them."""

    name: UnitName
    files: t.Tuple[t.Tuple[str, UnitText], ...]

    @classmethod
    def of(cls, name: str, text: str, drop_ins: t.Sequence[t.Tuple[str, str]] = (), path: str = "") -> Unit:
        """From texts. ``drop_ins`` are path and text in any order: their file names decide (systemd.unit(5))."""
        own = [(path or name, UnitText.parse(text))]
        rest = sorted(drop_ins, key=lambda one: one[0].rpartition("/")[2])
        return cls(UnitName.parse(name), (*own, *((place, UnitText.parse(text)) for place, text in rest)))

    @property
    def path(self) -> str:
        """Of the unit's own file."""
        return self.files[0][0]

    def assignments(self) -> t.Iterator[Placed]:
        """Every assignment in order, also those that a later one resets."""
        for path, text in self.files:
            for one in text.assignments:
                yield _placed(path, one)

    def kept(self, section: str, key: str) -> t.List[Placed]:
        """Assignments of a directive in order; an empty one forgets those before it."""
        kept: t.List[Placed] = []
        for one in self.assignments():
            if (one.section, one.key) == (section, key):
                kept = [*kept, one] if one.value else []
        return kept

    def last(self, section: str, key: str) -> t.Optional[Placed]:
        """The assignment that decides a directive with one value."""
        kept = self.kept(section, key)
        return kept[-1] if kept else None

    def value(self, section: str, key: str, default: str = "") -> str:
        """The value that decides a directive, or ``default``."""
        decides = self.last(section, key)
        return decides.value if decides else default


def _placed(path: str, one: Assignment) -> Placed:
    return Placed(path, one.section, one.key, one.value, one.line)
