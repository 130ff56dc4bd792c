# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unit files and drop-ins as they lie in the directories that systemd reads."""

from __future__ import annotations

import glob
import os
import stat
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import drop_in_folders
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import LINKED_BY, UnitName
from ansible_collections.workers.systemd.plugins.module_utils._host.files import entries

# The longest line that systemd reads (LONG_LINE_MAX in fileio.h). A whole file of this size is no unit.
LONGEST = 1024 * 1024
File = t.Tuple[str, str]


def read(path: str) -> str:
    """The text of a unit file, bytes that are no text as surrogates. Raises ``Problems``."""
    try:
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            raise _not_a_unit(path, "a directory")
        if not stat.S_ISREG(status.st_mode):
            raise _not_a_unit(path, "a device, a pipe or a socket")
        if status.st_size > LONGEST:
            raise _not_a_unit(path, f"{status.st_size} bytes")
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
            return file.read()
    except OSError as error:
        raise _not_a_unit(path, f"that it cannot be read ({error.strerror})") from None


def find(places: Places, name: str) -> t.Optional[File]:
    """The file that systemd loads for a unit, its template's for an instance; ``None`` for none or a masked one."""
    parsed = UnitName.parse(name)
    template = [str(UnitName(parsed.prefix, "", parsed.kind))] if parsed.instance else []
    for one in [name, *template]:
        for directory in places.load_path:
            path = f"{directory}/{one}"
            if os.path.lexists(path):
                return (path, read(path)) if os.path.isfile(path) else None
    return None


def drop_ins(places: Places, name: str) -> t.List[File]:
    """Every file that may be a drop-in of a unit; ``Unit.of`` knows which of them are in force.

    A link to ``/dev/null`` has no text, and hides others.
    """
    folders = drop_in_folders(UnitName.parse(name))
    paths = [path for directory in places.searched for folder in folders for path in _files_in(f"{directory}/{folder}")]
    return [(path, read(path) if os.path.isfile(path) else "") for path in paths]


def instances_with_drop_ins(places: Places, prefix: str, kind: str) -> t.List[str]:
    """Names of the instances of a template that have drop-ins of their own."""
    start, end = f"{prefix}@", f".{kind}.d"
    found = {
        entry[len(start) : -len(end)]
        for directory in places.load_path
        for entry in entries(directory)
        if entry.startswith(start) and entry.endswith(end)
    }
    return sorted(found - {""})


def _not_a_unit(path: str, found: str) -> Problems:
    return Problems([Problem(path, found, f"a unit file of at most {LONGEST} bytes")])


def _files_in(directory: str) -> t.List[str]:
    return [f"{directory}/{entry}" for entry in entries(directory) if entry.endswith(".conf")]


def links(places: Places) -> t.Dict[str, t.Set[str]]:
    """By unit, its links in some other's .wants, .requires or .upholds, such as ``multi-user.target.wants/a.service``.

    `systemctl list-unit-files` never names instances.
    """
    found: t.Dict[str, t.Set[str]] = {}
    for kind in LINKED_BY.values():
        for directory in glob.glob(places.unit(f"*.{kind}")):
            for name in entries(directory):
                found.setdefault(name, set()).add(f"{os.path.basename(directory)}/{name}")
    return found
