# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Digests of the paths that a pool depends on and does not own: release links, binaries, environment files."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool
from ansible_collections.workers.systemd.plugins.module_utils._core.write.watched import concrete_paths
from ansible_collections.workers.systemd.plugins.module_utils._host import child, foreign_files

# A larger file is not read: a worker that owns one could make it as large as it likes.
MOST_READ = 256 << 20
BLOCK = 1 << 20
# For all of them together, with the lock of the host held.
LONGEST = 120.0


def digests(pools: t.Sequence[Pool]) -> t.Dict[str, str]:
    """By concrete path. Each path is read once, however many pools and instances share it.

    Raises ``Problems`` when there is a path about which the kernel has not answered in time.
    """
    where = {path: pool.where for pool in reversed(pools) for path in concrete_paths(pool) if pool.read_paths}
    paths = sorted(where)
    found = child.answers((digest(path) for path in paths), LONGEST) if paths else []
    if len(found) < len(paths):
        slow = paths[len(found)]
        expected = f"all of them read within {LONGEST:g} s"
        raise Problems([Problem(f"{where[slow]}.watch", slow, expected, "Is it on a server that does not answer?")])
    return dict(zip(paths, found))


def digest(path: str) -> str:
    """Of what is there now: where a link points to, the content of a file, the entries of a directory, or nothing."""
    parts: t.List[str] = []
    # OSError: no link, or nothing.
    with contextlib.suppress(OSError):
        parts.append(f"link {os.readlink(path)}")
    try:
        with foreign_files.holding(path, follow=True) as held:
            return "; ".join([*parts, *_what_is_there(held, path)])
    except OSError:
        return "nothing" if not parts else f"{parts[0]} to nothing"


def _what_is_there(held: int, path: str) -> t.Iterator[str]:
    status = os.fstat(held)
    if stat.S_ISDIR(status.st_mode):
        yield f"directory {status.st_dev} {status.st_ino} {status.st_mtime_ns}"
    elif stat.S_ISREG(status.st_mode):
        content = _content(held, path, status.st_size) if status.st_size <= MOST_READ else ""
        yield content or f"file {status.st_dev} {status.st_ino} {status.st_size} {status.st_mtime_ns}"


def _content(held: int, path: str, size: int) -> str:
    """Of the bytes that it has now, however it grows meanwhile; empty when it cannot be read."""
    found = hashlib.sha256()
    try:
        with foreign_files.reading(held, path) as file:
            while size > 0:
                block = file.read(min(size, BLOCK))
                if not block:
                    break
                found.update(block)
                size -= len(block)
    except OSError:
        return ""
    return f"file {found.hexdigest()}"
