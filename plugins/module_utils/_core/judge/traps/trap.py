# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a trap is: a configuration that systemd accepts and that users regret."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core import documentation
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.finding import Finding, Severity
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.seen import Seen
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Placed

ERROR, WARNING = Severity.ERROR, Severity.WARNING


class Caught(t.NamedTuple):
    """One place where a trap lies. An empty ``hint`` is that of the trap."""

    at: t.Optional[Placed]
    found: str
    hint: str = ""


Check = t.Callable[[Seen], t.Iterator[Caught]]


@dataclass(frozen=True)
class Trap:
    """``why`` describes the damage, and how it is known; ``instead`` says what to write."""

    id: str
    severity: Severity
    title: str
    expected: str
    instead: str
    why: str
    check: Check

    @property
    def url(self) -> str:
        return documentation.of_trap(self.id)

    def findings(self, seen: Seen) -> t.Iterator[Finding]:
        for at, found, hint in self.check(seen):
            yield Finding(self.id, self.severity, at, found, self.expected, hint or self.instead, self.url)


def trap(
    id: str,  # noqa: A002 (the word that users write)
    severity: Severity,
    *,
    title: str,
    expected: str,
    instead: str,
    why: str,
) -> t.Callable[[Check], Trap]:
    """Makes a check the trap of this name. The files of traps hold nothing but these."""
    return lambda check: Trap(id, severity, title, expected, instead, why, check)


def written(at: Placed) -> str:
    """How the file has it. Not for what may be a secret."""
    return f"{at.key}={at.value}"
