# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One pool in the care of the agent: questions, then one act at a time, through the rollout of the deploys."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.act.rollout import Action, Ask, Done, Rollout
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import GONE
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.liveness import (
    NO_INSTANCE,
    Ailing,
    Rounds,
    Samples,
    SignOfLife,
    Trouble,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.recycle import Figures, Recycling
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.scale import NOT_KNOWN, Reading, Room, Scale
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.shares import Claim, Share
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.capacity import Capacity
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.scaling import Scaling
from ansible_collections.workers.systemd.plugins.module_utils._core.write.duties import Duties

NO_LIMIT = Room()


# Large: each method is one question of the agent about the pool.
class Tended:
    """``units`` are the instances that are to run: neither paused nor masked. Of a range, those that may run. ``kept``
    is what is known of the decisions about a range.
    """

    def __init__(self, duties: Duties, units: t.Sequence[str], kept: t.Any = None) -> None:
        self.duties = duties
        self.units = tuple(units)
        self.rounds = Rounds(duties.liveness) if duties.liveness else None
        self.recycling = Recycling(duties.recycle, duties.policy, self.units) if duties.recycle else None
        self.scale = Scale(duties.scaling, duties.policy, self.units, kept) if duties.scaling else None
        # Of one restart. An instance that hangs has no use for its busy check, and one to recycle has answered it.
        self.policy = replace(duties.policy, busy_check=(), canary=0, max_parallel="1", on_failure="stop")
        # Since the agent has asked for them last.
        self.found_hung: t.List[Ailing] = []
        self.act: t.Optional[t.Tuple[Ailing, Rollout]] = None

    def due(self, now: float) -> float:
        """Seconds until there is something to ask or to measure."""
        return min((one.due(now) for one in (self.rounds, self.recycling, self.scale) if one), default=float("inf"))

    def questions(self, now: float, samples: Samples) -> t.Tuple[str, ...]:
        """Instances whose liveness is to be looked at now."""
        mine = {unit: samples[unit] for unit in self.units if unit in samples}
        return self.rounds.questions(now, mine) if self.rounds else ()

    def hear(self, answers: t.Mapping[str, SignOfLife]) -> None:
        if self.rounds:
            self.rounds.hear(answers, self.scale.running if self.scale else len(self.units))

    @property
    def target(self) -> str:
        """The unit that an operator stops when the pool is not to run."""
        return unit_name.target(unit_name.UnitName.parse(self.units[0]).prefix) if self.units else ""

    @property
    def all_units(self) -> t.Tuple[str, ...]:
        """What is looked at: of a pool with a range, its target too."""
        return (*self.units, self.target) if self.scale and self.units else self.units

    def to_ask_for_work(self, now: float, samples: Samples) -> t.Tuple[str, ...]:
        """The instances that serve, when the work of a pool with a range is to be looked at now."""
        stopped = not samples.get(self.target, GONE).up
        return self.scale.questions(now, samples, stopped=stopped) if self.scale else ()

    def killed_lately(self) -> t.List[str]:
        """Instances whose stop did not end in time, each once."""
        killed = self.scale.killed if self.scale else []
        units = list(killed)
        killed.clear()
        return units

    @property
    def work_unknown(self) -> str:
        """Why it is not known how much work there is; empty when it is."""
        trouble = self.scale.trouble if self.scale else Trouble()
        return str(trouble) if trouble.kind == NOT_KNOWN else ""

    def hear_work(self, now: float, reading: Reading) -> None:
        if self.scale:
            self.scale.hear(now, reading)

    def hear_share(self, share: t.Optional[Share]) -> None:
        """Of the capacity of the host, ``None`` for a pool that does not share it."""
        if self.scale:
            self.scale.share = share

    @property
    def costs(self) -> Capacity:
        """What one instance takes of the capacity of the host. A pool takes only of what it was deployed with."""
        return Capacity(1 if self.duties.capacity else 0, self.duties.size if self.duties.memory else 0)

    def claim(self) -> Claim:
        """On the capacity of the host. A pool without a range has all of its instances, whatever they do now."""
        fixed = len(self.units)
        claim = self.scale.claim() if self.scale else Claim(fixed, fixed, fixed, Scaling.priority)
        return claim._replace(costs=self.costs)

    def claim_now(self, samples: Samples) -> Claim:
        """The same with the instances that still stop."""
        return self.scale.claim_now(samples)._replace(costs=self.costs) if self.scale else self.claim()

    @property
    def memory_limit(self) -> int:
        """In bytes; 0 when the memory does not matter."""
        return self.duties.recycle.memory if self.duties.recycle else 0

    def to_measure(self, now: float, samples: Samples) -> t.Dict[str, str]:
        """Instances whose figures are needed now, with their invocations."""
        return self.recycling.to_measure(now, samples) if self.recycling else {}

    def measure(self, figures: t.Mapping[str, Figures]) -> None:
        if self.recycling:
            self.recycling.measure(figures)

    @property
    def hurries(self) -> bool:
        """Whether an instance is restarted now, or hangs, or is missing."""
        return self.act is not None or bool((self.rounds and self.rounds.hung) or (self.scale and self.scale.hurries))

    @property
    def wants_act(self) -> bool:
        """The same, or whether an instance is to be recycled or stopped as soon as it is idle."""
        return self.hurries or bool((self.recycling and self.recycling.worn) or (self.scale and self.scale.wants_act))

    @property
    def trouble(self) -> Trouble:
        """Of liveness before that of recycling, and of the number of instances last."""
        found = [one.trouble for one in (self.rounds, self.recycling, self.scale) if one and one.trouble.kind]
        return found[0] if found else Trouble()

    def hung_lately(self) -> t.List[t.Tuple[str, str]]:
        """What hangs, each once, with what is known of it; an empty unit stands for the whole pool."""
        found, self.found_hung = [(one.unit, one.because) for one in self.found_hung], []
        nobody = self.rounds is not None and self.rounds.trouble.kind == NO_INSTANCE
        return [*found, ("", str(self.trouble))] if nobody else found

    def drop(self) -> None:
        """Another run changes the host now. It judges what it starts, and the next round begins with what it leaves."""
        self.act = None
        if self.rounds:
            self.rounds.hung = []
        if self.recycling:
            self.recycling.drop()
        if self.scale:
            self.scale.drop()

    def advance(
        self, now: float, samples: Samples, room: Room = NO_LIMIT
    ) -> t.Tuple[t.Tuple[Action, ...], t.List[str]]:
        """What to do now, and lines about it."""
        actions, lines = self._look_after(now, samples)
        if not self.scale or not samples.get(self.target, GONE).up:
            return actions, lines
        before = self.scale.decisions
        more = self.scale.next(now, samples, room, alone=not actions and self.act is None)
        new = [one for one in self.scale.decisions if one not in before]
        return (*actions, *more), [*lines, *(f"{unit_name.UnitName.parse(self.target).prefix}: {one}" for one in new)]

    def _look_after(self, now: float, samples: Samples) -> t.Tuple[t.Tuple[Action, ...], t.List[str]]:
        """Restarts of single instances."""
        lines: t.List[str] = []
        if self.act is None:
            ailing, to_ask = self._next(now, samples)
            if ailing is None:
                return ((Ask(to_ask),) if to_ask else ()), []
            self.act = ailing, Rollout(self.policy, [ailing.unit], (), [ailing.unit])
            lines.append(f"{ailing.unit} {ailing.because}: it is restarted")
        actions = self.act[1].advance(now, samples)
        for done in (one for one in actions if isinstance(one, Done)):
            self.act = None
            for unit, verdict in done.verdicts.items():
                lines.append(f"{unit} {verdict}")
                if self.recycling:
                    self.recycling.ended(now, verdict)
        return actions, lines

    def _next(self, now: float, samples: Samples) -> t.Tuple[t.Optional[Ailing], t.Tuple[str, ...]]:
        """The instance to restart, one that hangs before others, and those whose busy check is to begin."""
        units = [*self.units]
        if self.scale:
            up = self.scale.up(samples)
            units = [unit for unit in units if unit in up or unit in self.scale.stay]
        may_be_down = self.duties.policy.batch_size(len(units))
        hung = self.rounds.next(samples, units, may_be_down) if self.rounds else None
        if hung:
            self.found_hung.append(hung)
        if hung or not self.recycling:
            return hung, ()
        if self.rounds and (self.rounds.hung or self.rounds.trouble.kind == NO_INSTANCE):
            # The pool has other troubles. The next look finds again what is to be recycled.
            self.recycling.drop()
            return None, ()
        return self.recycling.next(now, samples, units)
