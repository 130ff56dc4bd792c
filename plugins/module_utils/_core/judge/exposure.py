# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How exposed a unit is: what `systemd-analyze security` says about it, from 0 to 10, less is better."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import lines
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem

# systemd-analyze(1), --offline=: it judges files that are not installed.
OFFLINE_SINCE = 250
# As printed in the C locale: what is missing begins with a dash, and what it costs is the last word.
MISSING = re.compile(r"- ([A-Za-z]+)=\S*\s.*\s([0-9]+\.[0-9])\s*")
OVERALL = re.compile(r"-> Overall exposure level for (.+): ([0-9]+\.[0-9]) .*")
# How many directives a problem names.
DEAREST = 5


@dataclass(frozen=True)
class Exposure:
    """``missing`` is what each missing directive costs, the most expensive first."""

    score: float
    missing: t.Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Judged:
    """The exposure of a pool, and that of what is installed: ``None`` when nothing is, or nobody knows it."""

    score: float
    before: t.Optional[float] = None

    @property
    def worse(self) -> bool:
        return self.before is not None and self.score > self.before

    def __str__(self) -> str:
        """``9.2 -> 1.8``"""
        return " -> ".join(f"{one:.1f}" for one in (self.before, self.score) if one is not None)


def parse(said: str) -> t.Dict[str, Exposure]:
    """By unit, from what `systemd-analyze security UNIT...` prints."""
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
    """What is wrong with a pool that may be exposed no more than ``limit``; without a score nobody knows, so it is."""
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
