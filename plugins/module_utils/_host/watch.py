# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Digests of the paths that a pool depends on and does not own: release links, binaries, environment files."""

from __future__ import annotations

import hashlib
import os
import stat
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.pool import Pool, concrete


def digests(pools: t.Sequence[Pool]) -> t.Dict[str, str]:
    """By concrete path. Each path is read once, however many pools and instances share it."""
    paths = {
        concrete(path, instance)
        for pool in pools
        for path in (*pool.environment_files, *pool.watch)
        for instance in pool.instances or ("",)
    }
    return {path: digest(path) for path in paths}


def digest(path: str) -> str:
    """Of what is there now: where a link points to, the content of a file, the entries of a directory, or nothing."""
    parts: t.List[str] = []
    try:
        if os.path.islink(path):
            parts.append(f"link {os.readlink(path)}")
        status = os.stat(path)
    except OSError:
        return "nothing" if not parts else f"{parts[0]} to nothing"
    if stat.S_ISREG(status.st_mode):
        parts.append(f"file {_content(path)}")
    elif stat.S_ISDIR(status.st_mode):
        parts.append(f"directory {status.st_dev} {status.st_ino} {status.st_mtime_ns}")
    return "; ".join(parts)


def _content(path: str) -> str:
    found = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            found.update(block)
    return found.hexdigest()
