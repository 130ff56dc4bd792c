# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of an import: read once, with a limit, and without waiting for what is no file."""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.words import MARKS

# No file that people write by hand comes near it.
LARGEST = 1024 * 1024
STANDARD_INPUT = "-"
EXPECTED = f"a text file of at most {LARGEST} bytes"
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
# More control characters than this in a thousand is no text that a person wrote.
MOST_CONTROL = 0.01


class Source(t.NamedTuple):
    """``name`` is what comments call it, ``path`` where it is; empty for standard input."""

    name: str
    path: str
    text: str
    notes: t.Tuple[str, ...] = ()

    def place(self, line: int) -> str:
        return f"{self.name}:{line}"

    @property
    def lines(self) -> t.List[str]:
        return self.text.split("\n")


def read(path: str) -> Source:
    """A file, or standard input for ``-``. Raises ``Problems``."""
    if path == STANDARD_INPUT:
        return source("stdin", "", sys.stdin.buffer.read(LARGEST + 1))
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                kind = "a directory" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "a device, a pipe or a socket"
                raise Problems([Problem(path, kind, EXPECTED, "Name the files themselves.")])
            return source(os.path.basename(path), path, file.read(LARGEST + 1))
    except OSError as error:
        if error.errno == errno.EISDIR:
            raise Problems([Problem(path, "a directory", EXPECTED, "Name the files themselves.")]) from None
        raise Problems([Problem(path, f"that it cannot be read ({error.strerror})", EXPECTED)]) from None
    except ValueError:
        raise Problems([Problem(repr(path), "a path with a NUL", EXPECTED)]) from None


def source(name: str, path: str, data: bytes) -> Source:
    """The text in the bytes of a file. Raises ``Problems``."""
    where = path or name
    if len(data) > LARGEST:
        raise Problems(
            [Problem(where, f"more than {LARGEST} bytes", EXPECTED, "It is no file that configures workers.")]
        )
    text, notes = _decoded(data)
    if "\0" in text or len(CONTROL.findall(text)) > len(text) * MOST_CONTROL:
        raise Problems([Problem(where, "a binary file", EXPECTED)])
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return Source(name, path, MARKS.sub("\ufffd", text), notes)


def _decoded(data: bytes) -> t.Tuple[str, t.Tuple[str, ...]]:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace"), ("the file was in UTF-16",)
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        return data.decode("latin-1"), ("the file is not UTF-8: it was read as Latin-1, so check letters with accents",)
