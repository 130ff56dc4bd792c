# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an administrator has done to instances, and what keeps a run from bringing them to their wanted state."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import NEEDS_A_UNIT
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Step
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.words import is_true
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


def going_with(wanted: t.Mapping[str, Wanted], leaving: t.Mapping[str, ObservedPool]) -> t.List[Problem]:
    """Directories below /run that systemd would remove with a pool that is removed while another pool uses them."""
    gone = {
        path: name
        for name, pool in leaving.items()
        for path in _runtime_directories(name, {path: file.text for path, file in pool.files.items()}, pool.instances)
    }
    found: t.Dict[str, Problem] = {}
    for name, one in wanted.items() if gone else ():
        texts = {file.path: file.text for file in one.files}
        for path in _runtime_directories(name, texts, one.pool.names, also_kept=True):
            owner = next((gone[above] for above in _with_parents(path) if above in gone), "")
            if owner:
                problem = Problem(
                    one.pool.where,
                    f"/run/{path}, which the stop of {owner} removes",
                    "another directory",
                    f"Or remove {owner} first, in a run without {name}.",
                )
                found.setdefault(name, problem)
    return list(found.values())


def _runtime_directories(
    pool: str, texts: t.Mapping[str, str], instances: t.Iterable[str], *, also_kept: bool = False
) -> t.Iterator[str]:
    """Below /run, with names of instances in them. Without those that stay when a unit stops, unless ``also_kept``."""
    units = [UnitText.parse(text) for path, text in texts.items() if path.endswith((".service", ".conf"))]
    stay = any(is_true(one) for unit in units for one in unit.values("Service", "RuntimeDirectoryPreserve")[-1:])
    if stay and not also_kept:
        return
    for word in (word for unit in units for one in unit.values("Service", "RuntimeDirectory") for word in one.split()):
        path = word.split(":")[0].replace("%p", pool)
        yield from (path.replace("%i", one) for one in (instances if "%i" in path else [""]))


def _with_parents(path: str) -> t.Iterator[str]:
    parts = path.split("/")
    return ("/".join(parts[:count]) for count in range(1, len(parts) + 1))


def _where(wanted: t.Mapping[str, Wanted], unit: str) -> str:
    return f"{wanted[UnitName.parse(unit).prefix].pool.where}.instances"
