# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out the rollouts of all pools of a run."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.act.progress import Progress
from ansible_collections.workers.systemd.plugins.module_utils._core.act.rollout import (
    Action,
    Ask,
    Check,
    Count,
    Done,
    LookInside,
    Restart,
    Stops,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import Inside, Sample
from ansible_collections.workers.systemd.plugins.module_utils._core.act.work import Outcome, PoolWork, subjects_of
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._host.act import stops
from ansible_collections.workers.systemd.plugins.module_utils._host.act.checks import Checks
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import processes
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager

# Between two looks, of about 10 ms each: a death is known within this and the length of a look. After an action the
# first looks follow closely, so that a quick rollout does not wait for the clock.
TICK = 0.1
SHORTEST_TICK = 0.01


class Rollouts:
    """They advance together: their windows overlap, and they share each call. They fill in the ``outcome``."""

    def __init__(
        self, manager: Manager, work: t.Sequence[PoolWork], outcome: Outcome, tell: t.Callable[[str], None]
    ) -> None:
        self.manager = manager
        self.work = work
        self.outcome = outcome
        self.tell = tell
        self.checks = Checks(manager)
        self.busy_checks = Checks(manager)
        # The answers to the questions of one turn. They come with the samples of the next.
        self.counts: t.Dict[str, int] = {}
        self.inside: t.Dict[str, Inside] = {}
        self.killed: t.Dict[str, str] = {}

    def roll(self) -> None:
        """Feeds them with one look at a time, until each has ended."""
        try:
            self._roll()
        finally:
            self.checks.end()
            self.busy_checks.end()

    def _roll(self) -> None:
        rollouts = {
            pool.name: pool.machine(spare=not self.outcome.killed.keys().isdisjoint(pool.subjects(Verb.STOP)))
            for pool in self.work
            if pool.wanted
        }
        others = [unit for unit in subjects_of(self.work, Verb.START) if not unit.endswith(".service")]
        self.outcome.started.update(
            {**dict.fromkeys(subjects_of(self.work, Verb.JUDGE), time.time()), **self.outcome.started}
        )
        progress = [Progress(name, rollout, time.monotonic()) for name, rollout in rollouts.items()]
        pause = SHORTEST_TICK
        while rollouts or others:
            now = time.monotonic()
            samples = self._samples(rollouts)
            actions = [(name, one) for name, rollout in rollouts.items() for one in rollout.advance(now, samples)]
            for line in (line for one in progress for line in one.lines(now)):
                self.tell(line)
            self._note_coming(actions, samples)
            self._carry_out(actions)
            for name, action in actions:
                if isinstance(action, Done):
                    self.outcome.ends[name] = action
                    del rollouts[name]
            # A target starts its instances too; their own jobs are there first, so that none starts twice.
            if others:
                self.manager.start(others)
                others = []
            pause = SHORTEST_TICK if actions else min(TICK, 2 * pause)
            if rollouts:
                time.sleep(pause)

    def _note_coming(self, actions: t.Sequence[t.Tuple[str, Action]], samples: t.Mapping[str, Sample]) -> None:
        coming = self.outcome.coming
        for unit in [unit for unit in coming if unit in samples]:
            if samples[unit].up and samples[unit].invocation != coming[unit]:
                del coming[unit]
        coming.update({unit: samples[unit].invocation if unit in samples else "" for unit in _units(actions, Restart)})

    def _carry_out(self, actions: t.Sequence[t.Tuple[str, Action]]) -> None:
        """The same kind of action of all pools is one call."""
        restarts = _units(actions, Restart)
        if restarts:
            self.outcome.started.update(dict.fromkeys(restarts, time.time()))
            # Deliberate restarts count against a start limit and would trip it (systemd.unit(5), StartLimitBurst=).
            self.manager.reset_failed(restarts)
            self.manager.restart(restarts)
        self.counts = self.manager.restarts(_units(actions, Count))
        self.inside = self._look_inside(actions)
        formers = {unit: one for _name, it in actions if isinstance(it, Stops) for unit, one in it.formers.items()}
        since = min((self.outcome.started[unit] for unit in formers), default=0.0)
        self.killed = stops.killed(formers, since, self.manager)
        policies = {pool.name: pool.policy for pool in self.work}
        for name, action in actions:
            if isinstance(action, Check):
                self.checks.ask(policies[name].health_check, action.units, policies[name].check_user)
            elif isinstance(action, Ask):
                self.busy_checks.ask(policies[name].busy_check, action.units, policies[name].check_user)

    def _look_inside(self, actions: t.Sequence[t.Tuple[str, Action]]) -> t.Dict[str, Inside]:
        signals = {pool.name: pool.policy.awaits for pool in self.work}
        asked = {
            unit: signals[name] for name, one in actions if isinstance(one, (Count, LookInside)) for unit in one.units
        }
        pids = self.manager.main_pids(list(asked))
        without_main = {unit for unit, pid in pids.items() if not pid}
        heads = processes.heads(self.manager.places, without_main) if without_main else {}
        return {
            unit: Inside(heads=heads.get(unit, frozenset()))
            if unit in without_main
            else Inside(bool(awaited) and processes.handles(pids[unit], awaited))
            for unit, awaited in asked.items()
        }

    def _samples(self, pools: t.Container[str]) -> t.Dict[str, Sample]:
        checked, asked = self.checks.answers(), self.busy_checks.answers()
        wanted = [unit for pool in self.work if pool.name in pools for unit in pool.wanted]
        return {
            unit: Sample(
                seen.active,
                seen.sub,
                processes.invocation(self.manager.places, unit),
                seen.job,
                self.counts.get(unit),
                checked[unit].trouble if unit in checked else None,
                self.killed.get(unit),
                asked[unit].busy if unit in asked else None,
                self.inside.get(unit),
            )
            for unit, seen in self.manager.list_units(unit_name.patterns(wanted)).items()
        }


def _units(actions: t.Sequence[t.Tuple[str, Action]], kind: t.Type[t.Union[Restart, Count]]) -> t.List[str]:
    """The units of all actions of this kind."""
    return [unit for _name, one in actions if isinstance(one, kind) for unit in one.units]
