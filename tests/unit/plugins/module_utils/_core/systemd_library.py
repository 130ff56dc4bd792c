# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parsers of this machine's own systemd: they are in a library that its programs share and need no running systemd.

The library promises nobody a stable interface, so only those versions are asked on which these calls were tried.
"""

from __future__ import annotations

import ctypes
import functools
import re
import typing as t
from pathlib import Path

# EXTRACT_UNQUOTE by version; EXTRACT_CUNESCAPE and EXTRACT_UNESCAPE_RELAX are the same in all (extract-word.h).
UNQUOTE = {247: 1 << 4, 252: 1 << 5, 257: 1 << 5}
CUNESCAPE, UNESCAPE_RELAX = 1 << 1, 1 << 2

NAME = re.compile(r"libsystemd-shared-([0-9]+)\.so")
FOLDERS = [Path("/lib/systemd"), *Path("/usr/lib").glob("*/systemd")]
LIBRARIES = {
    int(found.group(1)): str(path)
    for folder in FOLDERS
    for path in folder.glob("libsystemd-shared-*.so")
    for found in [NAME.fullmatch(path.name)]
    if found
}
# The version that is asked; 0 for none.
VERSION = max(set(LIBRARIES) & set(UNQUOTE), default=0)

text, number, pointer = ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p
# ConfigItemLookup and ConfigParserCallback of conf-parser.h
Lookup = ctypes.CFUNCTYPE(
    number, pointer, text, text, ctypes.POINTER(pointer), ctypes.POINTER(number), ctypes.POINTER(pointer), pointer
)
Callback = ctypes.CFUNCTYPE(
    number, text, text, ctypes.c_uint, text, ctypes.c_uint, text, number, text, pointer, pointer
)


@functools.lru_cache(maxsize=None)
def systemd() -> ctypes.CDLL:
    library = ctypes.CDLL(LIBRARIES[VERSION])
    library.load_env_file.argtypes = [pointer, text, pointer]
    library.config_parse.argtypes = [text, text, pointer, text, Lookup, pointer, number, pointer, pointer]
    library.utf8_is_valid_n.restype = pointer
    return library


def is_text(data: bytes) -> bool:
    return bool(systemd().utf8_is_valid_n(data, ctypes.c_size_t(len(data))))


def words(line: str) -> t.Optional[list[bytes]]:
    """As config_parse_exec() takes a line apart; ``None`` when it refuses."""
    strictly = _words(line.encode(), UNQUOTE[VERSION] | CUNESCAPE)
    return _words(line.encode(), UNQUOTE[VERSION] | CUNESCAPE | UNESCAPE_RELAX) if strictly is None else strictly


def _words(line: bytes, flags: int) -> t.Optional[list[bytes]]:
    rest = text(line)
    found: list[bytes] = []
    while True:
        word = text()
        status = systemd().extract_first_word(ctypes.byref(rest), ctypes.byref(word), None, ctypes.c_uint(flags))
        if status <= 0:
            return None if status < 0 else found
        found.append(word.value or b"")


def variables(content: str) -> t.Optional[list[tuple[str, str]]]:
    """Assignments of an EnvironmentFile= in order; ``None`` when it refuses the whole file."""
    strings = ctypes.POINTER(text)()
    status = _with_file(content, lambda file: systemd().load_env_file(file, b"env", ctypes.byref(strings)))
    found: list[tuple[str, str]] = []
    while strings and strings[len(found)]:
        name, value = t.cast("bytes", strings[len(found)]).decode().partition("=")[::2]
        found.append((name, value))
    return None if status < 0 else found


def assignments(content: str) -> t.Optional[list[tuple[str, str, str]]]:
    """Section, directive and value of a unit file in order; ``None`` when it refuses the whole file."""
    found: list[tuple[str, str, str]] = []

    def note(*given: t.Any) -> int:
        section, key, value = given[3] or b"", given[5], given[7]
        found.append((section.decode(), key.decode(), value.decode()))
        return 0

    def look_up(*given: t.Any) -> int:
        given[3][0] = ctypes.cast(callback, pointer).value
        return 1

    callback, lookup = Callback(note), Lookup(look_up)
    status = _with_file(
        content, lambda file: systemd().config_parse(b"a.service", b"unit", file, None, lookup, None, 0, None, None)
    )
    return None if status < 0 else found


def _with_file(content: str, call: t.Callable[[int], int]) -> int:
    libc = ctypes.CDLL(None)
    libc.fmemopen.restype = pointer
    libc.fclose.argtypes = [pointer]
    data = content.encode()
    file = libc.fmemopen(data, ctypes.c_size_t(len(data)), b"r")
    try:
        return call(file)
    finally:
        libc.fclose(file)
