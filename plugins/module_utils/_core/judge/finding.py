# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One thing that a judge says about a unit: what systemd would not do as it is written, or what users regret."""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Placed


class Severity(enum.Enum):
    """An error refuses a deploy, a warning is only shown."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """``id`` names the kind of finding, and switches it off. ``at`` is the directive; ``None``: the unit as a whole.

    ``url`` is where people read more about a trap.
    """

    id: str
    severity: Severity
    at: t.Optional[Placed]
    found: str
    expected: str
    hint: str = ""
    url: str = ""

    def problem(self, where: str) -> Problem:
        """The same for somebody who reads it, at a place in what they wrote."""
        return Problem(where, self.found, self.expected, self.hint, self.id, self.url)


def error(name: str, at: t.Optional[Placed], found: str, expected: str, hint: str = "") -> Finding:
    """A finding that refuses a deploy; ``name`` is its id."""
    return Finding(name, Severity.ERROR, at, found, expected, hint)
