# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at the files that workers touch. A worker may put anything there, also a path on a server that never answers.

So a child process looks, as the user of the worker. While one cannot be ended, there is no other.
"""

from __future__ import annotations

import json
import os
import select
import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._host import accounts, child

# In seconds, for all files of a pool.
LONGEST = 10.0


class Look:
    """One look at several files, by unit."""

    def __init__(self, account: accounts.Account, paths: t.Mapping[str, str]) -> None:
        self.begun = time.monotonic()
        self.units = tuple(paths)
        self._read = b""
        self._from, theirs = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                child.keep_only(theirs)
                accounts.become(account)
                for unit, path in paths.items():
                    child.write(theirs, json.dumps([unit, _like(path)]).encode() + b"\n")
            finally:
                os._exit(0)
        os.close(theirs)

    def poll(self) -> t.Optional[t.Dict[str, t.Optional[str]]]:
        """What the files are like, ``None`` for one that cannot be looked at. ``None`` as long as the look goes on."""
        ended = False
        while not ended and select.select([self._from], [], [], 0)[0]:
            block = os.read(self._from, child.BLOCK)
            ended = not block
            self._read += block
        if not ended and time.monotonic() - self.begun < LONGEST:
            return None
        os.close(self._from)
        os.kill(self.pid, 9)
        seen = dict(json.loads(line) for line in self._read.split(b"\n")[:-1])
        return {unit: seen.get(unit) for unit in self.units}

    def has_ended(self) -> bool:
        """Asked after the last ``poll``, until it has."""
        return child.has_ended(self.pid)


def _like(path: str) -> t.Optional[str]:
    """Empty without a file. Nothing is opened."""
    try:
        status = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, ValueError):
        return None
    return f"{status.st_mtime_ns} {status.st_size} {status.st_ino}"
