# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A unit as systemd puts it together: its file, then its drop-ins (systemd.unit(5))."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import Assignment, UnitText

# The directories of a system unit (systemd.exec(5)).
DIRECTORIES = {
    "RuntimeDirectory": "/run/",
    "StateDirectory": "/var/lib/",
    "CacheDirectory": "/var/cache/",
    "LogsDirectory": "/var/log/",
    "ConfigurationDirectory": "/etc/",
}
# Types whose main process is the service itself and stays (systemd.service(5)).
STAYING = frozenset({"simple", "exec", "notify", "notify-reload", "idle"})


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
    def of(
        cls,
        name: str,
        text: str,
        drop_ins: t.Sequence[t.Tuple[str, str]] = (),
        path: str = "",
        searched: t.Sequence[str] = SYSTEM.searched,
    ) -> Unit:
        """From texts. ``drop_ins`` are path and text of all candidates, in any order; see ``in_force``."""
        texts = dict(drop_ins)
        files = [(path or name, text), *((place, texts[place]) for place in in_force(name, list(texts), searched))]
        return cls(UnitName.parse(name), tuple((place, UnitText.parse(text)) for place, text in files))

    @property
    def path(self) -> str:
        """Of the unit's own file."""
        return self.files[0][0]

    @property
    def is_for_units(self) -> bool:
        """Whether a template depends on the unit that its instance names: ``PartOf=%i``."""
        return any(one.section == "Unit" and {"%i", "%I"} & set(one.value.split()) for one in self.assignments())

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


def in_force(name: str, paths: t.Iterable[str], searched: t.Sequence[str]) -> t.List[str]:
    """The drop-ins of a unit among these paths, in the order systemd reads them.

    One that masks, being empty or a link to ``/dev/null``, is among them: it hides others as any file does, and there
    is nothing in it. A directory outside the load path comes first, as for ``systemd-analyze verify``.
    """
    folders = drop_in_folders(UnitName.parse(name))
    found: t.Dict[str, t.Tuple[t.Tuple[bool, int, int], str]] = {}
    for path in paths:
        where, _slash, file = path.rpartition("/")
        root, _slash, folder = where.rpartition("/")
        if folder not in folders or not file.endswith(".conf") or file.startswith("."):
            continue
        place = searched.index(root) if root in searched else -1
        specific = folders.index(folder)
        # unit_file_find_dropin_paths(): the directory of the type after all others, then the load path decides.
        rank = (folder == folders[-1], place, specific)
        found[file] = min(found.get(file, (rank, path)), (rank, path))
    return [found[file][1] for file in sorted(found)]


def drop_in_folders(name: UnitName) -> t.List[str]:
    """Names of the directories that systemd searches for drop-ins of a unit, the most specific first."""
    return [*(f"{one}.d" for one in dict.fromkeys(map(str, _more_general(name)))), f"{name.kind}.d"]


def _more_general(name: UnitName) -> t.Iterator[UnitName]:
    """A unit name, its template, and both cut after each dash (unit_file_find_dirs() in dropin.c)."""
    yield name
    if name.instance:
        yield from _more_general(UnitName(name.prefix, "", name.kind))
    stem = name.prefix[:-1] if name.prefix.endswith("-") else name.prefix
    dash = stem.rfind("-")
    if dash > 0:
        yield from _more_general(UnitName(stem[: dash + 1], name.instance or None, name.kind))


def _placed(path: str, one: Assignment) -> Placed:
    return Placed(path, one.section, one.key, one.value, one.line)
