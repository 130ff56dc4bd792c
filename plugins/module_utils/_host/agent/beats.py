# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at the files that workers touch. A worker may put anything there, also a path on a server that never answers.

So a child process looks, as the user of the worker. While one cannot be ended, there is no other.
"""

from __future__ import annotations

import json
import os
import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._host import accounts, child
from ansible_collections.workers.systemd.plugins.module_utils._host.agent import speaking

# In seconds, for all files of a pool.
LONGEST = 10.0


class Look:
    """One look at several files, by unit."""

    def __init__(self, account: accounts.Account, paths: t.Mapping[str, str]) -> None:
        self.begun = time.monotonic()
        self.units = tuple(paths)

        def work(theirs: int) -> None:
            accounts.become(account)
            for unit, path in paths.items():
                child.write(theirs, json.dumps([unit, _like(path)]).encode() + b"\n")

        self._child = speaking.begun(work)

    def poll(self) -> t.Optional[t.Dict[str, t.Optional[str]]]:
        """What the files are like, ``None`` for one that cannot be looked at. ``None`` as long as the look goes on."""
        if not self._child.listen() and time.monotonic() - self.begun < LONGEST:
            return None
        self._child.end()
        seen = dict(json.loads(line) for line in self._child.said.split(b"\n")[:-1])
        return {unit: seen.get(unit) for unit in self.units}

    def has_ended(self) -> bool:
        """Asked after the last ``poll``, until it has."""
        return child.has_ended(self._child.pid)


def _like(path: str) -> t.Optional[str]:
    """Empty without a file. Nothing is opened."""
    try:
        status = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, ValueError):
        return None
    return f"{status.st_mtime_ns} {status.st_size} {status.st_ino}"
