# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run is to do with the pools of one manager, known in full before anything changes. Check mode ends with it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import waiting_units
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Step
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.versions import Versions
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.exposure import Judged
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import ObservedPool, ObservedShared
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import POOL, TIMER
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.replaces import Replaces
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pause import Pause, Pauses, paused_units
from ansible_collections.workers.systemd.plugins.module_utils._core.write.replaced import Record
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import Wanted, WantedFile


@dataclass(frozen=True)
class SharedPlan:
    """The units that serve all pools of a host: the files that are wanted, what is there, and the steps between."""

    files: t.Tuple[WantedFile, ...]
    observed: ObservedShared
    steps: t.Tuple[Step, ...]


@dataclass(frozen=True)
class Removal:
    """What a run does last, when all that it has started has settled: it removes ``pools``, with steps of their own.

    ``shared`` are the units that serve the pools that stay. A ``held`` removal is not carried out, because a run in
    another manager has failed before.
    """

    pools: t.FrozenSet[str] = frozenset()
    shared: SharedPlan = SharedPlan((), ObservedShared(), ())
    reload: t.Tuple[Step, ...] = ()
    held: bool = False


@dataclass(frozen=True)
class PoolsDecision:
    """What a run is to do with the pools of one manager.

    ``wanted`` are the pools that are there after it, ``steps`` those of every pool, also of one that is removed, and
    ``others`` the pools of ours that stay as they are. ``shared`` and ``reload`` are done before the ``removal``. A
    dead run is undone after ``confirm`` seconds. ``masked`` are paths of masks by unit. ``pauses`` are, by pool, those
    that there are after the run. ``times`` are the next times of timers with a calendar, on the host's clock, as far as
    its systemd says them. ``catalogue`` is what systemd said of its directives, where the host does not keep that yet.
    ``take`` is what pools take over from other managers, and ``give`` what they give back.
    """

    places: Places
    wanted: t.Mapping[str, Wanted]
    observed: t.Mapping[str, ObservedPool]
    steps: t.Mapping[str, t.Tuple[Step, ...]]
    others: t.Tuple[str, ...]
    shared: SharedPlan
    reload: t.Tuple[Step, ...]
    versions: Versions
    check_mode: bool
    confirm: float
    removal: Removal = field(default_factory=Removal)
    masked: t.Mapping[str, str] = field(default_factory=dict)
    pauses: t.Mapping[str, Pauses] = field(default_factory=dict)
    times: t.Mapping[str, t.Sequence[str]] = field(default_factory=dict)
    exposures: t.Mapping[str, Judged] = field(default_factory=dict)
    skip_traps: t.Collection[str] = ()
    catalogue: bytes = b""
    take: t.Mapping[str, Replaces] = field(default_factory=dict)
    give: t.Mapping[str, Record] = field(default_factory=dict)
    warnings: t.Tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        return bool(self.shared.steps or self.reload or self.removal.shared.steps) or any(self.steps.values())

    def without_removal(self) -> PoolsDecision:
        """The same decision, whose removals wait for another run."""
        return replace(self, removal=replace(self.removal, held=True))

    def kind(self, name: str) -> str:
        """Of a pool that is wanted, or that is removed."""
        return self.wanted[name].pool.kind if name in self.wanted else TIMER if self.observed[name].timer else POOL

    def paused(self, pool: str) -> t.Dict[str, Pause]:
        """The instances of a wanted pool, or the timer, that stay stopped after the run, by unit."""
        version = self.wanted[pool].pool
        waiting = waiting_units(version, self.observed.get(pool, ObservedPool()))
        return {**waiting, **paused_units(version.held_units, self.pauses.get(pool, {}))}

    @property
    def pools(self) -> t.List[str]:
        """Names of those that are there when it is done."""
        return sorted({*self.wanted, *self.others})
