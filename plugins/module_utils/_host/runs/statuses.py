# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The status of the pools of one manager."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.scaled import wanted_instances
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.show_text import iso
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.agents import (
    agent_row,
    alert_rows,
    scaling_row,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.exits import last_exits
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.status import (
    STATUS_PROPERTIES,
    all_instances,
    pool_status,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.timer_status import (
    JOB_PROPERTIES,
    Times,
    counted_events,
    earlier_runs,
    timer_status,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import moment
from ansible_collections.workers.systemd.plugins.module_utils._core.write import agent_unit, duties
from ansible_collections.workers.systemd.plugins.module_utils._core.write.file_markers import file_markers
from ansible_collections.workers.systemd.plugins.module_utils._host.judge import exposure
from ansible_collections.workers.systemd.plugins.module_utils._host.look import (
    bonds,
    generations,
    kept_alerts,
    look,
    pool_files,
    timer_times,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.telling import or_else

# In seconds, and the entries of the agent that are read.
DAY, LINES = 86400.0, 1000
Rows = t.Dict[str, t.Dict[str, t.Any]]


def statuses(manager: Manager, pools: t.Sequence[str], timers: t.Sequence[str]) -> t.Dict[str, Rows]:
    """Returns the status of these pools and timers, by kind and name."""
    looked = look.observe([*pools, *timers], manager)
    observed = or_else(lambda: bonds.with_installed(manager, looked), lambda _error: looked)
    of_pools = _pool_rows(manager, {name: observed[name] for name in pools})
    of_timers = _timer_rows(manager, {name: observed[name] for name in timers})
    groups = {name: bonds.installed(manager.places, name, pool) for name, pool in observed.items()}
    agents = _agents(manager, groups, time.time())
    for name, row in (*of_pools.items(), *of_timers.items()):
        row["agent"] = agents.get(name)
    scales, since = kept_alerts.scales(manager.places), time.time() - time.monotonic()
    for name, row in of_pools.items():
        row["scaling"] = scaling_row(groups[name], scales.get(name), row["summary"]["running"], since)
    return {"pools": of_pools, "timers": of_timers}


def _pool_rows(manager: Manager, pools: t.Mapping[str, ObservedPool]) -> Rows:
    kept = {name: generations.of_pool(manager.places, name) for name in pools}
    wanted = {name: wanted_instances(kept[name], pool) for name, pool in pools.items()}
    instances = [
        unit_name.instance(name, one) for name, pool in pools.items() for one in all_instances(pool, wanted[name])
    ]
    shown = manager.show(instances, STATUS_PROPERTIES)
    died = [unit for unit, one in shown.items() if one["NRestarts"] != "0" or one["ActiveState"] != "active"]
    exits = last_exits(manager.exits(died))
    exposed = exposure.loaded(manager, dict.fromkeys(pools, unit_name.POOL))
    now = time.time()
    markers = {
        name: [file_markers({file.path: file.text for file in one.files}) for one in ones]
        for name, ones in kept.items()
    }
    rows = {
        name: pool_status(manager.places, name, pool, shown, exits, wanted[name], now, markers[name])
        for name, pool in pools.items()
    }
    for name, row in rows.items():
        row["exposure"] = exposed[name].score if name in exposed else None
        row["generations"] = [one.row for one in kept[name]]
    return rows


def _agents(manager: Manager, groups: t.Mapping[str, str], now: float) -> t.Dict[str, t.Any]:
    """The row about the agent, of each pool and timer that asks for it. ``groups`` are the texts of their targets."""
    asking = [name for name, group in groups.items() if duties.asks(group)]
    if not asking:
        return {}
    listed = manager.list_units([agent_unit.SERVICE]).get(agent_unit.SERVICE)
    runs = listed is not None and listed.active == "active"
    entries = or_else(lambda: manager.journal(agent_unit.SERVICE, now - DAY, lines=LINES), lambda _error: [])
    kept = kept_alerts.read(manager.places)
    since = now - time.monotonic()
    alerts = {name: alert_rows(name, kept[name], since) if name in kept else [] for name in asking}
    return {name: agent_row(manager.places, name, groups[name], entries, alerts[name], runs=runs) for name in asking}


def _timer_rows(manager: Manager, timers: t.Mapping[str, ObservedPool]) -> Rows:
    units = {name: timer.main_units(name) for name, timer in timers.items()}
    shown = manager.show([one.service for one in units.values()], JOB_PROPERTIES)
    times = _times(manager, timers, units, shown)
    rows = {
        name: timer_status(manager.places, name, timer, shown[units[name].service], times[name])
        for name, timer in timers.items()
    }
    for name, row in rows.items():
        row["generations"] = [one.row for one in generations.of_pool(manager.places, name)]
    return rows


def _times(
    manager: Manager,
    timers: t.Mapping[str, ObservedPool],
    units: t.Mapping[str, unit_name.MainUnits],
    shown: t.Mapping[str, t.Mapping[str, str]],
) -> t.Dict[str, Times]:
    """By timer. ``shown`` has JOB_PROPERTIES of the services."""
    upcoming = manager.next_runs([units[name].group for name, timer in timers.items() if timer.target_active])
    began = {name: iso(shown[one.service]["ExecMainStartTimestamp"]) for name, one in units.items()}
    # systemd forgets runs at a reboot.
    asked = [units[name].service for name, time in began.items() if not time]
    earlier = earlier_runs(or_else(lambda: manager.exits(asked), lambda _error: []))
    ran = {name: moment.seconds(time) for name, time in began.items() if time}
    ran.update({name: earlier[one.service].time for name, one in units.items() if one.service in earlier})
    counted = {}
    for name, timer in timers.items():
        events, group = counted_events(manager.places, name, timer), units[name].group
        if events:
            changed = timer.files[manager.places.unit(group)].changed
            counted[group] = (events, max(changed, ran.get(name, 0.0)))
    missed = or_else(lambda: timer_times.missed(manager, counted), lambda _error: {})
    return {
        name: Times(upcoming.get(one.group), missed.get(one.group), earlier.get(one.service))
        for name, one in units.items()
    }


def of_all(manager: Manager) -> t.Dict[str, Rows]:
    """Returns the status of all pools and timers of the manager."""
    return statuses(manager, *(pool_files.of_kind(manager.places, kind) for kind in (unit_name.POOL, unit_name.TIMER)))
