# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run at a time on a host, the host's own key, and the reload that a run owes it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._host.files import (
    PRIVATE,
    make_directory,
    remove,
    write_atomically,
)


class Lock:
    """The lock of the host. The kernel lets go of it when every process that has it ended, however it ended."""

    def __init__(self, file: t.TextIO, token: str) -> None:
        self._file = file
        self._token = token

    def sign(self) -> None:
        """Tells who holds it, and since when: this process, from now on."""
        since = time.strftime("%Y-%m-%d %H:%M:%S %z")
        self._file.truncate(0)
        self._file.write(json.dumps({"pid": os.getpid(), "since": since, "token": self._token}))
        self._file.flush()


@contextlib.contextmanager
def only_run(places: Places, token: str = "") -> t.Iterator[Lock]:
    """Holds the lock of the host; a process that was forked meanwhile holds it on.

    ``token`` is that of background.py.
    """
    make_directory(places.run, PRIVATE)
    with open(places.lock, "a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise Problems([_held(file.read())]) from None
        lock = Lock(file, token)
        lock.sign()
        yield lock


def holder(places: Places) -> t.Dict[str, t.Any]:
    """``pid`` and ``token`` of the run that holds the lock; empty when there is none."""
    with contextlib.suppress(FileNotFoundError), open(places.lock, encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            with contextlib.suppress(ValueError):
                return dict(json.loads(lock.read()))
    return {}


def key(places: Places) -> bytes:
    """The key of the digests, made at the first deploy."""
    kept = kept_key(places)
    if kept is None:
        kept = secrets.token_bytes(32)
        write_atomically(places.key, kept, mode=0o600)
    return kept


def kept_key(places: Places) -> t.Optional[bytes]:
    try:
        with open(places.key, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


@contextlib.contextmanager
def owing_a_reload(places: Places) -> t.Iterator[None]:
    """Leaves a mark as long as units are changed and systemd has not read them; it outlives a run that is killed."""
    write_atomically(places.reload_pending, b"", mode=0o600)
    yield
    remove(places.reload_pending)


def reload_is_pending(places: Places) -> bool:
    """Whether a run changed units and ended before systemd read them."""
    return os.path.exists(places.reload_pending)


def _held(text: str) -> Problem:
    try:
        holder = json.loads(text)
        found = f"process {holder['pid']} has been deploying since {holder['since']}"
    except ValueError:
        found = "somebody is deploying"
    return Problem("the host", found, "one run at a time", "Wait for it to end, then run again.")
