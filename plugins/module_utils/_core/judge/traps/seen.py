# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A unit as the traps look at it: directives by name, defaults filled in, commands taken apart."""

from __future__ import annotations

import math
import re
import typing as t
from dataclasses import dataclass
from functools import cached_property

from ansible_collections.workers.systemd.plugins.module_utils._core import marks
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.host_facts import HostFacts, LiveProcess
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.command import Command, command
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import split_command
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.queue_tools import Tool, program_of, tool_of
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.shell_text import base_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import STAYING, Placed, Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values import time_span
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.words import is_true

# Packages put units here, and only they (systemd.unit(5), "Unit File Load Path").
VENDOR = ("/usr/lib/systemd/", "/lib/systemd/")
# Where packages put programs; what an application brings along lies elsewhere.
OF_PACKAGES = re.compile(r"/(?:usr/)?(?:s?bin|lib(?:32|64|exec)?|share|games)/|/etc/|/run/")
# What people put together a service of their own from, or try things with. No package ships a server that is one.
TOOLS = frozenset({"awk", "cat", "curl", "echo", "false", "sleep", "tail", "true", "wget"})
# Programs that answer requests, also when an application brings them along.
SERVERS = frozenset(
    {"apache2", "caddy", "daphne", "gunicorn", "haproxy", "httpd", "hypercorn", "memcached", "mongod", "nginx"}
    | {"passenger", "php-fpm", "prometheus", "puma", "streamlit", "thin", "traefik", "unicorn", "uvicorn", "uwsgi"}
)
# What packages add to the name of a server: php-fpm8.2, uwsgi-core, uwsgi_python3, gunicorn3.
VARIANT = re.compile(r"(?:[-_](?:core|python|plain))?[0-9.]*\Z")
# Words in the name of a unit, a program or a script, and as its command.
WORKER_WORD = re.compile(r"(?:.*[^a-z])?(?:workers?|queues?|consumers?|jobs)(?:[^a-z].*)?", re.IGNORECASE | re.DOTALL)
SERVER_WORD = re.compile(r"(?:.*[^a-z])?(?:server|httpd?|exporter|proxy)(?:[^a-z].*)?", re.IGNORECASE | re.DOTALL)
SERVES = frozenset({"serve", "server", "runserver", "web", "agent"})
QUEUE_OPTION = re.compile(r"--?queues?(?:=.*)?", re.DOTALL)
SERVER_OPTION = re.compile(r"--?(?:listen|bind|port|web|http)(?:[-._=].*)?", re.DOTALL)
# Specifiers that differ between the instances of a template.
OF_ONE_INSTANCE = re.compile(r"(?<!%)(?:%%)*%[iInN]")
INSTALLS = ("WantedBy", "RequiredBy", "UpheldBy", "Alias", "Also")


def is_of_one_instance(text: str) -> bool:
    """Whether a value of a template is another one for each instance."""
    return bool(OF_ONE_INSTANCE.search(text))


class Variable(t.NamedTuple):
    """One item of Environment=."""

    at: Placed
    name: str
    value: str


class Word(t.NamedTuple):
    """One item of a directive that is a list."""

    at: Placed
    text: str


# Large: each method is one question that traps ask about a unit.
@dataclass(frozen=True)
class Seen:
    """``host`` and ``process`` are what is known; what is not known says nothing."""

    unit: Unit
    systemd: int
    host: HostFacts
    process: LiveProcess
    kept: t.Mapping[t.Tuple[str, str], t.Sequence[Placed]]
    starts: t.Tuple[Command, ...]

    @classmethod
    def of(cls, unit: Unit, systemd: int, host: HostFacts, process: LiveProcess) -> Seen:
        directives = {(one.section, one.key) for one in unit.assignments()}
        kept = {directive: unit.kept(*directive) for directive in directives}
        starts = tuple(command(one) for one in kept.get(("Service", "ExecStart"), ()))
        return cls(unit, systemd, host, process, kept, starts)

    def all(self, key: str, section: str = "Service") -> t.Sequence[Placed]:
        return self.kept.get((section, key), ())

    def last(self, key: str, section: str = "Service") -> t.Optional[Placed]:
        kept = self.all(key, section)
        return kept[-1] if kept else None

    def value(self, key: str, default: str = "", section: str = "Service") -> str:
        decides = self.last(key, section)
        return decides.value if decides else default

    def says_yes(self, key: str) -> bool:
        return is_true(self.value(key))

    def seconds(self, key: str, default: float, section: str = "Service") -> float:
        """A time span; the default also for one that does not parse, which systemd ignores."""
        value = self.value(key, section=section)
        if value == "infinity":
            return math.inf
        try:
            return time_span.seconds(value) if value else default
        except ValueError:
            return default

    def words(self, key: str, section: str = "Service") -> t.List[Word]:
        """Items of a directive that is a list of words."""
        return [Word(at, word) for at in self.all(key, section) for word in at.value.split()]

    def names(self, key: str, section: str = "Unit") -> t.Set[str]:
        return {word.text for word in self.words(key, section)}

    @cached_property
    def environment(self) -> t.List[Variable]:
        """Variables that the unit itself sets. A line that does not parse has none."""
        return [
            Variable(at, *item.partition("=")[::2])
            for at in self.all("Environment")
            for item in _split(at.value)
            if "=" in item
        ]

    @cached_property
    def names_of_variables(self) -> t.FrozenSet[str]:
        return frozenset(variable.name for variable in self.environment)

    def commands(self, *keys: str) -> t.List[Command]:
        return [command(one) for key in keys for one in self.all(key)]

    @property
    def type(self) -> str:
        """As systemd.service(5) has the default."""
        default = "dbus" if self.last("BusName") else "simple" if self.starts else "oneshot"
        return self.value("Type", default)

    @property
    def restart(self) -> str:
        return self.value("Restart", "no")

    @cached_property
    def tool(self) -> t.Optional[Tool]:
        """The queue software that the service runs, when it is one that we know."""
        variables = {variable.name: variable.value for variable in self.environment}
        return next((tool for tool in (tool_of(one.inner, variables) for one in self.starts) if tool), None)

    @property
    def is_own_service(self) -> bool:
        """A service that the people of this host wrote."""
        return self.unit.name.kind == "service" and bool(self.starts) and not self.unit.path.startswith(VENDOR)

    @property
    def is_worker(self) -> bool:
        """An own service that is meant to stay up, and that looks like a background worker.

        Traps that apply to servers as well are not for these opinions: they are no reason to restart nginx.
        """
        stays = self.type in (*STAYING, "forking") and (self.stays_up or self.tool is not None)
        return stays and self.looks_like_a_worker

    @property
    def is_known_software(self) -> bool:
        """An own service of software whose signals and times are known, also when it is a server."""
        return self.is_own_service and self.type in (*STAYING, "forking") and self.tool is not None

    @property
    def of_user(self) -> bool:
        """A unit for the manager of a user, which has other targets than the system."""
        return self.host.user_manager or "/systemd/user/" in self.unit.path

    @cached_property
    def looks_like_a_worker(self) -> bool:
        """A pool, known queue software, what calls itself so, or code of an application that is not a server."""
        if not self.is_own_service:
            return False
        if self.unit.value(marks.OWNER_SECTION, "Pool"):
            return True
        if any(_is_server(program) for one in self.starts for program in program_of(one.inner)[:1]):
            return False
        if self.tool:
            return True
        words = [word for one in self.starts for word in program_of(one.inner)]
        options = [word for word in words if word.startswith("-")]
        subjects = [word for word in words if not word.startswith("-") and "://" not in word]
        names = [self.unit.name.prefix, *subjects]
        if any(map(WORKER_WORD.fullmatch, names)) or any(map(QUEUE_OPTION.fullmatch, options)):
            return True
        if self.type == "forking":
            # Daemons of the old kind are servers.
            return False
        serves = any(map(SERVER_WORD.fullmatch, names)) or any(map(SERVER_OPTION.fullmatch, options))
        return any(map(_is_of_an_application, self.starts)) and not serves and SERVES.isdisjoint(subjects)

    def program_at(self, path: str) -> str:
        """The name of the program that stands at a path: /bin/sh is dash on one host and bash on another."""
        known = self.host.paths.get(path)
        return base_name(known.target if known and known.target else path)

    @property
    def is_worker_in_foreground(self) -> bool:
        """One whose command is the worker itself, and does not only start it."""
        return self.is_worker and self.type in STAYING

    @property
    def stays_up(self) -> bool:
        return self.restart != "no" or any(self.all(key, "Install") for key in INSTALLS)


def _is_server(program: str) -> bool:
    name = base_name(program)
    return name in SERVERS or VARIANT.sub("", name, count=1) in SERVERS


def _is_of_an_application(start: Command) -> bool:
    """Whether the program, or the script that an interpreter runs, is not from a package."""
    if not start.inner:
        # npm start and its like run what the application brings along.
        return bool(start.layers)
    program = next(iter(program_of(start.inner)), start.inner[0])
    by_name = "/" not in program and program == start.inner[0]
    return base_name(program) in TOOLS or not (by_name or OF_PACKAGES.match(program))


def _split(text: str) -> t.List[str]:
    try:
        return split_command(text)
    except Problems:
        return []
