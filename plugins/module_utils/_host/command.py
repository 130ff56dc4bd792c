# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A command that runs beside us as another user."""

from __future__ import annotations

import contextlib
import os
import signal
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._host import child


class Command:
    """A command that runs in a session of its own, in ``/`` and without our files; ``first`` runs before it.

    It is begun without waiting for the kernel to find its program, as subprocess.Popen does: a dead server may have it.
    """

    def __init__(self, argv: t.Sequence[str], environment: t.Mapping[str, str], first: t.Callable[[], None]) -> None:
        # Closed by the program that the kernel has found (execve(2)).
        self._said, theirs = os.pipe()
        os.set_blocking(self._said, False)
        self.pid = os.fork()
        if self.pid == 0:
            try:
                child.keep_only(theirs)
                os.setsid()
                nothing = os.open(os.devnull, os.O_RDWR)
                for stream in (0, 1, 2):
                    os.dup2(nothing, stream)
                os.chdir("/")
                for ignored_by_python in (signal.SIGPIPE, signal.SIGXFSZ):
                    signal.signal(ignored_by_python, signal.SIG_DFL)
                first()
                os.execve(argv[0], list(argv), environment)  # noqa: S606 (not ours to quote for a shell)
            except (OSError, ValueError) as error:
                child.write(theirs, (getattr(error, "strerror", None) or str(error)).encode())
            finally:
                os._exit(127)
        os.close(theirs)

    def poll(self) -> t.Optional[t.Tuple[int, str]]:
        """The exit status, the negative number of a signal, and why it could not run. ``None`` as long as it runs."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        return self._ended(status) if pid else None

    def kill(self) -> bool:
        """With its children. One that has become somebody else may be out of reach. Returns whether it has ended."""
        # A moment after its start it has no session yet.
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(PermissionError, ProcessLookupError):
                kill(self.pid, signal.SIGKILL)
        os.close(self._said)
        return child.reap(self.pid)

    def _ended(self, status: int) -> t.Tuple[int, str]:
        why = b""
        with contextlib.suppress(BlockingIOError):
            why = os.read(self._said, child.BLOCK)
        os.close(self._said)
        return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status), why.decode()
