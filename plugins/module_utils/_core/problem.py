# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One thing wrong with the input, in the words its author needs."""

from __future__ import annotations

import difflib
import typing as t
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """``where`` is the place in the input, ``found`` and ``expected`` say what is wrong, ``hint`` what to do.

    ``id`` is that of a finding about a unit.
    """

    where: str
    found: str
    expected: str
    hint: str = ""
    id: str = ""

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        name = f" [{self.id}]" if self.id else ""
        return f"{self.where}: found {self.found}, expected {self.expected}{hint}{name}"


class Problems(Exception):
    """Everything wrong with one input, together."""

    def __init__(self, problems: t.Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def did_you_mean(word: str, known: t.Iterable[str]) -> str:
    """A hint for a misspelled word, or an empty text."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"Did you mean {close[0]}?" if close else ""
