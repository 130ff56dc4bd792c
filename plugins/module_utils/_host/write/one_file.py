# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One file of a host with its owner and mode: what it is, what it should be, and the way from one to the other."""

from __future__ import annotations

import grp
import os
import pwd
import stat
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._host import accounts
from ansible_collections.workers.systemd.plugins.module_utils._host.files import remove, write_atomically


@dataclass(frozen=True)
class OneFile:
    text: str
    mode: int
    uid: int
    gid: int


def seen(path: str) -> t.Optional[OneFile]:
    """The regular file at ``path``; ``None`` for anything else, which a write then replaces."""
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
        return OneFile(file.read(), stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid)


def put(path: str, wanted: t.Optional[OneFile]) -> None:
    """Brings ``path`` to what is wanted; ``None`` removes it."""
    if wanted is None:
        remove(path)
    else:
        data = wanted.text.encode("utf-8", "surrogateescape")
        write_atomically(path, data, mode=wanted.mode, uid=wanted.uid, gid=wanted.gid)


def read_attributes(params: t.Mapping[str, t.Any], problems: t.List[Problem]) -> t.Tuple[int, int, int]:
    """Mode, uid and gid from the options ``mode``, ``owner`` and ``group``; notes what is wrong with them."""
    mode = str(params["mode"])
    if not (mode.isdigit() and set(mode) <= set("01234567") and 3 <= len(mode) <= 4):
        problems.append(Problem("mode", repr(params["mode"]), 'an octal number as text, such as "0600"'))
        mode = "0600"
    uid = _number("owner", params["owner"], lambda name: pwd.getpwnam(name).pw_uid, problems)
    gid = _number("group", params["group"], lambda name: grp.getgrnam(name).gr_gid, problems)
    return int(mode, 8), uid, gid


def place_problems(path: str) -> t.List[Problem]:
    """What is in the way of a file at ``path``."""
    if os.path.isdir(path):
        return [Problem("path", f"{path} is a directory", "the path of a file")]
    directory = os.path.dirname(path)
    if not os.path.isdir(directory):
        return [Problem("path", f"{directory} is not there", "a path in an existing directory", "Create it first.")]
    return []


def _number(option: str, name: str, find: t.Callable[[str], int], problems: t.List[Problem]) -> int:
    if accounts.is_number(name):
        return int(name)
    try:
        return find(name)
    except (KeyError, ValueError):
        problems.append(Problem(option, f"no such {option} {name!r} on the host", "an existing one"))
        return 0
