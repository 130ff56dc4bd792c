# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host shows of a pool; `_host/look/look.py` fills it in."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Process:
    """What the running main process of an instance was started with.

    ``markers`` are read from its environment; ``None`` when the program overwrote it (PHP's
    ``cli_set_process_title``). The worker can put anything there. ``unit_marker`` is systemd's own copy of the unit's
    digest, ``files`` are the markers of the private files that systemd read for it, as far as the host knows (see
    evidence.py). ``started`` is in seconds since the epoch.
    """

    markers: t.Optional[t.Mapping[str, str]]
    unit_marker: str
    started: float
    files: t.Optional[t.Mapping[str, str]] = None


@dataclass(frozen=True)
class Instance:
    """One instance as systemd's list of units shows it; a unit it has not loaded is ``not-loaded``.

    ``links`` are those that enable it, as paths in the unit directory; ``None`` when they are not known one by one.
    """

    load: str = "not-loaded"
    active: str = "inactive"
    sub: str = "dead"
    enabled: bool = False
    process: t.Optional[Process] = None
    links: t.Optional[t.FrozenSet[str]] = None

    @property
    def running(self) -> bool:
        return self.active in ("active", "reloading")


@dataclass(frozen=True)
class File:
    """A file on the host. ``changed`` is its ctime in seconds since the epoch."""

    text: str
    mode: int
    changed: float


@dataclass(frozen=True)
class ObservedPool:
    """``files`` by path (absent ones are not in it), ``instances`` by name, every one that the host knows of."""

    files: t.Mapping[str, File] = field(default_factory=dict)
    instances: t.Mapping[str, Instance] = field(default_factory=dict)
    target_active: bool = False
    target_enabled: bool = False


@dataclass(frozen=True)
class ObservedShared:
    """The units that serve all pools of a host, see shared_units.py: ``files`` by path, the others by name."""

    files: t.Mapping[str, File] = field(default_factory=dict)
    active: t.FrozenSet[str] = frozenset()
    enabled: t.FrozenSet[str] = frozenset()
