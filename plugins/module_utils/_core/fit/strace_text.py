# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""System calls as strace 5.10 to 6.13 writes them with `-f -y -s 0`, for which no data of a program is in them."""

from __future__ import annotations

import re
import typing as t

LINE = re.compile(r"([0-9]+) +(.*)")
UNFINISHED = re.compile(r"(.*)<unfinished \.\.\.>")
RESUMED = re.compile(r"<\.\.\. \w+ resumed>(.*)")
# A result is a number or ?, then what it stands for: the path of a descriptor, or an error.
CALL = re.compile(r"(\w+)\((.*)\) += (-?\w+|\?)(?:<(.*)>)?(?: (E[A-Z0-9]+) .*| .*)?")
# A path, and what it is relative to where strace says so.
PATH = re.compile(r'(?:(?:AT_FDCWD|[0-9]+)(?:<([^>]*)>)?, )?"((?:[^"\\]|\\.)*)"')
SOCKET_PATH = re.compile(r'sun_path="((?:[^"\\]|\\.)*)"')
ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
ESCAPES = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"v": b"\v", b"f": b"\f"}
# Characters of a call that are shown.
LONGEST_SHOWN = 160


class Call(t.NamedTuple):
    """``opened`` is the path of the descriptor that it returned, ``error`` such as EPERM; both may be empty."""

    pid: int
    name: str
    arguments: str
    result: str
    opened: str
    error: str

    def __str__(self) -> str:
        text = f"{self.name}({self.arguments})"
        return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."

    @property
    def paths(self) -> t.List[t.Tuple[str, str]]:
        """Each quoted text among the arguments, behind the directory that it is relative to, which may be empty."""
        return [(unescaped(base), unescaped(path)) for base, path in PATH.findall(self.arguments)]

    @property
    def socket_path(self) -> str:
        """Of a local socket that has a name in the file system."""
        found = SOCKET_PATH.search(self.arguments)
        return unescaped(found.group(1)) if found else ""


def calls(lines: t.Iterable[str]) -> t.Iterator[Call]:
    """In the order in which they ended. What never ended is in it no more than signals are."""
    begun: t.Dict[str, str] = {}
    for line in lines:
        parts = LINE.match(line)
        if parts is None:
            continue
        pid, text = parts.groups()
        resumed = RESUMED.match(text)
        if resumed:
            text = begun.pop(pid, "") + resumed.group(1)
        unfinished = UNFINISHED.match(text)
        if unfinished:
            begun[pid] = unfinished.group(1)
            continue
        call = CALL.match(text)
        if call:
            name, arguments, result, opened, error = call.groups()
            yield Call(int(pid), name, arguments, result, unescaped(opened or ""), error or "")


def unescaped(text: str) -> str:
    """A text in strace's quotes; bytes that are not UTF-8 become surrogates."""
    if "\\" not in text:
        return text
    data = ESCAPE.sub(_byte, text.encode("utf-8", "surrogateescape"))
    return data.decode("utf-8", "surrogateescape")


def _byte(escape: t.Match[bytes]) -> bytes:
    code = escape.group(1)
    return bytes([int(code, 8) & 0xFF]) if code.isdigit() else ESCAPES.get(code, code)
