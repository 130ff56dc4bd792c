# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the agent keeps in memory does not grow, whatever happens to the pools for a day.

``WORKERS_TICKS`` is how many turns it makes. `make soak` makes 360,000. That is an hour at 100 turns a second, and a
day of an agent that is always in a hurry.
"""

from __future__ import annotations

import os
import typing as t
from collections import deque
from dataclasses import replace
from random import Random

from ansible_collections.workers.systemd.plugins.module_utils._core.act.rollout import (
    Action,
    Ask,
    Check,
    Count,
    LookInside,
    Restart,
    Start,
    Stop,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import Inside, Sample
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.alert import Alerts, alerts_of
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.decisions import MOST
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.liveness import Beats, SignOfLife
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.recycle import Figures
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.scale import Reading, Room
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.tended import Tended
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.alert import Alert
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.liveness import Liveness
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.recycle import Recycle
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.scaling import Scaling
from ansible_collections.workers.systemd.plugins.module_utils._core.write.duties import Duties

TICKS = int(os.environ.get("WORKERS_TICKS", "20000"))
# Seconds: so long is a turn while an instance restarts.
TICK = 0.24
COUNT = 6
RULE = Alert(("/bin/page",), crashes=3, within=20.0, repeat=300.0, user="app")
POLICY = Policy(max_parallel="50%", min_healthy_time=1.0, busy_check=("/bin/busy",))
FILE = Liveness(file="/run/%i", max_age=8.0)
DUTIES = {
    "asked": Duties(Liveness(("/bin/check",), every=2.0, failures=2), policy=POLICY, alert=RULE),
    "touching": Duties(FILE, policy=POLICY, alert=RULE),
    "leaking": Duties(policy=POLICY, recycle=Recycle(2**20, 600.0), alert=RULE),
    "scaled": Duties(policy=POLICY, alert=RULE, scaling=Scaling(1, COUNT, ("/bin/count",), 10, fall_after=30.0)),
}
SHARES = ("asked", "touching", "leaking", "scaled")


def weight(thing: t.Any, known: t.Optional[set[int]] = None) -> int:
    """How many values can be reached from it, each object once. Characters of a text count by the hundred."""
    known = set() if known is None else known
    if id(thing) in known:
        return 0
    known.add(id(thing))
    if isinstance(thing, (str, bytes)):
        return 1 + len(thing) // 100
    if isinstance(thing, dict):
        return 1 + sum(weight(one, known) for pair in thing.items() for one in pair)
    if isinstance(thing, (list, tuple, set, frozenset, deque)):
        return 1 + sum(weight(one, known) for one in thing)
    return 1 + (weight(vars(thing), known) if hasattr(thing, "__dict__") else 0)


class Pool:
    """A pool of the agent, and the instances of its host. What is asked is answered later, or is not answered."""

    def __init__(self, random: Random, name: str, duties: Duties) -> None:
        self.random, self.name, self.duties = random, name, duties
        self.number = 0
        self.now = 0.0
        self.acts = 0
        units = [f"{name}@{number}.service" for number in range(1, COUNT + 1)]
        self.restarts: dict[str, int] = {}
        self.samples = {unit: self.fresh(unit) for unit in units}
        self.tended = Tended(duties, units)
        self.samples[self.tended.target] = Sample("active", "active", "t1")
        self.alerts = Alerts(RULE)
        self.beats = Beats(FILE)
        self.to_hear: list[str] = []
        self.inside: dict[str, Sample] = {}

    def fresh(self, unit: str, restarts: int = 0) -> Sample:
        self.number += 1
        self.restarts[unit] = restarts
        return Sample("active", "running", f"i{self.number}")

    def happens(self) -> None:
        what, unit = self.random.random(), self.random.choice(self.tended.units)
        seen = self.samples[unit]
        if what < 0.004:
            self.samples[unit] = self.fresh(unit, self.restarts[unit] + 1)
        elif what < 0.005:
            self.samples[unit] = replace(seen, active="failed", sub="failed")
        elif what < 0.01 and seen.active == "failed":
            self.samples[unit] = self.fresh(unit)
        elif what < 0.0105:
            # A deploy came.
            self.tended.drop()
        elif what < 0.011:
            # What was reported outlives an agent that is killed.
            self.alerts = alerts_of(RULE, self.alerts.state())

    def turn(self) -> None:
        self.now += TICK
        self.happens()
        self.answer()
        self.act()
        self.ask()
        self.alert()

    def answer(self) -> None:
        """Each question with its own delay."""
        if not self.to_hear or self.random.random() < 0.3:
            return
        unit = self.to_hear.pop()
        if self.duties.liveness is FILE:
            # One of them hangs for a while.
            stuck = self.tended.units[int(self.now // 60) % len(self.tended.units)]
            like = {one: f"{self.now // (60 if one == stuck else 1)}" for one in [unit, *self.to_hear]}
            touched = {one: (self.samples[one].invocation, like[one]) for one in like}
            self.tended.hear(self.beats.readings(self.now, touched))
            self.to_hear = []
        else:
            self.tended.hear({unit: SignOfLife(self.random.choice([True, True, False, None]), f"at {self.now}")})

    def act(self) -> None:
        if not self.tended.wants_act:
            return
        actions, _lines = self.tended.advance(self.now, {**self.samples, **self.inside}, Room(free=2**33))
        self.inside = {}
        for one in actions:
            self.carry_out(one)

    def carry_out(self, action: Action) -> None:
        units = getattr(action, "units", ())
        if isinstance(action, (Restart, Start)):
            self.samples.update({unit: self.fresh(unit) for unit in units})
            self.acts += 1
        elif isinstance(action, Stop):
            self.samples.update({unit: Sample("inactive", "dead", "") for unit in units})
            self.acts += 1
        elif isinstance(action, (Count, LookInside, Check, Ask)):
            told = {
                "restarts": 0,
                "inside": Inside(True),
                "checked": "",
                "killed": "",
                "busy": self.random.random() < 0.5,
            }
            self.inside.update({unit: replace(self.samples[unit], **told) for unit in units})

    def ask(self) -> None:
        if self.tended.due(self.now) > 0:
            return
        if self.tended.to_ask_for_work(self.now, self.samples):
            need = self.random.choice([int(self.now // 90) * 5 % COUNT] * 9 + [None])
            self.tended.hear_work(self.now, Reading(need, f"{self.now} jobs wait"))
        self.tended.killed_lately()
        self.to_hear += self.tended.questions(self.now, self.samples)
        measured = self.tended.to_measure(self.now, self.samples)
        sizes = {unit: self.random.choice([2**19, 2**21]) for unit in measured}
        age = self.random.choice([5.0, 100.0, 1000.0])
        self.tended.measure({unit: Figures(one, age, sizes[unit]) for unit, one in measured.items()})

    def alert(self) -> None:
        for unit, because in self.tended.hung_lately():
            self.alerts.happened(self.now, "hung", unit, because)
        mine = {unit: self.samples[unit] for unit in self.tended.units}
        self.alerts.forget_others(mine)
        asked = self.alerts.restarted({unit: one.invocation for unit, one in mine.items()})
        self.alerts.count(self.now, {unit: (mine[unit].invocation, self.restarts[unit]) for unit in asked})
        for unit, one in mine.items():
            if one.active == "failed":
                self.alerts.failed(self.now, unit, self.restarts[unit], "has failed")
        message = self.alerts.next(self.now)
        if message:
            self.alerts.delivered(self.now, message, self.random.choice(["", "exited with status 1"]))

    @property
    def kept(self) -> int:
        return weight([self.tended, self.alerts, self.beats])


def test_nothing_grows_over_a_day() -> None:
    random = Random(18)
    pools = [Pool(random, name, DUTIES[name]) for name in SHARES]
    largest: dict[str, list[int]] = {name: [0, 0] for name in SHARES}
    for tick in range(TICKS):
        for pool in pools:
            pool.turn()
            if tick % 40 == 0:
                half = largest[pool.name]
                # Its begin is as good as any other time, for a state that does not grow.
                half[tick * 2 // TICKS] = max(half[tick * 2 // TICKS], pool.kept)
    assert all(pool.acts > TICKS // 1000 for pool in pools), "the world is not empty"
    # What grew with each turn, act or alert would be twice as large.
    assert {name: second <= 1.25 * first for name, (first, second) in largest.items()} == dict.fromkeys(SHARES, True), (
        largest
    )
    assert max(second for _first, second in largest.values()) < 150 * COUNT + 10 * MOST


def test_the_weight_finds_what_grows() -> None:
    kept: dict[str, t.Any] = {"a": [1]}
    before = weight(kept)
    kept["a"] += ["x" * 1000, {"b": deque([(2, 3)])}]
    assert weight(kept) > before + 10
