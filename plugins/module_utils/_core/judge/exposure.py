# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exposure of a unit: the score of `systemd-analyze security`, from 0 to 10. A lower score is better."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import lines
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem

# systemd-analyze(1): with --offline= it scores files that are not installed.
OFFLINE_SINCE = 250
# The output in the C locale: the line of a missing directive begins with a dash, and its last word is the cost.
MISSING = re.compile(r"- ([A-Za-z]+)=\S*\s.*\s([0-9]+\.[0-9])\s*")
OVERALL = re.compile(r"-> Overall exposure level for (.+): ([0-9]+\.[0-9]) .*")
# A problem names so many missing directives.
DEAREST = 5


@dataclass(frozen=True)
class Exposure:
    """``missing`` maps each missing directive to its cost, the highest cost first."""

    score: float
    missing: t.Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Judged:
    """The exposure of a pool, and ``before``, the exposure of the installed unit.

    ``before`` is ``None`` when no unit is installed, or when its exposure is not known.
    """

    score: float
    before: t.Optional[float] = None

    @property
    def worse(self) -> bool:
        return self.before is not None and self.score > self.before

    def __str__(self) -> str:
        """``9.2 -> 1.8``"""
        return " -> ".join(f"{one:.1f}" for one in (self.before, self.score) if one is not None)


def parse(said: str) -> t.Dict[str, Exposure]:
    """The exposure of each unit in the output of `systemd-analyze security UNIT...`."""
    found: t.Dict[str, Exposure] = {}
    costs: t.Dict[str, float] = {}
    for line in lines(said):
        missing, overall = MISSING.fullmatch(line), OVERALL.fullmatch(line)
        if missing:
            costs[missing.group(1)] = costs.get(missing.group(1), 0.0) + float(missing.group(2))
        elif overall:
            dearest = sorted(costs.items(), key=lambda item: -item[1])
            found[overall.group(1)] = Exposure(float(overall.group(2)), dict(dearest))
            costs = {}
    return found


def over_limit(where: str, limit: float, exposure: t.Optional[Exposure]) -> t.Iterator[Problem]:
    """The problem of a pool whose exposure is above ``limit``. A pool without a score has a problem, too."""
    expected = f"at most {limit:g}"
    if exposure is None:
        hint = "Run `systemd-analyze security` there, or remove the limit."
        yield Problem(where, "no score: the host's systemd-analyze gave none", expected, hint)
    elif exposure.score > limit:
        dearest = list(exposure.missing.items())[:DEAREST]
        named = ", ".join(f"{directive}= ({cost:.1f})" for directive, cost in dearest)
        yield Problem(
            where, f"an exposure of {exposure.score:.1f}", expected, f"The most important missing directives: {named}."
        )
