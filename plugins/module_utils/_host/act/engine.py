# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at instances for rollouts, and carries out what rollouts ask for. The deploys and the agent act through it."""

from __future__ import annotations

import time
import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.act.rollout import (
    Action,
    Ask,
    Check,
    Count,
    LookInside,
    Restart,
    Start,
    Stop,
    Stops,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import GONE, Inside, Sample
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy
from ansible_collections.workers.systemd.plugins.module_utils._host.act import stops
from ansible_collections.workers.systemd.plugins.module_utils._host.act.checks import Checks
from ansible_collections.workers.systemd.plugins.module_utils._host.act.elsewhere import Elsewhere
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import processes
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager

# What rollouts ask for, each with the name of its pool.
Actions = t.Sequence[t.Tuple[str, Action]]


class Engine:
    """``policies`` are by pool. ``started`` maps a unit to the time when its start began, and is filled in."""

    def __init__(
        self,
        manager: Manager,
        policies: t.Mapping[str, Policy],
        started: t.Dict[str, float],
        elsewhere: t.Optional[Elsewhere],
    ) -> None:
        self.manager = manager
        self.policies = policies
        self.started = started
        self.checks = Checks(manager, elsewhere=elsewhere)
        self.busy_checks = Checks(manager, elsewhere=elsewhere)
        # The answers to the questions of one turn. They come with the samples of the next.
        self.counts: t.Dict[str, int] = {}
        self.inside: t.Dict[str, Inside] = {}
        self.killed: t.Dict[str, str] = {}
        self.refused: t.Dict[str, str] = {}

    def end(self) -> None:
        """The answers of checks that run are not needed any more."""
        self.checks.end()
        self.busy_checks.end()

    def forget_others(self, units: t.Container[str]) -> None:
        """Only these units are still there."""
        for unit in [unit for unit in self.started if unit not in units]:
            del self.started[unit]

    def carry_out(self, actions: Actions) -> None:
        """The same kind of action of all pools is one call."""
        self.refused = {}
        restarts = units_of(actions, Restart)
        if restarts:
            self.started.update(dict.fromkeys(restarts, time.time()))
            # Deliberate restarts count against a start limit and would trip it (systemd.unit(5), StartLimitBurst=).
            self.manager.reset_failed(restarts)
            self.refused = self.manager.restart(restarts)
            # Until the jobs run, an old process may die, and systemd counts its restart for the new one.
            self.manager.reset_failed(restarts)
        starts, ends = units_of(actions, Start), units_of(actions, Stop)
        self.manager.reset_failed(starts)
        self.manager.start(starts)
        self.manager.begin_stops(ends)
        self.counts = self.manager.restarts(units_of(actions, Count))
        self.inside = self._look_inside(actions)
        formers = {unit: one for _name, it in actions if isinstance(it, Stops) for unit, one in it.formers.items()}
        since = min((self.started[unit] for unit in formers), default=0.0)
        self.killed = stops.killed(formers, since, self.manager)
        for name, action in actions:
            policy = self.policies[name]
            if isinstance(action, Check):
                self.checks.ask(policy.health_check, action.units, policy.check_user)
            elif isinstance(action, Ask):
                self.busy_checks.ask(policy.busy_check, action.units, policy.check_user)

    def _look_inside(self, actions: Actions) -> t.Dict[str, Inside]:
        asked = {
            unit: self.policies[name].awaits
            for name, one in actions
            if isinstance(one, (Count, LookInside))
            for unit in one.units
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

    def samples(self, units: t.Sequence[str]) -> t.Dict[str, Sample]:
        """The samples of this turn, of all instances of the pools that these units belong to."""
        checked, asked = self.checks.answers(), self.busy_checks.answers()
        samples = {
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
            for unit, seen in self.manager.list_units(unit_name.patterns(units)).items()
        }
        for unit, said in self.refused.items():
            # systemd lists no unit that it could not load.
            samples[unit] = replace(samples.get(unit, GONE), refused=said)
        return samples


def units_of(actions: Actions, kind: t.Type[t.Union[Restart, Count, Start, Stop]]) -> t.List[str]:
    """The units of all actions of this kind."""
    return [unit for _name, one in actions if isinstance(one, kind) for unit in one.units]
