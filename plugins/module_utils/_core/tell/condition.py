# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One condition for each pool and each instance, made of the rows of ``pools_info``: for the table and for the page."""

from __future__ import annotations

import enum
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.write.pause import BY_BOND

Row = t.Mapping[str, t.Any]


class Condition(enum.Enum):
    """How a pool is doing; the first one that holds. The value is the word that is shown."""

    DEAD = "dead"
    FLAPPING = "flapping"
    PUT_BACK = "put back"
    STALE = "stale"
    PAUSED = "paused"
    # For a unit that the pool is bound to.
    WAITING = "waiting"
    UP = "up"

    @property
    def is_a_problem(self) -> bool:
        return self not in (Condition.UP, Condition.PAUSED, Condition.WAITING)


def of_pool(row: Row) -> Condition:
    return _first(
        {
            Condition.DEAD: bool(row["dead"]),
            Condition.FLAPPING: bool(row["flapping"]),
            Condition.PUT_BACK: is_put_back(row),
            Condition.STALE: row["summary"]["stale"] > 0,
            Condition.PAUSED: any(is_paused(one) for one in row["instances"]) or bool(row["paused"]),
            Condition.WAITING: any(is_waiting(one) for one in row["instances"]),
        }
    )


def of_instance(pool: Row, row: Row) -> Condition:
    """That of one instance of the pool."""
    return _first(
        {
            Condition.DEAD: row["unit"] in pool["dead"],
            Condition.FLAPPING: row["unit"] in pool["flapping"],
            Condition.PAUSED: is_paused(row),
            Condition.WAITING: is_waiting(row),
            Condition.STALE: bool(row["stale"]),
        }
    )


def is_waiting(row: Row) -> bool:
    """Whether an instance stays stopped until another unit starts."""
    return bool(row["paused"]) and row["paused"]["by"] == BY_BOND


def is_paused(row: Row) -> bool:
    """Whether a deploy or an operator keeps an instance stopped."""
    return bool(row["paused"]) and not is_waiting(row)


def at_rest(row: Row) -> str:
    """The word for an instance that is to stay stopped; empty for any other."""
    waits = Condition.WAITING.value if is_waiting(row) else ""
    return Condition.PAUSED.value if is_paused(row) else waits


def is_put_back(row: Row) -> bool:
    """Whether its newest version was bad, so that the host runs an older one."""
    return bool(row["generations"]) and row["generations"][-1]["state"] == "bad"


def _first(held: t.Mapping[Condition, bool]) -> Condition:
    return next((condition for condition, holds in held.items() if holds), Condition.UP)
