# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All checks of characters, and texts for people: systemd's files cannot carry every character."""

from __future__ import annotations

import re
import typing as t

# systemd checks UTF-8 with utf8_is_valid(), which also refuses surrogates and noncharacters. A file that holds one of
# them anywhere does not load.
LAST_OF_PLANES = "".join(chr(plane + 0xFFFE) + chr(plane + 0xFFFF) for plane in range(0, 0x110000, 0x10000))
NOT_TEXT = re.compile(f"[\ud800-\udfff\ufdd0-\ufdef{LAST_OF_PLANES}]")
# The characters that string_is_safe() refuses. systemd checks section names and paths of programs with it.
UNSAFE = re.compile(r"""[\x01-\x1f\x7f"'\\]""")
# read_line() of systemd ends a line at each of these characters.
LINE_ENDS = {"\n": "a newline", "\r": "a carriage return", "\0": "a NUL"}


def lines(text: str) -> t.List[str]:
    """The lines of the output of a program. Only a newline ends a line.

    ``splitlines()`` ends a line at ten more characters. A user who writes one of these into a value would begin a new
    line.
    """
    found = text.split("\n")
    return found[:-1] if not found[-1] else found


def not_text(value: str) -> str:
    """Describes the part of ``value`` that is no text to systemd; empty when all is text."""
    bad = NOT_TEXT.search(value)
    if not bad:
        return ""
    number = ord(bad.group())
    # Python represents a byte that is not UTF-8 as one of these characters (PEP 383).
    if 0xDC80 <= number <= 0xDCFF:
        return f"the byte 0x{number - 0xDC00:02X}, which is not UTF-8"
    return f"the character U+{number:04X}, which is not text"


def not_one_line(value: str) -> str:
    """Describes the part of ``value`` that would end its line or is no text; empty when all is one line of text."""
    ends = [name for character, name in LINE_ENDS.items() if character in value]
    return ends[0] if ends else not_text(value)


def visible(text: str) -> str:
    """``text`` for a terminal: no character in it can control the terminal, or hide or reverse the text next to it.

    Newlines and tabs stay. Every other character that is not printable (control and bidirectional characters, other
    line ends and blanks, surrogates) is written as Python writes it, such as ``\\x1b``.
    """
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() or one in "\n\t" else ascii(one)[1:-1] for one in text)


def one_line(text: str) -> str:
    """``text`` for a terminal as one line: newlines and tabs are written as Python writes them, too."""
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")


def counted(number: int, word: str) -> str:
    """``1 pool``, ``2 pools``"""
    return f"{number} {word}{'' if number == 1 else 's'}"
