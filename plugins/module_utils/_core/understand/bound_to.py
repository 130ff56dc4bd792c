# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``bound_to``: units of the operator that a pool starts and stops with."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool


def read_bound_to(given: t.Sequence[str], pool: str, where: str) -> t.Tuple[t.Tuple[str, ...], t.List[Problem]]:
    """The units in order, and the problems of names that ``pool`` cannot be bound to."""
    problems = []
    for index, name in enumerate(given):
        place, parsed = f"{where}[{index}]", unit_name.UnitName.parse(name)
        if not unit_name.is_unit_name(name):
            problems.append(Problem(place, repr(name), "the name of a unit such as app.service"))
        elif parsed.instance == "":
            hint = "A template is never started itself: name an instance or a target."
            problems.append(Problem(place, repr(name), "a unit that can be started", hint))
        elif name == unit_name.target(pool) or (parsed.prefix == pool and parsed.instance):
            problems.append(Problem(place, repr(name), "a unit that is not of this pool"))
        elif name in given[:index]:
            problems.append(Problem(place, repr(name), "a name used once"))
    return (() if problems else tuple(given)), problems


def bond_problems(pools: t.Sequence[Pool]) -> t.Iterator[Problem]:
    """Pools that are bound to another pool of the call: systemd would start them with it, and no rollout judges that
    start.
    """
    units = {(pool.manager_of, unit_name.target(pool.name)): pool for pool in pools if pool.name}
    for pool in pools:
        for name in pool.bound_to:
            other = units.get((pool.manager_of, name))
            if other is not None:
                hint = f"Use `after: [{other.name}]`, or bind both to the same unit."
                yield Problem(f"{pool.where}.bound_to", repr(name), "a unit that is no pool of this call", hint)
