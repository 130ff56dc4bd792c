# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Collects facts about this host and its running processes for the traps, with at most one command for all units."""

from __future__ import annotations

import functools
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
from ansible_collections.workers.systemd.plugins.module_utils._host import accounts, foreign_files, looks
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Run
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.processes import signal_masks, still_loading

# ``processes`` needs these properties from `systemctl show`.
LIVE_PROPERTIES = ("ActiveState", "MainPID", "MemoryCurrent", "TasksCurrent")
# In bytes. A larger environment file has no variables that a process could take.
LARGEST = 2**21
# The bit of SIGTERM in a mask of signals.
TERM = 1 << (signal.SIGTERM - 1)
# People and packages also leave files next to a drop-in that systemd is not meant to read. These files have other
# endings: ~, .bak, .dpkg-old.
MEANT_AS_DROP_IN = ("", ".cfg", ".ini", ".service", ".txt")


class _RunsAs(t.NamedTuple):
    """The user and group of a unit. ``account`` is ``None`` when only systemd knows them, or when they do not exist."""

    account: t.Optional[accounts.Account]
    user_known: bool = True
    group_known: bool = True


def facts(places: Places, units: t.Sequence[Unit], run: Run) -> t.List[HostFacts]:
    """Returns the facts for each unit, in the order of ``units``."""
    needed = [NeededPaths.of(unit) for unit in units]
    accounts_of = [_runs_as(unit) for unit in units]
    silent = looks.unanswered(path for paths in needed for path in paths.all)
    closed = _closed(zip(accounts_of, needed), silent)
    stray = _unowned([unit.path for unit in units if unit.path.startswith(VENDOR)], run)
    swap = _has_swap()
    seen = looks.patiently(
        [
            (unit.path or str(unit.name), functools.partial(_paths_facts, paths, runs_as, silent, closed))
            for unit, runs_as, paths in zip(units, accounts_of, needed)
        ]
    )
    return [
        HostFacts(
            paths=facts_of_paths,
            user_known=runs_as.user_known,
            group_known=runs_as.group_known,
            swap=swap,
            masked_by=_masked_by(places, unit.name),
            vendor_copy=_vendor_copy(unit),
            packaged=unit.path not in stray,
            user_manager=bool(places.user),
            unread_drop_ins=tuple(_unread_drop_ins(places, unit.name)),
            unanswered=tuple(sorted(paths.all & silent)),
        )
        for unit, runs_as, paths, facts_of_paths in zip(units, accounts_of, needed, seen)
    ]


def processes(shown: t.Mapping[str, t.Mapping[str, str]]) -> t.Dict[str, LiveProcess]:
    """Returns the main processes of the active units. ``shown`` has the LIVE_PROPERTIES from ``Manager.show``."""
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


def _runs_as(unit: Unit) -> _RunsAs:
    user_name, group_name = unit.value("Service", "User", str(os.geteuid())), unit.value("Service", "Group")
    if "%" in user_name + group_name:
        return _RunsAs(None)
    user = accounts.found(user_name, pwd.getpwnam, pwd.getpwuid)
    group = accounts.found(group_name, grp.getgrnam, grp.getgrgid) if group_name else None
    if user is None or (group_name and group is None):
        return _RunsAs(None, user is not None, not group_name or group is not None)
    gid = group.gr_gid if group else user.pw_gid
    return _RunsAs(accounts.Account(user.pw_uid, gid, tuple(os.getgrouplist(user.pw_name, gid))))


def _closed(
    asked: t.Iterable[t.Tuple[_RunsAs, NeededPaths]], silent: t.FrozenSet[str]
) -> t.Set[t.Tuple[t.Optional[accounts.Account], str]]:
    """Returns the programs and directories that these accounts may not use. Each account needs one child process."""
    needs: t.Dict[accounts.Account, t.Set[str]] = {}
    for runs_as, paths in asked:
        if runs_as.account:
            needs.setdefault(runs_as.account, set()).update((paths.programs | paths.directories) - silent)
    closed: t.Set[t.Tuple[t.Optional[accounts.Account], str]] = set()
    for account, paths_of_all in needs.items():
        # Only root can become another user and check this.
        if os.geteuid() in (0, account.uid):
            ordered = sorted(paths_of_all)
            answers = accounts.may(account, [(path, os.X_OK) for path in ordered])
            closed.update((account, path) for path, may in zip(ordered, answers) if not may)
    return closed


def _paths_facts(
    needed: NeededPaths,
    runs_as: _RunsAs,
    silent: t.FrozenSet[str],
    closed: t.Collection[t.Tuple[t.Optional[accounts.Account], str]],
) -> t.Dict[str, PathFacts]:
    asked = needed.all - silent
    return {path: _path_facts(path, needed, (runs_as.account, path) not in closed) for path in asked}


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
    """Returns the names of the files that systemd reads for a unit. For an instance, the template has a file, too."""
    own = str(name)
    return [own, str(UnitName(name.prefix, "", name.kind))] if name.instance else [own]


def _masked_by(places: Places, name: UnitName) -> str:
    """Returns the first file of the unit in the load path when this file is a link to /dev/null."""
    for file in _names(name):
        for directory in places.load_path:
            path = f"{directory}/{file}"
            if os.path.lexists(path):
                return path if os.path.islink(path) and os.path.realpath(path) == "/dev/null" else ""
    return ""


def _vendor_copy(unit: Unit) -> str:
    """Returns the unit file of a package that a unit file in /etc hides."""
    copies = (f"{directory}system/{unit.name}" for directory in VENDOR)
    return next((path for path in copies if unit.path.startswith("/etc/") and os.path.isfile(path)), "")


def _unowned(paths: t.Sequence[str], run: Run) -> t.Set[str]:
    """Returns the paths that no package owns. On a host without a package manager, it returns no paths."""
    if not paths:
        return set()
    # With a merged /usr, a file has both paths. A package has registered the one path or the other.
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
    # With a merged /usr, two of these directories are the same directory.
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
    """``[not set]`` and the largest number both mean that systemd does not count."""
    return int(text) if text.isdigit() and int(text) != 2**64 - 1 else None
