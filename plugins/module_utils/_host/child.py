# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions to the kernel that may take for ever, such as about a file on a network: a child process has so long."""

from __future__ import annotations

import contextlib
import ctypes
import json
import math
import os
import select
import signal
import time
import typing as t

BLOCK = 1 << 16
# prctl(2)
PR_SET_PDEATHSIG = 1
# For the kernel to end a process that was killed. One that waits for a dead server ends when that server answers.
REAP_WITHIN = 1.0
# Seconds between looks whether it has. Most children end within a millisecond, and a run that changes nothing has six.
SHORTEST_PAUSE, LONGEST_PAUSE = 0.0002, 0.05


def answers(
    questions: t.Iterable[t.Any],
    seconds: float,
    first: t.Callable[[], None] = lambda: None,
    silence: float = math.inf,
) -> t.List[t.Any]:
    """What ``questions`` yields, each anything that JSON can tell; fewer when the time is over or the child has died.

    The child calls ``first``, such as to become somebody else, and asks. All answers have ``seconds``, and each has
    ``silence``.
    """
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        # Nothing but this may happen here: the child shares buffers with the module.
        try:
            keep_only(theirs)
            leave_streams()
            first()
            for one in questions:
                write(theirs, json.dumps(one).encode() + b"\n")
        finally:
            os._exit(0)
    os.close(theirs)
    try:
        lines = _read(ours, time.monotonic() + seconds, silence).split(b"\n")[:-1]
    finally:
        os.close(ours)
        os.kill(child, signal.SIGKILL)
        reap(child)
    return [json.loads(line) for line in lines]


def end_with_parent() -> None:
    """The kernel kills this process when its parent has ended (prctl(2))."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def keep_only(descriptor: int) -> None:
    """The lock of the host, say, is not held by a child that cannot be ended."""
    for number in {*map(int, os.listdir("/proc/self/fd"))} - {0, 1, 2, descriptor}:
        with contextlib.suppress(OSError):
            os.close(number)


def leave_streams(streams: t.Iterable[int] = (0, 1, 2)) -> None:
    """Puts nothing in the place of standard streams. Those of a module may be an ssh connection (pipelining), which
    ends only when no process has them.
    """
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in streams:
        os.dup2(nothing, stream)


def write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _read(descriptor: int, end: float, silence: float) -> bytes:
    found: t.List[bytes] = []
    while select.select([descriptor], [], [], min(silence, max(0.0, end - time.monotonic())))[0]:
        block = os.read(descriptor, BLOCK)
        if not block:
            break
        found.append(block)
    return b"".join(found)


def reap(child: int) -> bool:
    """Whether it has ended."""
    end, pause = time.monotonic() + REAP_WITHIN, SHORTEST_PAUSE
    while not has_ended(child):
        if time.monotonic() >= end:
            return False
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
    return True


def has_ended(child: int) -> bool:
    """Asked again after a ``True``, the kernel knows no such child."""
    return os.waitpid(child, os.WNOHANG)[0] != 0
