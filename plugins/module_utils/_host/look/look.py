# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host as it is: files, links, units and processes of pools, in a number of calls that does not grow with them."""

from __future__ import annotations

import glob
import math
import os
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.look.evidence import (
    Evidence,
    Version,
    version_of,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import (
    File,
    Instance,
    ObservedPool,
    ObservedTimer,
    Process,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.show_text import UP
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import TIMER, MainUnits, UnitName
from ansible_collections.workers.systemd.plugins.module_utils._core.write import kept_logs
from ansible_collections.workers.systemd.plugins.module_utils._core.write.file_markers import file_markers
from ansible_collections.workers.systemd.plugins.module_utils._core.write.markers import (
    UNIT_MARKER,
    own_markers,
    unit_marker,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import WantedFile
from ansible_collections.workers.systemd.plugins.module_utils._host.look import adoption, generations, pauses
from ansible_collections.workers.systemd.plugins.module_utils._host.look.pool_files import (
    claimed,
    is_timer,
    observed_file,
    own_drop_ins,
    owner,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import processes
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import ListedUnit, Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.unit_files import links

# The name and the files of a pool go in. Invocations by unit come out, whose processes need no look.
Spared = t.Callable[[str, t.Mapping[str, File]], t.Mapping[str, str]]


def _none(_name: str, _files: t.Mapping[str, File]) -> t.Mapping[str, str]:
    return {}


# Large: each line is one thing to look at.
def observe(
    names: t.Sequence[str],
    manager: Manager,
    old: t.Optional[t.Mapping[str, t.Mapping[str, File]]] = None,
    spared: Spared = _none,
) -> t.Dict[str, ObservedPool]:
    """Every named pool as the host shows it. ``old`` are the units of somebody else that pools take over, by pool."""
    if not names:
        return {}
    old, places = old or {}, manager.places
    enabled = links(places)
    units = {name: unit_name.main_units(name, timer=is_timer(places, name)) for name in names}
    # The instances of somebody else's template are not ours to see, so that no step can be about them.
    own = [name for name in names if name in old or claimed(places, units[name].service)[1] in (None, name)]
    patterns = [pattern for name in own for pattern in _patterns(name, units[name])]
    listed = manager.list_units(patterns)
    files = {name: {**_files(places, name), **_units_in(old.get(name, {}))} for name in names}
    rest = {unit: invocation for name in own for unit, invocation in spared(name, files[name]).items()}
    pools = set(own)
    starts = {unit: processes.invocation(places, unit) for unit in listed if UnitName.parse(unit).prefix in pools}
    running = {unit for unit, one in starts.items() if listed[unit].active in UP and rest.get(unit) != (one or None)}
    started = processes.by_unit(places, running.__contains__) if running else {}
    known: t.Dict[str, t.Set[str]] = {name: set() for name in own}
    for unit in [*listed, *enabled]:
        name = UnitName.parse(unit)
        if name.prefix in known and name.instance and name.kind == "service":
            known[name.prefix].add(unit)
    paused = pauses.look(places, own)
    keepers = {name: _Keeper(places, name, files[name]) for name in names}
    return {
        name: ObservedPool(
            files=files[name],
            instances={
                str(UnitName.parse(unit).instance): _instance(
                    listed.get(unit),
                    frozenset(enabled.get(unit, ())),
                    _process(unit, started.get(unit, []), keepers[name]) if unit in running else None,
                    starts.get(unit, ""),
                )
                for unit in known.get(name, ())
            },
            target_active=_is_up(listed.get(units[name].group)),
            target_enabled=name in pools and units[name].group in enabled,
            pauses=paused.get(name, {}),
            old=old.get(name),
            links=frozenset(enabled.get(units[name].group, ())),
            timer=_timer(units[name], listed, manager) if units[name].group.endswith(f".{TIMER}") else None,
        )
        for name in names
    }


def _patterns(name: str, units: MainUnits) -> t.Tuple[str, str]:
    """What is asked about: the target and all instances of a pool, or the two units of a timer."""
    return (units.group, units.service if units.group.endswith(f".{TIMER}") else unit_name.instance(name, "*"))


def _timer(units: MainUnits, listed: t.Mapping[str, ListedUnit], manager: Manager) -> ObservedTimer:
    job, stamp = listed.get(units.service), manager.places.stamp(units.group)
    runs = job is not None and job.active not in ("inactive", "failed")
    return ObservedTimer(
        since=processes.started_at(manager.places, units.service) if runs else None,
        stamp=stamp if os.path.lexists(stamp) else "",
        failed=job is not None and job.active == "failed",
    )


class _Keeper:
    """What root keeps of one pool. Its generations are read when a process is older than the files, and only then."""

    def __init__(self, places: Places, pool: str, files: t.Mapping[str, File]) -> None:
        self.places = places
        private = {path: file for path, file in files.items() if places.is_config(path)}
        self.installed = file_markers({path: file.text for path, file in private.items()})
        self.changed = max([_changed(places.config(pool)), *(file.changed for file in private.values())])
        self.pool = pool
        self.same = adoption.kept_same(places, pool)
        self._versions: t.Optional[t.List[Version]] = None

    def evidence(self, started: float) -> Evidence:
        if self._versions is None and started < self.changed:
            try:
                kept = generations.of_pool(self.places, self.pool)
                self._versions = [version_of(one, generations.marked_at(self.places, one)) for one in kept]
            except (Problems, OSError):
                # A broken one is reported by the code that needs it.
                self._versions = []
        return Evidence(self.installed, self.changed, self._versions or [])


def _changed(directory: str) -> float:
    """When something came into a directory, or went; one that is gone may have gone at any time."""
    try:
        return os.stat(directory).st_mtime
    except OSError:
        return math.inf


def _instance(
    listed: t.Optional[ListedUnit], links: t.FrozenSet[str], process: t.Optional[Process], invocation: str
) -> Instance:
    if listed is None:
        return Instance(enabled=bool(links), links=links)
    return Instance(listed.load, listed.active, listed.sub, bool(links), process, links, invocation)


def _process(unit: str, started: t.Sequence[processes.Started], keeper: _Keeper) -> Process:
    places = keeper.places
    current = processes.invocation(places, unit)
    # A child that an earlier invocation left behind (KillMode=process) tells nothing about this one.
    ours = [one for one in started if current and one.environ.get("INVOCATION_ID") == current]
    began = _began(places, unit, ours or started)
    went_on = adoption.as_started(keeper.same, unit, current, began)
    if went_on:
        return went_on
    instance = UnitName.parse(unit).instance or ""
    said = own_markers(ours[0].environ, instance) if ours else None
    return Process(
        markers=said,
        unit_marker=_installed_marker(places, unit, began) if places.user else _started_marker(places, unit),
        started=began,
        files=keeper.evidence(began).of(began, instance, said),
    )


def _began(places: Places, unit: str, started: t.Sequence[processes.Started]) -> float:
    """When systemd started the unit, by its own note, or earlier when the clock was ahead then.

    An old process that seems to have started after a change of the files would count as a new one. Of several processes
    that systemd may have started, some may be left from an earlier start.
    """
    heads = processes.heads_of(started)
    by_kernel = [heads[0].began] if len(heads) == 1 else []
    return min([processes.started_at(places, unit), *by_kernel])


def _started_marker(places: Places, unit: str) -> str:
    return processes.log_extra_fields(places, unit).get(UNIT_MARKER, "")


def _installed_marker(places: Places, unit: str, began: float) -> str:
    """The manager of a user keeps nothing of a start, but files that are older than the process are its own."""
    paths = (places.unit(unit_name.template(UnitName.parse(unit).prefix)), places.own_drop_in(unit))
    files = [file for file in map(observed_file, paths) if file]
    if not files or any(file.changed > began for file in files):
        return ""
    return next((marker for file in reversed(files) for marker in [unit_marker(file.text)] if marker), "")


def _units_in(old: t.Mapping[str, File]) -> t.Dict[str, File]:
    """Without the links that enable a unit: systemctl makes and removes those."""
    return {path: file for path, file in old.items() if not WantedFile(path, file.text, file.mode).enables}


def _is_up(target: t.Optional[ListedUnit]) -> bool:
    """Also one that will be as soon as the instances before it have started: a removal has to stop it too."""
    return target is not None and (target.active == "active" or target.job == "start")


def _files(places: Places, name: str) -> t.Dict[str, File]:
    """The pool's own files; a unit file of somebody else is not among them."""
    units = [unit for timer in (False, True) for unit in unit_name.main_units(name, timer=timer)]
    own = (*map(places.unit, units), *own_drop_ins(places, name))
    paths = [path for path in own if owner(path) == name]
    settings = kept_logs.path(places, name)
    paths += [settings] if owner(settings) == name else []
    paths += sorted(glob.glob(f"{glob.escape(places.config(name))}/*"))
    seen = {path: observed_file(path) for path in paths}
    return {path: there for path, there in seen.items() if there is not None}
