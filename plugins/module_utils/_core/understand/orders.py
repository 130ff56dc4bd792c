# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of a module to one manager, as data. A process of a user gets only such an order.

With ``check_mode``, the run only decides and changes nothing. With ``diff``, the result has a diff. A run without a
sign of life for ``confirm`` seconds counts as dead.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import presets
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool


@dataclass(frozen=True)
class Deploy:
    """Bring ``pools`` to their wanted state. With ``purge``, the other pools of this collection are removed.

    With ``take_over``, pools take over the work of other managers (``now``), or give it back and are removed
    (``undo``).

    ``problems`` are the problems of the input that are known already. ``skip_traps`` are the ids of disabled traps.
    """

    pools: t.Tuple[Pool, ...]
    problems: t.Tuple[Problem, ...]
    purge: bool
    check_mode: bool
    diff: bool
    skip_traps: t.Tuple[str, ...]
    confirm: float
    take_over: str = "never"

    @property
    def present(self) -> t.List[Pool]:
        return [pool for pool in self.pools if pool.present]

    def removals(self, owned: t.Mapping[str, str]) -> t.Dict[str, str]:
        """The reason for each pool that is removed. ``owned`` are the pools of this collection in the manager, with
        the kind of each.
        """
        listed = {pool.name for pool in self.pools}
        absent = {pool.name: f"the {pool.kind} is absent" for pool in self.pools if not pool.present}
        purged = {name: f"the {owned[name]} is not listed" for name in owned if self.purge and name not in listed}
        return {**absent, **purged}

    @property
    def longest_step(self) -> float:
        """The longest time between two signs of progress that the options allow: a stop, a start, and until settled."""
        return max((_longest_step(pool) for pool in self.pools), default=0.0)


@dataclass(frozen=True)
class GoBack:
    """Bring ``pool`` back to a ``generation``, a number or an id. ``None`` is the last good generation before the
    current generation.
    """

    pool: str
    generation: t.Optional[str]
    check_mode: bool
    diff: bool
    confirm: float


class Order(t.Protocol):
    """The properties of all orders."""

    @property
    def check_mode(self) -> bool:
        """Whether the run only decides and changes nothing."""

    @property
    def diff(self) -> bool:
        """Whether the result has a diff."""

    @property
    def confirm(self) -> float:
        """A run without a sign of life for so many seconds counts as dead."""


def _longest_step(pool: Pool) -> float:
    until_idle, settles = pool.rollout.patience, pool.rollout.healthy_deadline + pool.rollout.min_healthy_time
    return until_idle + presets.stop_time(pool.preset, pool.drain_timeout) + settles
