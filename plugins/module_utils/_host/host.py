# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run at a time on a host, the host's own key, and the reload that a run owes it."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import secrets
import stat
import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core import marks
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM, Places
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._host import foreign_files
from ansible_collections.workers.systemd.plugins.module_utils._host.files import (
    PRIVATE,
    make_directory,
    naming,
    remove,
    write_atomically,
)

# In bytes; ours is 32 long.
LONGEST_KEY = 1024
# In characters.
LONGEST_LOCK = 1024
# Of the agent, beside the tokens of background.py. It holds the lock for a moment. When it was stopped in that moment,
# its watchdog ends it, and a run waits for that. A look at the lock holds it for a shorter moment, and has no token.
AGENT = "agent"
AGENT_AT_MOST, LOOK_AT_MOST = marks.WATCHDOG + 15.0, 0.25
BETWEEN_TRIES = 0.01


class Busy(Exception):
    """A run holds the lock of the host."""


class Lock:
    """The lock of the host. The kernel lets go of it when every process that has it ended, however it ended."""

    def __init__(self, file: t.TextIO, path: str, token: str) -> None:
        self._file = file
        self._path = path
        self._token = token

    def sign(self) -> None:
        """Tells who holds it, and since when: this process, from now on."""
        since = time.strftime("%Y-%m-%d %H:%M:%S %z")
        with naming(self._path):
            self._file.seek(0)
            self._file.truncate()
            self._file.write(json.dumps({"pid": os.getpid(), "since": since, "token": self._token}))
            self._file.flush()

    def release(self) -> None:
        """For the others who have it, too."""
        fcntl.flock(self._file, fcntl.LOCK_UN)


@contextlib.contextmanager
def only_run(places: Places, token: str = "") -> t.Iterator[Lock]:
    """Holds the lock of the host; a process that was forked meanwhile holds it on.

    ``token`` is that of background.py.
    """
    with _held(places.run, places.lock, token) as lock:
        yield lock


@contextlib.contextmanager
def moment_of_the_agent(places: Places) -> t.Iterator[None]:
    """The same for the agent, which does not wait. Raises ``Busy``."""
    make_directory(places.run, PRIVATE)
    with _opened(places.lock, os.O_RDWR | os.O_CREAT) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Busy from None
        lock = Lock(file, places.lock, AGENT)
        lock.sign()
        try:
            yield
        finally:
            # A check that was begun meanwhile may still have the file.
            lock.release()


@contextlib.contextmanager
def only_run_of(user: str) -> t.Iterator[Lock]:
    """Holds what root holds for the manager of a user, where that user cannot get at it."""
    directory = f"{SYSTEM.run}/users"
    with _held(directory, f"{directory}/{user}", "") as lock:
        yield lock


@contextlib.contextmanager
def _held(directory: str, path: str, token: str) -> t.Iterator[Lock]:
    make_directory(directory, PRIVATE)
    with _opened(path, os.O_RDWR | os.O_CREAT) as file:
        _lock(file)
        lock = Lock(file, path, token)
        lock.sign()
        yield lock


def _lock(file: t.TextIO) -> None:
    """Raises ``Problems`` when another run has the lock. A run goes before the agent, and waits until it has acted."""
    begun = time.monotonic()
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError:
            file.seek(0)
            text = file.read(LONGEST_LOCK)
        longest = AGENT_AT_MOST if _signed(text).get("token") == AGENT else LOOK_AT_MOST
        if time.monotonic() - begun >= longest:
            raise Problems([_held_by(text)])
        time.sleep(BETWEEN_TRIES)


def _opened(path: str, flags: int) -> t.TextIO:
    """A lock of a user lies where that user may put anything. Raises ``OSError`` when it is not a regular file."""
    descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "is not a regular file", path)
    return os.fdopen(descriptor, "r" if flags == os.O_RDONLY else "r+", encoding="utf-8", errors="replace")


def holder(places: Places) -> t.Dict[str, t.Any]:
    """``pid`` and ``token`` of the run that holds the lock; empty when there is none."""
    with contextlib.suppress(FileNotFoundError), _opened(places.lock, os.O_RDONLY) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return _signed(lock.read(LONGEST_LOCK))
    return {}


def _signed(text: str) -> t.Dict[str, t.Any]:
    """What ``Lock.sign`` wrote; empty for anything else."""
    with contextlib.suppress(ValueError, TypeError):
        return dict(json.loads(text))
    return {}


def beat(places: Places) -> None:
    """The run that holds the lock lives: its file gets the time of the clock that no program sets (CLOCK_MONOTONIC)."""
    now = time.monotonic()
    os.utime(places.lock, (now, now))


def last_beat(places: Places) -> float:
    """Of the run that holds the lock, or has held it last; 0 when there was none."""
    with contextlib.suppress(OSError):
        return os.stat(places.lock).st_mtime
    return 0.0


def key(places: Places) -> bytes:
    """The key of the digests, made at the first deploy."""
    kept = kept_key(places)
    if kept is None:
        kept = secrets.token_bytes(32)
        write_atomically(places.key, kept, mode=0o600)
    return kept


def kept_key(places: Places) -> t.Optional[bytes]:
    try:
        return foreign_files.read(places.key, LONGEST_KEY)
    except FileNotFoundError:
        return None


@contextlib.contextmanager
def owing_a_reload(places: Places) -> t.Iterator[None]:
    """Leaves a mark as long as units are changed and systemd has not read them; it outlives a run that is killed."""
    write_atomically(places.reload_pending, b"", mode=0o600)
    yield
    remove(places.reload_pending)


def pending_reload(places: Places) -> str:
    """Why systemd has to read its unit files again: a run changed units and ended before that. Empty without it."""
    return "an earlier run was interrupted before it" if os.path.exists(places.reload_pending) else ""


def _held_by(text: str) -> Problem:
    try:
        holder = json.loads(text)
        found = f"process {holder['pid']} has been deploying since {holder['since']}"
    except (KeyError, TypeError, ValueError):
        found = "another run is deploying"
    return Problem("the host", found, "one run at a time", "Wait for it to end, then run again.")
