# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words of a value as systemd takes them apart: extract_first_word() of extract-word.c, in one pass over the text."""

from __future__ import annotations

import enum
import functools
import re
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import NOT_TEXT

BLANKS = " \t\n\r"
# cunescape_one() in escape.c
SIMPLE_ESCAPES = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
    '"': '"',
    "'": "'",
    "s": " ",
}
CODE = re.compile(r"([0-3][0-7]{2})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})")


class Backslash(enum.Enum):
    """What one in a value does."""

    STAYS = "is a character as any other"
    TAKES_NEXT = "takes the next character as it is"
    ESCAPES = "begins an escape of C"
    ESCAPES_OR_STAYS = "begins an escape, and stays where there is no escape"


class BadWord(ValueError):
    """A quote that is not closed, or an escape that there is not."""


@dataclass(frozen=True)
class Style:
    """How a directive wants its value taken apart. ``own_fields``: each separator ends a word, an empty one too.

    ``escaped_separators``: a backslash before a separator takes it as it is.
    """

    separators: str = BLANKS
    unquotes: bool = True
    backslash: Backslash = Backslash.TAKES_NEXT
    own_fields: bool = False
    escaped_separators: bool = False

    @functools.cached_property
    def plain(self) -> t.Pattern[str]:
        """Characters that mean nothing, in quotes or outside of them."""
        return re.compile(rf"[^\"'\\{re.escape(self.separators)}]+")


PLAIN = Style(unquotes=False)
QUOTED = Style()
WRITTEN = Style(backslash=Backslash.STAYS)
ESCAPED = Style(backslash=Backslash.ESCAPES)
COMMAND = Style(backslash=Backslash.ESCAPES_OR_STAYS)


def words(text: str, style: Style) -> t.List[str]:
    """All words. Raises ``BadWord``."""
    found: t.List[str] = []
    position: t.Optional[int] = 0
    while position is not None:
        word, position = next_word(text, position, style)
        if word is not None:
            found.append(word)
    return found


def next_word(text: str, position: int, style: Style) -> t.Tuple[t.Optional[str], t.Optional[int]]:
    """The word that begins here, ``None`` when there is none, and where the next begins; ``None`` behind the last."""
    if not style.own_fields:
        position = _behind(text, position, style.separators)
        if position == len(text):
            return None, None
    word, quote = bytearray(), ""
    while position < len(text):
        plain = style.plain.match(text, position)
        if plain:
            word += _utf8(plain.group())
            position = plain.end()
            continue
        character = text[position]
        if character == "\\" and style.backslash is not Backslash.STAYS:
            piece, position = _unescaped(text, position + 1, style, quote)
            word += piece
            continue
        if quote:
            if character == quote:
                quote = ""
            else:
                word += _utf8(character)
        elif style.unquotes and character in "\"'":
            quote = character
        elif character in style.separators:
            return _text(word), _next_position(text, position, style)
        else:
            word += _utf8(character)
        position += 1
    if quote:
        raise BadWord(f"a quote {quote} that is not closed")
    return _text(word), None


def unescaped(text: str) -> t.Optional[str]:
    """The whole text with its escapes (cunescape()); ``None`` for an invalid escape."""
    found, position = bytearray(), 0
    for match in re.finditer(r"\\", text):
        if match.start() < position:
            continue
        found += _utf8(text[position : match.start()])
        piece, position = _escape(text, match.end())
        if piece is None:
            return None
        found += piece
    return _text(found + _utf8(text[position:]))


def _next_position(text: str, separator: int, style: Style) -> t.Optional[int]:
    if style.own_fields:
        return separator + 1
    position = _behind(text, separator, style.separators)
    return position if position < len(text) else None


def _behind(text: str, position: int, separators: str) -> int:
    while position < len(text) and text[position] in separators:
        position += 1
    return position


def _unescaped(text: str, position: int, style: Style, quote: str) -> t.Tuple[bytes, int]:
    """What a backslash and the text behind it stand for, and where the text goes on."""
    relaxed = style.backslash is Backslash.ESCAPES_OR_STAYS
    if position == len(text):
        if relaxed and not quote:
            return b"\\", position
        raise BadWord("a backslash at the end")
    character = text[position]
    if style.backslash is Backslash.TAKES_NEXT:
        return _utf8(character), position + 1
    piece, behind = _escape(text, position)
    if piece is not None:
        return piece, behind
    if style.escaped_separators and character in style.separators:
        return _utf8(character), position + 1
    if relaxed:
        return _utf8("\\" + character), position + 1
    raise BadWord(f"the unknown escape \\{character}")


def _escape(text: str, position: int) -> t.Tuple[t.Optional[bytes], int]:
    """What an escape stands for (cunescape_one()), and where the text goes on; ``None`` when it is not an escape."""
    code = CODE.match(text, position)
    if code:
        octal, byte, short, long = code.groups()
        number = int(octal, 8) if octal else int(byte or short or long, 16)
        # Only of the long form systemd demands that it is a character.
        if number and not (long and (number > 0x10FFFF or NOT_TEXT.match(chr(number)))):
            return bytes([number]) if octal or byte else _utf8(chr(number)), code.end()
    simple = SIMPLE_ESCAPES.get(text[position : position + 1])
    return (None, position) if simple is None else (_utf8(simple), position + 1)


def _text(word: bytearray) -> str:
    return word.decode("utf-8", "surrogateescape")


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
