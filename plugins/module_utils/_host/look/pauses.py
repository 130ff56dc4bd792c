# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pauses of pools and timers, as the host keeps them."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import TIMER, UnitName
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pause import FILES, Pause, parse_mark
from ansible_collections.workers.systemd.plugins.module_utils._host.files import entries
from ansible_collections.workers.systemd.plugins.module_utils._host.look.pool_files import is_timer, observed_file


def look(places: Places, pools: t.Iterable[str]) -> t.Dict[str, t.Dict[str, Pause]]:
    """By pool, and by the path of their file. The unit directory is read once, however many pools there are."""
    found: t.Dict[str, t.Dict[str, Pause]] = {name: {} for name in pools}
    for entry in entries(places.units):
        unit = UnitName.parse(entry[: -len(".d")])
        if entry.endswith(".d") and unit.prefix in found and _is_held(places, unit):
            for by in FILES:
                path = places.drop_in(str(unit), FILES[by])
                pause = _kept(path, by, unit.instance or "")
                if pause:
                    found[unit.prefix][path] = pause
    return found


def _is_held(places: Places, unit: UnitName) -> bool:
    """Whether it is a unit that a pause keeps stopped: an instance, a template, or the timer unit of a timer."""
    if unit.instance is None:
        return unit.kind == TIMER and is_timer(places, unit.prefix)
    return unit.kind == "service"


def _kept(path: str, by: str, instance: str) -> t.Optional[Pause]:
    try:
        there = observed_file(path)
    except OSError:
        # It is in the way of a start, whatever is in it.
        return Pause(by, instance)
    return parse_mark(there.text, by, instance) if there else None
