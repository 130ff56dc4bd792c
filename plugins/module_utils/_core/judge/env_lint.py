# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of environment files that systemd reads otherwise than people think. No value of a variable is ever told."""

from __future__ import annotations

import enum
import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import not_text
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import (
    NAME,
    EnvLine,
    Otherwise,
    read_env,
)

# A file that was never meant for systemd has as many as lines.
MOST_TOLD = 20
PEM_BEGINS, PEM_ENDS = "-----BEGIN ", "-----END "
# A line of a key or a certificate (RFC 7468); it may end like an assignment.
PEM_LINE = re.compile(r"[A-Za-z0-9+/]+={0,2}")
# What was meant as a name. Anything else may be a part of somebody's secret.
MEANT_AS_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,39}")
BOM = "\ufeff"
INSTEAD = {
    Otherwise.COMMENT: "It is a part of the value: give a comment a line of its own, and quote what is meant so.",
    Otherwise.BEHIND_QUOTES: "It is a part of the value, without the blanks before it: quote the whole value.",
    Otherwise.BACKSLASH: "systemd drops it and takes the character behind it as it is: put the value in single quotes.",
    Otherwise.ESCAPE: "The worker gets the backslash and the letter: let the value itself go over several lines.",
    Otherwise.JOINED: "The next line is a part of the value, and its variable is not set: take the backslash away.",
    Otherwise.OPEN_QUOTE: "All up to the next quote, or to the end of the file, is the value: close it.",
}


class Effect(enum.Enum):
    """On the worker."""

    NO_START = "no start"
    NOT_SET = "not set"
    OTHER_VALUE = "other value"


class Oddity(t.NamedTuple):
    """``found`` and ``hint`` as a finding has them."""

    line: int
    effect: Effect
    found: str
    hint: str


def oddities(text: str) -> t.Tuple[Oddity, ...]:
    """The first of a file. Bytes that are no text are in ``text`` as surrogates (PEP 383)."""
    lines = read_env(text)
    found = [*_unreadable(text, lines), *_ignored(lines), *_otherwise(lines)]
    return tuple(sorted(found, key=lambda one: one.line)[:MOST_TOLD])


def _unreadable(text: str, lines: t.Sequence[EnvLine]) -> t.Iterator[Oddity]:
    """load_env_file_push() checks names and values, and nothing else; a NUL anywhere is too much for its caller."""
    hint = "systemd reads nothing of the file, and starts nothing with it: write it as UTF-8."
    before, nul, _behind = text.partition("\0")
    if nul:
        yield Oddity(before.count("\n") + 1, Effect.NO_START, "a NUL", hint)
    for one in lines:
        bad = not_text(one.name) or not_text(one.value or "")
        if one.value is not None and bad:
            where = _in(one)
            yield Oddity(one.line, Effect.NO_START, f"{bad},{where}" if where else bad, hint)


def _ignored(lines: t.Sequence[EnvLine]) -> t.Iterator[Oddity]:
    before, in_pem = "", False
    for one in lines:
        in_pem = in_pem and bool(PEM_LINE.fullmatch(one.name if one.value is None else f"{one.name}={one.value}"))
        if in_pem or one.name.startswith(PEM_ENDS):
            continue
        value = one.value or ""
        if one.value is None:
            yield Oddity(one.line, Effect.NOT_SET, f"a line that is no assignment{before}", "systemd ignores it.")
        elif value.startswith(PEM_BEGINS) and PEM_ENDS not in value:
            hint = "The worker gets the first line alone: put the whole value in quotes, in which lines may end."
            yield Oddity(one.line, Effect.NOT_SET, f"a value of several lines without quotes{_in(one)}", hint)
            in_pem = True
        elif not NAME.fullmatch(one.name) and one.name.split()[:1] != ["export"]:
            yield Oddity(one.line, Effect.NOT_SET, _bad_name(one), _about_name(one))
        before = f", behind {one.name}" if NAME.fullmatch(one.name) and one.value is not None else ""


def _otherwise(lines: t.Sequence[EnvLine]) -> t.Iterator[Oddity]:
    for one in lines:
        for kind in one.otherwise:
            yield Oddity(one.line, Effect.OTHER_VALUE, f"{kind.value}{_in(one)}", INSTEAD[kind])


def _in(one: EnvLine) -> str:
    return f" in {one.name}" if MEANT_AS_NAME.fullmatch(one.name) else ""


def _bad_name(one: EnvLine) -> str:
    if one.name.startswith(BOM):
        return "a byte order mark, which is a part of the first name"
    if MEANT_AS_NAME.fullmatch(one.name) and (one.value or "").strip("="):
        return f"{one.name}, which is no name of a variable"
    return "a name that is none of a variable"


def _about_name(one: EnvLine) -> str:
    gets = "The worker gets no such variable, and the journal shows the whole line, its value included"
    return f"{gets}: {'save the file without it' if one.name.startswith(BOM) else 'names are letters, digits and _'}."
