# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a line of a pool's unit back to the option that its operator wrote."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Placed
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import Value, value_texts
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import job
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import SAME_AS_OPTION, Pool

# Options by section and directive.
Options = t.Mapping[str, t.Mapping[str, str]]
OF_POOLS: Options = {"Service": SAME_AS_OPTION}
OF_TIMERS: Options = {**job.SAME_AS_OPTION, "Service": {**SAME_AS_OPTION, **job.SAME_AS_OPTION["Service"]}}


def option_of(places: Places, pool: Pool, at: t.Optional[Placed]) -> str:
    """The option that the directive comes from; the pool, for what it did not ask for; a line of another's file."""
    if at is None:
        return pool.where
    drop_ins = {places.own_drop_in(unit_name.instance(pool.name, name)): name for name in pool.own}
    if at.path in drop_ins:
        name = drop_ins[at.path]
        return _option_of(at, pool.own[name].unit, f"{pool.where}.per_instance.{name}", OF_POOLS)
    if at.path not in map(places.unit, pool.main_units):
        return f"{pool.where}: {at.path}:{at.line}"
    return _option_of(at, pool.unit, pool.where, OF_POOLS if pool.schedule is None else OF_TIMERS)


def _option_of(at: Placed, unit: t.Mapping[str, t.Mapping[str, Value]], where: str, options: Options) -> str:
    if at.section in unit:
        if not at.key:
            return f"{where}.unit.{at.section}"
        # Of a list only some lines are the operator's.
        if at.value in value_texts(unit[at.section].get(at.key, [])):
            return f"{where}.unit.{at.section}.{at.key}"
    option = options.get(at.section, {}).get(at.key)
    return f"{where}.{option}" if option else where
