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
    markers_of,
    version_of,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import (
    File,
    Instance,
    ObservedPool,
    Process,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName
from ansible_collections.workers.systemd.plugins.module_utils._core.write.markers import (
    UNIT_MARKER,
    own_markers,
    unit_marker,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.look import generations
from ansible_collections.workers.systemd.plugins.module_utils._host.look.pool_files import claimed, observed_file, owner
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import processes
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import ListedUnit, Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.unit_files import links


def observe(names: t.Sequence[str], manager: Manager) -> t.Dict[str, ObservedPool]:
    """Every named pool as the host shows it."""
    places = manager.places
    enabled = links(places)
    # The instances of somebody else's template are not ours to see, so that no step can be about them.
    own = [name for name in names if claimed(places, unit_name.template(name))[1] in (None, name)]
    patterns = [pattern for name in own for pattern in (unit_name.target(name), unit_name.instance(name, "*"))]
    listed = manager.list_units(patterns)
    pools = set(own)
    started = processes.by_unit(places, lambda unit: unit in listed and UnitName.parse(unit).prefix in pools)
    known: t.Dict[str, t.Set[str]] = {name: set() for name in own}
    for unit in [*listed, *enabled]:
        name = UnitName.parse(unit)
        if name.prefix in known and name.instance and name.kind == "service":
            known[name.prefix].add(unit)
    files = {name: _files(places, name) for name in names}
    keepers = {name: _Keeper(places, name, files[name]) for name in names}
    return {
        name: ObservedPool(
            files=files[name],
            instances={
                str(UnitName.parse(unit).instance): _instance(
                    unit, listed.get(unit), frozenset(enabled.get(unit, ())), started.get(unit), keepers[name]
                )
                for unit in known.get(name, ())
            },
            target_active=_is_up(listed.get(unit_name.target(name))),
            target_enabled=name in pools and unit_name.target(name) in enabled,
        )
        for name in names
    }


class _Keeper:
    """What root keeps of one pool. Its generations are read when a process is older than the files, and only then."""

    def __init__(self, places: Places, pool: str, files: t.Mapping[str, File]) -> None:
        self.places = places
        private = {path: file for path, file in files.items() if places.is_config(path)}
        self.installed = markers_of({path: file.text for path, file in private.items()})
        self.changed = max([_changed(places.config(pool)), *(file.changed for file in private.values())])
        self.pool = pool
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
    unit: str,
    listed: t.Optional[ListedUnit],
    links: t.FrozenSet[str],
    started: t.Optional[t.List[processes.Started]],
    keeper: _Keeper,
) -> Instance:
    if listed is None:
        return Instance(enabled=bool(links), links=links)
    running = listed.active in ("active", "reloading")
    process = _process(unit, started or [], keeper) if running else None
    return Instance(listed.load, listed.active, listed.sub, bool(links), process, links)


def _process(unit: str, started: t.Sequence[processes.Started], keeper: _Keeper) -> Process:
    places = keeper.places
    current = processes.invocation(places, unit)
    # A child that an earlier invocation left behind (KillMode=process) tells nothing about this one.
    ours = [one for one in started if current and one.environ.get("INVOCATION_ID") == current]
    instance = UnitName.parse(unit).instance or ""
    began = processes.started_at(places, unit)
    said = own_markers(ours[0].environ, instance) if ours else None
    return Process(
        markers=said,
        unit_marker=_installed_marker(places, unit, began) if places.user else _started_marker(places, unit),
        started=began,
        files=keeper.evidence(began).of(began, instance, said),
    )


def _started_marker(places: Places, unit: str) -> str:
    return processes.log_extra_fields(places, unit).get(UNIT_MARKER, "")


def _installed_marker(places: Places, unit: str, began: float) -> str:
    """The manager of a user keeps nothing of a start, but a template that is older than the process is its own."""
    template = observed_file(places.unit(unit_name.template(UnitName.parse(unit).prefix)))
    return unit_marker(template.text) if template and template.changed <= began else ""


def _is_up(target: t.Optional[ListedUnit]) -> bool:
    """Also one that will be as soon as the instances before it have started: a removal has to stop it too."""
    return target is not None and (target.active == "active" or target.job == "start")


def _files(places: Places, name: str) -> t.Dict[str, File]:
    """The pool's own files; a unit file of somebody else is not among them."""
    own = (places.unit(unit_name.template(name)), places.unit(unit_name.target(name)))
    paths = [path for path in own if owner(path) == name]
    paths += sorted(glob.glob(f"{glob.escape(places.config(name))}/*"))
    seen = {path: observed_file(path) for path in paths}
    return {path: there for path, there in seen.items() if there is not None}
