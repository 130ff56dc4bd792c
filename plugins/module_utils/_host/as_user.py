# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that has become another user, so that root never writes where that user may have planted a link.

It speaks with the process that began it in lines of JSON: it tells its progress and its results, and asks for the one
thing that it needs root for, the journal. That user cannot look into it: the kernel lets nobody but root into a process
that has changed its user (PR_SET_DUMPABLE in prctl(2)).
"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import socket
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.journal_query import Entry, JournalQuery
from ansible_collections.workers.systemd.plugins.module_utils._host import accounts, journalctl
from ansible_collections.workers.systemd.plugins.module_utils._host.carried import Returned, carried, unpacked
from ansible_collections.workers.systemd.plugins.module_utils._host.files import UMASK
from ansible_collections.workers.systemd.plugins.module_utils._host.manager import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.processes import leave_terminal

Message = t.Dict[str, t.Any]


class Lines:
    """One end of the conversation."""

    def __init__(self, connection: socket.socket) -> None:
        self._stream = connection.makefile("rw", encoding="ascii")
        # The stream keeps it open.
        connection.close()

    def say(self, **message: t.Any) -> None:
        self._stream.write(f"{json.dumps(message)}\n")
        self._stream.flush()

    def hear(self) -> Message:
        """Raises ``EOFError`` when the other end is gone."""
        with contextlib.suppress(ConnectionError):
            line = self._stream.readline()
            if line.endswith("\n"):
                return t.cast("Message", json.loads(line))
        raise EOFError

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.close()


class Principal:
    """The process that began this one, for this one."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def tell(self, line: str) -> None:
        """Progress."""
        self._lines.say(told=line)

    def journal(self, query: JournalQuery) -> t.List[Entry]:
        self._lines.say(asked=query.as_json())
        return t.cast("t.List[Entry]", self._lines.hear()["entries"])

    def give(self, work: t.Callable[[], Returned]) -> None:
        """What ``work`` returns or raises."""
        self._lines.say(result=carried(work))

    def await_go(self) -> None:
        """Raises ``EOFError`` when nobody will say so."""
        self._lines.hear()


class AsUser:
    """``work`` is done by a process of ``user``. It gives results, and may wait between them until it is let go on."""

    def __init__(self, user: pwd.struct_passwd, work: t.Callable[[Principal], None]) -> None:
        self.user = user
        ours, theirs = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            ours.close()
            _live_as(user, work, theirs)
        theirs.close()
        self._lines = Lines(ours)

    def go(self) -> None:
        # Whoever is gone will not answer either.
        with contextlib.suppress(OSError):
            self._lines.say(go=True)

    def result(self, tell: t.Callable[[str], None]) -> Returned:
        """The next one. Raises what the work has raised, and ``ManagerError`` when the process is gone."""
        while True:
            try:
                message = self._lines.hear()
            except EOFError:
                raise ManagerError(f"the process that was working as {self.user.pw_name} was killed") from None
            if "result" in message:
                return unpacked(message["result"])
            if "told" in message:
                tell(message["told"])
            else:
                query = JournalQuery.of_json(message["asked"])
                self._lines.say(entries=journalctl.entries(query, self.user.pw_uid))

    def close(self) -> None:
        """It ends where it waits next."""
        self._lines.close()


def _live_as(user: pwd.struct_passwd, work: t.Callable[[Principal], None], connection: socket.socket) -> t.NoReturn:
    # What the process that was forked would do at its end, such as remove its own files, is its own affair.
    try:
        leave_terminal()
        # The lock of the host, say: nothing that root has open is this user's.
        for number in {*map(int, os.listdir("/proc/self/fd"))} - {0, 1, 2, connection.fileno()}:
            with contextlib.suppress(OSError):
                os.close(number)
        os.chdir("/")
        os.umask(UMASK)
        accounts.become(accounts.account_of(user))
        os.environ.update(
            HOME=user.pw_dir,
            USER=user.pw_name,
            LOGNAME=user.pw_name,
            SHELL=user.pw_shell,
        )
        for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            os.environ.pop(name, None)
        with contextlib.suppress(EOFError, ConnectionError):
            work(Principal(Lines(connection)))
    finally:
        os._exit(0)
