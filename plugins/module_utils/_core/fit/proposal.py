# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tightest options of a pool under which everything that its worker was seen to do is allowed."""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import dataclass, field

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import not_text
from ansible_collections.workers.systemd.plugins.module_utils._core.fit import syscall_groups
from ansible_collections.workers.systemd.plugins.module_utils._core.fit.usage import TEMPORARY, Usage
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import Value, value_texts
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import hardening
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.paths import (
    PATH_LIST_SYNTAX,
    is_below,
    parent,
)

# The tightest first.
PROFILES = ("no_network", "strict", "standard")
# Everything that `unit` can say is a directive of [Service].
Directives = t.Mapping[str, Value]


class Opening(t.NamedTuple):
    """What lets a worker go on where ``directive`` stops it: a need, or else directives of ``unit``."""

    directive: str
    need: str = ""
    unit: Directives = {}


# In a user namespace of its own no process has rights over the host.
OWN_USERS: Directives = {"PrivateUsers": False}
# Capabilities that a need gives.
OF_NEEDS = frozenset(str(hardening.NEEDS["raw_sockets"].adds["AmbientCapabilities"]).split())
OF_DOINGS: t.Mapping[str, Opening] = {
    "jit": Opening("MemoryDenyWriteExecute", "jit"),
    "namespaces": Opening("RestrictNamespaces", "namespaces"),
    "realtime": Opening("RestrictRealtime", "realtime"),
    "raw_sockets": Opening("RestrictAddressFamilies", "raw_sockets"),
    "set_id_bit": Opening("RestrictSUIDSGID", unit={"RestrictSUIDSGID": False}),
    "shared_memory": Opening("PrivateIPC", unit={"PrivateIPC": False}),
    "low_port": Opening("CapabilityBoundingSet", unit={"CapabilityBoundingSet": "CAP_NET_BIND_SERVICE", **OWN_USERS}),
}
OF_PATHS: t.Tuple[t.Tuple[t.Pattern[str], Opening], ...] = (
    (re.compile(r"/(?:home|root|run/user)/.+"), Opening("ProtectHome", "home")),
    (
        # systemd.exec(5), PrivateDevices=, and what is no device at all.
        re.compile(
            r"/dev/(?!(?:null|zero|full|u?random|tty|ptmx|log|stdin|stdout|stderr|console)$"
            r"|(?:pts|shm|fd|mqueue|hugepages)(?:/|$)).+"
        ),
        Opening("PrivateDevices", "devices"),
    ),
    (
        re.compile(r"/proc/(?!self(?:/|$)|thread-self(?:/|$)|[0-9]).+"),
        Opening("ProcSubset", "proc"),
    ),
    (re.compile(r"(?:/usr)?/lib/modules/.+"), Opening("ProtectKernelModules", unit={"ProtectKernelModules": False})),
    (re.compile(r"/(?:dev|proc)/kmsg"), Opening("ProtectKernelLogs", unit={"ProtectKernelLogs": False})),
)
OF_CHANGES: t.Tuple[t.Tuple[t.Pattern[str], Opening], ...] = (
    (re.compile(r"/sys/fs/cgroup/.+"), Opening("ProtectControlGroups", unit={"ProtectControlGroups": False})),
    (
        re.compile(r"/proc/sys/.+|/sys/(?!fs/cgroup/).+"),
        Opening("ProtectKernelTunables", unit={"ProtectKernelTunables": False}),
    ),
)
OTHER_PROCESSES = Opening("ProtectProc", "proc")
SHARED_TMP = Opening("PrivateTmp", "shared_tmp")
SHARED_FILES = Opening("UMask", "shared_files")
SETUID = Opening("NoNewPrivileges", "setuid")
ROOT = Opening("CapabilityBoundingSet", "root")
# ProtectSystem= leaves these writable, or others care for them.
NOT_FILES = ("/dev", "/proc", "/sys")
HOMES = ("/home", "/root", "/run/user")
# Under ProtectSystem=full, what is read-only.
OF_THE_SYSTEM = ("/usr", "/boot", "/efi", "/etc")
# So many directories next to each other are shown as the one that they are in, if that is so deep below the root.
MANY, DEEP = 3, 3
CANNOT_SEE = (
    "Jobs, rare errors and nightly work that did not happen during the test. Give the worker real jobs during the "
    "test.",
    "Whether other programs read its files, or look for them in /tmp. Such a worker needs shared_files, shared_tmp.",
    "Its behaviour on another version of systemd or of the kernel, and the behaviour of other instances.",
    "Which of the refused calls of the trial it can do without. Check that it does its work.",
)
AS_ROOT = "Which rights of root it uses, because it runs as root. Give it a user, and run the test again."


@dataclass(frozen=True)
class Host:
    """What the calls do not tell. ``directories`` are, by changed path, the nearest directories that are there.

    ``foreign`` are those of them that belong to somebody else than the worker, ``gains`` the programs that get other
    rights than who starts them, ``own`` the directories that systemd makes for the pool, ``ambient`` its
    AmbientCapabilities=.
    """

    groups: syscall_groups.Groups
    directories: t.Mapping[str, str] = field(default_factory=dict)
    foreign: t.Container[str] = ()
    gains: t.Container[str] = ()
    own: t.Tuple[str, ...] = ()
    working_directory: str = "/"
    as_root: bool = False
    ambient: str = ""


@dataclass(frozen=True)
class Proposal:
    hardening: str
    needs: t.Tuple[str, ...]
    writable_paths: t.Tuple[str, ...]
    unit: Directives
    because: t.Tuple[str, ...]

    @property
    def options(self) -> t.Dict[str, t.Any]:
        """Of a pool."""
        found: t.Dict[str, t.Any] = {
            "hardening": self.hardening,
            "needs": list(self.needs),
            "writable_paths": list(self.writable_paths),
            "unit": {"Service": dict(self.unit)} if self.unit else {},
        }
        return {option: value for option, value in found.items() if value}

    @property
    def yaml(self) -> str:
        """The same, to be pasted into a pool. JSON is YAML, and quotes whatever needs it."""
        lines = [f"hardening: {self.hardening}"]
        if self.needs:
            lines.append(f"needs: [{', '.join(self.needs)}]")
        if self.writable_paths:
            lines += ["writable_paths:", *(f"  - {_quoted(path)}" for path in self.writable_paths)]
        if self.unit:
            lines += ["unit:", "  Service:"]
            lines += [f"    {directive}: {_quoted(value)}" for directive, value in self.unit.items()]
        return "\n".join(lines) + "\n"

    def guards(self, *, as_root: bool) -> t.Dict[str, Value]:
        """Directives of [Service], as ``pools`` would write them."""
        needs = (*self.needs, *hardening.granted(self.hardening, as_root=as_root))
        paths = {"ReadWritePaths": list(self.writable_paths)} if self.writable_paths else {}
        return {**_directives(self.hardening, needs, self.unit), **paths, **self.unit}


def _directives(profile: str, needs: t.Iterable[str], unit: Directives) -> t.Dict[str, Value]:
    return hardening.directives(profile, needs, privileged=hardening.gives_rights(unit))


def proposals(usage: Usage, host: Host) -> t.List[Proposal]:
    """The tightest first; each of them allows everything that was seen."""
    local = set(usage.families) <= {"AF_UNIX"}
    return [_Fitting(profile, usage, host).proposal() for profile in PROFILES if local or profile != "no_network"]


# Large: each method proposes one group of directives.
class _Fitting:
    """One profile, opened step by step."""

    def __init__(self, profile: str, usage: Usage, host: Host) -> None:
        self.profile = profile
        self.usage = usage
        self.host = host
        self.needs: t.Set[str] = set(hardening.granted(profile, as_root=host.as_root))
        self.unit: t.Dict[str, Value] = {}
        self.because: t.List[str] = []

    def proposal(self) -> Proposal:
        self._open_for_programs()
        for doing, call in self.usage.doings.items():
            self._open(OF_DOINGS[doing], call)
        self._keep_ambient()
        self._open_for_paths()
        writable = self._writable_paths()
        self._open_families()
        self._open_calls()
        granted = hardening.granted(self.profile, as_root=self.host.as_root)
        return Proposal(
            self.profile,
            tuple(sorted(self.needs.difference(granted))),
            tuple(writable),
            self.unit,
            (self._why(), *self.because),
        )

    @property
    def directives(self) -> t.Dict[str, Value]:
        return {**_directives(self.profile, self.needs, self.unit), **self.unit}

    def _why(self) -> str:
        if self.profile == "no_network":
            return "hardening: no_network, because it made no socket but local ones"
        made = [call for family, call in self.usage.families.items() if family != "AF_UNIX"]
        network = f", and not no_network because of {made[0]}" if made else ""
        return f"hardening: {self.profile}{network}"

    def _open(self, opening: Opening, call: str) -> None:
        if not self._closes(opening.directive):
            return
        if opening.need and opening.need not in self.needs:
            self.needs.add(opening.need)
            self.because.append(f"needs: {opening.need}, because of {call}")
        for directive, more in opening.unit.items():
            if self._closes(directive):
                # The whole of a list: once more what is ours changes nothing in it.
                self.unit[directive] = more and hardening.with_more(self.directives[directive], more)
                self.because.append(f"unit.Service.{directive}, because of {call}")

    def _closes(self, directive: str) -> bool:
        """An empty text is a value as well."""
        return self.directives.get(directive, False) is not False

    def _open_for_programs(self) -> None:
        for program, call in self.usage.programs.items():
            if program in self.host.gains:
                self._open(SETUID, call)
        if self.host.as_root and self.profile != hardening.DEFAULT:
            self._open(ROOT, "its user: it runs as root, and the test cannot see which rights of root it uses")

    def _keep_ambient(self) -> None:
        """What the operator has given. That of a need it has already, if it needs it."""
        given = [one for one in self.host.ambient.split() if one not in OF_NEEDS]
        if given:
            bounds = Opening("CapabilityBoundingSet", unit={"CapabilityBoundingSet": " ".join(given), **OWN_USERS})
            self._open(bounds, f"AmbientCapabilities={self.host.ambient}")
            present = self.directives.get("AmbientCapabilities", "")
            self.unit["AmbientCapabilities"] = hardening.with_more(present, " ".join(given))

    def _open_for_paths(self) -> None:
        # Links may have led elsewhere.
        really = {directory: self.usage.changed[path] for path, directory in self.host.directories.items()}
        paths = {self.host.working_directory: "its working directory", **really, **self.usage.paths}
        for table, seen in ((OF_PATHS, paths), (OF_CHANGES, self.usage.changed)):
            for pattern, opening in table:
                call = next((call for path, call in seen.items() if pattern.fullmatch(path)), None)
                if call is not None:
                    self._open(opening, call)
        for opening, found in (
            (OTHER_PROCESSES, self.usage.others),
            (SHARED_TMP, self.usage.left_by_others),
        ):
            if found:
                self._open(opening, next(iter(found.values())))

    def _writable_paths(self) -> t.List[str]:
        """Directories that are there, few of them, and why."""
        calls: t.Dict[str, str] = {}
        for path, directory in self.host.directories.items():
            if self._is_read_only(directory):
                calls.setdefault(_lasting(directory), self.usage.changed[path])
        folded = folded_directories(calls, self.host.working_directory)
        for directory in folded:
            call = next(call for below, call in calls.items() if is_below(below, [directory]))
            self.because.append(f"writable_paths: {directory}, because of {call}")
            if directory in self.host.foreign and directory not in TEMPORARY:
                self._open(SHARED_FILES, f"{call}: its directory belongs to another user")
        return folded

    def _is_read_only(self, directory: str) -> bool:
        system = self.directives.get("ProtectSystem")
        if system == "strict":
            private = TEMPORARY if "PrivateTmp" in self.directives else ()
            return not is_below(directory, (*NOT_FILES, *HOMES, *private, *self.host.own))
        return system == "full" and is_below(directory, OF_THE_SYSTEM)

    def _open_families(self) -> None:
        allowed = str(self.directives.get("RestrictAddressFamilies", ""))
        more = [family for family in self.usage.families if family not in allowed.split()]
        if more:
            opening = Opening("RestrictAddressFamilies", unit={"RestrictAddressFamilies": " ".join(more)})
            self._open(opening, self.usage.families[more[0]])

    def _open_calls(self) -> None:
        for need, group in (("realtime", "@resources"), ("namespaces", "@mount")):
            for call in self._refused():
                if call in self.host.groups[group]:
                    self._open(Opening("SystemCallFilter", need), self.usage.calls[call])
        more = self._refused()
        if more:
            opening = Opening("SystemCallFilter", unit={"SystemCallFilter": [" ".join(more)]})
            self._open(opening, self.usage.calls[more[0]])

    def _refused(self) -> t.List[str]:
        lines = value_texts(self.directives.get("SystemCallFilter", []))
        return sorted(syscall_groups.refused(self.usage.calls, lines, self.host.groups))


def folded_directories(directories: t.Iterable[str], working_directory: str) -> t.List[str]:
    """Without those that lie in another; many side by side are the one they are in, if that has not all of the code."""
    found = set(directories)
    while True:
        found = {one for one in found if not is_below(one, found - {one})}
        above = [parent(one) for one in found]
        many = {
            one
            for one in above
            if above.count(one) >= MANY and one.count("/") >= DEEP and not is_below(working_directory, [one])
        }
        if not many:
            return sorted(found)
        found |= many


def _lasting(directory: str) -> str:
    """The nearest that ``writable_paths`` can name; what is in a /tmp comes and goes."""
    while PATH_LIST_SYNTAX.search(directory) or "%" in directory or not_text(directory):
        directory = parent(directory)
    return next((one for one in TEMPORARY if is_below(directory, [one])), directory)


def _quoted(value: Value) -> str:
    return value if isinstance(value, str) and re.fullmatch(r"/[A-Za-z0-9/_.-]*", value) else json.dumps(value)
