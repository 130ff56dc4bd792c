# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of environment files that systemd reads otherwise than people think. No value of a variable is ever shown."""

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
MOST_FINDINGS = 20
PEM_BEGINS, PEM_ENDS = "-----BEGIN ", "-----END "
# A line of a key or a certificate (RFC 7468); it may end like an assignment.
PEM_LINE = re.compile(r"[A-Za-z0-9+/]+={0,2}")
# What was meant as a name. Anything else may be a part of somebody's secret.
MEANT_AS_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,39}")
BOM = "\ufeff"
INSTEAD = {
    Otherwise.COMMENT: (
        "It is a part of the value. Write a comment on its own line. If it belongs to the value, quote the value."
    ),
    Otherwise.BEHIND_QUOTES: "It is a part of the value, without the blanks before it: quote the whole value.",
    Otherwise.BACKSLASH: "systemd drops it and keeps the next character: put the value in single quotes.",
    Otherwise.ESCAPE: "The worker gets the backslash and the letter. Write the value on several lines instead.",
    Otherwise.JOINED: "The next line is a part of the value, and its variable is not set: remove the backslash.",
    Otherwise.OPEN_QUOTE: "Everything up to the next quote, or to the end of the file, is the value: close the quote.",
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
    return tuple(sorted(found, key=lambda one: one.line)[:MOST_FINDINGS])


def _unreadable(text: str, lines: t.Sequence[EnvLine]) -> t.Iterator[Oddity]:
    """load_env_file_push() checks names and values, and nothing else; a NUL anywhere is too much for its caller."""
    hint = "systemd cannot read the file and does not start the service: write it as UTF-8."
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
            yield Oddity(one.line, Effect.NOT_SET, f"a line that is not an assignment{before}", "systemd ignores it.")
        elif value.startswith(PEM_BEGINS) and PEM_ENDS not in value:
            hint = "The worker gets only the first line: put the whole value in quotes."
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
        return f"{one.name}, which is not a valid name of a variable"
    return "an invalid name of a variable"


def _about_name(one: EnvLine) -> str:
    gets = "The worker does not get the variable, and the journal shows the whole line with its value"
    return f"{gets}: {'save the file without it' if one.name.startswith(BOM) else 'names are letters, digits and _'}."
