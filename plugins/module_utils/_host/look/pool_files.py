# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of pools on a host, and the pool that each belongs to."""

from __future__ import annotations

import glob
import os
import stat
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core import marks
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import File
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import POOL, TIMER, UnitName
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._host import foreign_files


def owner(path: str) -> t.Optional[str]:
    """The pool that a unit file is marked with; an empty text for a foreign file, ``None`` when there is no file."""
    try:
        text = foreign_files.read(path, foreign_files.LARGEST_OF_OURS, follow=True).decode("utf-8", "replace")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        return ""
    owners = UnitText.parse(text).values(marks.OWNER_SECTION, "Pool")
    return owners[-1] if owners else ""


def claimed(places: Places, unit: str) -> t.Tuple[str, t.Optional[str]]:
    """The file that systemd reads for a unit, and its owner as ``owner`` tells it; without any, where ours would be."""
    for directory in places.load_path:
        path = f"{directory}/{unit}"
        found = owner(path)
        if found is not None:
            return path, found
    return places.unit(unit), None


def owned(places: Places) -> t.Dict[str, str]:
    """The pools and timers that this collection has put on the host, with the kind of each."""
    kinds = {}
    for path in sorted(glob.glob(places.unit("*.service"))):
        unit = UnitName.parse(os.path.basename(path))
        # The file of one instance belongs to no pool.
        if not unit.instance and owner(path) == unit.prefix:
            kinds[unit.prefix] = TIMER if unit.instance is None else POOL
    return kinds


def owned_pools(places: Places) -> t.List[str]:
    """The names of both kinds."""
    return list(owned(places))


def of_kind(places: Places, kind: str) -> t.List[str]:
    return [name for name, one in owned(places).items() if one == kind]


def is_timer(places: Places, name: str) -> bool:
    """Whether the host has a timer of this name, or what a killed run has left of one."""
    return name in map(owner, map(places.unit, unit_name.main_units(name, timer=True)))


def own_drop_ins(places: Places, pool: str) -> t.List[str]:
    """Paths that drop-ins of single instances of a pool have; what lies there may be of somebody else."""
    return sorted(glob.glob(places.own_drop_in(unit_name.instance(glob.escape(pool), "*"))))


def observed_file(path: str) -> t.Optional[File]:
    """A regular file as it is, or ``None``."""
    try:
        status = os.lstat(path)
        if not stat.S_ISREG(status.st_mode):
            return None
        text = foreign_files.read(path, foreign_files.LARGEST_OF_OURS).decode("utf-8", "surrogateescape")
        return File(text, stat.S_IMODE(status.st_mode), status.st_ctime)
    except (FileNotFoundError, NotADirectoryError):
        return None
