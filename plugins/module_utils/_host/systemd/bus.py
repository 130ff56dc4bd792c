# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bus of a systemd manager, for questions about many units at once.

`busctl` asks one thing in 9 ms, and `systemctl show` makes systemd tell all of a unit, which takes it 1 to 4 ms each.
"""

from __future__ import annotations

import os
import socket
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.places import PRIVATE
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.bus_message import (
    LARGEST,
    Answer,
    Call,
    answer,
    length,
)

# Seconds to wait for the manager of a user to say anything, as BUS_DEFAULT_TIMEOUT of systemd. Its user may stop it.
LONGEST = 25
# The same for systemd itself. It said nothing for 27 s while it started 5,000 instances on a host with a load of 12.
# Shorter than the watchdog of the agent (marks.WATCHDOG).
LONGEST_OF_SYSTEM = 50
# dbus-daemon(1) refuses more than 128 calls that wait for their answers (max_replies_per_connection).
AT_ONCE = 100
# "Authentication Protocol" of the D-Bus Specification: the kernel tells the bus who we are.
LOGIN = b"\0AUTH EXTERNAL %s\r\n"
# The D-Bus daemon accepts no message before this one. On its own socket, systemd has none behind it: before systemd is
# on a bus, it does not answer this message (seen on 257).
HELLO = Call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "Hello")


def ask(address: str, calls: t.Sequence[Call], longest: float) -> t.List[Answer]:
    """The answers, in the order of the calls. Raises ``OSError`` when there is no bus, or none that says anything for
    ``longest`` seconds.
    """
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(longest)
        connection.connect(address)
        bus = _Bus(connection)
        if not address.endswith(PRIVATE):
            bus.answers([HELLO])
        answers = []
        for begin in range(0, len(calls), AT_ONCE):
            answers += bus.answers(calls[begin : begin + AT_ONCE])
        return answers


class _Bus:
    """A connection that has been let in."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.read = b""
        self.serial = 0
        connection.sendall(LOGIN % str(os.geteuid()).encode().hex().encode())
        while not self.read.endswith(b"\r\n"):
            self._receive()
        if not self.read.startswith(b"OK "):
            raise ConnectionError(f"it refuses the connection: {self.read.decode(errors='replace').strip()}")
        self.read = b""
        connection.sendall(b"BEGIN\r\n")

    def answers(self, calls: t.Sequence[Call]) -> t.List[Answer]:
        serials = range(self.serial + 1, self.serial + 1 + len(calls))
        self.serial += len(calls)
        self.connection.sendall(b"".join(call.message(serial) for serial, call in zip(serials, calls)))
        waiting: t.Dict[int, t.Optional[Answer]] = dict.fromkeys(serials)
        while not all(waiting.values()):
            got = answer(self._message())
            if got:
                waiting[got.serial] = got
        return [got for got in waiting.values() if got]

    def _message(self) -> bytes:
        size = length(self.read)
        while size is None or len(self.read) < size:
            self._receive()
            size = length(self.read)
        message, self.read = self.read[:size], self.read[size:]
        return message

    def _receive(self) -> None:
        read = self.connection.recv(2**16)
        if not read:
            raise ConnectionError("it closed the connection")
        self.read += read
        if len(self.read) > LARGEST:
            raise ConnectionError("its answer is too long")
