# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A command that runs beside us as another user."""

from __future__ import annotations

import contextlib
import os
import signal
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._host import child

# Bytes of the output that are read.
LONGEST_OUTPUT = 4096


# Large: the process itself needs most of it.
class Command:
    """A command that runs in a session of its own, in ``/`` and without our files; ``first`` runs before it.

    Of one that ``speaks``, the output is kept, as much as a pipe takes: a command that prints more waits for ever.

    It is begun without waiting for the kernel to find its program, as subprocess.Popen does: a dead server may have it.
    """

    def __init__(
        self,
        argv: t.Sequence[str],
        environment: t.Mapping[str, str],
        first: t.Callable[[], None],
        *,
        speaks: bool = False,
    ) -> None:
        # The end of the pipe that is read, once, when the command has ended.
        self._output, output = os.pipe() if speaks else (-1, -1)
        self.output = b""
        # Closed by the program that the kernel has found (execve(2)).
        self._said, theirs = os.pipe()
        os.set_blocking(self._said, False)
        try:
            self.pid = os.fork()
        except OSError:
            # No memory, say. A caller may try again every second.
            self._close()
            for one in (theirs, output):
                if one >= 0:
                    os.close(one)
            raise
        if self.pid == 0:
            try:
                if speaks:
                    os.dup2(output, 1)
                child.keep_only(theirs)
                os.setsid()
                child.leave_streams((0, 2) if speaks else (0, 1, 2))
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
        if speaks:
            os.close(output)
            os.set_blocking(self._output, False)

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
        self._close()
        return child.reap(self.pid)

    def _ended(self, status: int) -> t.Tuple[int, str]:
        why = b""
        with contextlib.suppress(BlockingIOError):
            why = os.read(self._said, child.BLOCK)
        if self._output >= 0:
            # A child of the command may still have the other end.
            with contextlib.suppress(BlockingIOError):
                self.output = os.read(self._output, LONGEST_OUTPUT)
        self._close()
        return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status), why.decode()

    def _close(self) -> None:
        for one in (self._said, self._output):
            if one >= 0:
                os.close(one)
