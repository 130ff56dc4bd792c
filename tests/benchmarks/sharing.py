# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the table about two simulated queues that share a host: with shares of its capacity, and without. It needs no
host.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.act.rollout import Start, Stop
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import Sample
from ansible_collections.workers.systemd.plugins.module_utils._core.agent import capacity
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.scale import Room, of_backlog
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.tended import Tended
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.scaling import Scaling
from ansible_collections.workers.systemd.plugins.module_utils._core.write.duties import Duties
from tests.benchmarks.scaling import RATE, START_TAKES, UP

CAPACITY = 10
RULE = Scaling(1, CAPACITY, ("/bin/count",), 50)
# By queue: when its burst comes, in seconds, and how many jobs it has.
BURSTS = {"mail": (60, 12_000), "reports": (180, 1_500)}
LASTS = 900
TARGET = Sample("active", "active", "")
Numbers = t.Dict[str, int]


@dataclass(frozen=True)
class Queue:
    """``emptied`` is how many seconds after its burst no job waited. For each second, the jobs and the workers."""

    emptied: int
    waiting: t.Tuple[int, ...]
    numbers: t.Tuple[int, ...]


class Contender(t.Protocol):
    def numbers(self, now: int, waiting: Numbers) -> Numbers:
        """Of workers that are to run from now on."""


@dataclass(frozen=True)
class Fixed:
    workers: int

    def numbers(self, _now: int, waiting: Numbers) -> Numbers:
        return dict.fromkeys(waiting, self.workers)


class Ours:
    """The policy itself, with instances that do what they are told at once. Without ``shares``, each pool has what the
    other one leaves.
    """

    def __init__(self, *, shares: bool) -> None:
        duties = Duties(scaling=RULE, capacity=CAPACITY if shares else 0)
        self.pools = {name: Tended(duties, [f"{name}@{one}.service" for one in RULE.names]) for name in BURSTS}
        self.samples = {f"{name}.target": TARGET for name in BURSTS} | {f"{name}@1.service": UP for name in BURSTS}

    def numbers(self, now: int, waiting: Numbers) -> Numbers:
        for name, one in self.pools.items():
            if one.to_ask_for_work(float(now), self.samples):
                one.hear_work(float(now), of_backlog(RULE, str(waiting[name]).encode(), ""))
        granted = capacity.share_out(self.pools)
        for name, one in self.pools.items():
            one.hear_share(granted.get(name))
        most = capacity.room(capacity.sharing(self.pools), self.samples)
        for name, one in self.pools.items():
            left = CAPACITY - sum(number for other, number in self._up().items() if other != name)
            self._do(now, one, Room(None, most.get(name, left)))
        return self._up()

    def _do(self, now: int, pool: Tended, room: Room) -> None:
        if not pool.wants_act:
            return
        for one in pool.advance(float(now), self.samples, room)[0]:
            if isinstance(one, Start):
                self.samples.update(dict.fromkeys(one.units, UP))
            elif isinstance(one, Stop):
                self.samples = {unit: seen for unit, seen in self.samples.items() if unit not in one.units}

    def _up(self) -> Numbers:
        return {name: sum(unit.startswith(f"{name}@") for unit in self.samples) for name in BURSTS}


CONTENDERS: t.Dict[str, t.Callable[[], Contender]] = {
    "ranges that share the capacity": lambda: Ours(shares=True),
    "ranges without shares: the first one has what it wants": lambda: Ours(shares=False),
    "always 5 for each": lambda: Fixed(CAPACITY // 2),
}


def course(contender: Contender) -> t.Dict[str, Queue]:
    waiting = dict.fromkeys(BURSTS, 0.0)
    emptied: Numbers = {}
    backlog: t.Dict[str, t.List[int]] = {name: [] for name in BURSTS}
    numbers: t.Dict[str, t.List[int]] = {name: [RULE.min] for name in BURSTS}
    for now in range(LASTS):
        for name, (at, jobs) in BURSTS.items():
            waiting[name] += jobs if now == at else 0
        wanted = contender.numbers(now, {name: int(jobs) for name, jobs in waiting.items()})
        for name, (at, _jobs) in BURSTS.items():
            numbers[name].append(wanted[name])
            # One that starts does no work for a while.
            working = min(numbers[name][-1], numbers[name][max(0, len(numbers[name]) - 1 - START_TAKES)])
            waiting[name] = max(0.0, waiting[name] - working * RATE)
            backlog[name].append(int(waiting[name]))
            if now > at and not waiting[name]:
                emptied.setdefault(name, now - at)
    return {name: Queue(emptied.get(name, LASTS), tuple(backlog[name]), tuple(numbers[name][1:])) for name in BURSTS}


def main() -> None:
    sizes = " | ".join(f"{jobs:,} jobs of {name} after {at} s: empty after" for name, (at, jobs) in BURSTS.items())
    print(f"| {CAPACITY} workers for two queues | {sizes} |")
    print("|---|---|---|")
    for name, contender in CONTENDERS.items():
        print(f"| {name} | " + " | ".join(f"{one.emptied} s" for one in course(contender()).values()) + " |")


if __name__ == "__main__":
    main()
