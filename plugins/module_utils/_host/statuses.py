# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the pools of one manager are doing."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core import units
from ansible_collections.workers.systemd.plugins.module_utils._core.report import last_exits
from ansible_collections.workers.systemd.plugins.module_utils._core.status import PROPERTIES, pool_status
from ansible_collections.workers.systemd.plugins.module_utils._host import exposure, generations, look
from ansible_collections.workers.systemd.plugins.module_utils._host.manager import Manager


def statuses(manager: Manager, names: t.Sequence[str]) -> t.Dict[str, t.Dict[str, t.Any]]:
    """By pool."""
    pools = look.observe(names, manager)
    instances = [units.instance(name, one) for name, pool in pools.items() for one in pool.instances]
    shown = manager.show(instances, PROPERTIES)
    died = [unit for unit, one in shown.items() if one["NRestarts"] != "0" or one["ActiveState"] != "active"]
    exits = last_exits(manager.exits(died))
    exposed = exposure.loaded(manager, names)
    told = {name: pool_status(manager.places, name, pool, shown, exits) for name, pool in pools.items()}
    for name, row in told.items():
        row["exposure"] = exposed[name].score if name in exposed else None
        row["generations"] = [one.row for one in generations.of_pool(manager.places, name)]
    return told


def of_all(manager: Manager) -> t.Dict[str, t.Dict[str, t.Any]]:
    """By pool."""
    return statuses(manager, look.owned_pools(manager.places))
