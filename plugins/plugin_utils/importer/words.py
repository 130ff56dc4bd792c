# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of a command line: what is text in them, and what systemd fills in."""

from __future__ import annotations

import re
import typing as t

# Without these a word needs no quotes in a command line of systemd.
PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./~^-]+")
ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
# Ansible takes a text in which this stands for a template, also when a user of a host has written it.
TEMPLATE = re.compile(r"\{(?=[{%#])")


class Variable(t.NamedTuple):
    """``${name}``. A word that is ``split`` is ``$name`` alone, and may be several words or none."""

    name: str
    split: bool = False
    default: t.Optional[str] = None


class Specifier(t.NamedTuple):
    """``%i`` and the like, which systemd fills in."""

    letter: str


Piece = t.Union[str, Variable, Specifier]
Word = t.Tuple[Piece, ...]
# Specifiers inside of a text that is not taken apart yet: characters for private use, which no input has (reading.py).
FIRST_MARK, LAST_MARK = 0xE000, 0xE07F
MARKS = re.compile(f"([{chr(FIRST_MARK)}-{chr(LAST_MARK)}])")


def mark(letter: str) -> str:
    """A specifier inside of a text."""
    return chr(FIRST_MARK + ord(letter))


INSTANCE = mark("i")


def unmarked(one: Word) -> Word:
    """A word with its specifiers."""
    found: t.List[Piece] = []
    for piece in one:
        texts = MARKS.split(piece) if isinstance(piece, str) else [piece]
        found += [
            Specifier(chr(ord(text) - FIRST_MARK)) if isinstance(text, str) and MARKS.fullmatch(text) else text
            for text in texts
        ]
    return joined(found)


def as_text(one: Word) -> str:
    """A path or a name in which systemd fills in specifiers."""
    return shown(unmarked(one))


def word(text: str) -> Word:
    return (text,) if text else ()


def literal(one: Word) -> t.Optional[str]:
    """The text of a word in which nothing is filled in."""
    return "".join(t.cast("t.Iterable[str]", one)) if all(isinstance(piece, str) for piece in one) else None


def shown(one: Word) -> str:
    """A word for somebody who reads it, and for what recognises commands."""
    return "".join(_shown(piece) for piece in one)


def starts(one: Word) -> str:
    """The text that a word begins with."""
    return one[0] if one and isinstance(one[0], str) else ""


def names(words: t.Iterable[Word]) -> t.List[str]:
    """The variables in words, in order, each once."""
    return list(dict.fromkeys(piece.name for one in words for piece in one if isinstance(piece, Variable)))


def filled(one: Word, values: t.Mapping[str, str]) -> Word:
    """The word with the values of variables that are known."""
    found: t.List[Piece] = []
    for piece in one:
        if isinstance(piece, Variable) and _may_fill(piece, values):
            found.append(values[piece.name])
        elif isinstance(piece, Variable) and piece.default is not None:
            found.append(piece.default)
        else:
            found.append(piece)
    return joined(found)


def _may_fill(one: Variable, values: t.Mapping[str, str]) -> bool:
    """A variable that may become several words stays one."""
    return one.name in values and not (one.split and re.search(r"[\s*?\[]|\A\Z", values[one.name]))


def joined(pieces: t.Iterable[Piece]) -> Word:
    """Pieces as a word, texts that follow each other as one."""
    found: t.List[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and found and isinstance(found[-1], str):
            found[-1] += piece
        elif piece != "":
            found.append(piece)
    return tuple(found)


def rendered(words: t.Sequence[Word]) -> t.Union[t.List[str], str]:
    """The option ``command``: a list when every word is exact, and a command line when systemd fills something in."""
    words = [unmarked(one) for one in words]
    texts = [literal(one) for one in words]
    if all(text is not None and "%i" not in text and not TEMPLATE.search(text) for text in texts):
        return [text or "" for text in texts]
    return command_line(words)


def command_line(words: t.Sequence[Word]) -> str:
    """The same as one line, as ``ExecStart=`` has it."""
    words = [unmarked(one) for one in words]
    return " ".join([_in_line(words[0], is_path=True), *map(_in_line, words[1:])]) if words else ""


def _in_line(one: Word, *, is_path: bool = False) -> str:
    if len(one) == 1 and isinstance(one[0], Variable) and one[0].split:
        return f"${one[0].name}"
    text = "".join(_escaped(piece, is_path=is_path) for piece in one)
    # A word that is a semicolon alone would begin a second command.
    return text if PLAIN.fullmatch(re.sub(r"\$\{\w+\}|\$\$", "", text) or "x") and text else f'"{text}"'


def _escaped(piece: Piece, *, is_path: bool) -> str:
    if isinstance(piece, Variable):
        return f"${{{piece.name}}}"
    if isinstance(piece, Specifier):
        return f"%{piece.letter}"
    text = "".join(_character(character) for character in piece).replace("%", "%%")
    return TEMPLATE.sub(r"\\x7b", text if is_path else text.replace("$", "$$"))


def _character(character: str) -> str:
    control = character < " " or character == "\x7f"
    return ESCAPES.get(character, f"\\x{ord(character):02x}" if control else character)


def _shown(piece: Piece) -> str:
    if isinstance(piece, Variable):
        return f"${{{piece.name}}}"
    return f"%{piece.letter}" if isinstance(piece, Specifier) else piece
