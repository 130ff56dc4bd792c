# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A child process that answers while the agent goes on. ``child.answers`` is for who waits."""

from __future__ import annotations

import os
import select
import signal
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._host import child


class Speaking:
    """A child process, and what it has ``said`` so far."""

    def __init__(self, pid: int, descriptor: int) -> None:
        self.pid = pid
        self.said = b""
        self._from = descriptor
        self._over = False

    def listen(self) -> bool:
        """Reads what is there. Whether the process has said all."""
        while not self._over and select.select([self._from], [], [], 0)[0]:
            block = os.read(self._from, child.BLOCK)
            self._over = not block
            self.said += block
        return self._over

    def end(self) -> None:
        """Kills it. Asked once."""
        os.close(self._from)
        os.kill(self.pid, signal.SIGKILL)


def begun(work: t.Callable[[int], None]) -> Speaking:
    """A child process that does ``work``, which writes to the descriptor that it gets. Raises ``OSError``."""
    ours, theirs = os.pipe()
    try:
        pid = os.fork()
    except OSError:
        # No memory, say. The agent may try again every second.
        os.close(ours)
        os.close(theirs)
        raise
    if pid == 0:
        # Nothing but this may happen here: the child shares buffers with the agent.
        try:
            child.keep_only(theirs)
            child.leave_streams()
            work(theirs)
        finally:
            os._exit(0)
    os.close(theirs)
    return Speaking(pid, ours)
