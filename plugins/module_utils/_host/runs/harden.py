# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Watches one more worker of a pool, and tries the tightest options that what it used allows."""

from __future__ import annotations

import os
import pwd
import stat
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.fit import syscall_groups, trial_unit
from ansible_collections.workers.systemd.plugins.module_utils._core.fit.proposal import (
    AS_ROOT,
    CANNOT_SEE,
    Host,
    Proposal,
    proposals,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.fit.usage import Usage, refused
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems, unknown_pool
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import Value
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.words import is_true
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import hardening
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.paths import is_below, parent
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import concrete
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.judge import exposure
from ansible_collections.workers.systemd.plugins.module_utils._host.judge.candidates import SOME_INSTANCE
from ansible_collections.workers.systemd.plugins.module_utils._host.look import look, pool_files
from ansible_collections.workers.systemd.plugins.module_utils._host.look.secrets import secrets_of
from ansible_collections.workers.systemd.plugins.module_utils._host.runs import trial
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import catalogue, unit_files
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager

# Where systemd makes the directories of a unit (systemd.exec(5), RuntimeDirectory=).
ROOTS = {
    "StateDirectory": "/var/lib",
    "CacheDirectory": "/var/cache",
    "LogsDirectory": "/var/log",
    "RuntimeDirectory": "/run",
}


@dataclass(frozen=True)
class Fitted:
    """``because`` also tells of tighter ones that failed; ``refused`` are calls that failed in the trial of it and had
    not failed before.
    """

    proposal: Proposal
    because: t.Tuple[str, ...]
    refused: t.Tuple[str, ...]
    cannot_see: t.Tuple[str, ...]
    exposure: t.Optional[float]


class Died(Exception):
    """The worker ended before its time, so that nothing can be proposed; the text says when and how."""


def problems(pool: str, instance: t.Optional[str]) -> t.Iterator[Problem]:
    """Why a pool cannot be watched on this host."""
    owned = pool_files.of_kind(SYSTEM, unit_name.POOL)
    if pool not in owned:
        yield unknown_pool("pool", pool, owned, "Those in the manager of a user are not watched.")
    if instance is not None and not unit_name.INSTANCE_NAME.fullmatch(instance):
        yield Problem("instance", repr(instance), "the name of an instance, such as 1")
    if not trial.strace():
        yield Problem("strace", "no such program on the host", "strace", "Install it on this test host.")


class Hardening:
    """Of a pool and an instance without ``problems``."""

    def __init__(self, manager: Manager, pool: str, instance: t.Optional[str]) -> None:
        self.manager = manager
        self.pool = pool
        self.instance = instance or _first(pool, manager)
        name = unit_name.instance(pool, self.instance)
        path, text = unit_files.find(SYSTEM, name) or ("", "")
        self.unit = Unit.of(name, text, unit_files.drop_ins(SYSTEM, name), path)
        self.user = self.unit.value("Service", "User")
        dynamic = self.unit.value("Service", "DynamicUser", "no")
        self.as_root = hardening.runs_as_root(self.user, dynamic)
        self.is_dynamic = is_true(dynamic)
        self.ambient = " ".join(one.value for one in self.unit.kept("Service", "AmbientCapabilities"))
        self.directories = {directive: self._made_by_systemd(directive) for directive in ROOTS}
        self.trials = trial.Trials(
            manager,
            self.unit,
            self._working_directory(),
            self.directories["RuntimeDirectory"],
            secrets_of(SYSTEM, [pool]),
            self._of_dynamic_user() if self.is_dynamic else {},
        )
        self.known = catalogue.of_host(manager).known

    def propose(self, seconds: float) -> Fitted:
        """Raises ``Died``."""
        seen = self.trials.run({"AmbientCapabilities": self.ambient} if self.ambient else {}, seconds)
        if seen.died:
            raise Died(f"without hardening the worker ended too early: {seen.died}")
        facts = self._facts(seen.usage)
        deaths: t.List[str] = []
        for proposal in proposals(seen.usage, facts):
            tried = self.trials.run(self._guards(proposal), seconds)
            if tried.died:
                deaths.append(f"with hardening {proposal.hardening} the worker ended too early: {tried.died}")
                continue
            return Fitted(
                proposal,
                (*deaths, *proposal.because),
                tuple(refused(seen.usage, tried.usage)),
                (*CANNOT_SEE, *((AS_ROOT,) if self.as_root else ())),
                self._exposure(proposal),
            )
        raise Died("\n".join(deaths))

    def _guards(self, proposal: Proposal) -> t.Dict[str, Value]:
        found = proposal.guards(as_root=self.as_root)
        left_out = hardening.unavailable(found, self.known, as_root=True)
        return {directive: value for directive, value in found.items() if directive not in left_out}

    def _exposure(self, proposal: Proposal) -> t.Optional[float]:
        text = trial_unit.text(self.unit, self._guards(proposal), 0, "")
        found = exposure.not_installed(self.manager, {self.pool: text})
        return found[self.pool].score if self.pool in found else None

    def _facts(self, usage: Usage) -> Host:
        own = tuple(path for paths in self.directories.values() for path in paths)
        changed = [path for path in usage.changed if path.startswith("/") and not is_below(path, own)]
        directories = {path: _nearest(_written(path, usage)) for path in changed}
        uid = self._uid()
        return Host(
            groups=self._groups(),
            directories=directories,
            foreign={one for one in directories.values() if os.stat(one).st_uid != uid},
            gains={path for path in usage.programs if _gains(path)},
            own=own,
            working_directory=self.trials.working_directory,
            as_root=self.as_root,
            ambient=self.ambient,
        )

    def _groups(self) -> syscall_groups.Groups:
        status, said, error = self.manager.run(["systemd-analyze", "--no-pager", "syscall-filter"])
        if status:
            raise ManagerError(f"`systemd-analyze syscall-filter` exited {status}: {error.strip()}")
        return syscall_groups.parse_groups(said)

    def _uid(self) -> int:
        if self.is_dynamic:
            # Its files are those that systemd makes for it.
            return -1
        return int(self.user or 0) if self.user.isdigit() or not self.user else pwd.getpwnam(self.user).pw_uid

    def _of_dynamic_user(self) -> t.Dict[str, Value]:
        """systemd makes the user of the name of the unit, and the directories that the pool's workers share would
        become another user's. What is to be preserved in /run lies elsewhere, with a link that must not be there yet.
        """
        in_use = [path for path in self.directories["RuntimeDirectory"] if os.path.lexists(path)]
        if in_use:
            found = f"{self.instance!r}, whose {in_use[0]} is in use"
            expected = "an instance that does not run, since the pool has DynamicUser="
            raise Problems([Problem("instance", found, expected)])
        name = str(self.unit.name)
        return {"User": self.manager.show([name], ["User"])[name]["User"], "RuntimeDirectoryPreserve": "no"}

    def _working_directory(self) -> str:
        given = self.unit.value("Service", "WorkingDirectory", "/").lstrip("-")
        path = os.path.expanduser(f"~{self.user}") if given == "~" else concrete(given, self.instance)
        return os.path.realpath(path.replace("%%", "%"))

    def _made_by_systemd(self, directive: str) -> t.List[str]:
        names = self.unit.value("Service", directive).split()
        made = [f"{ROOTS[directive]}/{concrete(one, self.instance).partition(':')[0]}" for one in names]
        if self.is_dynamic and directive != "RuntimeDirectory":
            # They lie where only root comes, and there are links to them (systemd.exec(5), DynamicUser=).
            # In /run that is so of what is preserved, and /run/private is not ours to take away.
            made += [f"{ROOTS[directive]}/private{one[len(ROOTS[directive]) :]}" for one in made]
        return made


def _first(pool: str, manager: Manager) -> str:
    """Name of an instance that is on the host, or would be the first."""
    known = look.observe([pool], manager)[pool].instances
    return unit_name.in_order(known)[0] if known else SOME_INSTANCE


def _written(path: str, usage: Usage) -> str:
    """What must be writable: a directory that was changed itself, or that in which something was."""
    return path if path not in usage.made and os.path.isdir(path) else parent(path)


def _nearest(directory: str) -> str:
    """What the worker made meanwhile and took away again is not there any more."""
    while not os.path.isdir(directory):
        directory = parent(directory)
    return os.path.realpath(directory)


def _gains(program: str) -> bool:
    """By its bits, or by capabilities of the file."""
    try:
        mode = os.stat(program).st_mode
        return bool(mode & (stat.S_ISUID | stat.S_ISGID)) or "security.capability" in os.listxattr(program)
    except OSError:
        return False
