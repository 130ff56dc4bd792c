# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The own socket of a systemd manager, for questions about many units at once.

`busctl` asks one thing in 9 ms, and `systemctl show` makes systemd tell all of a unit, which takes it 1 to 4 ms each.
systemctl uses this socket too. Over the D-Bus daemon, systemd watches the client of each job that waits, with a rule.
That daemon refuses more than 512 rules (max_match_rules_per_connection), and then systemd 252 closes its connection: of
a first deploy of 5,000 instances, 300 were not started, and no process of the host reached systemd for 38 s.
"""

from __future__ import annotations

import os
import socket
import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.bus_message import (
    LARGEST,
    Answer,
    Call,
    answer,
    length,
)

# Seconds to wait for an answer of the manager of a user, as BUS_DEFAULT_TIMEOUT of systemd. Its user may stop it.
LONGEST = 25
# The same for systemd itself. It did not answer for 27 s while it started 5,000 instances on a host with a load of 12.
# Shorter than the watchdog of the agent (marks.WATCHDOG).
LONGEST_OF_SYSTEM = 50
# Calls that wait for their answers. No answer is read while more calls are sent.
AT_ONCE = 100
# "Authentication Protocol" of the D-Bus Specification: the kernel tells the bus who we are. In one piece, as sd-bus(3)
# sends it: systemd does not read a call that comes together with the end of the login (seen on 252).
LOGIN = b"\0AUTH EXTERNAL %s\r\nBEGIN\r\n"


def ask(address: str, calls: t.Sequence[Call], longest: float) -> t.List[Answer]:
    """The answers, in the order of the calls. Raises ``OSError`` when no systemd listens there, or when it does not
    answer for ``longest`` seconds.
    """
    with socket.socket(socket.AF_UNIX) as connection:
        bus = _Bus(connection, longest)
        bus.log_in(address)
        answers = []
        for begin in range(0, len(calls), AT_ONCE):
            answers += bus.answers(calls[begin : begin + AT_ONCE])
        return answers


class _Bus:
    def __init__(self, connection: socket.socket, longest: float) -> None:
        self.connection = connection
        self.longest = longest
        self.read = b""
        self.serial = 0
        self.until = 0.0

    def log_in(self, address: str) -> None:
        self._wait_anew()
        self.connection.connect(address)
        self.connection.sendall(LOGIN % str(os.geteuid()).encode().hex().encode())
        while b"\r\n" not in self.read:
            self._receive()
        said, _end, self.read = self.read.partition(b"\r\n")
        if not said.startswith(b"OK "):
            raise ConnectionError(f"it refuses the connection: {said.decode(errors='replace')}")

    def answers(self, calls: t.Sequence[Call]) -> t.List[Answer]:
        serials = range(self.serial + 1, self.serial + 1 + len(calls))
        self.serial += len(calls)
        self._wait_anew()
        self.connection.sendall(b"".join(call.message(serial) for serial, call in zip(serials, calls)))
        waiting: t.Dict[int, t.Optional[Answer]] = dict.fromkeys(serials)
        while not all(waiting.values()):
            got = answer(self._message())
            # systemd sends signals about its units to each connection, too.
            if got and got.serial in waiting:
                waiting[got.serial] = got
                self._wait_anew()
        return [got for got in waiting.values() if got]

    def _wait_anew(self) -> None:
        self.until = time.monotonic() + self.longest
        self.connection.settimeout(self.longest)

    def _message(self) -> bytes:
        size = length(self.read)
        while size is None or len(self.read) < size:
            self._receive()
            size = length(self.read)
        message, self.read = self.read[:size], self.read[size:]
        return message

    def _receive(self) -> None:
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"it has not answered for {self.longest} s")
        self.connection.settimeout(left)
        read = self.connection.recv(2**16)
        if not read:
            raise ConnectionError("it closed the connection")
        self.read += read
        if len(self.read) > LARGEST:
            raise ConnectionError("its answer is too long")
