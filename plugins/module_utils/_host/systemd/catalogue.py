# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The directives that the systemd of this host knows, asked once for each build of it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.catalogue import Catalogue, parse_catalogue
from ansible_collections.workers.systemd.plugins.module_utils._host import foreign_files
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.files import write_atomically
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager, Run

# What systemd 262 knows takes 40 KB.
LARGEST = 2**22
BINARIES = ("/usr/lib/systemd/systemd", "/lib/systemd/systemd")


@dataclass(frozen=True)
class HostCatalogue:
    """``known`` are the directives. ``unkept`` is the file that spares the next run the question; empty when the host
    has it.
    """

    known: Catalogue
    unkept: bytes = b""


def of_host(manager: Manager) -> HostCatalogue:
    """Raises ``ManagerError`` when systemd cannot be asked."""
    binary = _binary()
    status = os.stat(binary)
    key = f"{manager.build()} {status.st_ino} {status.st_size} {status.st_mtime_ns}"
    kept = _kept(manager.places.catalogue, key)
    if kept is not None:
        return HostCatalogue(parse_catalogue(kept))
    dump = _asked(manager.run, binary)
    body = dump.encode("utf-8", "surrogateescape")
    return HostCatalogue(parse_catalogue(dump), _head(key, body) + body)


def keep(places: Places, unkept: bytes) -> None:
    """Where the file cannot be written, the next run asks again."""
    with contextlib.suppress(OSError):
        if unkept:
            write_atomically(places.catalogue, unkept, mode=0o600)


def _kept(path: str, key: str) -> t.Optional[str]:
    """The dump of this build; ``None`` when there is none, or not all of it, or not written by us."""
    try:
        with foreign_files.holding(path) as held, foreign_files.reading(held, path) as file:
            status = os.fstat(held)
            head, body = file.readline(LARGEST), file.read(LARGEST)
    except OSError:
        return None
    private = status.st_uid == os.geteuid() and not status.st_mode & 0o022
    return body.decode("utf-8", "surrogateescape") if private and head == _head(key, body) else None


def _head(key: str, body: bytes) -> bytes:
    return f"{key} {hashlib.sha256(body).hexdigest()}\n".encode()


def _binary() -> str:
    for binary in BINARIES:
        if os.access(binary, os.X_OK):
            return binary
    raise ManagerError("there is no systemd in /usr/lib/systemd or /lib/systemd on this host")


def _asked(run: Run, binary: str) -> str:
    status, out, err = run([binary, "--dump-configuration-items"])
    if status:
        raise ManagerError(f"{binary} --dump-configuration-items exited {status}: {err.strip()}")
    return out
