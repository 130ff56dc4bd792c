# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One thing wrong with the input, in the words its author needs."""

from __future__ import annotations

import difflib
import typing as t
from dataclasses import asdict, dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import one_line

# Characters of a part of a problem that are shown: a megabyte of text would not help.
LONGEST_SHOWN = 500


@dataclass(frozen=True)
class Problem:
    """``where`` is the place in the input, ``found`` and ``expected`` say what is wrong, ``hint`` what to do.

    ``id`` is that of a finding about a unit, and ``url`` is where people read more about it.
    """

    where: str
    found: str
    expected: str
    hint: str = ""
    id: str = ""
    url: str = ""

    @property
    def parts(self) -> t.Dict[str, str]:
        """Its parts for somebody's terminal, each in one line that is not too long."""
        return {part: _shortened(text) for part, text in asdict(self).items()}

    def __str__(self) -> str:
        parts = self.parts
        hint = f" ({parts['hint']})" if self.hint else ""
        name = f" [{parts['id']}]" if self.id else ""
        more = f" {parts['url']}" if self.url else ""
        return f"{parts['where']}: found {parts['found']}, expected {parts['expected']}{hint}{name}{more}"


class Problems(Exception):
    """Everything wrong with one input, together."""

    def __init__(self, problems: t.Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class InputProblems(Problems):
    """Those of what the operator has written, whatever a user has done on the host."""


def _shortened(text: str) -> str:
    end = f"... ({len(text)} characters)" if len(text) > LONGEST_SHOWN else ""
    return one_line(text[:LONGEST_SHOWN]) + end


def unknown_pool(where: str, name: str, owned: t.Sequence[str], hint: str = "", kind: str = "pool") -> Problem:
    """A pool, or another ``kind``, that the host does not have. ``owned`` are those that it has."""
    expected = f"one of {', '.join(owned)}" if owned else f"a {kind} of this host, which has none"
    return Problem(where, repr(name), expected, hint or did_you_mean(name, owned))


def unknown_names(names: t.Iterable[str], there: t.Sequence[str], where: str) -> t.List[Problem]:
    """Names of pools and timers, in an option ``names``, that are not ``there``. ``where`` is ``this host``, say."""
    expected = f"one of {', '.join(there)}" if there else f"no name: no pool is on {where}"
    return [Problem("names", repr(name), expected, did_you_mean(name, there)) for name in names if name not in there]


def did_you_mean(word: str, known: t.Iterable[str]) -> str:
    """A hint for a misspelled word, or an empty text."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"Did you mean {close[0]}?" if close else ""
