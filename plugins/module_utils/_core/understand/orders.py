# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module is asked to do in one manager, as data: a process of a user can be handed it, and nothing else.

``check_mode`` is whether it is only to be decided, ``diff`` whether the result has a diff. After ``confirm`` seconds
without a sign of life a run is taken for dead.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import presets
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool


@dataclass(frozen=True)
class Deploy:
    """Bring ``pools`` to their wanted state. With ``purge`` the other pools of ours are removed.

    ``problems`` are those of the input that are known already, ``skip_traps`` ids of traps that are switched off.
    """

    pools: t.Tuple[Pool, ...]
    problems: t.Tuple[Problem, ...]
    purge: bool
    check_mode: bool
    diff: bool
    skip_traps: t.Tuple[str, ...]
    confirm: float

    @property
    def present(self) -> t.List[Pool]:
        return [pool for pool in self.pools if pool.present]

    def removals(self, owned: t.Iterable[str]) -> t.Dict[str, str]:
        """Why pools are removed, by name, from a manager in which those of ours are ``owned``."""
        listed = {pool.name for pool in self.pools}
        absent = {pool.name: "the pool is absent" for pool in self.pools if not pool.present}
        purged = {name: "the pool is not listed" for name in owned if self.purge and name not in listed}
        return {**absent, **purged}

    @property
    def longest_step(self) -> float:
        """Seconds between two signs of progress that the operator allows for: a stop, a start, until settled."""
        return max((_longest_step(pool) for pool in self.pools), default=0.0)

    def left_of(self, pools: t.Iterable[str]) -> t.Set[str]:
        """Names of the pools that are there after it, when ``pools`` were before."""
        gone = {pool.name for pool in self.pools if not pool.present}
        return ({*pools} if not self.purge else set()) - gone | {pool.name for pool in self.pools if pool.present}


@dataclass(frozen=True)
class GoBack:
    """Bring ``pool`` back to a ``generation``: a number or an id, ``None`` for the last good one before the present."""

    pool: str
    generation: t.Optional[str]
    check_mode: bool
    diff: bool
    confirm: float


class Order(t.Protocol):
    """What all orders have."""

    @property
    def check_mode(self) -> bool:
        """Whether it is only to be decided."""

    @property
    def diff(self) -> bool:
        """Whether the result has a diff."""

    @property
    def confirm(self) -> float:
        """See above."""


def _longest_step(pool: Pool) -> float:
    until_idle, settles = pool.rollout.patience, pool.rollout.healthy_deadline + pool.rollout.min_healthy_time
    return until_idle + presets.stop_time(pool.preset, pool.drain_timeout) + settles
