# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``recycle`` of a pool: when the agent of the host restarts an instance that works."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import as_text
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values import quantities, time_span

# The options in the form of Ansible's argument spec.
OPTIONS: t.Dict[str, t.Dict[str, t.Any]] = {"memory": {"type": "str"}, "age": {"type": "str"}}
# No interpreter is smaller. No host that runs workers is larger.
LEAST_MEMORY, MOST_MEMORY = 2**20, 2**50
# In seconds.
SHORTEST_AGE, LONGEST_AGE = 30.0, 366 * 86400.0
# The limits at which the kernel acts before the agent sees the memory, with what the kernel does.
BEFORE = {
    "MemoryMax": ("memory_max", "The kernel kills the instance at that limit."),
    "MemoryHigh": ("memory_high", "The kernel holds the instance at that limit, and slows it down."),
}


@dataclass(frozen=True)
class Recycle:
    """``memory`` is in bytes, ``age`` in seconds. 0 is no limit."""

    memory: int = 0
    age: float = 0.0


def read_recycle(
    given: t.Mapping[str, t.Any], limits: t.Iterable[t.Mapping[str, str]], where: str
) -> t.Tuple[t.Optional[Recycle], t.List[Problem]]:
    """The option, and its problems. With problems there is none. ``limits`` are the directives of each instance."""
    read = {option: as_text(value) for option, value in given.items() if value is not None}
    if not read:
        return None, [Problem(where, "neither memory nor age", "one of them, or both")]
    problems: t.List[Problem] = []
    memory, age = _memory(read, where, problems), _age(read, where, problems)
    for directive, (option, hint) in BEFORE.items():
        sizes = [quantities.size(one[directive]) for one in limits if directive in one]
        lowest = min((size for size in sizes if size), default=None)
        if memory and lowest and memory >= lowest:
            found = f"{read['memory']!r}, which is not below limits.{option}"
            problems.append(Problem(f"{where}.memory", found, f"less than {lowest // 2**20} MiB", hint))
    return (None, problems) if problems else (Recycle(memory, age), [])


def _memory(read: t.Mapping[str, str], where: str, problems: t.List[Problem]) -> int:
    size = quantities.size(read["memory"]) if "memory" in read else 0
    if "memory" in read and (size is None or not LEAST_MEMORY <= size <= MOST_MEMORY):
        expected = "an amount of memory from 1M on, such as 400M or 2G"
        problems.append(Problem(f"{where}.memory", repr(read["memory"]), expected))
        return 0
    return size or 0


def _age(read: t.Mapping[str, str], where: str, problems: t.List[Problem]) -> float:
    if "age" not in read:
        return 0.0
    age = time_span.seconds_within(read["age"], SHORTEST_AGE, LONGEST_AGE)
    if age is None:
        expected = f"a time span from {SHORTEST_AGE:g}s to a year, such as 6h"
        problems.append(Problem(f"{where}.age", repr(read["age"]), expected))
        return 0.0
    return age
