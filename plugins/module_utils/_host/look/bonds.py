# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The states of the units that pools are bound to."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.write.bonds import bonds_in
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import Wanted
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager

# Also a unit that starts or reloads is there to work with; `refreshing` is new in systemd 257.
UP = ("active", "activating", "reloading", "refreshing")


def installed(places: Places, name: str, pool: ObservedPool) -> str:
    """The text of the target of a pool or the timer of a job on the host, empty without one."""
    there = pool.files.get(places.unit(pool.main_units(name).group))
    return there.text if there else ""


def with_wanted(
    manager: Manager, pools: t.Mapping[str, ObservedPool], wanted: t.Mapping[str, Wanted]
) -> t.Dict[str, ObservedPool]:
    """The pools with the units that their wanted versions are bound to and that do not run."""
    return _with_down(manager, pools, {name: one.group_text for name, one in wanted.items() if not one.pool.foreign})


def with_installed(manager: Manager, pools: t.Mapping[str, ObservedPool]) -> t.Dict[str, ObservedPool]:
    """The same, of the versions that are on the host."""
    return _with_down(manager, pools, {name: installed(manager.places, name, pool) for name, pool in pools.items()})


def _with_down(
    manager: Manager, pools: t.Mapping[str, ObservedPool], targets: t.Mapping[str, str]
) -> t.Dict[str, ObservedPool]:
    bonds = {name: bonds_in(target) for name, target in targets.items()}
    states = manager.states(sorted({unit for units in bonds.values() for unit in units}))
    down = {unit: _in_words(load, active) for unit, (load, active) in states.items() if active not in UP}
    return {
        name: replace(pool, down={unit: down[unit] for unit in bonds.get(name, ()) if unit in down})
        for name, pool in pools.items()
    }


def _in_words(load: str, active: str) -> str:
    return {"not-found": "not there", "masked": "masked"}.get(load, active)
