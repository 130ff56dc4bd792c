# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The markers in the files of a version of a pool: those of all instances, and those of single instances."""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass, field

from ansible_collections.workers.systemd.plugins.module_utils._core.places import OWN_DROP_IN, of_own_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import parse_env
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import TIMER, UnitName
from ansible_collections.workers.systemd.plugins.module_utils._core.write.markers import (
    OWN_WATCH_MARKER,
    TIMER_MARKER,
    UNIT_MARKER,
    WHAT,
    generation_of,
    own_markers,
    unit_marker,
)

# Names of the private files that end with a marker.
MARKED = ("environment", "secrets", "watch")
TEMPLATE = "@.service"
Markers = t.Mapping[str, str]


@dataclass(frozen=True)
class FileMarkers:
    """``shared`` is what every process reads, ``own`` by instance what the files of this instance have in its place."""

    shared: Markers = field(default_factory=dict)
    own: t.Mapping[str, Markers] = field(default_factory=dict)

    def of(self, instance: str) -> t.Dict[str, str]:
        """The markers of a process of this instance that was started with these files."""
        return {**own_markers(self.shared, instance), **self.own.get(instance, {})}

    @property
    def generation(self) -> str:
        """The short name of the version. What single instances watch has no part in it: it belongs to another owner."""
        shared = {name: value for name, value in self.shared.items() if name in WHAT and name != OWN_WATCH_MARKER}
        # What does not differ from that of all is left out: limits alone make no other version.
        apart = {
            f"{marker} {instance}": value
            for instance, markers in self.own.items()
            for marker, value in markers.items()
            if value != shared.get(marker)
        }
        return generation_of({**shared, **apart})


def file_markers(texts: t.Mapping[str, str]) -> FileMarkers:
    """Of the texts of files by path; files without a marker say nothing."""
    shared: t.Dict[str, str] = {}
    own: t.Dict[str, t.Dict[str, str]] = {}
    for path, text in texts.items():
        instance = instance_of(path)
        (own.setdefault(instance, {}) if instance else shared).update(_markers_of(path, text))
    return FileMarkers(shared, {instance: markers for instance, markers in own.items() if markers})


def instance_of(path: str) -> str:
    """The instance that alone has a file of a pool; empty for a file of all."""
    directory, _slash, name = path.rpartition("/")
    if name == OWN_DROP_IN:
        return UnitName.parse(directory.rpartition("/")[2][: -len(".d")]).instance or ""
    return of_own_name(name)[1]


def _markers_of(path: str, text: str) -> t.Dict[str, str]:
    name = path.rpartition("/")[2]
    if name.endswith(f".{TIMER}"):
        return {TIMER_MARKER: hashlib.sha256(text.encode()).hexdigest()[:16]}
    if name == OWN_DROP_IN or name.endswith(".service"):
        marker = unit_marker(text)
        return {UNIT_MARKER: marker} if marker else {}
    variables = parse_env(text) if of_own_name(name)[0] in MARKED else {}
    return {marker: value for marker, value in variables.items() if marker in WHAT}
