# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which paths of a unit the traps ask the host about."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.command import command
from ansible_collections.workers.systemd.plugins.module_utils._core.unit import Unit


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
            | there(path for one in unit.kept("Service", "ExecStart") for path in command(one).paths),
        )


def concrete(unit: Unit, text: str) -> str:
    """The path that systemd uses; empty when only systemd knows it, or for one that is not absolute."""
    instance = unit.name.instance
    path = re.sub("%i|%%", lambda found: "%" if found.group() == "%%" else instance or "\0", text)
    unknown = "\0" in path or re.search(r"(?<!%)(?:%%)*%[^%i]|[*?\[]", text)
    return path if path.startswith("/") and not unknown else ""
