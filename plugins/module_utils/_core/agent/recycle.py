# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which instance of a pool has become too large or too old. Figures in, at most one instance out: the host restarts it.

1. An instance is too large when its memory is over the limit. It is too old at an age of its own, between three
   quarters of the limit and the limit. The ages of a pool are spread, so that its instances do not restart together.
2. An instance that has only just started is left alone: a limit below what a worker needs must not restart it at once.
3. Only a pool whose instances all serve is recycled. After a bad verdict the pool is left alone for a while.
4. Idle instances go first. A busy one goes when no instance became idle for as long as a deploy waits.

Nothing here is kept: an agent that starts looks again.
"""

from __future__ import annotations

import math
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.act.drain import Drain
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import GONE, Verdict
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.liveness import (
    Ailing,
    Samples,
    Trouble,
    serves,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.recycle import Recycle

# In seconds: between two looks, the least age of an instance that restarts, and the rest after a bad verdict.
EVERY, YOUNGEST, REST = 15.0, 10.0, 600.0
# The part of the age over which the restarts are spread.
SPREAD = 0.25
NOT_COUNTED = "the memory of its instances is not counted (MemoryAccounting=), so none restarts because of it"
# Of memory.stat of a cgroup, in the kernel's cgroup-v2.rst, and with a prefix for v1: what the kernel drops when it
# needs memory. A worker that reads large files is not a large worker.
FILES_IN_MEMORY = ("inactive_file", "active_file")
OF_V1 = "total_"
MEBIBYTE = 2**20


class Figures(t.NamedTuple):
    """``age`` is in seconds. ``memory`` is in bytes, ``None`` when it is not counted."""

    invocation: str
    age: float
    memory: t.Optional[int] = None


def files_in_memory(stat: str) -> int:
    """Bytes of files in the memory of a cgroup, from the text of its memory.stat."""
    rows = [line.split() for line in stat.split("\n")]
    amounts = {row[0]: int(row[1]) for row in rows if len(row) == 2 and row[1].isdecimal()}
    return sum(amounts.get(f"{OF_V1}{name}", amounts.get(name, 0)) for name in FILES_IN_MEMORY)


def share(number: int) -> float:
    """A part of 1, far from those of the numbers before: 0, 1/2, 1/4, 3/4, 1/8 (van der Corput). It never changes."""
    part, step = 0.0, 0.5
    while number:
        number, bit = divmod(number, 2)
        part, step = part + bit * step, step / 2
    return part


class Recycling:
    """``units`` are the instances that are to run, in order."""

    def __init__(self, rule: Recycle, policy: Policy, units: t.Sequence[str]) -> None:
        self.rule = rule
        self.policy = policy
        self.ages = {unit: rule.age * (1 - SPREAD * share(number)) for number, unit in enumerate(units)}
        self.looked: t.Optional[float] = None
        self.rests_until = float("-inf")
        # The worst first.
        self.worn: t.List[Ailing] = []
        self.drain = Drain(policy)
        self.trouble = Trouble()

    def due(self, now: float) -> float:
        """Seconds until the next look. A clock that went back begins one."""
        since = EVERY if self.looked is None else now - self.looked
        return max(0.0, EVERY - since) if since >= 0 else 0.0

    def to_measure(self, now: float, samples: Samples) -> t.Dict[str, str]:
        """The instances whose figures are needed now, with their invocations."""
        if self.due(now) > 0:
            return {}
        self.looked = now
        return {unit: samples[unit].invocation for unit in self.ages if unit in samples and serves(samples[unit])}

    def measure(self, figures: t.Mapping[str, Figures]) -> None:
        mine = {unit: one for unit, one in figures.items() if unit in self.ages}
        before = {(one.unit, one.invocation) for one in self.worn}
        found = {
            unit: reasons for unit, reasons in ((unit, self._reasons(unit, mine[unit])) for unit in mine) if reasons
        }
        worst_first = sorted(found, key=lambda unit: -max(found[unit])[0])
        self.worn = [Ailing(unit, mine[unit].invocation, max(found[unit])[1]) for unit in worst_first]
        if not before.issuperset((one.unit, one.invocation) for one in self.worn):
            self.drain.ask_again()
        uncounted = self.rule.memory and any(one.memory is None for one in mine.values())
        self.trouble = Trouble(NOT_COUNTED) if uncounted else Trouble()

    def _reasons(self, unit: str, seen: Figures) -> t.List[t.Tuple[float, str]]:
        """Each with how far it is over the limit."""
        if seen.age < YOUNGEST:
            return []
        reasons = []
        if self.rule.memory and seen.memory is not None and seen.memory > self.rule.memory:
            # Rounded apart, so that the first is never shown as equal to the second.
            used, most = math.ceil(seen.memory / MEBIBYTE), self.rule.memory // MEBIBYTE
            sizes = f"uses {used} MiB of memory, more than {most} MiB"
            reasons.append((seen.memory / self.rule.memory, f"{sizes}, after {_time(seen.age)}"))
        if self.rule.age and seen.age >= self.ages[unit]:
            because = f"has run for {_time(seen.age)}, and its age is {_time(self.ages[unit])}"
            reasons.append((seen.age / self.ages[unit], because))
        return reasons

    def next(
        self, now: float, samples: Samples, units: t.Sequence[str]
    ) -> t.Tuple[t.Optional[Ailing], t.Tuple[str, ...]]:
        """The instance to restart now, and the instances whose busy check is to begin. ``units`` are those that are to
        run at present.
        """
        seen = {unit: samples.get(unit, GONE) for unit in units}
        self.drain.hear({unit: one.busy for unit, one in seen.items() if one.busy is not None})
        if now < self.rests_until or not all(map(serves, seen.values())):
            # The next look finds it again.
            self.worn = []
        self.worn = [one for one in self.worn if seen.get(one.unit, GONE).invocation == one.invocation]
        worn = [one.unit for one in self.worn]
        free = self.drain.free(now, worn) if self.drain.is_told else []
        chosen = next((one for one in self.worn if one.unit in free), None)
        if chosen:
            self.drop()
            return chosen, ()
        return None, self.drain.questions(now, worn) if worn else ()

    def drop(self) -> None:
        """The next look begins with what is then there."""
        self.worn, self.drain = [], Drain(self.policy)

    def ended(self, now: float, verdict: Verdict) -> None:
        """An instance of the pool was restarted."""
        if verdict.bad:
            self.rests_until = now + REST
        # The next one needs a look of its own.
        self.looked = None


def _time(seconds: float) -> str:
    minutes = int(seconds // 60)
    hours = f"{minutes // 60} h {minutes % 60} min"
    return hours if minutes >= 60 else f"{minutes} min" if minutes else f"{seconds:.0f} s"
