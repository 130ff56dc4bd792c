# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What running processes were started with, read from /proc: no call to systemd, some 50 microseconds a process."""

from __future__ import annotations

import os
import signal
import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import proc_text

# In bytes: more than execve(2) takes of arguments and environment. A process may tell the kernel that any of its memory
# is its environment (prctl(2), PR_SET_MM_MAP).
MOST = 2**23
# Nearly all files are shorter than this. To reserve ``MOST`` for each read took longer than the read itself.
BLOCK = 2**16
# Of systemd's own process, beside the slices of its units (systemd.special(7)).
OWN_SCOPE = "/init.scope"
# A process may load for so many seconds after its start. It rests when it wanted a processor for less than this part of
# the time between two looks; the time that it waited for one counts, so that a busy host makes no difference.
LOADS, RESTS, BETWEEN_LOOKS = 30.0, 0.1, 0.2
# Below it systemd has the managers of users.
USERS = "/user.slice/"
# Stands for where systemd has its units, which the paths themselves show then.
UNSEEN = "?"


class Started(t.NamedTuple):
    """A process of a unit: its environment at its start, and its start in clock ticks since boot."""

    pid: int
    parent: int
    environ: t.Dict[str, str]
    ticks: int

    @property
    def began(self) -> float:
        """Its start, in seconds since the epoch, as the clock says now. It has the precision of a clock tick."""
        return booted_at() + self.ticks / os.sysconf("SC_CLK_TCK")


def by_unit(places: Places, wanted: t.Callable[[str], bool]) -> t.Dict[str, t.List[Started]]:
    """Processes of the units that are ``wanted``, by unit name, oldest first. One that ends meanwhile is left out."""
    found: t.Dict[str, t.List[Started]] = {}
    hierarchy, root = _of_systemd()
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            unit = _unit_of(_cgroups(entry).get(hierarchy, ""), root, places.manager_unit)
            started = _started(int(entry)) if unit and wanted(unit) else None
        except OSError:
            continue
        if started:
            found.setdefault(unit, []).append(started)
    for processes in found.values():
        processes.sort(key=lambda process: process.ticks)
    return found


def heads(places: Places, units: t.Collection[str]) -> t.Dict[str, t.FrozenSet[t.Tuple[int, int]]]:
    """By unit, the processes in it whose parent is not in it, with their starts in clock ticks."""
    found = by_unit(places, lambda unit: unit in units)
    return {unit: frozenset((one.pid, one.ticks) for one in heads_of(started)) for unit, started in found.items()}


def heads_of(started: t.Sequence[Started]) -> t.List[Started]:
    """Those of the processes of a unit whose parent is not one of them."""
    inside = {process.pid for process in started}
    return [one for one in started if one.parent not in inside]


def signal_masks(pid: int) -> t.Tuple[t.Optional[int], t.Optional[int]]:
    """SigIgn and SigCgt (proc(5)): bit 0 is signal 1. Nothing of a process that has ended."""
    try:
        return proc_text.signal_masks(_read(f"/proc/{pid}/status"))
    except OSError:
        return None, None


def handles(pid: int, name: str) -> bool:
    """Whether a process handles a signal, such as SIGTERM."""
    return bool((signal_masks(pid)[1] or 0) & 1 << (getattr(signal, name) - 1))


def still_loading(pids: t.Collection[int]) -> t.Set[int]:
    """Those that were started a moment ago and have not come to rest."""
    young = {pid: before for pid, before in ((pid, _Effort.of(pid)) for pid in pids) if before and before.age < LOADS}
    if young:
        time.sleep(BETWEEN_LOOKS)
    return {pid for pid, before in young.items() if not before.rests_at(_Effort.of(pid))}


def invocation(places: Places, unit: str) -> str:
    """Of the unit's latest start; empty when systemd has none. It changes with every start."""
    try:
        return os.readlink(f"{places.started_units}/invocation:{unit}")
    except OSError:
        return ""


def log_extra_fields(places: Places, unit: str) -> t.Dict[str, str]:
    """LogExtraFields= as they were at the start of the unit: systemd keeps them for journald, over a daemon-reload and
    a program that overwrites its environment.
    """
    try:
        return proc_text.extra_fields(_read(f"{places.started_units}/log-extra-fields:{unit}"))
    except OSError:
        return {}


def started_at(places: Places, unit: str) -> float:
    """When systemd last started the unit, in seconds since the epoch; 0 when unknown."""
    try:
        return os.lstat(f"{places.started_units}/invocation:{unit}").st_mtime
    except OSError:
        return 0.0


class _Effort(t.NamedTuple):
    """How long a process has been there and has wanted a processor, in seconds, and whether it waits for a disk."""

    age: float
    wanted: float
    waits: bool

    @classmethod
    def of(cls, pid: int) -> t.Optional[_Effort]:
        """``None`` for one that has ended, and where the kernel does not count (CONFIG_SCHED_INFO)."""
        try:
            stat = proc_text.stat(_read(f"/proc/{pid}/stat"))
            wanted = proc_text.processor_seconds(_read(f"/proc/{pid}/schedstat"))
            uptime = float(_read("/proc/uptime").split()[0])
        except OSError:
            return None
        if stat is None or wanted is None:
            return None
        return cls(uptime - stat.ticks / os.sysconf("SC_CLK_TCK"), wanted, stat.state == "D")

    def rests_at(self, later: t.Optional[_Effort]) -> bool:
        if later is None:
            return True
        return not later.waits and later.wanted - self.wanted < RESTS * max(BETWEEN_LOOKS, later.age - self.age)


def boot() -> str:
    """A name of this boot. A container has the boot id of its host, so the start of PID 1 is in the name, too."""
    # The kernel allocates as many bytes as a reader of /proc/sys asks for.
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        name = file.read(64).strip()
    try:
        first = proc_text.stat(_read("/proc/1/stat"))
    except OSError:
        # A user does not see it under hidepid=2 (proc(5)).
        first = None
    return f"{name} {first.ticks}" if first else name


def booted_at() -> float:
    """When this host booted, as its clock says now, in seconds since the epoch. A jump of the clock moves it."""
    return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)


def in_spite_of_jumps(moment: float, booted: float) -> float:
    """A time that everything after ``moment`` is later than, also when the clock has gone back since.

    ``booted`` was read about then. Without that, what happened since would seem to have happened before.
    """
    return max(0.0, moment - max(0.0, booted - booted_at()))


def leave_terminal() -> None:
    """Of this process: a connection ends when no process has its pipes any more, and its end must not reach us."""
    os.setsid()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)


def own_unit() -> str:
    """The service or scope that this process is in; empty outside of any, such as in a container's exec."""
    hierarchy, _root = _of_systemd()
    name = _cgroups("self").get(hierarchy, "").rpartition("/")[2]
    return name if name.endswith((".service", ".scope")) else ""


def _unit_of(path: str, root: str, manager: str) -> str:
    """The first service that is the manager's: below it, it or the manager of a user may name cgroups like others'."""
    root = path.partition(USERS)[0] if root == UNSEEN else root
    parts = path[len(root) :].split("/") if path.startswith(f"{root}/") else ()
    services = [part for part in parts if part.endswith(".service")]
    if manager and services[:1] == [manager]:
        del services[0]
    elif manager:
        return ""
    return services[0] if services else ""


def _of_systemd() -> t.Tuple[str, str]:
    """The hierarchy in which systemd has its units (``name=systemd`` on cgroup v1, else that of v2), and where."""
    try:
        of_systemd = _cgroups("1")
    except FileNotFoundError:
        # A user does not see it under hidepid=2 (proc(5)), only what is his own.
        return next((one for one in _cgroups("self") if one == "name=systemd"), ""), UNSEEN
    for hierarchy, path in of_systemd.items():
        if hierarchy in ("name=systemd", "") and path.endswith(OWN_SCOPE):
            return hierarchy, path[: -len(OWN_SCOPE)]
    return "", ""


def _cgroups(pid: str) -> t.Dict[str, str]:
    return proc_text.cgroups(_read(f"/proc/{pid}/cgroup"))


def _started(pid: int) -> t.Optional[Started]:
    environ = proc_text.environment(_read(f"/proc/{pid}/environ"))
    stat = proc_text.stat(_read(f"/proc/{pid}/stat"))
    return Started(pid, stat.parent, environ, stat.ticks) if stat else None


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        data = file.read(BLOCK)
        return data if len(data) < BLOCK else data + file.read(MOST - BLOCK)
