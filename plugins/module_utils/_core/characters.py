# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one door: characters that systemd's files cannot carry."""

from __future__ import annotations

import re
import typing as t

# systemd checks UTF-8 with utf8_is_valid(), which also refuses surrogates and noncharacters: one of them anywhere and
# the whole file fails to load.
LAST_OF_PLANES = "".join(chr(plane + 0xFFFE) + chr(plane + 0xFFFF) for plane in range(0, 0x110000, 0x10000))
NOT_TEXT = re.compile(f"[\ud800-\udfff\ufdd0-\ufdef{LAST_OF_PLANES}]")
# string_is_safe(), which systemd asks about section names and paths of programs.
UNSAFE = re.compile(r"""[\x01-\x1f\x7f"'\\]""")
# read_line() ends a line at each of them.
LINE_ENDS = {"\n": "a newline", "\r": "a carriage return", "\0": "a NUL"}


def lines(text: str) -> t.List[str]:
    """Of what a program printed. A newline alone ends one: ``splitlines()`` knows ten more ends, and whoever writes one
    of them into a value would begin a line of his own.
    """
    found = text.split("\n")
    return found[:-1] if not found[-1] else found


def not_text(value: str) -> str:
    """What in ``value`` is no text to systemd, as words; empty when all is well."""
    bad = NOT_TEXT.search(value)
    if not bad:
        return ""
    number = ord(bad.group())
    # Python carries a byte that is not UTF-8 as one of these (PEP 383).
    if 0xDC80 <= number <= 0xDCFF:
        return f"the byte 0x{number - 0xDC00:02X}, which is not UTF-8"
    return f"the character U+{number:04X}, which is not text"


def not_one_line(value: str) -> str:
    """What in ``value`` would end its line, or is no text; empty when all is well."""
    ends = [name for character, name in LINE_ENDS.items() if character in value]
    return ends[0] if ends else not_text(value)


def visible(text: str) -> str:
    """``text`` for somebody's terminal: nothing in it can steer one, hide or turn around what stands beside it.

    Newlines and tabs stay. What else is no printable character (control and bidirectional characters, other line ends
    and blanks, surrogates) is written as Python writes it, such as ``\\x1b``.
    """
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() or one in "\n\t" else ascii(one)[1:-1] for one in text)


def one_line(text: str) -> str:
    """The same for what must not look like a line of its own."""
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")
