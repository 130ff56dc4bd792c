# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services of somebody else as the host has them, in a number of calls that does not grow with them."""

from __future__ import annotations

import fnmatch
import os
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import Instance, Process
from ansible_collections.workers.systemd.plugins.module_utils._core.look.service import (
    Service,
    Source,
    install_links,
    install_of,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.show_text import UP
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.instances import GLOB, Asked
from ansible_collections.workers.systemd.plugins.module_utils._host.files import entries
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import processes, unit_files
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import ListedUnit, Manager


def observe(asked: Asked, manager: Manager) -> t.Dict[str, Service]:
    """Every service that the question may concern; also those that are asked for by name and are not there."""
    listed = manager.list_units(asked.patterns)
    links = unit_files.links(manager.places)
    sources = _Sources(manager.places)
    # A unit that is loaded for being mentioned in another is not there.
    loaded = {name for name, unit in listed.items() if (unit.load, unit.active) != ("not-found", "inactive")}
    there = {name for name in (loaded | set(links) | _own_files(manager.places)) if _matches(name, asked.patterns)}
    named = {text for text in asked.units if not GLOB.search(text)}
    named |= {str(UnitName(asked.template, name)) for name in asked.instances}
    systemd = manager.version()
    return {name: _service(name, listed.get(name), links.get(name, ()), sources, systemd) for name in there | named}


def pending_reload(services: t.Mapping[str, Service], manager: Manager) -> str:
    """Why systemd has to read its unit files again; empty when it has not. One instance speaks for its template."""
    loaded: t.Dict[str, str] = {}
    for name, service in services.items():
        if service.seen.load not in ("not-loaded", "not-found"):
            parsed = UnitName.parse(name)
            loaded[name if parsed.instance is None else f"{parsed.prefix}@"] = name
    shown = manager.show(sorted(loaded.values()), ["NeedDaemonReload"])
    changed = [unit for unit, one in shown.items() if one["NeedDaemonReload"] == "yes"]
    return f"files of {changed[0]} changed since it was loaded" if changed else ""


def _matches(name: str, patterns: t.Sequence[str]) -> bool:
    parsed = UnitName.parse(name)
    is_service = parsed.kind == "service" and parsed.instance != ""
    return is_service and any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _own_files(places: Places) -> t.Set[str]:
    """Names of units with a file of their own; an alias of a unit does not count."""
    found = set()
    for directory in places.searched:
        for name in entries(directory):
            if name.endswith(".service") and not _alias_of(f"{directory}/{name}"):
                found.add(name)
    return found


def _service(
    name: str, listed: t.Optional[ListedUnit], links: t.Iterable[str], sources: _Sources, systemd: int
) -> Service:
    source = sources.of(name)
    enabling = {*links, *(_aliases(sources.places, name, source.unit, systemd) if source.unit else ())}
    if listed is None:
        return Service(Instance(enabled=bool(enabling)), frozenset(enabling), source)
    up = listed.active in (*UP, "activating")
    process = Process(None, "", processes.started_at(sources.places, name)) if up else None
    seen = Instance(listed.load, listed.active, listed.sub, bool(enabling), process)
    return Service(seen, frozenset(enabling), source)


def _aliases(places: Places, name: str, unit: Unit, systemd: int) -> t.Iterator[str]:
    """Of the links that [Install] asks for, those that are other names and are there."""
    for link in install_links(name, install_of(unit, systemd)) or ():
        if "/" not in link and os.path.islink(places.unit(link)):
            yield link


class _Sources:
    """Files of units, each read once: that of a template serves the instances that have nothing of their own."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.templates: t.Dict[str, Source] = {}
        self.with_drop_ins: t.Dict[str, t.Set[str]] = {}

    def of(self, name: str) -> Source:
        parsed = UnitName.parse(name)
        path = _first(self.places, name)
        if parsed.instance is None or path:
            return _read(self.places, name, path)
        template = str(UnitName(parsed.prefix, "", parsed.kind))
        if template not in self.templates:
            self.templates[template] = _read(self.places, template, _first(self.places, template))
            own = unit_files.instances_with_drop_ins(self.places, parsed.prefix, parsed.kind)
            self.with_drop_ins[template] = set(own)
        source = self.templates[template]
        return _read(self.places, name, source.path) if parsed.instance in self.with_drop_ins[template] else source


def _first(places: Places, name: str) -> str:
    """The path of the file that systemd reads for exactly this name, or empty. A link to nothing does not count."""
    return next((f"{place}/{name}" for place in places.searched if os.path.exists(f"{place}/{name}")), "")


def _read(places: Places, name: str, path: str) -> Source:
    if not path:
        return Source()
    # null_or_empty(): a link to /dev/null, or a file with nothing in it.
    if os.path.realpath(path) == os.devnull or os.path.getsize(path) == 0:
        return Source(path, masked=True)
    unit = Unit.of(name, unit_files.read(path), unit_files.drop_ins(places, name), path, places.searched)
    return Source(path, unit=unit, alias_of=_alias_of(path))


def _alias_of(path: str) -> str:
    """The unit that a link in a unit directory is another name of; empty for a file, and for a link to elsewhere."""
    if not os.path.islink(path):
        return ""
    own, other = UnitName.parse(os.path.basename(path)), os.path.basename(os.readlink(path))
    same = str(own) == other or str(UnitName(own.prefix, "", own.kind)) == other
    return "" if same or not other.endswith(".service") else other
