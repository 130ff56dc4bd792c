# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures the memory and the age of instances, with few calls for all of them."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.agent.recycle import Figures, files_in_memory
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager

# Where a cgroup has its figures: of v2, and of v1.
CGROUPS = ("/sys/fs/cgroup", "/sys/fs/cgroup/memory")
# The text of memory.stat is shorter, also on a machine with many memory nodes.
LONGEST = 2**16


class Used(t.NamedTuple):
    """The ``bytes`` of the cgroup of an invocation, ``None`` when systemd does not count them, and when that was."""

    invocation: str
    bytes: t.Optional[int]
    at: float


class Gauge:
    def __init__(self, manager: Manager) -> None:
        self.manager = manager
        # By unit: its invocation, and since when it is active.
        self.since: t.Dict[str, t.Tuple[str, float]] = {}
        # Of units with a limit.
        self.used: t.Dict[str, Used] = {}

    def read(self, invocations: t.Mapping[str, str], limits: t.Mapping[str, int]) -> t.Dict[str, Figures]:
        """By unit. ``limits`` are bytes of memory, 0 where the memory does not matter."""
        self._date(invocations)
        used = self.manager.memory([unit for unit, limit in limits.items() if limit])
        memory = {**used, **self._without_files(used, limits)}
        now = time.monotonic()
        self.used.update({unit: Used(invocations[unit], size, now) for unit, size in used.items()})
        return {
            unit: Figures(invocation, now - self.since[unit][1], memory.get(unit))
            for unit, invocation in invocations.items()
        }

    def forget_others(self, units: t.Iterable[str]) -> None:
        """Only these units are still there."""
        there = set(units)
        self.since = {unit: one for unit, one in self.since.items() if unit in there}
        self.used = {unit: one for unit, one in self.used.items() if unit in there}

    def _date(self, invocations: t.Mapping[str, str]) -> None:
        new = [unit for unit, one in invocations.items() if self.since.get(unit, ("", 0.0))[0] != one]
        since = self.manager.active_since(new)
        self.since.update({unit: (invocations[unit], since[unit]) for unit in new})

    def _without_files(
        self, used: t.Mapping[str, t.Optional[int]], limits: t.Mapping[str, int]
    ) -> t.Dict[str, t.Optional[int]]:
        """Of instances that seem to be over their limits: files in memory do not count."""
        over = {unit: size for unit, size in used.items() if size is not None and size > limits[unit]}
        groups = self.manager.cgroups(list(over))
        return {unit: size - _files_in_memory(groups[unit]) for unit, size in over.items()}


def _files_in_memory(group: str) -> int:
    for root in CGROUPS:
        try:
            with open(f"{root}{group}/memory.stat", encoding="ascii", errors="replace") as file:
                return files_in_memory(file.read(LONGEST))
        except OSError:
            continue
    return 0
