# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pools of this host that share its capacity, and those that a run brings."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.capacity import (
    Standing,
    beyond,
    differing,
    too_small,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.orders import Deploy
from ansible_collections.workers.systemd.plugins.module_utils._core.write import duties
from ansible_collections.workers.systemd.plugins.module_utils._host.look.duties import group_on_host
from ansible_collections.workers.systemd.plugins.module_utils._host.look.pool_files import owned
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.unit_files import links
from ansible_collections.workers.systemd.plugins.module_utils._host.telling import or_else


def judge(order: Deploy, manager: Manager) -> t.Tuple[t.List[Problem], t.List[str]]:
    """Problems of the input, and warnings."""
    # At least as many as are there at boot: a pool with problems may have none.
    new = {
        one.name: Standing(one.capacity, len(one.at_boot), one.memory_max or 0) for one in order.present if one.capacity
    }
    if not new:
        return [], []
    there = owned(manager.places)
    stay = there.keys() - {one.name for one in order.present} - order.removals(there).keys()
    others = _standing(stay, manager)
    meminfo = or_else(_meminfo, lambda _error: "")
    return list(too_small(new, others)), [*differing(new, others), *beyond(new, meminfo)]


def _meminfo() -> str:
    with open("/proc/meminfo", encoding="ascii") as file:
        return file.read()


def _standing(names: t.Iterable[str], manager: Manager) -> t.Dict[str, Standing]:
    """Those that share. What cannot be read does not."""
    enabled = [unit_name.UnitName.parse(unit) for unit in links(manager.places)]
    found = {}
    for name in names:
        try:
            duty = duties.parse(group_on_host(manager.places, name))
        except ValueError:
            continue
        if duty and any(duty.shared):
            instances = sum(one.prefix == name and one.instance is not None for one in enabled)
            least = duty.scaling.min if duty.scaling else instances
            found[name] = Standing(duty.shared, least, duty.size)
    return found
