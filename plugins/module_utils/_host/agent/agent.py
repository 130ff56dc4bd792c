# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent of a manager, that of the system or of a user: a service that restarts instances which hang or leak, and
runs as many as there is work, of pools that ask for it.

It keeps nothing that it could not see again: when it is killed at any moment, the next one goes on from what systemd
shows. It holds the lock of the host only for the moment in which it acts, and a deploy goes first.
"""

from __future__ import annotations

import os
import select
import signal
import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core import marks
from ansible_collections.workers.systemd.plugins.module_utils._core.act.rollout import Action
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import Sample
from ansible_collections.workers.systemd.plugins.module_utils._core.agent import capacity, pace
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.liveness import Trouble
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.scale import Reading, Room
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.tended import Tended
from ansible_collections.workers.systemd.plugins.module_utils._core.look.run_journal import Phase
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.alert import Alert
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.liveness import Liveness
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy
from ansible_collections.workers.systemd.plugins.module_utils._core.write.agent_unit import SERVICE
from ansible_collections.workers.systemd.plugins.module_utils._core.write.duties import Duties
from ansible_collections.workers.systemd.plugins.module_utils._host import host
from ansible_collections.workers.systemd.plugins.module_utils._host.act.elsewhere import Elsewhere
from ansible_collections.workers.systemd.plugins.module_utils._host.act.engine import Engine
from ansible_collections.workers.systemd.plugins.module_utils._host.agent import care
from ansible_collections.workers.systemd.plugins.module_utils._host.agent.alarms import LOST, Alarms, Left
from ansible_collections.workers.systemd.plugins.module_utils._host.agent.gauge import Gauge
from ansible_collections.workers.systemd.plugins.module_utils._host.agent.meter import Ask, Meter
from ansible_collections.workers.systemd.plugins.module_utils._host.agent.notify import notify
from ansible_collections.workers.systemd.plugins.module_utils._host.agent.questions import Commands, Files, Questions
from ansible_collections.workers.systemd.plugins.module_utils._host.agent.scales import Scales, free_memory
from ansible_collections.workers.systemd.plugins.module_utils._host.agent.work import Work, work_of
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import processes
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.telling import in_words, unfailing

# After a call that failed, such as one to a systemd that is busy.
AFTER_TROUBLE = 5.0
WELL_AGAIN = "all is well again"


def main(manager: Manager, left: Left, tell: t.Callable[[str], None]) -> int:
    """Runs until its program changes."""
    agent = Agent(manager, left, unfailing(tell))
    child_ends = _ends_of_children()
    program = _version(manager.places)
    notify("READY=1")
    while _version(manager.places) == program:
        pause = agent.turn()
        notify("WATCHDOG=1")
        if select.select([child_ends], [], [], pause)[0]:
            os.read(child_ends, 4096)
    tell("has a new program, and starts again")
    return 0


# Large: each method is one part of a turn.
class Agent:
    """``left`` tells what a run that died has left. ``tell`` writes a line to the journal."""

    def __init__(self, manager: Manager, left: Left, tell: t.Callable[[str], None]) -> None:
        self.manager = manager
        self.places = manager.places
        self.left = left
        self.tell = tell
        self.policies: t.Dict[str, Policy] = {}
        self.elsewhere = Elsewhere(manager, marks.CHECKS)
        self.engine = Engine(manager, self.policies, {}, self.elsewhere)
        self.pools: t.Dict[str, Tended] = {}
        self.questions: t.Dict[str, Questions] = {}
        self.work: t.Dict[str, Work] = {}
        self.scales = Scales(manager.places, tell)
        self.gauge = Gauge(manager)
        self.alarms = Alarms(manager, Elsewhere(manager, marks.ALERTS), left, tell)
        self.meter = Meter(manager, self.elsewhere, tell)
        self.stamp: t.Optional[care.Stamp] = None
        # What was said last, by pool, and of the agent itself by an empty name: it is said once.
        self.trouble: t.Dict[str, Trouble] = {}
        # In this turn, by unit; ``None`` for one that systemd has not loaded.
        self.seen: t.Dict[str, t.Optional[Sample]] = {}

    def turn(self) -> float:
        """Does what there is to do. Returns seconds until the next turn."""
        try:
            pause = self._turn()
            self._say("", Trouble())
            return pause
        except (ManagerError, OSError, Problems) as error:
            self._say("", Trouble(in_words(error)))
            return AFTER_TROUBLE

    def _turn(self) -> float:
        now, self.seen = time.monotonic(), {}
        if care.stamp(self.places, self.pools) != self.stamp:
            self._read()
        for name, questions in self.questions.items():
            self.pools[name].hear(questions.answers(now))
        for name, work in self.work.items():
            reading = work.reading()
            if reading:
                self.pools[name].hear_work(now, reading)
        for name, one in self.pools.items():
            self._say(name, one.trouble)
        self._ask(now, [name for name, one in self.pools.items() if one.due(now) <= 0])
        granted = capacity.share_out(self.pools)
        for name, one in self.pools.items():
            one.hear_share(granted.get(name))
        acting = [name for name, one in self.pools.items() if one.wants_act]
        if acting:
            self._act(acting)
        self._alert(now)
        self.scales.keep(self.pools)
        self.meter.turn(now, self.gauge.used)
        return self._pause(now)

    def _read(self) -> None:
        """The files of the pools. The stamp is older than what is read."""
        stamp = care.stamp(self.places, self.pools)
        before = self.pools
        self.pools = care.in_care(self.places, before, self.scales.kept, self.tell)
        self.stamp = care.stamp(self.places, self.pools) if self.pools.keys() != before.keys() else stamp
        for asking in (self.questions, self.work):
            for name in [name for name in asking if self.pools.get(name) is not before[name]]:
                asking.pop(name).end()
        units = {unit for one in self.pools.values() for unit in one.units}
        self.gauge.forget_others(units)
        self.engine.forget_others(units)
        self.trouble = {name: one for name, one in self.trouble.items() if name in ("", *self.pools)}
        self.alarms.care_for({name: one.duties.alert for name, one in self.pools.items() if one.duties.alert})
        duties = {name: one.duties for name, one in self.pools.items()}
        self.meter.care_for({n: Ask(one.metrics, one.alert or Alert()) for n, one in duties.items() if one.metrics})
        self.policies.clear()
        for name, one in self.pools.items():
            self.policies[name] = one.duties.policy
            if name not in self.questions and one.duties.liveness:
                self.questions[name] = self._questions_of(one.duties, one.duties.liveness)
            if name not in self.work and one.duties.scaling:
                self.work[name] = work_of(name, one.duties.scaling, one.duties, self.manager, self.elsewhere)

    def _questions_of(self, duties: Duties, rule: Liveness) -> Questions:
        if rule.command:
            return Commands(rule, duties, self.manager, self.elsewhere)
        return Files(rule, duties, self.manager)

    def _ask(self, now: float, names: t.Sequence[str]) -> None:
        """One call for all pools that are due."""
        pools = [self.pools[name] for name in names]
        samples = self._look([unit for one in pools for unit in one.all_units])
        for name in names:
            serving = self.pools[name].to_ask_for_work(now, samples)
            if serving:
                self._ask_for_work(now, name, serving)
            for unit in self.pools[name].killed_lately():
                self.tell(f"{unit} {LOST}")
                self.alarms.killed(now, name, unit)
            units = self.pools[name].questions(now, samples)
            if units:
                self.questions[name].ask({unit: samples[unit].invocation for unit in units})
        self._measure(now, samples, names)

    def _ask_for_work(self, now: float, name: str, serving: t.Sequence[str]) -> None:
        try:
            self.work[name].ask(now, serving)
        except (ManagerError, OSError) as error:
            # Each question has an answer, or it would be the last one.
            self.pools[name].hear_work(now, Reading(None, in_words(error)))

    def _measure(self, now: float, samples: t.Mapping[str, Sample], names: t.Sequence[str]) -> None:
        to_measure = {name: self.pools[name].to_measure(now, samples) for name in names}
        limits = {unit: self.pools[name].memory_limit for name, units in to_measure.items() for unit in units}
        figures = self.gauge.read({u: one for units in to_measure.values() for u, one in units.items()}, limits)
        for name, units in to_measure.items():
            if units:
                self.pools[name].measure({unit: figures[unit] for unit in units})

    def _alert(self, now: float) -> None:
        for name, one in self.pools.items():
            for unit, because in one.hung_lately():
                self.alarms.hung(now, name, unit, because)
            if one.work_unknown:
                self.alarms.work_unknown(now, name, one.work_unknown)
        # A deploy tells its own troubles, and takes a bad version back.
        if self.alarms.due(now) <= 0 and not self._deploys():
            pools = {name: self.pools[name] for name in self.alarms.pools}
            samples = self._look([unit for one in pools.values() for unit in one.units])
            seen = {unit: (one.active, one.invocation) for unit, one in samples.items()}
            self.alarms.look(now, {n: {u: seen[u] for u in one.units if u in seen} for n, one in pools.items()})
            # A timer that is paused has no unit.
            expected = {name: one.duties.expected for name, one in pools.items() if one.units and one.duties.expected}
            self.alarms.look_for_runs(now, expected)
        self.alarms.turn(now)

    def _deploys(self) -> bool:
        return bool(host.holder(self.places).get("token", host.AGENT) != host.AGENT)

    def _look(self, units: t.Sequence[str]) -> t.Dict[str, Sample]:
        """With one call for those that no other duty has looked at in this turn."""
        new = [unit for unit in units if unit not in self.seen]
        listed = self.manager.list_units(unit_name.patterns(new))
        for unit in new:
            one = listed.get(unit)
            invocation = processes.invocation(self.places, unit) if one else ""
            self.seen[unit] = Sample(one.active, one.sub, invocation, one.job) if one else None
        found = ((unit, self.seen[unit]) for unit in units)
        return {unit: one for unit, one in found if one is not None}

    def _act(self, names: t.Sequence[str]) -> None:
        """Only when no deploy runs. Everything is looked at again, with the lock."""
        try:
            with host.moment_of_the_agent(self.places):
                left = self.left(self.places)
                if left is not None and left.phase is not Phase.UNDONE:
                    # Its end goes before all else.
                    self._drop(names)
                    return
                self._read()
                acting = {name: self.pools[name] for name in names if name in self.pools}
                self._advance(acting)
        except host.Busy:
            self._drop(names)

    def _advance(self, acting: t.Mapping[str, Tended]) -> None:
        now = time.monotonic()
        # What one pool may start depends on what the others have.
        sharing = capacity.sharing(self.pools) if capacity.sharing(acting) else {}
        ranges = {name: one for name, one in sharing.items() if one.scale}
        samples = self.engine.samples([unit for one in {**ranges, **acting}.values() for unit in one.all_units])
        free, most = free_memory(), capacity.room(sharing, samples)
        actions: t.List[t.Tuple[str, Action]] = []
        for name, one in acting.items():
            wanted, lines = one.advance(now, samples, Room(free, most.get(name)))
            actions += [(name, action) for action in wanted]
            for line in lines:
                self.tell(line)
        self.engine.carry_out(actions)

    def _drop(self, names: t.Sequence[str]) -> None:
        self.engine.end()
        for name in names:
            if name in self.pools:
                self.pools[name].drop()

    def _pause(self, now: float) -> float:
        pools = self.pools.values()
        waits = any(one.wants_act for one in pools) or any(one.busy for one in self._waits_for())
        due = [self.alarms.due(now), self.meter.due(now), *(one.due(now) for one in pools)]
        return pace.pause(due, hurries=any(one.hurries for one in pools), waits=waits)

    def _waits_for(self) -> t.List[t.Union[Questions, Work, Alarms, Meter]]:
        return [*self.questions.values(), *self.work.values(), self.alarms, self.meter]

    def _say(self, name: str, trouble: Trouble) -> None:
        if trouble.kind != self.trouble.get(name, Trouble()).kind:
            self.tell(f"{name}: {trouble if trouble.kind else WELL_AGAIN}".lstrip(": "))
        self.trouble[name] = trouble


def _ends_of_children() -> int:
    """A file that can be read when a child process has ended."""
    ours, theirs = os.pipe()
    for one in (ours, theirs):
        os.set_blocking(one, False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.set_wakeup_fd(theirs, warn_on_full_buffer=False)
    return ours


def _version(places: Places) -> t.List[t.Tuple[int, int]]:
    """Other than before when a deploy has brought another program, or another unit of the agent."""
    found = []
    for path in (places.recovery_program, places.unit(SERVICE)):
        try:
            status = os.stat(path)
            found.append((status.st_ino, status.st_mtime_ns))
        except OSError:
            found.append((0, 0))
    return found
