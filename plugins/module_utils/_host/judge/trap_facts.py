# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What this host and its running processes tell the traps: for any number of units, at most one command."""

from __future__ import annotations

import grp
import os
import pwd
import signal
import stat
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import lines
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.host_facts import (
    EnvFileFacts,
    HostFacts,
    LiveProcess,
    PathFacts,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.paths import NeededPaths
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.seen import VENDOR
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName
from ansible_collections.workers.systemd.plugins.module_utils._host import accounts, foreign_files
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Run
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.processes import signal_masks, still_loading

# What `systemctl show` is asked for before ``processes``.
LIVE_PROPERTIES = ("ActiveState", "MainPID", "MemoryCurrent", "TasksCurrent")
# An environment file that is larger holds no variables that a process could take.
LARGEST = 2**21
# In a mask of signals.
TERM = 1 << (signal.SIGTERM - 1)
# What people and packages leave beside a drop-in knowing that it is not read ends otherwise: ~, .bak, .dpkg-old.
MEANT_AS_DROP_IN = ("", ".cfg", ".ini", ".service", ".txt")


class _Who(t.NamedTuple):
    """Whom a unit runs as; without an account when only systemd knows, or nobody."""

    account: t.Optional[accounts.Account]
    user_known: bool = True
    group_known: bool = True


def facts(places: Places, units: t.Sequence[Unit], run: Run) -> t.List[HostFacts]:
    """For each unit, in their order."""
    needed = [NeededPaths.of(unit) for unit in units]
    whos = [_who(unit) for unit in units]
    closed = _closed([(who.account, paths) for who, paths in zip(whos, needed) if who.account])
    stray = _unowned([unit.path for unit in units if unit.path.startswith(VENDOR)], run)
    swap = _has_swap()
    return [
        HostFacts(
            paths={path: _path_facts(path, paths, (who.account, path) not in closed) for path in paths.all},
            user_known=who.user_known,
            group_known=who.group_known,
            swap=swap,
            masked_by=_masked_by(places, unit.name),
            vendor_copy=_vendor_copy(unit),
            packaged=unit.path not in stray,
            user_manager=bool(places.user),
            unread_drop_ins=tuple(_unread_drop_ins(places, unit.name)),
        )
        for unit, who, paths in zip(units, whos, needed)
    ]


def processes(shown: t.Mapping[str, t.Mapping[str, str]]) -> t.Dict[str, LiveProcess]:
    """Main processes of the units that are active, from what ``Manager.show`` tells of LIVE_PROPERTIES."""
    active = {unit: one for unit, one in shown.items() if one.get("ActiveState") == "active"}
    pids = {unit: int(one["MainPID"]) for unit, one in active.items() if one.get("MainPID", "0") not in ("", "0")}
    masks = {unit: signal_masks(pid) for unit, pid in pids.items()}
    loading = still_loading({pids[unit] for unit, (_ignored, caught) in masks.items() if not (caught or 0) & TERM})
    return {
        unit: LiveProcess(
            program=_program(pid),
            ignored=masks[unit][0],
            caught=masks[unit][1],
            accounted=True,
            memory_current=_counter(active[unit].get("MemoryCurrent", "")),
            tasks_current=_counter(active[unit].get("TasksCurrent", "")),
            loading=pid in loading,
        )
        for unit, pid in pids.items()
    }


def _who(unit: Unit) -> _Who:
    user_name, group_name = unit.value("Service", "User", str(os.geteuid())), unit.value("Service", "Group")
    if "%" in user_name + group_name:
        return _Who(None)
    user = accounts.found(user_name, pwd.getpwnam, pwd.getpwuid)
    group = accounts.found(group_name, grp.getgrnam, grp.getgrgid) if group_name else None
    if user is None or (group_name and group is None):
        return _Who(None, user is not None, not group_name or group is not None)
    gid = group.gr_gid if group else user.pw_gid
    return _Who(accounts.Account(user.pw_uid, gid, tuple(os.getgrouplist(user.pw_name, gid))))


def _closed(asked: t.Iterable[t.Tuple[accounts.Account, NeededPaths]]) -> t.Set[t.Tuple[accounts.Account, str]]:
    """Programs and directories that these accounts may not use; one child process for each account."""
    needs: t.Dict[accounts.Account, t.Set[str]] = {}
    for account, paths in asked:
        needs.setdefault(account, set()).update(paths.programs | paths.directories)
    closed: t.Set[t.Tuple[accounts.Account, str]] = set()
    for account, paths_of_all in needs.items():
        # Only root can become somebody else and ask.
        if os.geteuid() in (0, account.uid):
            ordered = sorted(paths_of_all)
            answers = accounts.may(account, [(path, os.X_OK) for path in ordered])
            closed.update((account, path) for path, may in zip(ordered, answers) if not may)
    return closed


def _path_facts(path: str, needed: NeededPaths, usable: bool) -> PathFacts:
    try:
        status = os.stat(path)
    except OSError:
        return PathFacts(exists=False, usable=False)
    env = _env_facts(path) if path in needed.env_files else EnvFileFacts()
    mode = stat.S_IMODE(status.st_mode)
    replaced_by, changed_by = (_others(path, content) for content in (False, True))
    directory, target = stat.S_ISDIR(status.st_mode), os.path.realpath(path)
    return PathFacts(True, directory, mode, status.st_uid, usable, env, target, replaced_by, changed_by)


def _others(path: str, content: bool) -> str:
    try:
        return foreign_files.changed_by(path, content=content)
    except OSError:
        return ""


def _env_facts(path: str) -> EnvFileFacts:
    try:
        text = foreign_files.read(path, LARGEST, follow=True)
    except OSError:
        return EnvFileFacts()
    return EnvFileFacts.of(text.decode("utf-8", "surrogateescape"))


def _has_swap() -> bool:
    try:
        with open("/proc/swaps", encoding="utf-8") as file:
            return len(file.readlines()) > 1
    except OSError:
        return False


def _names(name: UnitName) -> t.List[str]:
    """Of the files in which systemd looks for a unit: its own, and for an instance that of the template."""
    own = str(name)
    return [own, str(UnitName(name.prefix, "", name.kind))] if name.instance else [own]


def _masked_by(places: Places, name: UnitName) -> str:
    """The first file of the unit in the load path, when it is a link to /dev/null."""
    for file in _names(name):
        for directory in places.load_path:
            path = f"{directory}/{file}"
            if os.path.lexists(path):
                return path if os.path.islink(path) and os.path.realpath(path) == "/dev/null" else ""
    return ""


def _vendor_copy(unit: Unit) -> str:
    """The unit of a package that one in /etc hides."""
    copies = (f"{directory}system/{unit.name}" for directory in VENDOR)
    return next((path for path in copies if unit.path.startswith("/etc/") and os.path.isfile(path)), "")


def _unowned(paths: t.Sequence[str], run: Run) -> t.Set[str]:
    """Those that no package owns; none where no package manager can be asked."""
    if not paths:
        return set()
    # A merged /usr has both spellings, and packages registered either.
    spellings = {path: (path, path[len("/usr") :] if path.startswith("/usr/") else f"/usr{path}") for path in paths}
    every = sorted({spelling for both in spellings.values() for spelling in both})
    if os.path.exists("/usr/bin/dpkg-query"):
        printed = run(["dpkg-query", "--search", *every])[1]
    elif os.path.exists("/usr/bin/rpm"):
        printed = run(["rpm", "--query", "--file", "--queryformat", "[%{FILENAMES}\n]", *every])[1]
    else:
        return set()
    owned = {line.rpartition(": ")[2] for line in lines(printed)}
    return {path for path, both in spellings.items() if not owned & set(both)}


def _unread_drop_ins(places: Places, name: UnitName) -> t.Iterator[str]:
    # With a merged /usr two of them are one.
    for directory in dict.fromkeys(map(os.path.realpath, places.load_path)):
        for file in _names(name):
            stem = file.rpartition(".")[0]
            yield from _files(f"{directory}/{stem}.d", lambda ending: ending == ".conf")
            yield from _files(f"{directory}/{file}.d", lambda ending: ending in MEANT_AS_DROP_IN)


def _files(directory: str, wanted: t.Callable[[str], bool]) -> t.List[str]:
    try:
        names = sorted(os.listdir(directory))
    except OSError:
        return []
    return [f"{directory}/{name}" for name in names if name[:1] != "." and wanted(os.path.splitext(name)[1])]


def _program(pid: int) -> str:
    try:
        return os.path.basename(os.readlink(f"/proc/{pid}/exe"))
    except OSError:
        return ""


def _counter(text: str) -> t.Optional[int]:
    """``[not set]`` and the largest number both mean that nobody counts."""
    return int(text) if text.isdigit() and int(text) != 2**64 - 1 else None
