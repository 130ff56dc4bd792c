# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are on their way to a host, put together with what the host has for their unit."""

from __future__ import annotations

import os
import typing as t
from types import MappingProxyType

from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName
from ansible_collections.workers.systemd.plugins.module_utils._host.judge.verify import Candidate
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import unit_files

# A template whose instances are not known yet is judged by this one.
SOME_INSTANCE = "1"
# For a drop-in that comes before its unit: systemd takes an empty file for a masked unit.
NOTHING = "[Unit]\n"


def of_unit(
    places: Places,
    name: str,
    path: str,
    text: str,
    instances: t.Sequence[str] = (),
    drop_ins: t.Mapping[str, str] = MappingProxyType({}),
) -> t.List[Candidate]:
    """A unit file; a template once for ``instances``, and once for each instance with drop-ins of its own.

    ``drop_ins`` are the texts of those that are on their way to the host, too, by path: what the host has there is not
    read.
    """
    parsed = UnitName.parse(name)
    unit = _unit(places, name, text, path)
    wanted = instances or [some_instance(unit)]
    apart: t.List[str] = []
    if parsed.instance == "":
        there = unit_files.instances_with_drop_ins(places, parsed.prefix, parsed.kind)
        apart = sorted({*there, *map(_owner, drop_ins)})
    names = [name] if parsed.instance != "" else [instance_of(parsed, one) for one in wanted if one not in apart]
    found = [Candidate(unit, tuple(names), {path: text})]
    for one in (instance_of(parsed, instance) for instance in apart):
        own = {place: drop_in for place, drop_in in drop_ins.items() if _owner(place) == UnitName.parse(one).instance}
        found.append(Candidate(_unit(places, one, text, path, own), (one,), {path: text, **own}))
    return found


def of_drop_in(places: Places, name: str, path: str, text: t.Optional[str]) -> Candidate:
    """The unit that the host has for a drop-in, with the drop-in; without it when ``text`` is ``None``."""
    own_path, own = unit_files.find(places, name) or (
        os.path.join(os.path.dirname(os.path.dirname(path)), name),
        NOTHING,
    )
    others = [one for one in unit_files.drop_ins(places, name) if os.path.basename(one[0]) != os.path.basename(path)]
    staged = {own_path: own, **({} if text is None else {path: text})}
    drop_ins = [*others, *((one, staged[one]) for one in staged if one != own_path)]
    parsed = UnitName.parse(name)
    unit = Unit.of(name, own, drop_ins, own_path, places.searched)
    verified = instance_of(parsed, some_instance(unit)) if parsed.instance == "" else name
    return Candidate(unit, (verified,), staged)


def _owner(drop_in: str) -> str:
    """The instance that a drop-in is for."""
    unit, _ending = os.path.splitext(os.path.basename(os.path.dirname(drop_in)))
    return UnitName.parse(unit).instance or ""


def some_instance(unit: Unit) -> str:
    """An instance of a template; the name of a unit where it takes them for that, since 247 refuses any other."""
    return f"{SOME_INSTANCE}.service" if unit.is_for_units else SOME_INSTANCE


def instance_of(template: UnitName, name: str) -> str:
    return str(UnitName(template.prefix, name, template.kind))


def _unit(
    places: Places, name: str, text: str, path: str, drop_ins: t.Mapping[str, str] = MappingProxyType({})
) -> Unit:
    every = {**dict(unit_files.drop_ins(places, name)), **drop_ins}
    return Unit.of(name, text, list(every.items()), path, places.searched)
