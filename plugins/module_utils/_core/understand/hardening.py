# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a worker is shut out of: profiles of directives of [Service], and what opens them again.

``standard`` is for every worker: queue workers do not use what it takes away. /tmp stays that of the host, because
checks and web applications meet workers there. Only /usr, /boot and /etc are read-only, because frameworks write below
their own directory. It does not stop a just-in-time compiler.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.catalogue import Catalogue
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import as_text
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import (
    Value,
    last_text,
    value_texts,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.words import is_true
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.user_scope import ROOT

MOST = 10.0

DEFAULT = "standard"
# What the target's own list calls a directive that its systemd was built without, such as without seccomp.
BUILT_WITHOUT = "NOTSUPPORTED"
# What systemd does with filters of system calls, and what it answers where one refuses.
SECCOMP = (
    "SystemCallArchitectures",
    "SystemCallFilter",
    "SystemCallErrorNumber",
    "RestrictAddressFamilies",
    "RestrictNamespaces",
    "RestrictRealtime",
    "RestrictSUIDSGID",
    "LockPersonality",
    "MemoryDenyWriteExecute",
)
# What gives a worker other rights than those of its user.
CAPABILITIES = ("CapabilityBoundingSet", "AmbientCapabilities")
# The prefix of such a command (systemd.service(5), "COMMAND LINES").
IN_THE_SANDBOX_AS_ROOT = re.compile("[@:|+-]*!")
# Left out of ``standard`` for a worker that is not root and has no capabilities: the modes of the files of /proc/sys
# and /sys, the missing capability and SystemCallFilter= refuse it the same (molecule/hardening tries it). They take up
# to a third of a start (tests/benchmarks/starts.py). ``strict`` keeps them, for a host that opens files of /sys to a
# group.
REFUSED_ANYWAY = frozenset({"ProtectKernelTunables", "ProtectHostname"})
# What such a worker gets instead of ``yes``: /home, /root and /run/user are as empty, and read-only. To mount a tmpfs
# takes less than to cover each directory, of which systemd looks for the mounts below it.
HOMES_OF_OTHERS = "tmpfs"
# What the manager of a user can do everywhere: the kernel grants system call filters to anybody, and mounts only where
# the host lets users make namespaces.
WITHOUT_ROOT = frozenset({"NoNewPrivileges", *SECCOMP, "UMask"})


@dataclass(frozen=True)
class Guard:
    """One directive, and what it costs a worker."""

    directive: str
    value: Value
    costs: str


@dataclass(frozen=True)
class Need:
    """What some workers do, for which directives are left out, or get more words or lines."""

    title: str
    leaves_out: t.Tuple[str, ...] = ()
    adds: t.Mapping[str, Value] = field(default_factory=dict)


def _over(below: t.Sequence[Guard], *guards: Guard) -> t.Tuple[Guard, ...]:
    """A profile that says something else about some directives, and something about others."""
    return tuple({**{one.directive: one for one in below}, **{one.directive: one for one in guards}}.values())


_STANDARD = (
    Guard("NoNewPrivileges", "yes", "No program gets more rights than the worker: sudo, su and sendmail do not."),
    Guard(
        "CapabilityBoundingSet",
        "",
        "No rights of root, such as binding a port below 1024 or reading the files of all users.",
    ),
    Guard("SystemCallArchitectures", "native", "No 32 bit programs on a 64 bit host."),
    Guard(
        "SystemCallFilter",
        ["@system-service @pkey"],
        "System calls that no service needs are refused, such as mount, reboot and the calls of a debugger.",
    ),
    Guard(
        "SystemCallErrorNumber",
        "EPERM",
        "A refused call returns an error to the program and does not kill it with SIGSYS.",
    ),
    Guard(
        "RestrictAddressFamilies",
        "AF_UNIX AF_INET AF_INET6 AF_NETLINK",
        "IP, local sockets and the list of network interfaces work. Raw packets, Bluetooth and others do not.",
    ),
    Guard("RestrictNamespaces", "yes", "No containers in the worker, and no browser with its own sandbox."),
    Guard("RestrictRealtime", "yes", "No real-time scheduling."),
    Guard("RestrictSUIDSGID", "yes", "The worker cannot set the set-user-id or set-group-id bit of a file."),
    Guard("LockPersonality", "yes", "No change of the kernel's execution domain, which no worker uses."),
    Guard("ProtectSystem", "full", "/usr, /boot and /etc are read-only for every user."),
    Guard("ProtectHome", "yes", "/home, /root and /run/user are empty."),
    Guard(
        "PrivateDevices",
        "yes",
        "/dev has only devices such as null, random and tty. It has no disks, GPUs or serial ports.",
    ),
    Guard("PrivateMounts", "yes", "Only the worker sees its own mounts. It also sees the mounts of the host."),
    Guard("ProtectKernelTunables", "yes", "/proc/sys and /sys are read-only."),
    Guard("ProtectKernelModules", "yes", "No kernel modules, and /usr/lib/modules is hidden."),
    Guard("ProtectKernelLogs", "yes", "No dmesg."),
    Guard("ProtectControlGroups", "yes", "The cgroup file systems are read-only."),
    Guard("ProtectClock", "yes", "The worker cannot set the clock."),
    Guard(
        "ProtectHostname", "yes", "The worker cannot set the host name. It sees a new host name only after a restart."
    ),
    # The kernel lets the group 0 see all (hidepid= and gid= of proc(5)).
    Guard(
        "ProtectProc",
        "invisible",
        "/proc and ps show only the processes of the worker's own user, unless its group is root.",
    ),
)
_STRICT = _over(
    _STANDARD,
    Guard(
        "SystemCallFilter",
        ["@system-service @pkey", "~@privileged @resources"],
        "In addition these are refused: chown, nice, and setting the limits or processors of a process.",
    ),
    Guard(
        "RestrictAddressFamilies",
        "AF_UNIX AF_INET AF_INET6",
        "Only IP and local sockets work. The list of network interfaces is refused (`os.networkInterfaces()` of Node).",
    ),
    Guard(
        "ProtectSystem",
        "strict",
        "Everything is read-only except /dev, /proc, /sys, /tmp and the paths that the pool opens.",
    ),
    Guard("PrivateTmp", "yes", "Each instance has a /tmp and a /var/tmp of its own, empty at its start."),
    Guard(
        "PrivateUsers",
        "yes",
        "Files of other users seem to belong to the user `nobody`. Files of root and of the worker's user do not.",
    ),
    Guard("PrivateIPC", "yes", "The worker has its own shared memory and message queues (System V and POSIX)."),
    Guard(
        "MemoryDenyWriteExecute",
        "yes",
        "Just-in-time compilers die: Node, Java, opcache.jit of PHP, --yjit of Ruby 3.1.",
    ),
    Guard("ProcSubset", "pid", "/proc has only processes, and no meminfo, cpuinfo, net or sys."),
    Guard("UMask", "0077", "Only the worker's own user can read the files that the worker makes."),
)
_NO_NETWORK = _over(
    _STRICT,
    Guard(
        "RestrictAddressFamilies", "AF_UNIX", "Only local sockets work, such as those of PostgreSQL or Redis in /run."
    ),
    Guard("PrivateNetwork", "yes", "The only network is a loopback of its own, without other services."),
    Guard("IPAddressDeny", "any", "Every packet is dropped, also on a socket that the worker inherits."),
)
PROFILES: t.Mapping[str, t.Tuple[Guard, ...]] = {
    "off": (),
    "standard": _STANDARD,
    "strict": _STRICT,
    "no_network": _NO_NETWORK,
}
OFFLINE = frozenset({"no_network"})
NETWORK_IS_OPEN = "The network is not a need: every profile except no_network has it."

_ACCOUNTS = (
    "CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID CAP_KILL CAP_SETGID CAP_SETPCAP CAP_SETUID"
)
NEEDS: t.Mapping[str, Need] = {
    "devices": Need(
        "devices of the host, such as a GPU or a serial port",
        # ProtectClock= allows /dev/rtc, and so nothing else (systemd.exec(5)).
        ("PrivateDevices", "ProtectClock"),
    ),
    "home": Need("a program, or files that it reads or writes, in /home, /root or /run/user", ("ProtectHome",)),
    "jit": Need("code that is compiled while it runs: Node, Java, PHP with opcache.jit", ("MemoryDenyWriteExecute",)),
    "namespaces": Need(
        "containers, or a browser with its own sandbox",
        ("RestrictNamespaces", "ProtectKernelTunables", "ProcSubset", "ProtectProc"),
        {"SystemCallFilter": ["@mount"]},
    ),
    "proc": Need("the processes of other users, and all of /proc", ("ProtectProc", "ProcSubset")),
    "raw_sockets": Need(
        "raw network packets, and the list of network interfaces",
        # A user namespace of its own has no rights over the network of the host.
        ("PrivateUsers",),
        {
            "RestrictAddressFamilies": "AF_NETLINK AF_PACKET",
            "CapabilityBoundingSet": "CAP_NET_RAW",
            "AmbientCapabilities": "CAP_NET_RAW",
        },
    ),
    "realtime": Need(
        "nice, real-time scheduling, and binding to processors",
        ("RestrictRealtime",),
        {"SystemCallFilter": ["@resources"]},
    ),
    "root": Need(
        "the rights of root over files and processes of others; `standard` gives them to a pool that runs as root",
        ("PrivateUsers",),
        {"CapabilityBoundingSet": _ACCOUNTS, "SystemCallFilter": ["@chown @setuid"]},
    ),
    "setuid": Need(
        "sudo, sendmail and other programs that become another user",
        # Each of them alone implies NoNewPrivileges= for a unit with User= up to systemd 252; measured on 247 and 252.
        (
            "NoNewPrivileges",
            *SECCOMP,
            "PrivateDevices",
            "PrivateUsers",
            "ProtectKernelTunables",
            "ProtectKernelModules",
            "ProtectKernelLogs",
            "ProtectClock",
            "ProtectHostname",
        ),
        {"CapabilityBoundingSet": f"{_ACCOUNTS} CAP_AUDIT_WRITE CAP_SYS_RESOURCE"},
    ),
    "shared_files": Need("files for other users, such as the web server", ("UMask",)),
    "shared_tmp": Need("a /tmp that other processes share", ("PrivateTmp",)),
}


def directives(profile: str, needs: t.Iterable[str], *, privileged: bool = False) -> t.Dict[str, Value]:
    """``{"NoNewPrivileges": "yes", ...}``: the profile, opened for the needs.

    ``privileged`` says that the operator gives the worker rights that no need gives.
    """
    found = {guard.directive: guard.value for guard in PROFILES[profile]}
    # A profile that closes nothing has nothing to open.
    opened = [NEEDS[name] for name in sorted(set(needs))] if found else []
    left_out = {directive for need in opened for directive in need.leaves_out}
    for need in opened:
        for directive, more in need.adds.items():
            found[directive] = with_more(found.get(directive, ""), more)
    if profile == DEFAULT and not privileged and not found["CapabilityBoundingSet"]:
        left_out |= REFUSED_ANYWAY
        found["ProtectHome"] = HOMES_OF_OTHERS
    return {directive: value for directive, value in found.items() if directive not in left_out}


def gives_rights(service: t.Mapping[str, Value]) -> bool:
    """Whether directives of [Service] may give a process of the unit capabilities, or the user root.

    A command with the prefix ``!`` runs as root inside of the sandbox (systemd.service(5)).
    """
    commands = [text for name, value in service.items() if name.startswith("Exec") for text in value_texts(value)]
    return any(name in service for name in CAPABILITIES) or any(map(IN_THE_SANDBOX_AS_ROOT.match, commands))


def runs_as_root(user: t.Any, dynamic_user: t.Any) -> bool:
    """As User= and DynamicUser= are written; without a name the latter makes one (systemd.exec(5))."""
    return user in (None, "", 0, *ROOT) and not is_true(last_text(dynamic_user, "no"))


def granted(profile: str, *, as_root: bool) -> t.Tuple[str, ...]:
    """The needs that a pool has without writing them: in ``standard`` a worker that runs as root goes on being root."""
    return ("root",) if as_root and profile == DEFAULT else ()


def unavailable(found: t.Iterable[str], catalogue: Catalogue, *, as_root: bool) -> t.List[str]:
    """Those of the directives that the target's systemd does not have, was built without, or may not set."""
    known = catalogue.get("Service", {})
    return [
        directive
        for directive in found
        if known.get(directive, BUILT_WITHOUT) == BUILT_WITHOUT or not (as_root or directive in WITHOUT_ROOT)
    ]


def with_more(value: Value, more: Value) -> Value:
    """A list gets lines: a later one of SystemCallFilter= adds to those before it. A text gets words."""
    if isinstance(value, list) and isinstance(more, list):
        return [*value, *more]
    return " ".join(dict.fromkeys(f"{value} {more}".split()))


def read_limit(given: t.Any, where: str) -> t.Tuple[t.Optional[float], t.List[Problem]]:
    """The option ``hardening_max_exposure``: a score, or ``None`` for no limit."""
    if given is None:
        return None, []
    text = as_text(given)
    limit = float(text) if re.fullmatch(r"[0-9]{1,2}(?:\.[0-9]+)?", text) else -1.0
    if 0 <= limit <= MOST:
        return limit, []
    return None, [Problem(where, repr(text), f"a number from 0 to {MOST:g}, such as 2.0")]
