# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a worker used while it was watched, from its system calls."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from ansible_collections.workers.systemd.plugins.module_utils._core.fit.strace_text import Call
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.paths import is_below, joined


def _named(text: str) -> t.FrozenSet[str]:
    return frozenset(text.split())


CHANGES_ONE = _named(
    "chmod chown creat fchmodat fchmodat2 fchownat futimesat lchown lremovexattr lsetxattr mkdir mkdirat mknod mknodat"
    " removexattr rmdir setxattr truncate unlink unlinkat utime utimensat utimes"
)
# Which of its paths each call changes, so that their directory must be writable.
CHANGES: t.Mapping[str, t.Tuple[int, ...]] = {
    **dict.fromkeys(CHANGES_ONE, (0,)),
    **dict.fromkeys(_named("link linkat symlink symlinkat"), (1,)),
    **dict.fromkeys(_named("rename renameat renameat2"), (0, 1)),
}
OPENS = _named("open openat openat2")
LOOKS = _named(
    "access chdir execve execveat faccessat faccessat2 lstat newfstatat readlink readlinkat stat statfs statx"
)
TAKES_PATHS = frozenset(CHANGES) | OPENS | LOOKS
SOCKETS = _named("bind connect")
WRITES = re.compile(r"\bO_(?:WRONLY|RDWR|CREAT|TRUNC|TMPFILE)\b")
MAKES = _named("bind creat link linkat mkdir mkdirat mknod mknodat rename renameat renameat2 symlink symlinkat")
FAMILY = re.compile(r"\w+")
# What a call amounts to, by what is in its arguments.
DOINGS: t.Tuple[t.Tuple[str, t.FrozenSet[str], t.Pattern[str]], ...] = (
    ("jit", _named("mmap"), re.compile(r"PROT_WRITE\|PROT_EXEC")),
    # Refused for all memory, also such as was never writable (systemd.exec(5), MemoryDenyWriteExecute=).
    ("jit", _named("mprotect pkey_mprotect"), re.compile(r"PROT_EXEC")),
    ("namespaces", _named("clone clone3 unshare"), re.compile(r"CLONE_NEW")),
    ("namespaces", _named("setns"), re.compile("")),
    ("realtime", _named("sched_setscheduler sched_setattr"), re.compile(r"SCHED_(?:FIFO|RR|DEADLINE)")),
    ("raw_sockets", _named("socket"), re.compile(r"AF_PACKET|AF_INET6?, SOCK_RAW")),
    (
        "low_port",
        _named("bind"),
        re.compile(r"port=htons\((?:[1-9][0-9]{0,2}|10[01][0-9]|102[0-3])\)"),
    ),
    (
        "set_id_bit",
        _named("chmod creat fchmod fchmodat fchmodat2 mkdir mkdirat mknod mknodat open openat"),
        re.compile(r", 0[2-7][0-7]{3}(?:,|$)"),
    ),
    ("shared_memory", _named("msgget semget shmget"), re.compile(r"^(?!IPC_PRIVATE)")),
    ("shared_memory", _named("mq_open"), re.compile("")),
)
TEMPORARY = ("/tmp", "/var/tmp")  # noqa: S108
# Errors of what hardening forbids, and of what it hides.
REFUSALS = frozenset({"EACCES", "EAFNOSUPPORT", "EPERM", "EROFS"})
ABSENCES = frozenset({"ENODEV", "ENOENT", "ENXIO", "ESRCH"})
# malloc() of glibc reads it, and goes on without it (check_may_shrink_heap() in its arena.c).
DISPENSABLE = "/proc/sys/vm/overcommit_memory"
OF_A_PROCESS = re.compile(r"/proc/([0-9]+)(?:/.*)?")


@dataclass
class Usage:
    """What worked is here by an example of the call; what did not is in ``failed`` alone.

    ``calls`` are names of system calls, ``paths`` what was looked at or changed, ``changed`` the latter alone,
    ``made`` what was put there by the worker itself, ``programs`` what it executed, ``families`` of sockets, ``doings``
    the words of ``DOINGS``. ``worked`` and ``failed`` are what each call was about, the latter with its error.
    """

    calls: t.Dict[str, str] = field(default_factory=dict)
    paths: t.Dict[str, str] = field(default_factory=dict)
    changed: t.Dict[str, str] = field(default_factory=dict)
    made: t.Set[str] = field(default_factory=set)
    programs: t.Dict[str, str] = field(default_factory=dict)
    families: t.Dict[str, str] = field(default_factory=dict)
    doings: t.Dict[str, str] = field(default_factory=dict)
    pids: t.Set[int] = field(default_factory=set)
    worked: t.Set[t.Tuple[str, str]] = field(default_factory=set)
    failed: t.Dict[t.Tuple[str, str, str], str] = field(default_factory=dict)

    @property
    def others(self) -> t.Dict[str, str]:
        """What it looked at of processes that are not its own, by path."""
        found = ((OF_A_PROCESS.fullmatch(path), path) for path in self.paths)
        return {path: self.paths[path] for one, path in found if one and int(one.group(1)) not in self.pids}

    @property
    def left_by_others(self) -> t.Dict[str, str]:
        """What it found in a /tmp, by path."""
        return {
            path: call
            for path, call in self.paths.items()
            if is_below(path, TEMPORARY) and path not in TEMPORARY and not is_below(path, self.made)
        }


def watched(calls: t.Iterable[Call], working_directory: str) -> Usage:
    """From the program on that the worker is: what a shell does before it executes that one is not the worker's."""
    usage = Usage()
    places: t.Dict[int, str] = {}
    for call in calls:
        if not usage.calls and not (call.name == "execve" and not call.error):
            continue
        place = places.setdefault(call.pid, working_directory)
        about = [joined(joined(place, base), path) for base, path in _paths(call)]
        usage.pids.add(call.pid)
        if DISPENSABLE in about:
            continue
        if call.error:
            usage.failed.setdefault((call.name, _key(call, about), call.error), str(call))
            continue
        if call.name == "chdir":
            places[call.pid] = next(iter(about), place)
        elif call.name in ("clone", "clone3", "fork", "vfork") and call.result.isdigit():
            places[int(call.result)] = place
        _note(usage, call, about)
    return usage


def refused(before: Usage, after: Usage) -> t.List[str]:
    """What did not fail before, and does now, for a reason that hardening gives."""
    found = [
        f"{call} = {error}"
        for (name, about, error), call in after.failed.items()
        if (name, about, error) not in before.failed
        and (
            error in REFUSALS
            or (error in ABSENCES and (name, about) in before.worked and not is_below(about, TEMPORARY))
        )
    ]
    return list(dict.fromkeys(found))


def _note(usage: Usage, call: Call, about: t.Sequence[str]) -> None:
    usage.calls.setdefault(call.name, str(call))
    usage.worked.add((call.name, _key(call, about)))
    for doing, names, arguments in DOINGS:
        if call.name in names and arguments.search(call.arguments):
            usage.doings.setdefault(doing, str(call))
    if call.name in ("socket", "socketpair"):
        usage.families.setdefault(_family(call), str(call))
    if call.name == "execve":
        usage.programs.update(dict.fromkeys(about, str(call)))
    # Where links lead, only the kernel tells.
    for path in [*about, call.opened] if call.name in OPENS else about:
        usage.paths.setdefault(path, str(call))
    for path in _changed(call, about):
        usage.changed.setdefault(path, str(call))
    if call.name in MAKES or (call.name in OPENS and "O_CREAT" in call.arguments):
        usage.made.update(about[-1:])


def _paths(call: Call) -> t.List[t.Tuple[str, str]]:
    if call.name in SOCKETS:
        return [("", call.socket_path)] if call.socket_path else []
    if call.name not in TAKES_PATHS:
        return []
    found = call.paths
    # What follows in setxattr(), readlink() and execve() is no path.
    return found[: 1 + max(CHANGES.get(call.name, (0,)))]


def _changed(call: Call, about: t.Sequence[str]) -> t.List[str]:
    if call.name in OPENS:
        # The kernel's word: a link may lead elsewhere.
        return [call.opened or about[0]] if WRITES.search(call.arguments) else []
    if call.name == "bind":
        return list(about)
    return [about[index] for index in CHANGES.get(call.name, ()) if index < len(about)]


def _key(call: Call, about: t.Sequence[str]) -> str:
    """What a call is about, as far as it is the same in another run."""
    return about[0] if about else _family(call) if call.name == "socket" else ""


def _family(call: Call) -> str:
    found = FAMILY.match(call.arguments)
    return found.group(0) if found else ""
