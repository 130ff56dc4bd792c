# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``after``: the pools and the units that a pool follows."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, did_you_mean
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool

# The user whose manager runs a pool, empty for the manager of the system, and the name of the pool.
Key = t.Tuple[str, str]


def read_after(given: t.Sequence[str], where: str) -> t.Tuple[t.Tuple[str, ...], t.List[Problem]]:
    """The names in order, and the problems of names that are neither a pool nor a unit."""
    problems = []
    for index, name in enumerate(given):
        place = f"{where}[{index}]"
        if not (unit_name.is_unit_name(name) or unit_name.POOL_NAME.fullmatch(name)):
            problems.append(Problem(place, repr(name), "the name of a pool, or of a unit such as redis.service"))
        elif unit_name.is_unit_name(name) and unit_name.UnitName.parse(name).instance == "":
            hint = "A template is never started itself: name an instance or a target."
            problems.append(Problem(place, repr(name), "a unit that can be started", hint))
        elif name in given[:index]:
            problems.append(Problem(place, repr(name), "a name used once"))
    return (() if problems else tuple(given)), problems


def order_problems(pools: t.Sequence[Pool]) -> t.Iterator[Problem]:
    """Pools in ``after`` that the call does not have, and pools that wait for each other."""
    present = {(pool.manager_of, pool.name): pool for pool in pools if pool.name}
    for pool in pools:
        for name in pool.pools_before:
            if (pool.manager_of, name) not in present:
                yield _unknown(pool, name, pools)
            elif not present[pool.manager_of, name].present:
                yield Problem(f"{pool.where}.after", repr(name), "a pool that stays", f"{name} is absent.")
    for cycle in _cycles(present):
        first = cycle[0]
        names = " after ".join(pool.name for pool in (*cycle, first))
        yield Problem(f"{first.where}.after", names, "an order without a circle", "None of these pools could start.")


def _unknown(pool: Pool, name: str, pools: t.Sequence[Pool]) -> Problem:
    where, expected = f"{pool.where}.after", "a pool of the same call and the same scope"
    if any(other.name == name for other in pools):
        return Problem(where, repr(name), expected, f"{name} runs in another systemd manager.")
    others = [other.name for other in pools if other.manager_of == pool.manager_of and other is not pool]
    elsewhere = f"For a pool of another call, name its target: {unit_name.target(name)}."
    return Problem(where, repr(name), expected, did_you_mean(name, others) or elsewhere)


def _cycles(pools: t.Mapping[Key, Pool]) -> t.Iterator[t.List[Pool]]:
    """The pools that wait for each other. From each pool that can never start, one circle is found."""
    waiting = _never_ready(pools)
    seen: t.Set[Key] = set()
    for key in waiting:
        path: t.List[Key] = []
        while key not in path and key not in seen:
            path.append(key)
            key = waiting[key][0]
        seen.update(path)
        if key in path:
            yield [pools[one] for one in path[path.index(key) :]]


def _never_ready(pools: t.Mapping[Key, Pool]) -> t.Dict[Key, t.List[Key]]:
    """The pools that wait for a circle, or are in one, each with those of them that come before it."""
    waiting = {key: [(key[0], name) for name in pool.pools_before] for key, pool in pools.items()}
    while True:
        ready = [key for key, before in waiting.items() if not any(one in waiting for one in before)]
        if not ready:
            return {key: [one for one in before if one in waiting] for key, before in waiting.items()}
        for key in ready:
            del waiting[key]
