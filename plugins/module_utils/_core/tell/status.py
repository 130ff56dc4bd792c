# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the pools of a host are doing: one row an instance, one summary a pool, and who does not do what is wanted."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.stale import started_with, why_stale
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import (
    File,
    Instance,
    ObservedPool,
    Process,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.exits import A_JOB, CLEAN_END
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import moment
from ansible_collections.workers.systemd.plugins.module_utils._core.write.markers import (
    OWN_WATCH_MARKER,
    UNIT_MARKER,
    generation_of,
    own_markers,
    unit_marker,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import contents

# What `systemctl show` is asked for.
STATUS_PROPERTIES = (
    "ActiveState",
    "SubState",
    "StateChangeTimestamp",
    "MainPID",
    "NRestarts",
    "MemoryCurrent",
    "TasksCurrent",
    "CPUUsageNSec",
)
HEADS = ("INSTANCE", "STATE", "SINCE", "PID", "RESTARTS", "MEMORY", "GENERATION", "LAST EXIT")
# The lists of a pool that name who does not do what is wanted.
BAD = ("flapping", "dead")
# In seconds: the longest that systemd waits between two starts of a pool's instance (pool_unit.py).
JUST_NOW = 10.0
Shown = t.Mapping[str, t.Mapping[str, str]]
Row = t.Dict[str, t.Any]


# Large: each parameter is one thing that was looked at.
def pool_status(
    places: Places,
    name: str,
    pool: ObservedPool,
    shown: Shown,
    exits: t.Mapping[str, str],
    wanted: t.Collection[str],
    now: float,
) -> Row:
    """``shown`` has STATUS_PROPERTIES by unit (TZ=UTC), ``exits`` the last end of each unit, ``wanted`` the instances.

    ``now`` is in seconds since the epoch.
    """
    installed = _installed(places, name, pool.files)
    instances = []
    for instance in all_instances(pool, wanted):
        unit = unit_name.instance(name, instance)
        observed = pool.instances.get(instance, Instance())
        row = _row(unit, shown[unit], observed)
        row["last_exit"] = exits.get(unit, "")
        row.update(_generation(places, observed.process, own_markers(installed, instance), pool.files))
        instances.append(row)
    ours = {unit_name.instance(name, instance) for instance in wanted}
    flapping = [row["unit"] for row in instances if _flaps(row, now)]
    return {
        "scope": "user" if places.user else "system",
        "user": places.user,
        "generation": _name_of(own_markers(installed, "")),
        "enabled": pool.target_enabled,
        "wanted": len(wanted),
        "dead": [one["unit"] for one in instances if one["unit"] in ours and _is_dead(one, flapping)],
        "flapping": flapping,
        "summary": _summary(instances),
        "instances": instances,
    }


def all_instances(pool: ObservedPool, wanted: t.Iterable[str]) -> t.List[str]:
    """Those that the host knows of, and those of which it knows nothing any more."""
    return unit_name.in_order({*pool.instances, *wanted})


def _flaps(row: Row, now: float) -> bool:
    """Whether it dies and is started again: it waits for that, after the start limit too, or did so a moment ago."""
    if "auto-restart" in row["sub_state"] or (row["state"] == "failed" and row["restarts"]):
        return True
    started_again = row["state"] in ("active", "activating") and bool(row["restarts"]) and bool(row["since"])
    return started_again and now - moment.seconds(row["since"]) < JUST_NOW


def _is_dead(row: Row, flapping: t.Container[str]) -> bool:
    return row["state"] in ("inactive", "failed") and row["unit"] not in flapping


def table(pools: t.Mapping[str, Row]) -> t.List[str]:
    """The same for a terminal: one line an instance, columns aligned, the total, and what is to be done."""
    if not pools:
        return ["no pools on this host"]
    rows = [HEADS, *(cells for name, pool in pools.items() for cells in _cells(name, pool))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    return [*lines, *_totals(list(pools.values())), *_hints(pools.values())]


def _cells(name: str, pool: Row) -> t.Iterator[t.Tuple[str, ...]]:
    if not pool["instances"]:
        yield (name, "0 instances", *["-"] * (len(HEADS) - 2))
    for row in pool["instances"]:
        stale = f" (stale, wanted {pool['generation']})" if row["stale"] else ""
        yield (
            f"{pool['user']}/{row['unit']}".lstrip("/"),
            f"{row['state']} ({row['sub_state']})",
            row["since"] or "-",
            str(row["main_pid"] or "-"),
            str(row["restarts"]),
            "-" if row["memory"] is None else f"{row['memory'] / 2**20:.1f}M",
            f"{row['generation'] or '-'}{stale}",
            row["last_exit"] or "-",
        )


def _totals(pools: t.Sequence[Row]) -> t.Iterator[str]:
    """``2 pools, 6 instances wanted: 5 run, 1 stale, 1 flapping, 0 dead``, and which are which."""
    summaries = [pool["summary"] for pool in pools]
    bad = {what: [_shown(pool, unit_name.folded(pool[what])) for pool in pools if pool[what]] for what in BAD}
    wanted = sum(pool["wanted"] for pool in pools)
    counts = {
        "running": sum(one["running"] for one in summaries),
        "stale": sum(one["stale"] for one in summaries),
        **{what: sum(len(pool[what]) for pool in pools) for what in BAD},
    }
    counted = ", ".join(f"{count} {what}" for what, count in counts.items())
    yield f"{_count(len(pools), 'pool')}, {_count(wanted, 'instance')} wanted: {counted}"
    yield from (f"{what}: {', '.join(names)}" for what, names in bad.items() if names)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _hints(pools: t.Iterable[Row]) -> t.Iterator[str]:
    for pool in pools:
        ends = [row["unit"] for row in pool["instances"] if row["unit"] in (*pool["flapping"], *pool["dead"])]
        clean = [row["unit"] for row in pool["instances"] if row["unit"] in ends and row["last_exit"] == CLEAN_END]
        if clean:
            yield f"{_shown(pool, unit_name.folded(clean))}: {A_JOB}"


def _shown(pool: Row, names: t.Sequence[str]) -> str:
    return ", ".join(f"{pool['user']}/{name}".lstrip("/") for name in names)


def _installed(places: Places, name: str, files: t.Mapping[str, File]) -> t.Dict[str, str]:
    """The markers of what is installed, as the environment of a process would carry them."""
    template = files.get(places.unit(unit_name.template(name)))
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
    known = started_with(process)
    if known is not None:
        return {"generation": _name_of(known), "stale": stale}
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
