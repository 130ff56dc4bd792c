# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pools of all hosts as the page shows them: one condition for each pool, and the counts of the fleet."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.tell import condition
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.condition import Condition, Row

# A colour alone tells nothing to a person who does not see colours.
SYMBOLS = {
    Condition.DEAD: "✖",
    Condition.FLAPPING: "↻",
    Condition.PUT_BACK: "↩",
    Condition.STALE: "◷",
    Condition.PAUSED: "‖",
    Condition.WAITING: "…",
    Condition.UP: "✔",
}


def css(which: Condition) -> str:
    """The class of what has this condition."""
    return which.name.lower()


@dataclass(frozen=True)
class Pool:
    """``row`` is what the module ``pools_info`` returns for it, ``number`` its place in the fleet."""

    number: int
    host: str
    name: str
    row: Row

    @property
    def condition(self) -> Condition:
        return condition.of_pool(self.row)

    def condition_of(self, row: Row) -> Condition:
        """That of one of its instances."""
        return condition.of_instance(self.row, row)

    @property
    def running(self) -> int:
        return int(self.row["summary"]["running"])

    @property
    def wanted(self) -> int:
        return int(self.row["wanted"])


@dataclass(frozen=True)
class Fleet:
    """``pools`` are those of all hosts in order. ``timers`` has the rows of the timers, by host and name. ``troubles``
    says why a host did not answer.
    """

    hosts: t.Tuple[str, ...]
    pools: t.Tuple[Pool, ...]
    timers: t.Mapping[str, t.Mapping[str, Row]]
    troubles: t.Mapping[str, str]

    @property
    def names(self) -> t.List[str]:
        return sorted({pool.name for pool in self.pools})

    def of_host(self, host: str) -> t.List[Pool]:
        return [pool for pool in self.pools if pool.host == host]

    def count(self, which: Condition) -> int:
        return sum(pool.condition is which for pool in self.pools)


def fleet(results: t.Mapping[str, t.Mapping[str, t.Any]]) -> Fleet:
    """``results`` has what ``pools_info`` returned, by host; a host without an answer has its ``msg`` alone."""
    rows = [(host, name, row) for host, result in results.items() for name, row in (result.get("pools") or {}).items()]
    pools = [Pool(number, *row) for number, row in enumerate(rows)]
    troubles = {
        host: str(result.get("msg") or "no answer") for host, result in results.items() if "pools" not in result
    }
    timers = {host: result.get("timers") or {} for host, result in results.items()}
    return Fleet(tuple(results), tuple(pools), timers, troubles)
