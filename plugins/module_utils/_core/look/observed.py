# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host shows of a pool; `_host/look/look.py` fills it in."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.show_text import UP
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pause import Pauses

# By unit: the invocation of a process that is the same as that of a version, and the markers of the version.
Same = t.Mapping[str, t.Tuple[str, t.Mapping[str, str]]]


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
    ``invocation`` is that of its latest start, read before the process was looked at; empty when it was not read.
    """

    load: str = "not-loaded"
    active: str = "inactive"
    sub: str = "dead"
    enabled: bool = False
    process: t.Optional[Process] = None
    links: t.Optional[t.FrozenSet[str]] = None
    invocation: str = ""

    @property
    def running(self) -> bool:
        return self.active in UP


@dataclass(frozen=True)
class File:
    """A file on the host. ``changed`` is its ctime in seconds since the epoch."""

    text: str
    mode: int
    changed: float


@dataclass(frozen=True)
class ObservedTimer:
    """What a host shows of a timer beside its files.

    ``since`` is when the run that is under way was started, in seconds since the epoch; ``None`` without a run.
    ``stamp`` is the file in which systemd keeps the time of the last run, when there is one. ``failed`` says whether
    systemd remembers the last run as failed.
    """

    since: t.Optional[float] = None
    stamp: str = ""
    failed: bool = False


@dataclass(frozen=True)
class ObservedPool:
    """``files`` by path (absent ones are not in it), ``instances`` by name, every one that the host knows of.

    ``target_active`` and ``target_enabled`` are about the target of a pool, or the timer unit of a timer. ``pauses``
    are by the path of their file. ``old`` are the files and links of somebody else that the pool takes over, by path,
    and ``None`` when it takes over nothing. ``same`` are processes of that time that go on. ``timer`` is ``None``
    unless it is a timer. ``links`` are those that enable the target, as paths in the unit directory; ``None`` when they
    are not known one by one. ``down`` are the units that the pool is bound to and that do not run, each with its state.
    """

    files: t.Mapping[str, File] = field(default_factory=dict)
    instances: t.Mapping[str, Instance] = field(default_factory=dict)
    target_active: bool = False
    target_enabled: bool = False
    pauses: Pauses = field(default_factory=dict)
    old: t.Optional[t.Mapping[str, File]] = None
    same: Same = field(default_factory=dict)
    timer: t.Optional[ObservedTimer] = None
    links: t.Optional[t.FrozenSet[str]] = None
    down: t.Mapping[str, str] = field(default_factory=dict)

    def main_units(self, name: str) -> unit_name.MainUnits:
        return unit_name.main_units(name, timer=self.timer is not None)


@dataclass(frozen=True)
class ObservedShared:
    """The units that serve all pools of a host, see shared_units.py: ``files`` by path, the others by name.

    ``metrics`` are the paths of what the agent has left beside them.
    """

    files: t.Mapping[str, File] = field(default_factory=dict)
    active: t.FrozenSet[str] = frozenset()
    enabled: t.FrozenSet[str] = frozenset()
    metrics: t.Tuple[str, ...] = ()
