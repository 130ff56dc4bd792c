# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which paths of a unit the traps ask the host about."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.root_runs import executed
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.command import command
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Placed, Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.words import is_true
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.user_scope import ROOT

EXEC = ("ExecCondition", "ExecStartPre", "ExecStart", "ExecStartPost", "ExecReload", "ExecStop", "ExecStopPost")
# systemd.exec(5), "Logging and Standard Input/Output".
TO_FILES = frozenset({"file", "append", "truncate"})
OPENS = {"StandardInput": frozenset({"file"}), "StandardOutput": TO_FILES, "StandardError": TO_FILES}


@dataclass(frozen=True)
class NeededPaths:
    """``programs`` the user of the unit executes, ``directories`` it enters; of ``env_files`` the names are read."""

    programs: t.FrozenSet[str]
    directories: t.FrozenSet[str]
    env_files: t.FrozenSet[str]
    others: t.FrozenSet[str]

    @property
    def all(self) -> t.FrozenSet[str]:
        return self.programs | self.directories | self.env_files | self.others

    @classmethod
    def of(cls, unit: Unit) -> NeededPaths:
        def there(texts: t.Iterable[str]) -> t.FrozenSet[str]:
            return frozenset(path for path in (concrete(unit, text) for text in texts) if path)

        def values(key: str) -> t.List[str]:
            return [one.value for one in unit.kept("Service", key)]

        return cls(
            there(command(one).path for one in unit.kept("Service", "ExecStart")),
            there(value.lstrip("-") for value in values("WorkingDirectory")[-1:]),
            there(value.lstrip("-") for value in values("EnvironmentFile")),
            there(word for value in values("ReadWritePaths") for word in value.split())
            | there(path for one in unit.kept("Service", "ExecStart") for path in command(one).paths)
            | there(command(one).path for key in EXEC for one in unit.kept("Service", key))
            | there(path for _at, path in run_as_root(unit))
            | there(path for _at, path in opened_by_root(unit)),
        )


def run_as_root(unit: Unit) -> t.Iterator[t.Tuple[Placed, str]]:
    """Paths that root executes for the unit, as they are written: those of a service of root, and of commands with `+`
    or `!` before them. Without any `%`, for which the trap has no path.
    """
    user, made_up = (unit.value("Service", key) for key in ("User", "DynamicUser"))
    root = (user or "root") in ROOT and not is_true(made_up)
    only_start = is_true(unit.value("Service", "PermissionsStartOnly"))
    for key in EXEC:
        for at in unit.kept("Service", key):
            one = command(at)
            # `!!` does nothing where the kernel has ambient capabilities.
            prefixed = "+" in one.prefix or one.prefix.count("!") == 1
            if root or prefixed or (only_start and key != "ExecStart"):
                yield from ((at, path) for path in executed(one.words))


def opened_by_root(unit: Unit) -> t.Iterator[t.Tuple[Placed, str]]:
    """Paths of files that systemd opens before it becomes the user of the service, as they are written."""
    for at in unit.kept("Service", "EnvironmentFile"):
        yield at, at.value.lstrip("-")
    for key in ("LoadCredential", "LoadCredentialEncrypted"):
        for at in unit.kept("Service", key):
            yield at, at.value.partition(":")[2]
    for key, kinds in OPENS.items():
        for at in unit.kept("Service", key)[-1:]:
            kind, _colon, path = at.value.partition(":")
            if kind in kinds:
                yield at, path


def concrete(unit: Unit, text: str) -> str:
    """The path that systemd uses; empty when only systemd knows it, or for one that is not absolute."""
    instance = unit.name.instance
    path = re.sub("%i|%%", lambda found: "%" if found.group() == "%%" else instance or "\0", text)
    unknown = "\0" in path or re.search(r"(?<!%)(?:%%)*%[^%i]|[*?\[]", text)
    return path if path.startswith("/") and not unknown else ""
