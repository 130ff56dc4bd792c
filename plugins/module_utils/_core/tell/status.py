# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the pools of a host are doing: one row an instance, one summary a pool, and who does not do what is wanted."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import waiting_units
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.stale import started_with, why_stale
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import (
    Instance,
    ObservedPool,
    Process,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.shape import fits
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.show_text import iso
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.kept_logs import namespace_of
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.status_table import (
    AGENT,
    BAD,
    NONE,
    PAUSE,
    RANGE,
    TEXT,
    Placed,
    pool_table,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import moment
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool
from ansible_collections.workers.systemd.plugins.module_utils._core.write.bonds import bonds_in
from ansible_collections.workers.systemd.plugins.module_utils._core.write.file_markers import (
    FileMarkers,
    file_markers,
    instance_of,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.write.markers import (
    OWN_WATCH_MARKER,
    UNIT_MARKER,
    generation_of,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pause import holding
from ansible_collections.workers.systemd.plugins.module_utils._core.write.release import release_in

# What `systemctl show` is asked for.
STATUS_PROPERTIES = (
    "ActiveState",
    "SubState",
    "StateChangeTimestamp",
    "MainPID",
    "NRestarts",
    "MemoryCurrent",
    "MemoryMax",
    "TasksCurrent",
    "CPUUsageNSec",
)
# In seconds: the longest that systemd waits between two starts of a pool's instance (pool_unit.py).
JUST_NOW = 10.0
# What the table and the page read of the pools, in the form of shape.py.
SHAPE = {
    str: {
        **dict.fromkeys(("user", "generation"), TEXT),
        "wanted": int,
        "summary": dict.fromkeys(("running", "stale", "restarts", "memory"), int),
        **{what: [TEXT] for what in BAD},
        "paused": PAUSE,
        "agent": (AGENT, NONE),
        "scaling": (RANGE, NONE),
        "release": ({"link": TEXT, "directory": TEXT}, NONE),
        "generations": [{"number": int, **dict.fromkeys(("id", "state", "time"), TEXT)}],
        "instances": [
            {
                **dict.fromkeys(("unit", "state", "sub_state", "since", "last_exit"), TEXT),
                **dict.fromkeys(("main_pid", "restarts"), int),
                **dict.fromkeys(("generation", "stale"), (TEXT, NONE)),
                **dict.fromkeys(("memory", "memory_max"), (int, NONE)),
                "paused": PAUSE,
                "own_files": [TEXT],
            }
        ],
    }
}
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
    kept: t.Sequence[FileMarkers] = (),
) -> Row:
    """``shown`` has STATUS_PROPERTIES by unit (TZ=UTC), ``exits`` the last end of each unit, ``wanted`` the instances.

    ``now`` is in seconds since the epoch, ``kept`` are the markers of versions, the newest last.
    """
    installed = file_markers({path: file.text for path, file in pool.files.items()})
    versions = [installed, *reversed(kept)]
    instances, waiting = [], waiting_units(Pool(name, instances=tuple(wanted)), pool)
    for instance in all_instances(pool, wanted):
        unit = unit_name.instance(name, instance)
        observed = pool.instances.get(instance, Instance())
        row = _row(unit, shown[unit], observed)
        row["last_exit"] = exits.get(unit, "")
        pause = holding(pool.pauses, instance) or waiting.get(unit)
        row["paused"] = pause.row if pause else None
        row.update(_generation(observed.process, instance, versions, _changed(places, pool, instance)))
        row["own_files"] = sorted(path for path in pool.files if instance_of(path) == instance)
        instances.append(row)
    ours = {unit_name.instance(name, instance) for instance in wanted}
    flapping = [row["unit"] for row in instances if _flaps(row, now)]
    template = pool.files.get(places.unit(unit_name.template(name)))
    release = release_in(template.text) if template else None
    whole, group = holding(pool.pauses, ""), pool.files.get(places.unit(unit_name.target(name)))
    return {
        "scope": "user" if places.user else "system",
        "user": places.user,
        "generation": installed.generation,
        "enabled": pool.target_enabled,
        "release": {"link": release.link, "directory": release.directory} if release else None,
        "bound_to": list(bonds_in(group.text if group else "")),
        "log_namespace": namespace_of(places, name, pool),
        "wanted": len(wanted),
        "dead": [one["unit"] for one in instances if one["unit"] in ours and _is_dead(one, flapping)],
        "flapping": flapping,
        "paused": whole.row if whole else None,
        "summary": _summary(instances),
        "instances": instances,
    }


def all_instances(pool: ObservedPool, wanted: t.Iterable[str]) -> t.List[str]:
    """Those that the host knows of, and those of which it knows nothing any more."""
    return unit_name.in_order({*pool.instances, *wanted})


def stale_instances(places: Places, pool: ObservedPool) -> t.List[str]:
    """Those whose process was started with something else than what is installed."""
    installed = file_markers({path: file.text for path, file in pool.files.items()})
    running = {instance: seen.process for instance, seen in pool.instances.items() if seen.process is not None}
    return [
        instance
        for instance, process in running.items()
        if _why_stale(process, instance, installed, _changed(places, pool, instance))
    ]


def _changed(places: Places, pool: ObservedPool, instance: str) -> float:
    """When the environment files that an instance reads last changed."""
    read = (file for path, file in pool.files.items() if places.is_config(path) and instance_of(path) in ("", instance))
    return max((file.changed for file in read), default=0.0)


def _why_stale(process: Process, instance: str, installed: FileMarkers, changed: float) -> str:
    return why_stale(process, {UNIT_MARKER: "", **installed.of(instance)}, changed)


def _flaps(row: Row, now: float) -> bool:
    """Whether it dies and is started again: it waits for that, after the start limit too, or did so a moment ago.

    What is paused is not started again.
    """
    if row["paused"]:
        return False
    if "auto-restart" in row["sub_state"] or (row["state"] == "failed" and row["restarts"]):
        return True
    started_again = row["state"] in ("active", "activating") and bool(row["restarts"]) and bool(row["since"])
    return started_again and now - moment.seconds(row["since"]) < JUST_NOW


def _is_dead(row: Row, flapping: t.Container[str]) -> bool:
    return row["state"] in ("inactive", "failed") and row["unit"] not in flapping and not row["paused"]


def believable(said: t.Any) -> bool:
    """Whether a table and a page can show the rows that the process of a user has sent, and a message their names."""
    try:
        if not (fits(said, SHAPE) and unit_name.are_names(said, _units(said.values()))):
            return False
        return bool(pool_table([Placed("", *one) for one in said.items()], every_instance=True))
    except Exception:
        # A name of a thousand digits, for example, or a pause with another key.
        return False


def _units(rows: t.Iterable[Row]) -> t.List[str]:
    """Every unit that rows name."""
    units: t.List[str] = []
    for row in rows:
        units += [*row["dead"], *row["flapping"], *(one["unit"] for one in row["instances"])]
    return units


def _row(unit: str, shown: t.Mapping[str, str], seen: Instance) -> Row:
    return {
        "unit": unit,
        "state": shown["ActiveState"],
        "sub_state": shown["SubState"],
        "since": iso(shown["StateChangeTimestamp"]),
        "enabled": seen.enabled,
        "main_pid": int(shown["MainPID"]),
        "restarts": int(shown["NRestarts"]),
        "memory": _number(shown["MemoryCurrent"]),
        "memory_max": _number(shown["MemoryMax"]),
        "tasks": _number(shown["TasksCurrent"]),
        "cpu_seconds": _seconds(_number(shown["CPUUsageNSec"])),
    }


def _generation(process: t.Optional[Process], instance: str, versions: t.Sequence[FileMarkers], changed: float) -> Row:
    """``versions`` begin with that which is installed, whose files for the instance were last ``changed`` then."""
    if process is None:
        return {"generation": None, "stale": None}
    stale = _why_stale(process, instance, versions[0], changed)
    known = started_with(process)
    if known is not None:
        return {"generation": _name_of(known, instance, versions), "stale": stale}
    return {"generation": None if stale else versions[0].generation, "stale": stale}


def _name_of(known: t.Mapping[str, str], instance: str, versions: t.Sequence[FileMarkers]) -> str:
    """That of the first version with these markers. What single instances watch belongs to another owner."""
    markers = _without_watch(known)
    found = (one.generation for one in versions if _without_watch(one.of(instance)) == markers)
    return next(found, generation_of(markers))


def _without_watch(markers: t.Mapping[str, str]) -> t.Dict[str, str]:
    return {marker: value for marker, value in markers.items() if marker != OWN_WATCH_MARKER}


def _summary(instances: t.Sequence[Row]) -> Row:
    return {
        "instances": len(instances),
        "running": sum(row["sub_state"] == "running" for row in instances),
        "stale": sum(bool(row["stale"]) for row in instances),
        "restarts": sum(row["restarts"] for row in instances),
        "memory": sum(row["memory"] or 0 for row in instances),
    }


def _number(text: str) -> t.Optional[int]:
    """``[not set]``, ``infinity`` and the largest number stand for none."""
    return int(text) if text.isdigit() and int(text) < 2**64 - 1 else None


def _seconds(nanoseconds: t.Optional[int]) -> t.Optional[float]:
    return None if nanoseconds is None else round(nanoseconds / 1e9, 3)
