# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rollout of one pool: a state machine that gets observations and the time, and returns the next actions.

1. An instance that runs but has no verdict is watched first. A run that was killed has started it.
2. Then the instances that do not run are started. When a start fails, no working instance is restarted.
3. Then the canaries restart, and after them the other instances, in order, one batch at a time. Each batch waits for
   the verdict of the previous batch. After a bad verdict, the remaining instances are spared. With a busy check, idle
   instances restart first.
4. The rollout takes down at most ``max_parallel`` wanted instances. An instance that is down for another reason counts.

5. A batch is over when the results of its stops are known. A stop that ended in SIGKILL is a bad verdict too: its job
   is lost, and the next batch would lose more jobs. The version is not at fault, so no instance is restarted because of
   the SIGKILL. The restarted instances stay, the other instances keep their jobs, and the next run continues.

phases.py has the phases of a unit and the events that change them. The extra instances of a surge (see surge.py) are
in ``wanted``, in ``to_start`` and in ``extra``.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.act.drain import Drain
from ansible_collections.workers.systemd.plugins.module_utils._core.act.health import Health
from ansible_collections.workers.systemd.plugins.module_utils._core.act.phases import Event, Phase, Phases
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import GONE, Sample, Verdict, Watch
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import units_in_order
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy

Samples = t.Mapping[str, Sample]


@dataclass(frozen=True)
class Restart:
    """Restart these units, and do not wait for the restart. A unit that does not run is started."""

    units: t.Tuple[str, ...]


@dataclass(frozen=True)
class Count:
    """Put NRestarts and the processes of these units into the next samples.

    NRestarts must be read after the samples of this turn.
    """

    units: t.Tuple[str, ...]


@dataclass(frozen=True)
class LookInside:
    """Put the processes of these units into the next samples."""

    units: t.Tuple[str, ...]


@dataclass(frozen=True)
class Check:
    """Start the health check of these units. When it has ended, put its result into a sample."""

    units: t.Tuple[str, ...]


@dataclass(frozen=True)
class Ask:
    """Start the busy check of these units. When it has ended, put its result into a sample."""

    units: t.Tuple[str, ...]


@dataclass(frozen=True)
class Stops:
    """Put into the next samples how the stops of these invocations ended. ``formers`` maps a unit to its invocation."""

    formers: t.Mapping[str, str]


@dataclass(frozen=True)
class Start:
    """Start these units, and do not wait for the start. Only the agent asks for it: no rollout is about them."""

    units: t.Tuple[str, ...]


@dataclass(frozen=True)
class Stop:
    """Stop these units, and do not wait for the stop. Only the agent asks for it."""

    units: t.Tuple[str, ...]


@dataclass(frozen=True)
class Done:
    """The end of the rollout: the verdict of each unit, and the ``touched`` units in the order of their restarts.

    ``spared`` are the units that were not started or restarted, in the order in which they would have been.
    ``lowest_active`` is the lowest number of wanted instances that were up at the same time.
    """

    verdicts: t.Mapping[str, Verdict]
    touched: t.Tuple[str, ...]
    spared: t.Tuple[str, ...]
    lowest_active: int

    @property
    def complete(self) -> bool:
        """Whether the whole pool is on its wanted version."""
        return not self.spared and not any(verdict.bad for verdict in self.verdicts.values())


Action = t.Union[Restart, Count, LookInside, Check, Ask, Stops, Start, Stop, Done]
# In these states a unit has a process that can be stopped.
STOPPABLE = ("active", "reloading", "deactivating")


# Large: it has a method for each rule above, and a parameter for each kind of unit in a plan.
class Rollout:
    """``wanted`` are the units of all instances that the pool shall have. The other parameters name some of them.

    ``spared`` units are not restarted. ``extra`` units are the extra instances of a surge.
    """

    def __init__(
        self,
        policy: Policy,
        wanted: t.Sequence[str],
        to_start: t.Iterable[str],
        to_restart: t.Iterable[str],
        to_judge: t.Iterable[str] = (),
        spared: t.Iterable[str] = (),
        extra: t.Iterable[str] = (),
    ) -> None:
        self.policy = policy
        self.wanted = tuple(wanted)
        self.size = policy.batch_size(len(self.wanted))
        self.extra = frozenset(extra)
        self.phases = Phases(
            self._in_order(
                {
                    **dict.fromkeys(self.wanted, Phase.SERVES),
                    **dict.fromkeys(spared, Phase.SPARED),
                    **dict.fromkeys(to_judge, Phase.UNJUDGED),
                    # A unit that restarts gets its verdict after the restart.
                    **dict.fromkeys(to_restart, Phase.STALE),
                    **dict.fromkeys(to_start, Phase.MISSING),
                }
            )
        )
        self.drain = Drain(policy)
        self.canary = policy.canary
        self.watched: t.Dict[str, Watch] = {}
        self.verdicts: t.Dict[str, Verdict] = {}
        self.touched: t.List[str] = []
        # The stopped invocation of each unit, as long as the result of its stop is not known.
        self.formers: t.Dict[str, str] = {}
        self.lowest_active = len(self.wanted)
        # ``progressed`` is when an instance last settled. ``short_since`` is since when no other instance may go down.
        self.progressed: t.Optional[float] = None
        self.short_since: t.Optional[float] = None

    def advance(self, now: float, samples: Samples) -> t.Tuple[Action, ...]:
        """The actions at ``now``, in seconds of any steady clock. The clock is read before the samples are taken."""
        self._watch_running(now)
        self._judge(now, samples)
        self._hear(samples)
        self._note_lowest(samples)
        return self._actions(now, samples)

    def hold(self, samples: Samples) -> Done:
        """The end of a rollout that does not begin."""
        self._note_lowest(samples)
        return self._done()

    def _watch_running(self, now: float) -> None:
        for unit in self.phases.of(Phase.UNJUDGED):
            self.phases.happen(Event.BEGUN, unit)
            self.watched[unit] = Watch(self.policy, "", now)

    def _judge(self, now: float, samples: Samples) -> None:
        self.progressed = now if self.progressed is None else self.progressed
        for unit, watch in list(self.watched.items()):
            self.verdicts[unit] = verdict = watch.judge(now, samples.get(unit, GONE))
            if verdict.good:
                self.progressed = now
                self._end_watch(Event.SETTLED, unit)
            elif verdict.bad:
                self._end_watch(Event.FAILED, unit)
        if self._without_progress(now):
            since = f"no instance settled for {self.policy.progress_deadline:g} s"
            for unit in list(self.watched):
                self.verdicts[unit] = Verdict(Health.FAILED, f"{since}: {self.verdicts[unit].because}")
                self._end_watch(Event.FAILED, unit)

    def _end_watch(self, event: Event, unit: str) -> None:
        self.phases.happen(event, unit)
        self.watched.pop(unit, None)

    def _hear(self, samples: Samples) -> None:
        # The samples are of all pools of a run, and each of these looks at its own units alone.
        asked = {unit: samples.get(unit, GONE).busy for unit in self.drain.unheard}
        self.drain.hear({unit: busy for unit, busy in asked.items() if busy is not None})
        for unit, verdict in self.verdicts.items():
            killed = samples.get(unit, GONE).killed
            if killed:
                self.verdicts[unit] = verdict.after_kill(killed)
                self._end_watch(Event.KILLED, unit)

    def _actions(self, now: float, samples: Samples) -> t.Tuple[Action, ...]:
        faulty = any(verdict.faulty for verdict in self.verdicts.values())
        if self.watched and not (faulty and self.policy.on_failure == "rollback"):
            return self._questions(now)
        if self.formers:
            formers, self.formers = self.formers, {}
            return (Stops(formers),)
        if self.phases.of(Phase.BAD) or not self.phases.of(Phase.MISSING, Phase.STALE):
            return (self._done(),)
        starts = self._starts(samples)
        return (self._restart(now, starts, samples),) if starts else self._next_batch(now, samples)

    def _next_batch(self, now: float, samples: Samples) -> t.Tuple[Action, ...]:
        down, stale = self._down(samples), self.phases.of(Phase.STALE)
        up = [unit for unit in stale if unit not in down]
        to_ask = self.drain.questions(now, up)
        if to_ask:
            return (Ask(to_ask),)
        free = {*down, *self.drain.free(now, up)}
        batch = self._batch([unit for unit in stale if unit in free], down)
        if batch:
            return (self._restart(now, batch, samples),)
        if not free.intersection(stale):
            return self._wait_for_idle(now)
        return self._wait_for_capacity(now, samples)

    def _questions(self, now: float) -> t.Tuple[Action, ...]:
        to_count = tuple(unit for unit, watch in self.watched.items() if watch.wants_count)
        to_look = tuple(unit for unit, watch in self.watched.items() if watch.wants_inside(now))
        to_check = tuple(unit for unit, watch in self.watched.items() if watch.wants_check(now))
        for unit in to_check:
            self.watched[unit].check_asked(now)
        return tuple(action for action in (Count(to_count), LookInside(to_look), Check(to_check)) if action.units)

    def _starts(self, samples: Samples) -> t.List[str]:
        """All units that do not run; they start at the same time.

        A unit that has started without the rollout serves, and waits for its turn.
        """
        down, missing = self._down(samples), self.phases.of(Phase.MISSING)
        for unit in missing:
            if unit not in down:
                self.phases.happen(Event.CAME_UP, unit)
        return [unit for unit in missing if unit in down]

    def _batch(self, free: t.Sequence[str], down: t.Set[str]) -> t.List[str]:
        """The next units to restart: first the units that are down already, then as many others as may be down."""
        limit = min(self.size, self.canary or self.size)
        batch: t.List[str] = []
        for unit in sorted(free, key=lambda unit: unit not in down):
            if len(batch) < limit and (unit in down or len(down.union(batch)) < self.size):
                batch.append(unit)
        if batch:
            self.canary = 0
        return batch

    def _restart(self, now: float, batch: t.Sequence[str], samples: Samples) -> Restart:
        for unit in batch:
            seen = samples.get(unit, GONE)
            self.phases.happen(Event.RESTARTED, unit)
            self.watched[unit] = Watch(self.policy, seen.invocation, now)
            if seen.invocation and seen.active in STOPPABLE:
                self.formers[unit] = seen.invocation
            self.verdicts[unit] = Verdict(Health.STARTING, "is to be restarted")
        self.touched.extend(batch)
        self.short_since = None
        self._note_lowest(samples)
        return Restart(tuple(batch))

    def _wait_for_idle(self, now: float) -> t.Tuple[Action, ...]:
        if not self._without_progress(now):
            return ()
        unit = self.phases.of(Phase.STALE)[0]
        because = f"no instance settled for {self.policy.progress_deadline:g} s: is busy and was not restarted"
        self.verdicts[unit] = Verdict(Health.FAILED, because)
        self.phases.happen(Event.HELD_UP, unit)
        return (self._done(),)

    def _wait_for_capacity(self, now: float, samples: Samples) -> t.Tuple[Action, ...]:
        self.short_since = now if self.short_since is None else self.short_since
        if now - self.short_since < self.policy.healthy_deadline and not self._without_progress(now):
            return ()
        down = self._down(samples)
        for unit in (unit for unit in self.wanted if unit in down):
            seen = samples.get(unit, GONE)
            state = f"{seen.active} ({seen.sub})"
            because = f"went down during the rollout and is {state}, so no other instance may be restarted"
            self.verdicts[unit] = Verdict(Health.FAILED, because)
            self.phases.happen(Event.LOST, unit)
        return (self._done(),)

    def _without_progress(self, now: float) -> bool:
        deadline = self.policy.progress_deadline
        return bool(deadline) and self.progressed is not None and now - self.progressed >= deadline

    def _down(self, samples: Samples) -> t.Set[str]:
        """Wanted instances that do not serve. A restarted instance serves again when a sample has shown it up."""
        return {
            unit
            for unit in self.wanted
            if not samples.get(unit, GONE).up or (unit in self.watched and not self.watched[unit].seen_up)
        }

    def _note_lowest(self, samples: Samples) -> None:
        self.lowest_active = min(self.lowest_active, len(self.wanted) - len(self._down(samples)))

    def _done(self) -> Done:
        left = self.phases.of(Phase.MISSING, Phase.STALE, Phase.SPARED)
        spared = tuple(unit for unit in left if unit not in self.extra)
        return Done(self.verdicts, tuple(self.touched), spared, self.lowest_active)

    def _in_order(self, phases: t.Mapping[str, Phase]) -> t.Dict[str, Phase]:
        ordered = units_in_order(phases)
        return {unit: phases[unit] for unit in (ordered[::-1] if self.policy.order == "descending" else ordered)}
