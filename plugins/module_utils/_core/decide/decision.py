# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run is to do with the pools of one manager, known in full before anything changes. Check mode ends with it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import Step
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.versions import Versions
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.exposure import Judged
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import ObservedPool, ObservedShared
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import Wanted, WantedFile


@dataclass(frozen=True)
class SharedPlan:
    """The units that serve all pools of a host: the files that are wanted, what is there, and the steps between."""

    files: t.Tuple[WantedFile, ...]
    observed: ObservedShared
    steps: t.Tuple[Step, ...]


@dataclass(frozen=True)
class PoolsDecision:
    """What a run is to do with the pools of one manager.

    ``wanted`` are the pools that are there after it, ``steps`` those of every pool, also of one that is removed, and
    ``others`` the pools of ours that stay as they are. A dead run is undone after ``confirm`` seconds. ``masked`` are
    paths of masks by unit. ``catalogue`` is what systemd said of its directives, where the host does not keep that yet.
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
    masked: t.Mapping[str, str] = field(default_factory=dict)
    exposures: t.Mapping[str, Judged] = field(default_factory=dict)
    skip_traps: t.Collection[str] = ()
    catalogue: bytes = b""
    warnings: t.Tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        return bool(self.shared.steps or self.reload) or any(self.steps.values())

    @property
    def pools(self) -> t.List[str]:
        """Names of those that are there when it is done."""
        return sorted({*self.wanted, *self.others})
