# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What running processes were started with, read from /proc: no call to systemd, some 50 microseconds a process."""

from __future__ import annotations

import os
import signal
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places

# Of systemd's own process, beside the slices of its units (systemd.special(7)).
OWN_SCOPE = "/init.scope"


class Started(t.NamedTuple):
    """A process of a unit: its environment at its start, and its start in clock ticks since boot."""

    pid: int
    environ: t.Dict[str, str]
    ticks: int


def by_unit(places: Places, wanted: t.Callable[[str], bool]) -> t.Dict[str, t.List[Started]]:
    """Processes of the units that are ``wanted``, by unit name, oldest first. One that ends meanwhile is left out."""
    found: t.Dict[str, t.List[Started]] = {}
    hierarchy, root = _of_systemd()
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            unit = _unit_of(_cgroups(entry).get(hierarchy, ""), root, places.manager_unit)
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


def _unit_of(path: str, root: str, manager: str) -> str:
    """The first service that is the manager's: below it, it or the manager of a user may name cgroups like others'."""
    parts = path[len(root) :].split("/") if path.startswith(f"{root}/") else ()
    services = [part for part in parts if part.endswith(".service")]
    if manager and services[:1] == [manager]:
        del services[0]
    elif manager:
        return ""
    return services[0] if services else ""


def _of_systemd() -> t.Tuple[str, str]:
    """The hierarchy in which systemd has its units (``name=systemd`` on cgroup v1, else that of v2), and where."""
    for hierarchy, path in _cgroups("1").items():
        if hierarchy in ("name=systemd", "") and path.endswith(OWN_SCOPE):
            return hierarchy, path[: -len(OWN_SCOPE)]
    return "", ""


def _cgroups(pid: str) -> t.Dict[str, str]:
    """Paths by hierarchy. Whoever a tree of cgroups is delegated to names them as he likes, but without newlines."""
    lines = _read(f"/proc/{pid}/cgroup").decode(errors="surrogateescape").rstrip("\n").split("\n")
    return dict(line.split(":", 2)[1:] for line in lines)


def _started(pid: int) -> Started:
    pairs = _read(f"/proc/{pid}/environ").decode(errors="surrogateescape").split("\0")
    # proc(5): the command name may hold blanks and parentheses; field 22 counts from behind it.
    ticks = int(_read(f"/proc/{pid}/stat").rpartition(b")")[2].split()[19])
    return Started(pid, dict(pair.partition("=")[::2] for pair in pairs if "=" in pair), ticks)


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
