# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the pools of a host are doing: one row an instance, one summary a pool."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core import units
from ansible_collections.workers.systemd.plugins.module_utils._core.observed import (
    File,
    Instance,
    ObservedPool,
    Process,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.pool_unit import UNIT_MARKER, unit_marker
from ansible_collections.workers.systemd.plugins.module_utils._core.stale import own_markers, why_stale
from ansible_collections.workers.systemd.plugins.module_utils._core.wanted import (
    OWN_WATCH_MARKER,
    contents,
    generation_of,
)

# What `systemctl show` is asked for.
PROPERTIES = (
    "ActiveState",
    "SubState",
    "StateChangeTimestamp",
    "MainPID",
    "NRestarts",
    "MemoryCurrent",
    "TasksCurrent",
    "CPUUsageNSec",
)
Shown = t.Mapping[str, t.Mapping[str, str]]
Row = t.Dict[str, t.Any]


def pool_status(places: Places, name: str, pool: ObservedPool, shown: Shown, exits: t.Mapping[str, str]) -> Row:
    """``shown`` has the PROPERTIES by unit (with TZ=UTC), ``exits`` how each unit ended last."""
    installed = _installed(places, name, pool.files)
    instances = []
    for instance in units.in_order(pool.instances):
        unit = units.instance(name, instance)
        row = _row(unit, shown[unit], pool.instances[instance])
        row["last_exit"] = exits.get(unit, "")
        seen = pool.instances[instance].process
        row.update(_generation(places, seen, own_markers(installed, instance), pool.files))
        instances.append(row)
    return {
        "scope": "user" if places.user else "system",
        "user": places.user,
        "generation": _name_of(own_markers(installed, "")),
        "enabled": pool.target_enabled,
        "summary": _summary(instances),
        "instances": instances,
    }


def table(pools: t.Mapping[str, Row]) -> t.List[str]:
    """The same for a terminal: one line an instance, columns aligned."""
    heads = ("INSTANCE", "STATE", "SINCE", "PID", "RESTARTS", "MEMORY", "GENERATION", "LAST EXIT")
    rows = [heads]
    for pool in pools.values():
        for row in pool["instances"]:
            stale = f" (stale, wanted {pool['generation']})" if row["stale"] else ""
            rows.append(
                (
                    f"{pool['user']}/{row['unit']}".lstrip("/"),
                    f"{row['state']} ({row['sub_state']})",
                    row["since"] or "-",
                    str(row["main_pid"] or "-"),
                    str(row["restarts"]),
                    "-" if row["memory"] is None else f"{row['memory'] / 2**20:.1f}M",
                    f"{row['generation'] or '-'}{stale}",
                    row["last_exit"] or "-",
                )
            )
    if len(rows) == 1:
        return ["no pools on this host"]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]


def _installed(places: Places, name: str, files: t.Mapping[str, File]) -> t.Dict[str, str]:
    """The markers of what is installed, as the environment of a process would carry them."""
    template = files.get(places.unit(units.template(name)))
    environ = {UNIT_MARKER: unit_marker(template.text) if template else ""}
    for path, file in files.items():
        if places.is_config(path):
            environ.update(contents(path, file.text))
    return environ


def _row(unit: str, shown: t.Mapping[str, str], seen: Instance) -> Row:
    return {
        "unit": unit,
        "state": shown["ActiveState"],
        "sub_state": shown["SubState"],
        "since": _iso(shown["StateChangeTimestamp"]),
        "enabled": seen.enabled,
        "main_pid": int(shown["MainPID"]),
        "restarts": int(shown["NRestarts"]),
        "memory": _number(shown["MemoryCurrent"]),
        "tasks": _number(shown["TasksCurrent"]),
        "cpu_seconds": _seconds(_number(shown["CPUUsageNSec"])),
    }


def _generation(
    places: Places, process: t.Optional[Process], installed: t.Mapping[str, str], files: t.Mapping[str, File]
) -> Row:
    if process is None:
        return {"generation": None, "stale": None}
    changed = max((file.changed for path, file in files.items() if places.is_config(path)), default=0.0)
    stale = why_stale(process, installed, changed)
    if process.markers is not None:
        return {"generation": _name_of(process.markers), "stale": stale}
    return {"generation": None if stale else _name_of(installed), "stale": stale}


def _name_of(markers: t.Mapping[str, str]) -> str:
    """Files of single instances have no part in the name of the pool's generation."""
    return generation_of({marker: value for marker, value in markers.items() if marker != OWN_WATCH_MARKER})


def _summary(instances: t.Sequence[Row]) -> Row:
    return {
        "instances": len(instances),
        "running": sum(row["sub_state"] == "running" for row in instances),
        "stale": sum(bool(row["stale"]) for row in instances),
        "restarts": sum(row["restarts"] for row in instances),
        "memory": sum(row["memory"] or 0 for row in instances),
    }


def _iso(text: str) -> str:
    """``Tue 2026-11-24 16:36:19 UTC`` -> ``2026-11-24T16:36:19Z``; empty for a unit that was never started."""
    words = text.split()
    return f"{words[1]}T{words[2]}Z" if len(words) == 4 else ""


def _number(text: str) -> t.Optional[int]:
    """``[not set]``, and the largest number, stand for none."""
    return int(text) if text.isdigit() and int(text) < 2**64 - 1 else None


def _seconds(nanoseconds: t.Optional[int]) -> t.Optional[float]:
    return None if nanoseconds is None else round(nanoseconds / 1e9, 3)
