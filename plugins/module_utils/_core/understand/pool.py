# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pool as its operator means it, and which of its options are directives of systemd."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.catalogue import Catalogue
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import (
    Value,
    last_text,
    value_texts,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.words import is_true
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import hardening, presets
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy

Sections = t.Dict[str, t.Dict[str, Value]]

# Directive of each limit (systemd.resource-control(5)).
LIMITS = {
    "memory_max": "MemoryMax",
    "memory_high": "MemoryHigh",
    "memory_swap_max": "MemorySwapMax",
    "cpu_quota": "CPUQuota",
    "cpu_weight": "CPUWeight",
    "tasks_max": "TasksMax",
    "io_weight": "IOWeight",
}
# Directives that make a directory of the pool's own, below /var/lib and so on, and give it to the worker's user.
DIRECTORIES = {
    "state_directory": "StateDirectory",
    "cache_directory": "CacheDirectory",
    "logs_directory": "LogsDirectory",
    "runtime_directory": "RuntimeDirectory",
}
# Options that are directives of [Service] themselves; giving both would leave one of them unheard, but for lists.
SAME_AS_OPTION = {
    "ExecStart": "command",
    "User": "user",
    "Group": "group",
    "WorkingDirectory": "working_directory",
    "Environment": "environment",
    "EnvironmentFile": "environment_files",
    "TimeoutStopSec": "drain_timeout",
    # It sets TimeoutStopSec= too.
    "TimeoutSec": "drain_timeout",
    **{directive: f"limits.{option}" for option, directive in LIMITS.items()},
    "ReadWritePaths": "writable_paths",
    **{directive: option for option, directive in DIRECTORIES.items()},
}
# Options that always decide, whether they are given or not: the collection's own bookkeeping hangs on them.
ALWAYS_OURS = frozenset({"ExecStart", "Environment", "EnvironmentFile"})


# systemd.service(5), "COMMAND LINES": prefixes by which User= does not count.
AS_ROOT = re.compile(r"[-@:|]*[+!]")


def concrete(path: str, instance: str) -> str:
    """The path that systemd reads for this instance."""
    return path.replace("%i", instance)


def without_dash(path: str) -> str:
    """That of an environment file, which with a dash before it may be missing (systemd.exec(5))."""
    return path[1:] if path.startswith("-") else path


@dataclass(frozen=True)
class Pool:
    """One wanted pool.

    ``exec_start`` is the text of ``ExecStart=`` and ``executable`` its absolute path, ``literal`` are the numbers of
    words in which ``%i`` stands for itself; in paths it is the name of the instance. ``instances`` are names in order,
    ``secrets`` are variables and ``credentials`` are not, ``limits``, ``directories`` and ``guards`` (what the profile
    and the needs come to) are directives, ``unit`` holds those that have the last word. ``left_out`` are guards that
    the host does not have, ``max_exposure`` is a score of `systemd-analyze security`. ``drain_timeout`` is a time span
    in systemd's words. ``manager_of`` is the user in whose manager it runs, empty for the system's; then ``user`` is
    ``None``.
    """

    name: str
    where: str = "pools"
    present: bool = True
    manager_of: str = ""
    exec_start: str = ""
    executable: str = ""
    literal: t.Tuple[int, ...] = ()
    user: t.Optional[str] = None
    group: t.Optional[str] = None
    working_directory: t.Optional[str] = None
    instances: t.Tuple[str, ...] = ()
    environment: t.Mapping[str, str] = field(default_factory=dict)
    secrets: t.Mapping[str, str] = field(default_factory=dict, repr=False)
    credentials: t.Mapping[str, str] = field(default_factory=dict, repr=False)
    environment_files: t.Tuple[str, ...] = ()
    watch: t.Tuple[str, ...] = ()
    preset: str = presets.DEFAULT
    drain_timeout: t.Optional[str] = None
    limits: t.Mapping[str, str] = field(default_factory=dict)
    hardening: str = hardening.DEFAULT
    guards: t.Mapping[str, Value] = field(default_factory=dict)
    left_out: t.Tuple[str, ...] = ()
    max_exposure: t.Optional[float] = None
    writable_paths: t.Tuple[str, ...] = ()
    directories: t.Mapping[str, str] = field(default_factory=dict)
    unit: t.Mapping[str, t.Mapping[str, Value]] = field(default_factory=dict)
    rollout: Policy = field(default_factory=Policy)

    @property
    def account(self) -> t.Optional[str]:
        """The user that systemd runs it as; ``None`` when only systemd knows, as with DynamicUser= or a specifier."""
        service = self.unit.get("Service", {})
        name = last_text(service.get("User", []), self.user or "root") or "root"
        return None if "%" in name or is_true(last_text(service.get("DynamicUser", []), "no")) else name

    @property
    def has_root_in_it(self) -> bool:
        """Whether a command of its unit runs as root: then a user who sets a variable, such as LD_PRELOAD, is root."""
        lines = [line for key, value in self.unit.get("Service", {}).items() for line in _commands(key, value)]
        prefixed = any(AS_ROOT.match(line) for line in (self.exec_start, *lines))
        return self.account == "root" or prefixed or bool(self.rollout.busy_check and self.rollout.check_user)

    @property
    def read_paths(self) -> t.Tuple[str, ...]:
        """What somebody else owns and its instances depend on."""
        return (*map(without_dash, self.environment_files), *self.watch)

    def of_instances(self, path: str) -> t.List[str]:
        """Concrete paths, each once; one that all instances share is there without any, too."""
        found = {concrete(path, instance) for instance in self.instances} if "%i" in path else {path}
        return sorted(found - {""})

    def fitted(self, catalogue: Catalogue) -> Pool:
        """The same for a host whose systemd has these directives."""
        left_out = hardening.unavailable(self.guards, catalogue, as_root=not self.manager_of)
        guards = {directive: value for directive, value in self.guards.items() if directive not in left_out}
        return replace(self, guards=guards, left_out=tuple(left_out))


def _commands(key: str, value: Value) -> t.List[str]:
    return value_texts(value) if key.startswith("Exec") else []
