# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program that the host keeps: all code of the collection for hosts, compiled. Runs take it from there.

It is the program that undoes a run that died, and only root can have put it there. The controller names the digest of
its own sources. When the host keeps another program or none, the controller sends the sources along.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import os
import runpy
import tempfile
import typing as t
import zlib

from ansible_collections.workers.systemd.plugins.module_utils._host import compiled, foreign_files, program

PLUGINS = __name__.partition(".module_utils")[0]


def find(path: str, digest: str) -> t.Optional[int]:
    """A descriptor of the kept program when it is that of the digest. Others than root could have changed no part of
    its path.
    """
    try:
        if foreign_files.changed_by(path, content=True):
            return None
        with foreign_files.holding(path) as held, foreign_files.reading(held, path) as file:
            file.seek(-program.LENGTH_OF_MARK, os.SEEK_END)
            return os.dup(file.fileno()) if file.read() == mark(digest) else None
    except OSError:
        return None


def made_of(packed: str, digest: str) -> int:
    """A descriptor of the program, compiled, in a file without a name. Raises ``ValueError`` for other sources."""
    text = zlib.decompress(base64.b64decode(packed))
    if hashlib.sha256(text).hexdigest() != digest:
        raise ValueError("the sources are not those of the digest")
    sources = json.loads(text)
    data = program.archive(sources, mark(digest), compiled.code_of(sources))
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        return os.dup(file.fileno())


def run(descriptor: int, module: str) -> None:
    """Runs a module of the collection from the program. The file stays the same one when another replaces it."""
    compiled.use(f"/proc/self/fd/{descriptor}")
    runpy.run_module(f"{PLUGINS}.modules.{module}", run_name="__main__", alter_sys=True)


def mark(digest: str) -> bytes:
    """That of the program whose sources have the digest, and that this Python has compiled."""
    return f"workers.systemd {digest} {importlib.util.MAGIC_NUMBER.hex()}".encode()
