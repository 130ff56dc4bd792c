# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The decisions about the number of instances of a pool, as the agent keeps them to be shown."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.agent.alert import UNREADABLE
from ansible_collections.workers.systemd.plugins.module_utils._core.shape import LARGEST

# The decisions that are kept.
MOST = 10


@dataclass(frozen=True)
class Decision:
    """At ``time``, of the clock that no program sets, the number of instances went from ``before`` to ``after``."""

    time: float
    before: int
    after: int
    because: str

    def __str__(self) -> str:
        return f"{self.before} -> {self.after}: {self.because}"


def count_of(kept: t.Any) -> int:
    """Raises ``ValueError`` or another of UNREADABLE for what counts nothing: a user may have written it."""
    number = int(kept)
    if number not in range(LARGEST):
        raise ValueError("counts nothing")
    return number


def decisions_in(kept: t.Any) -> t.List[Decision]:
    """Those in a state, the last one at the end. None of a state that is not one of ours."""
    try:
        found = [Decision(**one) for one in kept["decisions"]][-MOST:]
        return [Decision(float(one.time), count_of(one.before), count_of(one.after), str(one.because)) for one in found]
    except UNREADABLE:
        return []
