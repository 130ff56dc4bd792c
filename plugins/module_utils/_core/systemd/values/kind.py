# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What makes a kind of value, and how checks are put together."""

from __future__ import annotations

import enum
import re
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.extract_word import (
    QUOTED,
    BadWord,
    Style,
    next_word,
    words,
)

Accepts = t.Callable[[str], bool]


# What a specifier that stands for nothing leaves in a value that is taken apart: systemd expands the words. No file
# can hold a NUL.
NOTHING = "\0"


class Expands(enum.Enum):
    """Which specifiers systemd expands in a value."""

    NONE = "a percent sign is a character as any other"
    NAMES = "unit_name_printf()"
    ALL = "unit_full_printf()"


def _as_written(value: str) -> str:
    return value


def verbatim(pattern: str) -> t.Callable[[str], str]:
    """In what matches, a percent sign is a character as any other."""
    match = re.compile(pattern, re.DOTALL)
    return lambda value: match.sub(lambda found: found.group().replace("%", "%%"), value)


@dataclass(frozen=True)
class Kind:
    """``expected`` says it in the words of who wrote the value. ``empty``: an empty value takes earlier ones back.

    ``splits``: systemd takes it apart so and then expands the words, so that ``accepts`` gets ``NOTHING`` in it where a
    specifier stands for nothing. ``before`` gives the value as it is when specifiers are expanded, ``None`` when it is
    wrong before that; ``accepts`` gets it after that.
    """

    expected: str
    accepts: Accepts
    empty: bool = True
    expands: Expands = Expands.NONE
    splits: t.Optional[Style] = None
    before: t.Callable[[str], t.Optional[str]] = _as_written

    def expanded_parts(self, value: str) -> t.List[str]:
        """What specifiers are looked for in: a quote may stand between a percent sign and its letter. ``accepts`` tells
        of a value that cannot be taken apart.
        """
        try:
            return [value, *(words(value, self.splits) if self.splits else [])]
        except BadWord:
            return [value]


def each(accepts: Accepts, style: Style = QUOTED) -> Accepts:
    """Whether all words of a list are so."""
    return each_written(lambda word: accepts(word.replace(NOTHING, "")), style)


def each_written(accepts: Accepts, style: Style) -> Accepts:
    """The same of words that are taken apart once more."""

    def accepts_all(value: str) -> bool:
        try:
            return all(accepts(word) for word in words(value, style))
        except BadWord:
            return False

    return accepts_all


def one_of(*choices: t.Union[str, Accepts]) -> Accepts:
    """Whether it is one of some words, or as one of some checks wants it."""
    known = frozenset(choice for choice in choices if isinstance(choice, str))
    checks = [choice for choice in choices if not isinstance(choice, str)]
    return lambda value: value in known or any(accepts(value) for accepts in checks)


def after(prefixes: str, accepts: Accepts) -> Accepts:
    """Whether it is so behind each of these characters, which may be there once and in this order."""

    def accepts_rest(value: str) -> bool:
        for prefix in prefixes:
            value = value[value.startswith(prefix) :]
        return accepts(value)

    return accepts_rest


def soft_and_hard(read: t.Callable[[str], t.Optional[float]]) -> Accepts:
    """Two resource limits with a colon between them, or one for both (rlimit_parse()). ``read`` gives the value."""
    style = Style(":", unquotes=False, own_fields=True)

    def accepts_both(value: str) -> bool:
        try:
            soft, position = next_word(value, 0, style)
            hard, position = (soft, None) if position is None else next_word(value, position, style)
        except BadWord:
            return False
        limits = [read(one or "") for one in (soft, hard)]
        return position is None and None not in limits and t.cast("float", limits[0]) <= t.cast("float", limits[1])

    return accepts_both
