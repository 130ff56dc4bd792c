# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The directives that the systemd of this host knows, asked once for each build of it."""

from __future__ import annotations

import hashlib
import os
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.catalogue import Catalogue, parse_catalogue
from ansible_collections.workers.systemd.plugins.module_utils._host import foreign_files
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.files import write_atomically
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Run

# What systemd 262 knows takes 40 KB.
LARGEST = 2**22
BINARIES = ("/usr/lib/systemd/systemd", "/lib/systemd/systemd")


class HostCatalogue:
    """``known`` are the directives. Raises ``ManagerError`` when systemd cannot be asked."""

    def __init__(self, run: Run, build: str, places: Places) -> None:
        """``build`` is what `systemctl --version` calls it."""
        self._path = places.catalogue
        binary = _binary()
        status = os.stat(binary)
        self._key = f"{build} {status.st_ino} {status.st_size} {status.st_mtime_ns}"
        kept = _kept(self._path, self._key)
        self._fresh = kept is None
        self._dump = _asked(run, binary) if kept is None else kept
        self.known: Catalogue = parse_catalogue(self._dump)

    def keep(self) -> None:
        """Spares the next run the question; where it cannot be written, the next run asks again."""
        if not self._fresh:
            return
        body = self._dump.encode("utf-8", "surrogateescape")
        try:
            write_atomically(self._path, _head(self._key, body) + body, mode=0o600)
        except OSError:
            return


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
