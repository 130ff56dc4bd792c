# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an administrator has done to instances, and what keeps a run from bringing them to their wanted state."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import NEEDS_A_UNIT, Step
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import Wanted


def hidden(wanted: t.Mapping[str, Wanted], hidden: t.Mapping[str, str]) -> t.List[Problem]:
    """Instances that would not run what their pool says. ``hidden`` are paths of their own files, by unit."""
    return [
        Problem(
            _where(wanted, unit),
            f"{path}, a unit of its own",
            "an instance of the pool's template",
            "systemd reads it instead of the template. Remove it, then `systemctl daemon-reload`.",
        )
        for unit, path in sorted(hidden.items())
    ]


def masked(wanted: t.Mapping[str, Wanted], steps: t.Iterable[Step], masked: t.Mapping[str, str]) -> t.List[Problem]:
    """Instances that systemd would not start as their pool says. ``masked`` are paths of masks, by unit."""
    needed = {step.subject for step in steps if step.verb in NEEDS_A_UNIT}
    return [
        Problem(
            _where(wanted, unit),
            f"{unit}, masked by {path}",
            "an instance that may start",
            f"`systemctl unmask {unit}` takes the mask away, with `--runtime` one below /run.",
        )
        for unit, path in sorted(masked.items())
        if unit in needed
    ]


def _where(wanted: t.Mapping[str, Wanted], unit: str) -> str:
    return f"{wanted[UnitName.parse(unit).prefix].pool.where}.instances"
