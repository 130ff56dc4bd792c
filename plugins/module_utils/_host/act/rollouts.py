# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out the rollouts of all pools of a run."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.act import verdict
from ansible_collections.workers.systemd.plugins.module_utils._core.act.progress import Progress
from ansible_collections.workers.systemd.plugins.module_utils._core.act.rollout import Action, Done, Restart, Rollout
from ansible_collections.workers.systemd.plugins.module_utils._core.act.turns import Turns
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import Sample
from ansible_collections.workers.systemd.plugins.module_utils._core.act.work import Outcome, PoolWork, subjects_of
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Verb
from ansible_collections.workers.systemd.plugins.module_utils._host.act.elsewhere import Elsewhere
from ansible_collections.workers.systemd.plugins.module_utils._host.act.engine import Engine, units_of
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager

# Between two looks, of about 10 ms each: a death is known within this and the length of a look. After an action the
# first looks follow closely, so that a quick rollout does not wait for the clock.
TICK = 0.1
SHORTEST_TICK = 0.01


class Rollouts:
    """They advance together: their windows overlap, and they share each call. They fill in the ``outcome``."""

    def __init__(
        self,
        manager: Manager,
        work: t.Sequence[PoolWork],
        outcome: Outcome,
        tell: t.Callable[[str], None],
        elsewhere: t.Optional[Elsewhere],
    ) -> None:
        self.manager = manager
        self.work = work
        self.outcome = outcome
        self.tell = tell
        self.engine = Engine(manager, {pool.name: pool.policy for pool in work}, outcome.started, elsewhere)

    def roll(self) -> None:
        """Feeds them with one look at a time, until each has ended."""
        try:
            self._roll()
        finally:
            self.engine.end()

    def _roll(self) -> None:
        waiting = {pool.name: pool for pool in self.work if pool.wanted}
        turns = Turns({name: pool.after for name, pool in waiting.items()})
        others = [unit for pool in self.work if not pool.wanted for unit in pool.targets_to_start]
        self.outcome.started.update(
            {**dict.fromkeys(subjects_of(self.work, Verb.JUDGE), time.time()), **self.outcome.started}
        )
        rollouts: t.Dict[str, Rollout] = {}
        progress: t.List[Progress] = []
        pause = SHORTEST_TICK
        while waiting or rollouts or others:
            now = time.monotonic()
            for pool in map(waiting.pop, turns.begin(self.outcome.ends)):
                rollouts[pool.name] = self._machine(pool)
                progress.append(Progress(pool.name, rollouts[pool.name], now))
                others += pool.targets_to_start
            self._hold([(waiting.pop(name), cause) for name, cause in turns.held.items() if name in waiting])
            samples = self._samples(rollouts)
            actions = [(name, one) for name, rollout in rollouts.items() for one in rollout.advance(now, samples)]
            for line in (line for one in progress for line in one.lines(now)):
                self.tell(line)
            self._note_coming(actions, samples)
            self.engine.carry_out(actions)
            for name, action in actions:
                if isinstance(action, Done):
                    self.outcome.ends[name] = action
                    del rollouts[name]
            # A target starts its instances too; their own jobs are there first, so that none starts twice.
            if others:
                self._note_refused(self.manager.start(others))
                others = []
            pause = SHORTEST_TICK if actions else min(TICK, 2 * pause)
            if rollouts or waiting:
                time.sleep(pause)

    def _machine(self, pool: PoolWork) -> Rollout:
        return pool.machine(spare=not self.outcome.killed.keys().isdisjoint(pool.subjects(Verb.STOP)))

    def _hold(self, pools: t.Sequence[t.Tuple[PoolWork, str]]) -> None:
        """Ends the rollouts of pools that do not begin, each with the pool that did not settle before it."""
        for pool, cause in pools:
            self.outcome.held[pool.name] = cause
            self.outcome.ends[pool.name] = end = self._machine(pool).hold(self._samples([pool.name]))
            if end.spared:
                self.tell(f"{pool.name}: is not rolled out, because {cause} did not settle")

    def _note_refused(self, refused: t.Mapping[str, str]) -> None:
        """Units of the host are in no pool that could be put back."""
        of_pools = {unit for pool in self.work if pool.name for unit in pool.targets_to_start}
        for unit, said in refused.items():
            if unit in of_pools:
                self.outcome.refused[unit] = verdict.refused(said)
            else:
                self.tell(f"{unit}: {verdict.refused(said)}")

    def _note_coming(self, actions: t.Sequence[t.Tuple[str, Action]], samples: t.Mapping[str, Sample]) -> None:
        coming = self.outcome.coming
        for unit in [unit for unit in coming if unit in samples]:
            if samples[unit].up and samples[unit].invocation != coming[unit]:
                del coming[unit]
        coming.update(
            {unit: samples[unit].invocation if unit in samples else "" for unit in units_of(actions, Restart)}
        )

    def _samples(self, pools: t.Container[str]) -> t.Dict[str, Sample]:
        return self.engine.samples([unit for pool in self.work if pool.name in pools for unit in pool.wanted])
