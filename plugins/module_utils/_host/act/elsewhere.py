# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scopes in which the agent and the runs execute commands of operators. A scope has its own limits, and each user
has one. So a user who fills the limit of tasks takes nothing from a run, or from the commands of other users.

One process of ours keeps a scope, because systemd removes one without processes. That process ends with ours, and
systemd stops the scope with our unit.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core import marks
from ansible_collections.workers.systemd.plugins.module_utils._host import child
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import processes
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager

# In seconds: for systemd to start the scope, and for a process until systemd has moved it. The first holds up the
# caller, and the second only the process.
LONGEST, LONGEST_WAIT = 5.0, 30.0
SHORT = 0.01


class Elsewhere:
    """``name`` is the begin of the names of its scopes."""

    def __init__(self, manager: Manager, name: str) -> None:
        self.manager = manager
        self.name = name
        self.made: t.Set[str] = set()

    def wait(self) -> None:
        """In the process of a check: returns when it is in a scope."""
        end = time.monotonic() + LONGEST_WAIT
        while not processes.own_unit().startswith(f"{self.name}-"):
            if time.monotonic() >= end:
                raise OSError(errno.ETIMEDOUT, f"systemd did not move it to a scope of {self.name}")
            time.sleep(SHORT)

    def bring(self, uid: int, pids: t.Sequence[int]) -> bool:
        """Returns whether systemd has moved them. What it does not move ends by itself, and could not tell anything."""
        try:
            scope = marks.scope_of(self.name, uid)
            if self.manager.join(scope, pids):
                return True
            self._make(scope)
            end = time.monotonic() + LONGEST
            while not self.manager.join(scope, pids):
                if time.monotonic() >= end:
                    return False
                time.sleep(SHORT)
        except ManagerError:
            return False
        return True

    def end(self) -> None:
        """Ends what is left in the scopes, without waiting for it. Otherwise it ends with our unit."""
        with contextlib.suppress(ManagerError):
            self.manager.begin_stops(sorted(self.made))

    def _make(self, scope: str) -> None:
        keeper = os.fork()
        if keeper == 0:
            try:
                child.end_with_parent()
                child.keep_only(0)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                os.setsid()
                while True:
                    signal.pause()
            finally:
                os._exit(0)
        self.made.add(scope)
        self.manager.own_scope(scope, keeper, shared=True, ends_with=processes.own_unit())


def of_a_run(manager: Manager, part: str = "") -> t.Optional[Elsewhere]:
    """For the checks of this process, which is a run of root. In a run of a user, all processes are that user's.

    A ``part`` that ends its scopes has a name of its own: a scope that stops takes no more processes.
    """
    if manager.places.user or os.geteuid() != 0:
        return None
    return Elsewhere(manager, f"{marks.OF_A_RUN}{os.getpid()}{part}")
