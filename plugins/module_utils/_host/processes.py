# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What running processes were started with, read from /proc: no call to systemd, some 50 microseconds a process."""

from __future__ import annotations

import os
import signal
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places


class Started(t.NamedTuple):
    """A process of a unit: its environment at its start, and its start in clock ticks since boot."""

    pid: int
    environ: t.Dict[str, str]
    ticks: int


def by_unit(wanted: t.Callable[[str], bool]) -> t.Dict[str, t.List[Started]]:
    """Processes of the units that are ``wanted``, by unit name, oldest first. One that ends meanwhile is left out."""
    found: t.Dict[str, t.List[Started]] = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            unit = _unit_of(_read(f"/proc/{entry}/cgroup").decode())
            if unit and wanted(unit):
                found.setdefault(unit, []).append(_started(int(entry)))
        except OSError:
            continue
    for processes in found.values():
        processes.sort(key=lambda process: process.ticks)
    return found


def invocation(places: Places, unit: str) -> str:
    """Of the unit's latest start; empty when systemd has none. It changes with every start."""
    try:
        return os.readlink(f"{places.started_units}/invocation:{unit}")
    except OSError:
        return ""


def log_extra_fields(places: Places, unit: str) -> t.Dict[str, str]:
    """LogExtraFields= as they were at the start of the unit: systemd keeps them for journald.

    The format is that of unit_export_log_extra_fields(): for each field its length, eight bytes little endian, and
    ``NAME=value``. It survives daemon-reload and a program that overwrites its environment.
    """
    try:
        data = _read(f"{places.started_units}/log-extra-fields:{unit}")
    except OSError:
        return {}
    fields: t.Dict[str, str] = {}
    while len(data) > 8:
        end = 8 + int.from_bytes(data[:8], "little")
        name, value = data[8:end].decode(errors="replace").partition("=")[::2]
        fields[name] = value
        data = data[end:]
    return fields


def started_at(places: Places, unit: str) -> float:
    """When systemd last started the unit, in seconds since the epoch; 0 when unknown."""
    try:
        return os.lstat(f"{places.started_units}/invocation:{unit}").st_mtime
    except OSError:
        return 0.0


def leave_terminal() -> None:
    """Of this process: a connection ends when nobody has its pipes any more, and its end must not reach us."""
    os.setsid()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)


def _unit_of(cgroups: str) -> str:
    """The innermost service in the systemd hierarchy: ``1:name=systemd:`` on cgroup v1, ``0::`` on v2."""
    for line in cgroups.splitlines():
        number, controllers, path = line.split(":", 2)
        if controllers == "name=systemd" or (number == "0" and ".service" in path):
            services = [part for part in path.split("/") if part.endswith(".service")]
            if services:
                return services[-1]
    return ""


def _started(pid: int) -> Started:
    pairs = _read(f"/proc/{pid}/environ").decode(errors="surrogateescape").split("\0")
    # proc(5): the command name may hold blanks and parentheses; field 22 counts from behind it.
    ticks = int(_read(f"/proc/{pid}/stat").rpartition(b")")[2].split()[19])
    return Started(pid, dict(pair.partition("=")[::2] for pair in pairs if "=" in pair), ticks)


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
