# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pool as its operator means it, and which of its options are directives of systemd."""

from __future__ import annotations

import functools
import re
import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.catalogue import Catalogue
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import (
    Value,
    last_text,
    value_texts,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values import quantities
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.words import is_true
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import hardening, presets
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.alert import Alert
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.capacity import Capacity
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.liveness import Liveness
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.recycle import Recycle
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.release import Release
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.replaces import Replaces
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.scaling import Scaling
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.schedule import Schedule

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
# Directive of each option of `logs` (systemd.exec(5)).
LOGS = {"burst": "LogRateLimitBurst", "per": "LogRateLimitIntervalSec", "keep": "LogNamespace"}
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
    "WatchdogSec": "watchdog",
    **{directive: f"limits.{option}" for option, directive in LIMITS.items()},
    **{directive: f"logs.{option}" for option, directive in LOGS.items()},
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
class OwnSettings:
    """What one instance has beside or in place of the settings of its pool. The fields are those of ``Pool``."""

    environment: t.Mapping[str, str] = field(default_factory=dict)
    secrets: t.Mapping[str, str] = field(default_factory=dict, repr=False)
    credentials: t.Mapping[str, str] = field(default_factory=dict, repr=False)
    limits: t.Mapping[str, str] = field(default_factory=dict)
    unit: t.Mapping[str, t.Mapping[str, Value]] = field(default_factory=dict)

    @property
    def any(self) -> bool:
        return bool(self.environment or self.secrets or self.credentials or self.limits or any(self.unit.values()))


# Large: one field for each option.
@dataclass(frozen=True)
class Pool:
    """One wanted pool, or one wanted timer: a pool without instances, whose service runs by its ``schedule``.

    ``exec_start`` is the text of ``ExecStart=`` and ``executable`` its absolute path, ``literal`` are the numbers of
    words in which ``%i`` stands for itself; in paths it is the name of the instance. ``instances`` are names in order,
    ``secrets`` are variables and ``credentials`` are not. ``limits``, ``logs``, ``directories`` and ``guards`` (what
    the profile and the needs come to) are directives, ``unit`` holds those that have the last word. ``left_out`` are
    guards that the host does not have, ``max_exposure`` is a score of `systemd-analyze security`. ``drain_timeout`` is
    a time span in systemd's words, ``after`` are the pools and units that it follows, ``bound_to`` the units that it
    starts and stops with. ``manager_of`` is the user in whose manager it runs, empty for the system's; then ``user`` is
    ``None``. ``paused`` is ``None`` when nothing is said of it, as in a version that is put back. ``per_instance`` may
    also name numbers that the pool does not have now. With ``adopt`` the pool takes over the units of somebody else
    that have its name. ``foreign`` is a version of the time before that. ``replaces`` is what runs its work under
    another manager. With ``scaling``, ``instances`` are those that run, and the agent of the host decides how many.
    """

    name: str
    where: str = "pools"
    present: bool = True
    paused: t.Optional[bool] = None
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
    # A time span; empty without a watchdog.
    watchdog: str = ""
    limits: t.Mapping[str, str] = field(default_factory=dict)
    logs: t.Mapping[str, str] = field(default_factory=dict)
    # Seconds for which its journal namespace has its lines; 0 without a namespace.
    keep: float = 0.0
    # Bytes of this namespace on the disk; 0 where journald decides.
    keep_at_most: int = 0
    hardening: str = hardening.DEFAULT
    guards: t.Mapping[str, Value] = field(default_factory=dict)
    left_out: t.Tuple[str, ...] = ()
    max_exposure: t.Optional[float] = None
    writable_paths: t.Tuple[str, ...] = ()
    directories: t.Mapping[str, str] = field(default_factory=dict)
    unit: t.Mapping[str, t.Mapping[str, Value]] = field(default_factory=dict)
    rollout: Policy = field(default_factory=Policy)
    release: t.Optional[Release] = None
    after: t.Tuple[str, ...] = ()
    bound_to: t.Tuple[str, ...] = ()
    liveness: t.Optional[Liveness] = None
    recycle: t.Optional[Recycle] = None
    alert: t.Optional[Alert] = None
    # The directory of its figures for Prometheus.
    metrics: str = ""
    # What the pools of the host share.
    capacity: t.Optional[Capacity] = None
    per_instance: t.Mapping[str, OwnSettings] = field(default_factory=dict)
    adopt: bool = False
    foreign: bool = False
    schedule: t.Optional[Schedule] = None
    replaces: t.Optional[Replaces] = None
    scaling: t.Optional[Scaling] = None

    @property
    def kind(self) -> str:
        """How an operator names it."""
        return unit_name.POOL if self.schedule is None else unit_name.TIMER

    @property
    def main_units(self) -> unit_name.MainUnits:
        return unit_name.main_units(self.name, timer=self.schedule is not None)

    @functools.cached_property
    def held_units(self) -> t.Mapping[str, str]:
        """The units that a pause keeps stopped, each with the name of its instance, which a timer has not."""
        if self.schedule is not None:
            return {self.main_units.group: ""}
        return {unit_name.instance(self.name, name): name for name in self.names}

    @property
    def names(self) -> t.Tuple[str, ...]:
        """Of all instances that there may be."""
        return self.scaling.names if self.scaling else self.instances

    @property
    def at_boot(self) -> t.Tuple[str, ...]:
        """Of the instances that are enabled."""
        return self.scaling.at_boot if self.scaling else self.instances

    @functools.cached_property
    def own(self) -> t.Mapping[str, OwnSettings]:
        """The settings of those instances that have any of their own. Each instance asks for its own."""
        given = self.per_instance
        return {name: given[name] for name in self.names if name in given and given[name].any}

    @property
    def settings(self) -> t.Dict[str, OwnSettings]:
        """By an empty name what all instances get, then ``own``."""
        everybody = OwnSettings(self.environment, self.secrets, self.credentials, self.limits, self.unit)
        return {"": everybody, **self.own}

    @property
    def memory_max(self) -> t.Optional[int]:
        """The most bytes that an instance may have; ``None`` when one of them has no limit in bytes."""
        sizes = [quantities.size(text) for text in self.memory_limits.values()]
        known = [size for size in sizes if size]
        return max(known) if len(known) == len(sizes) else None

    @property
    def memory_limits(self) -> t.Dict[str, str]:
        """MemoryMax= of each instance that has an own one, and of all others under an empty name. Empty for none."""
        everybody = _memory_max(self.settings[""], "")
        return {"": everybody, **{name: _memory_max(one, everybody) for name, one in self.own.items()}}

    @property
    def secret_values(self) -> t.Set[str]:
        """The values of all secrets, also of those that only one instance gets."""
        owners = (*self.settings.values(), *self.per_instance.values())
        return {value for one in owners for value in (*one.secrets.values(), *one.credentials.values())}

    @property
    def account(self) -> t.Optional[str]:
        """The user that systemd runs it as; ``None`` when only systemd knows, as with DynamicUser= or a specifier."""
        service = self.unit.get("Service", {})
        name = last_text(service.get("User", []), self.user or "root") or "root"
        return None if "%" in name or is_true(last_text(service.get("DynamicUser", []), "no")) else name

    @property
    def has_root_in_it(self) -> bool:
        """Whether a command of its unit runs as root: then a user who sets a variable, such as LD_PRELOAD, is root."""
        services = [one.unit.get("Service", {}) for one in self.settings.values()]
        lines = [line for service in services for key, value in service.items() for line in _commands(key, value)]
        prefixed = any(AS_ROOT.match(line) for line in (self.exec_start, *lines))
        return self.account == "root" or prefixed or bool(self.rollout.busy_check and self.rollout.check_user)

    @property
    def pools_before(self) -> t.Tuple[str, ...]:
        """The pools that are brought up before it."""
        return tuple(name for name in self.after if not unit_name.is_unit_name(name))

    @property
    def read_paths(self) -> t.Tuple[str, ...]:
        """What somebody else owns and its instances depend on."""
        return (*map(without_dash, self.environment_files), *self.watch)

    def of_instances(self, path: str) -> t.List[str]:
        """Concrete paths, each once; one that all instances share is there without any, too."""
        found = {concrete(path, instance) for instance in self.names} if "%i" in path else {path}
        return sorted(found - {""})

    def fitted(self, catalogue: Catalogue) -> Pool:
        """The same for a host whose systemd has these directives."""
        left_out = hardening.unavailable(self.guards, catalogue, as_root=not self.manager_of)
        guards = {directive: value for directive, value in self.guards.items() if directive not in left_out}
        return replace(self, guards=guards, left_out=tuple(left_out))


def _memory_max(settings: OwnSettings, before: str) -> str:
    """``before`` counts when the settings have none."""
    directives = settings.unit.get("Service", {})
    return last_text(directives.get("MemoryMax", []), settings.limits.get("MemoryMax", before))


def _commands(key: str, value: Value) -> t.List[str]:
    return value_texts(value) if key.startswith("Exec") else []
