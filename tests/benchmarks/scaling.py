# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the table about a simulated burst of jobs: the policy of the agent, and others. It needs no host."""

from __future__ import annotations

import random
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.act.rollout import Start, Stop
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import Sample
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.scale import Room, Scale, of_backlog
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.scaling import Scaling

RULE = Scaling(1, 8, ("/bin/count",), 50)
# Jobs that a worker does in a second, the jobs of the burst, and those of each second beside it.
RATE, BURST, STEADY = 5.0, 10_000, 2.0
# In seconds.
LASTS, START_TAKES = 1800, 2
# https://laravel.com/docs/12.x/horizon#auto-balancing: with the values of its example, balanceMaxShift 1 and
# balanceCooldown 3, at most one process starts or ends every three seconds.
HORIZON_EVERY = 3
UP = Sample("active", "running", "i1")


@dataclass(frozen=True)
class Course:
    """``emptied`` is the second in which no job waited any more; ``turns`` are changes of direction of the number. For
    each second, ``waiting`` has the jobs that wait, and ``numbers`` the workers.
    """

    emptied: int
    worker_seconds: int
    turns: int
    waiting: t.Tuple[int, ...]
    numbers: t.Tuple[int, ...]


class Contender(t.Protocol):
    def number(self, now: int, waiting: int) -> int:
        """Of workers that are to run from now on."""


@dataclass(frozen=True)
class Fixed:
    workers: int

    def number(self, _now: int, _waiting: int) -> int:
        return self.workers


class Horizon:
    """As many workers as ``ours`` wants, but one more or one fewer every three seconds."""

    def __init__(self) -> None:
        self.workers = RULE.min

    def number(self, now: int, waiting: int) -> int:
        wanted = min(RULE.max, max(RULE.min, -(-waiting // RULE.each)))
        if now % HORIZON_EVERY == 0:
            self.workers += (wanted > self.workers) - (wanted < self.workers)
        return self.workers


class Ours:
    """The policy itself, with instances that do what they are told at once."""

    def __init__(self) -> None:
        self.scale = Scale(RULE, Policy(), [f"mail@{name}.service" for name in RULE.names])
        self.samples = {"mail@1.service": UP}

    def number(self, now: int, waiting: int) -> int:
        self.scale.questions(float(now), self.samples)
        self.scale.hear(float(now), of_backlog(RULE, str(waiting).encode(), ""))
        for one in self.scale.next(float(now), self.samples, Room(), alone=True):
            if isinstance(one, Start):
                self.samples.update(dict.fromkeys(one.units, UP))
            elif isinstance(one, Stop):
                self.samples = {unit: seen for unit, seen in self.samples.items() if unit not in one.units}
        return len(self.samples)


CONTENDERS: t.Dict[str, t.Callable[[], Contender]] = {
    "from 1 to 8, this collection": Ours,
    "from 1 to 8, one process every 3 s": Horizon,
    "always 1": lambda: Fixed(RULE.min),
    "always 8": lambda: Fixed(RULE.max),
}


def course(contender: Contender, seed: int = 1) -> Course:
    """A burst after a minute, with work that comes by chance before and after it."""
    chance = random.Random(seed)
    waiting, emptied, seconds, numbers, backlog = 0.0, LASTS, 0, [RULE.min], []
    for now in range(LASTS):
        waiting += chance.uniform(0, 2 * STEADY) + (BURST if now == 60 else 0)
        numbers.append(contender.number(now, int(waiting)))
        # One that starts does no work for a while.
        working = min(numbers[-1], numbers[max(0, len(numbers) - 1 - START_TAKES)])
        waiting = max(0.0, waiting - working * RATE)
        seconds += numbers[-1]
        backlog.append(int(waiting))
        if now > 60 and emptied == LASTS and waiting < RATE:
            emptied = now - 60
    return Course(emptied, seconds, turns(numbers), tuple(backlog), tuple(numbers[1:]))


def turns(numbers: t.Sequence[int]) -> int:
    steps = [after - before for before, after in zip(numbers, numbers[1:]) if after != before]
    return sum((one > 0) != (two > 0) for one, two in zip(steps, steps[1:]))


def main() -> None:
    print(f"| a simulated burst of {BURST:,} jobs | empty after | worker-seconds of {LASTS} s | changes of direction |")
    print("|---|---|---|---|")
    for name, contender in CONTENDERS.items():
        one = course(contender())
        emptied = f"{one.emptied} s" if one.emptied < LASTS else "never"
        print(f"| {name} | {emptied} | {one.worker_seconds:,} | {one.turns} |")


if __name__ == "__main__":
    main()
