# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small model of systemd with a clock: services with Restart=always, as far as a rollout can see them.

What it says is what real systemd says in molecule/rolling_restart; see there.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.workers.systemd.plugins.module_utils._core.act.rollout import (
    Ask,
    Check,
    Count,
    Done,
    LookInside,
    Restart,
    Rollout,
    Stops,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import Inside, Sample

NEVER = float("inf")
# How long it takes to take a sample of all units.
LATENCY = 0.01


@dataclass(frozen=True)
class Program:
    """A version of a worker. Times are in seconds.

    It is ready ``ready_after`` its start and dies ``lives`` after that, in its first ``deaths`` runs. ``healthy_after``
    it is ready its health check passes. It needs ``stop_takes`` to stop, or is ``deaf`` and killed after that. It is
    busy for ``busy`` since the beginning of the test. systemd starts it again after ``restart_sec``, ``limit`` times.
    It handles its stop signal ``loads`` after it is ready. With ``heads`` it has as many processes, of which systemd
    takes none for the main one, and loses one of them ``loses`` after it is ready.
    """

    ready_after: float = 0.0
    lives: float = NEVER
    deaths: float = NEVER
    healthy_after: float = 0.0
    stop_takes: float = 0.05
    deaf: bool = False
    busy: float = 0.0
    restart_sec: float = 0.1
    limit: float = NEVER
    loads: float = 0.0
    heads: int = 0
    loses: float = NEVER


@dataclass
class Service:
    """``next`` is when its state changes. ``story`` is what happened to it, and when."""

    program: Program
    active: str = "inactive"
    sub: str = "dead"
    invocation: int = 0
    restarts: int = 0
    job: str = ""
    deaths: int = 0
    ready_at: float = NEVER
    killed: set[int] = field(default_factory=set)
    next: float = NEVER
    story: list[tuple[float, str]] = field(default_factory=list)

    @property
    def up(self) -> bool:
        return self.active == "active"

    def restart(self, now: float, program: Program) -> None:
        """What a restart job does: stop, then start."""
        self._note(now, "restart")
        if self.up and self.program.deaf:
            self._note(now, "kill")
            self.killed.add(self.invocation)
        stopping = self.program.stop_takes if self.up else 0.0
        self.program, self.deaths, self.restarts = program, 0, 0
        self._turn("deactivating" if self.up else self.active, "stop-sigterm", now + stopping, job="restart")
        self.pass_until(now)

    def pass_until(self, now: float) -> None:
        while self.next <= now:
            {
                "stop-sigterm": self._start,
                "start": self._ready,
                "running": self._die,
                "auto-restart": self._restart_itself,
            }[self.sub](self.next)

    def _start(self, now: float) -> None:
        self._note(now, "start")
        self.invocation += 1
        self._turn("activating", "start", now + self.program.ready_after, job="start")

    def _ready(self, now: float) -> None:
        self._note(now, "ready")
        self.ready_at = now
        lives = self.program.lives if self.deaths < self.program.deaths else NEVER
        self._turn("active", "running", now + lives)

    def _die(self, now: float) -> None:
        self._note(now, "death")
        self.deaths += 1
        self.ready_at = NEVER
        if self.restarts >= self.program.limit:
            self._turn("failed", "failed", NEVER)
        else:
            self._turn("activating", "auto-restart", now + self.program.restart_sec)

    def _restart_itself(self, now: float) -> None:
        self.restarts += 1
        self._start(now)

    def _turn(self, active: str, sub: str, until: float, job: str = "") -> None:
        self.active, self.sub, self.next, self.job = active, sub, until, job

    def _note(self, now: float, what: str) -> None:
        self.story.append((now, what))


class FakeSystemd:
    """``running`` are old programs that are up at the start; every restart starts what ``new`` says."""

    def __init__(self, wanted: t.Sequence[str], running: t.Mapping[str, Program], new: t.Mapping[str, Program]) -> None:
        self.now = 0.0
        self.new = new
        self.services = {unit: Service(running.get(unit, Program())) for unit in wanted}
        for unit in running:
            self.services[unit].sub, self.services[unit].next, self.services[unit].invocation = "start", 0.0, 1
        self.pass_time(0.0)
        for service in self.services.values():
            service.story.clear()

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        for service in self.services.values():
            service.pass_until(self.now)

    def up(self) -> set[str]:
        return {unit for unit, service in self.services.items() if service.up}

    def when(self, unit: str, what: str) -> list[float]:
        """The times of a happening since the unit was restarted, the restart included."""
        story = self.services[unit].story
        begin = next((index for index, (_time, happened) in enumerate(story) if happened == "restart"), len(story))
        return [time for time, happened in story[begin:] if happened == what]

    def sample(
        self,
        unit: str,
        restarts: int | None,
        checked: str | None,
        killed: str | None,
        busy: bool | None,
        inside: Inside | None,
    ) -> Sample:
        service = self.services[unit]
        invocation = f"{unit} {service.invocation}" if service.invocation and service.active != "inactive" else ""
        return Sample(service.active, service.sub, invocation, service.job, restarts, checked, killed, busy, inside)

    def inside(self, unit: str) -> Inside:
        service = self.services[unit]
        age, heads = self.now - service.ready_at, service.program.heads
        if not heads:
            return Inside(age >= service.program.loads)
        left = heads - (age >= service.program.loses)
        return Inside(heads=frozenset((number, service.invocation) for number in range(left)))

    def how_stopped(self, unit: str, invocation: str) -> str:
        killed = int(invocation.rpartition(" ")[2]) in self.services[unit].killed
        return "was killed" if killed else ""

    def is_busy(self, unit: str) -> bool:
        return self.now < self.services[unit].program.busy

    def check(self, unit: str) -> str:
        service = self.services[unit]
        return "" if self.now - service.ready_at >= service.program.healthy_after else "exits with status 1"


@dataclass
class Tale:
    """What a rollout did, and its end.

    Restarts are (time, units, what was up before), and ``busy`` which units of each were busy; ``judged`` and ``bad``
    tell when a unit was first that.
    """

    systemd: FakeSystemd
    restarts: list[tuple[float, tuple[str, ...], set[str]]] = field(default_factory=list)
    busy: list[set[str]] = field(default_factory=list)
    judged: dict[str, float] = field(default_factory=dict)
    bad: dict[str, float] = field(default_factory=dict)
    lowest_up: int = 10**6
    done: Done | None = None

    @property
    def end(self) -> Done:
        assert self.done is not None, "the rollout did not end"
        return self.done

    @property
    def restarted(self) -> list[str]:
        return [unit for _time, units, _up in self.restarts for unit in units]


def roll(rollout: Rollout, systemd: FakeSystemd, tick: float = 0.1, most: float = NEVER) -> Tale:
    """Carries a rollout out as _host/act/apply.py does, for at most ``most`` seconds."""
    tale = Tale(systemd)
    counts: dict[str, int] = {}
    checks: dict[str, str] = {}
    stopped: dict[str, str] = {}
    busy: dict[str, bool] = {}
    inside: dict[str, Inside] = {}
    while tale.done is None and systemd.now < most:
        now = systemd.now
        systemd.pass_time(LATENCY)
        tale.lowest_up = min(tale.lowest_up, len(systemd.up()))
        samples = {
            unit: systemd.sample(unit, *(result.get(unit) for result in (counts, checks, stopped, busy, inside)))
            for unit in systemd.services
        }
        counts, checks, stopped, busy, inside = {}, {}, {}, {}, {}
        for action in rollout.advance(now, samples):
            if isinstance(action, Restart):
                tale.restarts.append((systemd.now, action.units, systemd.up()))
                tale.busy.append({unit for unit in systemd.up() if unit in action.units and systemd.is_busy(unit)})
                for unit in action.units:
                    systemd.services[unit].restart(systemd.now, systemd.new[unit])
            elif isinstance(action, Count):
                counts = {unit: systemd.services[unit].restarts for unit in action.units}
                inside.update({unit: systemd.inside(unit) for unit in action.units})
            elif isinstance(action, LookInside):
                inside.update({unit: systemd.inside(unit) for unit in action.units})
            elif isinstance(action, Check):
                checks = {unit: systemd.check(unit) for unit in action.units}
            elif isinstance(action, Stops):
                stopped = {unit: systemd.how_stopped(unit, former) for unit, former in action.formers.items()}
            elif isinstance(action, Ask):
                busy = {unit: systemd.is_busy(unit) for unit in action.units}
            else:
                tale.done = action
        for unit, verdict in rollout.verdicts.items():
            if verdict.health.value != "starting":
                tale.judged.setdefault(unit, systemd.now)
            if verdict.bad:
                tale.bad.setdefault(unit, systemd.now)
        systemd.pass_time(tick)
    return tale
