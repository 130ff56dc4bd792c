# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The status of the pools of one manager."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import Generation, last_good
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.exits import last_exits
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.status import (
    STATUS_PROPERTIES,
    all_instances,
    pool_status,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.judge import exposure
from ansible_collections.workers.systemd.plugins.module_utils._host.look import generations, look, pool_files
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager


def statuses(manager: Manager, names: t.Sequence[str]) -> t.Dict[str, t.Dict[str, t.Any]]:
    """Returns the status of these pools, by pool."""
    pools = look.observe(names, manager)
    kept = {name: generations.of_pool(manager.places, name) for name in pools}
    wanted = {name: _wanted(pool, kept[name]) for name, pool in pools.items()}
    instances = [
        unit_name.instance(name, one) for name, pool in pools.items() for one in all_instances(pool, wanted[name])
    ]
    shown = manager.show(instances, STATUS_PROPERTIES)
    died = [unit for unit, one in shown.items() if one["NRestarts"] != "0" or one["ActiveState"] != "active"]
    exits = last_exits(manager.exits(died))
    exposed = exposure.loaded(manager, names)
    now = time.time()
    rows = {
        name: pool_status(manager.places, name, pool, shown, exits, wanted[name], now) for name, pool in pools.items()
    }
    for name, row in rows.items():
        row["exposure"] = exposed[name].score if name in exposed else None
        row["generations"] = [one.row for one in kept[name]]
    return rows


def of_all(manager: Manager) -> t.Dict[str, t.Dict[str, t.Any]]:
    """Returns the status of all pools of the manager, by pool."""
    return statuses(manager, pool_files.owned_pools(manager.places))


def _wanted(pool: ObservedPool, kept: t.Sequence[Generation]) -> t.Collection[str]:
    """Returns the instances of the last good version. Without a good version, it returns the enabled instances."""
    good = last_good(kept)
    return good.instances if good else [name for name, seen in pool.instances.items() if seen.enabled]
