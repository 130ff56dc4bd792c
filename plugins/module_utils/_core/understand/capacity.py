# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``capacity``: how many instances and how much memory the pools of a host share."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import as_text
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values import quantities

OPTIONS: t.Dict[str, t.Dict[str, t.Any]] = {"instances": {"type": "int"}, "memory": {"type": "str"}}
# As many as a hundred pools of the largest size.
MOST = 100_000
# In bytes. No interpreter is smaller. No host that runs workers is larger.
LEAST_MEMORY, MOST_MEMORY = 2**20, 2**50
WHERE = "capacity"
# A line of /proc/meminfo (proc(5)).
TOTAL = re.compile(r"^MemTotal:\s+([0-9]+) kB$", re.MULTILINE)
HINTS = {
    "instances": "So many instances always run",
    "memory": "Instances that always run may have so much (limits.memory_max)",
}


class Capacity(t.NamedTuple):
    """What the pools of a host share: ``instances``, and bytes of ``memory``. 0 for what has no limit."""

    instances: int = 0
    memory: int = 0


class Standing(t.NamedTuple):
    """A pool that shares: the ``capacity`` that it was deployed with, the ``least`` instances that always run, and how
    many bytes of memory each of them may have.
    """

    capacity: Capacity
    least: int
    size: int = 0

    def takes(self, option: str) -> int:
        """What the instances that always run take of it."""
        return self.least * self.size if option == "memory" else self.least


Standings = t.Mapping[str, Standing]


def read_capacity(given: t.Optional[t.Mapping[str, t.Any]]) -> t.Tuple[t.Optional[Capacity], t.List[Problem]]:
    """The option, and its problems. With problems there is none."""
    if given is None:
        return None, []
    number, memory = given.get("instances"), given.get("memory")
    problems = []
    if number is None and memory is None:
        problems.append(Problem(WHERE, "neither instances nor memory", "one of them, or both"))
    if number is not None and (isinstance(number, bool) or not 1 <= number <= MOST):
        problems.append(Problem(f"{WHERE}.instances", repr(number), f"a number from 1 to {MOST}"))
    size = 0 if memory is None else quantities.size(as_text(memory))
    if memory is not None and (size is None or not LEAST_MEMORY <= size <= MOST_MEMORY):
        expected = "an amount of memory from 1M to 1024T, such as 8G"
        problems.append(Problem(f"{WHERE}.memory", repr(as_text(memory)), expected))
    return (None, problems) if problems else (Capacity(number or 0, size or 0), [])


def smallest(capacities: t.Iterable[Capacity]) -> Capacity:
    """What counts while pools were deployed with different ones: of each kind the smallest that any of them has."""
    return Capacity(*(min(filter(None, numbers), default=0) for numbers in zip(*capacities)))


def too_small(new: Standings, others: Standings) -> t.Iterator[Problem]:
    """Whether what always runs of the pools of a run, and of the ``others`` of the host, is more than they share."""
    for option in Capacity._fields:
        ours, rest = _sharing(new, option), _sharing(others, option)
        least = getattr(smallest(one.capacity for one in (*ours.values(), *rest.values())), option)
        takes = {name: one.takes(option) for name, one in {**rest, **ours}.items()}
        if not ours or sum(takes.values()) <= least:
            continue
        always = ", ".join(f"{name} {_shown(option, number)}" for name, number in sorted(takes.items()))
        found = _shown(option, least)
        if all(getattr(one.capacity, option) != least for one in ours.values()):
            whose = (name for name, one in rest.items() if getattr(one.capacity, option) == least)
            found += f", the number of {', '.join(sorted(whose))}"
        expected = f"at least {_shown(option, sum(takes.values()))}"
        hint = f"{HINTS[option]}: {always}. Count pools without a range too."
        yield Problem(f"{WHERE}.{option}", found, expected, hint)


def differing(new: Standings, others: Standings) -> t.Iterator[str]:
    """Warnings about pools of the host that were deployed with another capacity."""
    for option in Capacity._fields:
        ours, rest = _sharing(new, option), _sharing(others, option)
        numbers = {getattr(one.capacity, option) for one in ours.values()}
        apart = sorted(name for name, one in rest.items() if getattr(one.capacity, option) not in numbers)
        without = sorted(others.keys() - rest.keys())
        if ours and apart:
            least = getattr(smallest(one.capacity for one in (*ours.values(), *rest.values())), option)
            until = f"Until all pools have the same, {_shown(option, least)} counts"
            yield f"{WHERE}.{option}: other than that of {', '.join(apart)}. {until}"
        if ours and without:
            yield f"{WHERE}.{option}: these pools share it from their next deploy with it: {', '.join(without)}"


def beyond(new: Standings, meminfo: str) -> t.Iterator[str]:
    """Warnings about more memory than the host has, as its /proc/meminfo says it."""
    found = TOTAL.search(meminfo)
    memory = max((one.capacity.memory for one in new.values()), default=0)
    if found and memory > int(found[1]) * 1024:
        has = f"the host has {int(found[1]) // 1024}M"
        yield f"{WHERE}.memory: found {quantities.written(memory)}, and {has}, which other programs need too"


def _sharing(pools: Standings, option: str) -> t.Dict[str, Standing]:
    return {name: one for name, one in pools.items() if getattr(one.capacity, option)}


def _shown(option: str, number: int) -> str:
    return quantities.written(number) if option == "memory" else str(number)
