# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scope in which the agent runs the commands of operators, so that they do not share its memory.

One process of ours keeps the scope, because systemd removes one without processes. systemd stops it with the agent.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.write.agent_unit import SCOPE, SERVICE
from ansible_collections.workers.systemd.plugins.module_utils._host import child
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager

# In seconds: for systemd to start the scope, and to move a process.
LONGEST = 5.0
SHORT = 0.01


class Elsewhere:
    def __init__(self, manager: Manager) -> None:
        self.manager = manager

    def wait(self) -> None:
        """In the process of a check: returns when it is in the scope."""
        end = time.monotonic() + LONGEST
        while _in_the_service():
            if time.monotonic() >= end:
                raise OSError(errno.ETIMEDOUT, f"systemd did not move it to {SCOPE}")
            time.sleep(SHORT)

    def bring(self, pids: t.Sequence[int]) -> None:
        """What systemd does not move ends by itself, and could not tell anything."""
        with contextlib.suppress(ManagerError):
            if not pids or self.manager.join(SCOPE, pids):
                return
            self._make()
            end = time.monotonic() + LONGEST
            while not self.manager.join(SCOPE, pids) and time.monotonic() < end:
                time.sleep(SHORT)

    def _make(self) -> None:
        keeper = os.fork()
        if keeper == 0:
            try:
                child.keep_only(0)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                os.setsid()
                while True:
                    signal.pause()
            finally:
                os._exit(0)
        self.manager.own_scope(SCOPE, keeper, SERVICE)


def _in_the_service() -> bool:
    with open("/proc/self/cgroup", encoding="utf-8", errors="replace") as file:
        return f"/{SERVICE}" in file.read()
