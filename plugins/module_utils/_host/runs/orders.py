# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What modules want done in one manager, as data: so that the process of a user can be handed it, and nothing else."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values import time_span
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import presets
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.instances import Asked
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool
from ansible_collections.workers.systemd.plugins.module_utils._core.write.dead_man import DEFAULT
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.task import Decided
from ansible_collections.workers.systemd.plugins.module_utils._host.runs.deploy import Deployment
from ansible_collections.workers.systemd.plugins.module_utils._host.runs.instances import Instances
from ansible_collections.workers.systemd.plugins.module_utils._host.runs.rollback import Rollback, chosen
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.undo.dead_man import DeadMan, Program


class Orders(t.Protocol):
    """``confirm`` is how many seconds without a sign of life mean that who carries them out is dead."""

    @property
    def check_mode(self) -> bool:
        """Whether they are only to be decided."""

    @property
    def confirm(self) -> float:
        """See above."""

    def __call__(self, manager: Manager) -> t.Tuple[Decided, t.List[str]]:
        """Decides. Returns warnings too, and raises ``Problems``."""


@dataclass(frozen=True)
class Deploy:
    """``known`` are problems of the input."""

    pools: t.Tuple[Pool, ...]
    known: t.Tuple[Problem, ...]
    purge: bool
    check_mode: bool
    skip_traps: t.Tuple[str, ...]
    confirm: float

    def __call__(self, manager: Manager) -> t.Tuple[Deployment, t.List[str]]:
        """Returns warnings too, and raises ``Problems``."""
        deployment = Deployment(
            manager,
            self.pools,
            purge=self.purge,
            check_mode=self.check_mode,
            skip_traps=self.skip_traps,
            switch=DeadMan(manager.places, self.confirm, Program()),
        )
        warnings = deployment.judge(self.known)
        deployment.decide()
        return deployment, [*warnings, *deployment.foreseen()]

    @property
    def longest_step(self) -> float:
        """Seconds between two signs of progress that the operator allows for: a stop, a start, until settled."""
        return max((_longest_step(pool) for pool in self.pools), default=0.0)

    def left_of(self, pools: t.Iterable[str]) -> t.Set[str]:
        """What is there after it, when ``pools`` were before."""
        gone = {pool.name for pool in self.pools if not pool.present}
        return ({*pools} if not self.purge else set()) - gone | {pool.name for pool in self.pools if pool.present}


def _longest_step(pool: Pool) -> float:
    until_idle, settles = pool.rollout.patience, pool.rollout.healthy_deadline + pool.rollout.min_healthy_time
    return until_idle + presets.stop_time(pool.preset, pool.drain_timeout) + settles


@dataclass(frozen=True)
class GoBack:
    """``generation`` is a number or an id; ``None`` for the last good one before the present."""

    pool: str
    generation: t.Optional[str]
    check_mode: bool
    confirm: float

    def __call__(self, manager: Manager) -> t.Tuple[Rollback, t.List[str]]:
        """Returns warnings too, and raises ``Problems``."""
        generation = chosen(self.pool, self.generation, manager)
        switch = DeadMan(manager.places, self.confirm, Program())
        rollback = Rollback(manager, generation, check_mode=self.check_mode, switch=switch)
        warnings = rollback.judge([])
        rollback.decide()
        return rollback, [*warnings, *rollback.foreseen(), *rollback.not_put_back()]


@dataclass(frozen=True)
class Bring:
    """Services of somebody else to what is ``asked``."""

    asked: Asked
    check_mode: bool
    confirm: float = time_span.seconds(DEFAULT)

    def __call__(self, manager: Manager) -> t.Tuple[Instances, t.List[str]]:
        """Returns warnings too, and raises ``Problems``."""
        instances = Instances(manager, self.asked, check_mode=self.check_mode)
        return instances, instances.decide()
