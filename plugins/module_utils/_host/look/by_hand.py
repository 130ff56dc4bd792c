# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an administrator has done to units of pools: masks, files that hide a template, and changes beside it."""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass, field

from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName

# What `systemctl edit` writes. Other drop-ins have a name that somebody gave them, mostly a program.
EDITED = "override.conf"


@dataclass(frozen=True)
class ByHand:
    """``masked`` and ``hidden`` are paths by unit: of what masks an instance, and of a file that it has of its own.

    ``changed`` are paths of drop-ins by unit. ``own`` are units that have a drop-in of this collection, too.
    """

    masked: t.Dict[str, str] = field(default_factory=dict)
    hidden: t.Dict[str, str] = field(default_factory=dict)
    changed: t.Dict[str, t.List[str]] = field(default_factory=dict)
    own: t.Set[str] = field(default_factory=set)

    def warnings(self) -> t.List[str]:
        """What a run leaves as it is, in words."""
        masked = [f"{unit} is masked by {path}, and left as it is" for unit, path in sorted(self.masked.items())]
        changed = [
            f"{unit} is changed by hand in {', '.join(paths)}, and stays so; `{self._removal(unit, paths)}` removes "
            f"the change"
            for unit, paths in sorted(self.changed.items())
            if paths
        ]
        return [*masked, *changed]

    def _removal(self, unit: str, paths: t.Sequence[str]) -> str:
        """`systemctl revert` removes each drop-in of a unit, also that of this collection."""
        if unit in self.own:
            return f"rm {' '.join(paths)} && systemctl daemon-reload"
        return f"systemctl revert {unit}"


def look(places: Places, wanted: t.Collection[str], taken: t.Container[str] = ()) -> ByHand:
    """At these units of pools; each directory is read once, however many they are. ``taken`` are paths of files that a
    pool takes over.
    """
    found = ByHand()
    pools = {UnitName.parse(unit).prefix for unit in wanted}
    names = {*wanted, *map(unit_name.template, pools), *map(unit_name.target, pools)}
    seen: t.Set[str] = set()
    for directory in places.searched:
        for entry in _entries(directory):
            path = f"{directory}/{entry}"
            if path in taken:
                continue
            if entry in wanted and entry not in seen:
                # The first in the load path is the one that systemd reads.
                seen.add(entry)
                _note(found, places, entry, path)
            elif entry.endswith(".d") and entry[: -len(".d")] in names:
                unit = entry[: -len(".d")]
                stay = [one for one in _drop_ins(places, directory, path) if one not in taken]
                found.changed.setdefault(unit, []).extend(stay)
                found.own.update({unit} if os.path.exists(places.own_drop_in(unit)) else ())
    return found


def _note(found: ByHand, places: Places, unit: str, path: str) -> None:
    target = os.path.realpath(path)
    # null_or_empty(): a link to /dev/null, or a file with nothing in it.
    if target == os.devnull or (os.path.isfile(target) and os.path.getsize(target) == 0):
        found.masked[unit] = path
    elif target != os.path.realpath(places.unit(unit_name.template(UnitName.parse(unit).prefix))):
        found.hidden[unit] = path


def _drop_ins(places: Places, directory: str, path: str) -> t.List[str]:
    """Those of `systemctl edit` and `systemctl set-property`, which alone writes beside the load path."""
    every = directory not in places.load_path or directory.startswith(f"{places.runtime}/")
    return [f"{path}/{one}" for one in _entries(path) if one == EDITED or (every and one.endswith(".conf"))]


def _entries(directory: str) -> t.List[str]:
    try:
        return sorted(os.listdir(directory))
    except OSError:
        return []
