# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pools of a manager that have duties for its agent, as its files and systemd show them."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.agent.tended import Tended
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.scaling import Scaling
from ansible_collections.workers.systemd.plugins.module_utils._core.write import duties
from ansible_collections.workers.systemd.plugins.module_utils._core.write.duties import Duties
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pause import paused_units
from ansible_collections.workers.systemd.plugins.module_utils._host.look import by_hand, pauses, pool_files
from ansible_collections.workers.systemd.plugins.module_utils._host.look.duties import group_on_host
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.unit_files import links

# Starts the timers at boot.
TIMERS = "timers.target"
# Times of directories, which a run changes when it changes a file in them: it replaces each file.
Stamp = t.Tuple[int, ...]


def stamp(places: Places, pools: t.Iterable[str]) -> Stamp:
    """Other than before when the pools may have other duties or instances."""
    wants = (TIMERS, *map(unit_name.target, pools))
    return (_changed(places.units), *(_changed(f"{places.unit(unit)}.wants") for unit in wants))


def in_care(
    places: Places, before: t.Mapping[str, Tended], scales: t.Mapping[str, t.Any], tell: t.Callable[[str], None]
) -> t.Dict[str, Tended]:
    """By pool. What has not changed since ``before`` stays the same. ``scales`` are kept decisions, by pool."""
    kinds = pool_files.owned(places)
    groups = {name: group_on_host(places, name) for name in kinds}
    names = [name for name, text in groups.items() if duties.asks(text)]
    known: t.Dict[str, t.Optional[Duties]] = {}
    for name in names:
        try:
            known[name] = duties.parse(groups[name])
        except ValueError as error:
            tell(f"{name}: {error}. Deploy the pool again")
    ranges = {name: one.scaling for name, one in known.items() if one and one.scaling}
    units = _units(places, {name: kinds[name] for name in names}, ranges)
    found = {}
    for name, asked in known.items():
        old = before.get(name)
        if asked and old and (old.duties, old.units) == (asked, units[name]):
            found[name] = old
        elif asked:
            found[name] = Tended(asked, units[name], scales.get(name))
    return found


def _units(
    places: Places, pools: t.Mapping[str, str], ranges: t.Mapping[str, Scaling]
) -> t.Dict[str, t.Tuple[str, ...]]:
    """The instances that are to run, and the services of timers: enabled, not paused and not masked. ``pools`` has the
    kind of each. Of those with ``ranges``, all instances that may run.
    """
    enabled = unit_name.units_in_order(links(places))
    paused = pauses.look(places, list(pools))
    units: t.Dict[str, t.List[str]] = {name: [] for name in pools}
    for name, one in ranges.items():
        units[name] = [unit_name.instance(name, instance) for instance in one.names]
    for unit in enabled:
        parsed = UnitName.parse(unit)
        kind = pools.get(parsed.prefix)
        if parsed.prefix in ranges:
            continue
        if kind == unit_name.POOL and parsed.instance and parsed.kind == "service":
            units[parsed.prefix].append(unit)
        elif kind == unit_name.TIMER and unit == unit_name.main_units(parsed.prefix, timer=True).group:
            units[parsed.prefix].append(unit_name.main_units(parsed.prefix, timer=True).service)
    masked = by_hand.look(places, [unit for of_pool in units.values() for unit in of_pool]).masked
    for name, of_pool in units.items():
        rests = paused_units({unit: UnitName.parse(unit).instance or "" for unit in of_pool}, paused[name])
        units[name] = [unit for unit in of_pool if unit not in rests and unit not in masked]
    return {name: tuple(of_pool) for name, of_pool in units.items()}


def _changed(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0
