# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of a run for each pool, and the outcome of that work."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.workers.systemd.plugins.module_utils._core.act.health import Health
from ansible_collections.workers.systemd.plugins.module_utils._core.act.rollout import Done, Rollout
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import Verdict
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.decision import PoolsDecision
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Step, Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.surge import with_extra
from ansible_collections.workers.systemd.plugins.module_utils._core.places import OWN_DROP_IN, Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import TIMER, UnitName
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy
from ansible_collections.workers.systemd.plugins.module_utils._core.write.file_markers import instance_of
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pause import is_mark
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import WantedFile, pause_files


@dataclass(frozen=True)
class PoolWork:
    """The work of a run for one pool.

    It has the steps, the files that the steps write, the units of the wanted instances, and their policy. ``after`` are
    the pools that it follows.
    """

    name: str
    steps: t.Sequence[Step]
    files: t.Sequence[WantedFile] = ()
    wanted: t.Sequence[str] = ()
    policy: Policy = field(default_factory=Policy)
    after: t.Sequence[str] = ()

    @property
    def removed(self) -> bool:
        """What a package runs again, when a pool gives it back, has no files, and instances."""
        return not (self.files or self.wanted)

    @property
    def stops_first(self) -> bool:
        """Whether its stops come before its files change: of what is removed, and of the units of the host."""
        return self.removed or not self.name

    def subjects(self, *verbs: Verb) -> t.List[str]:
        return [step.subject for step in self.steps if step.verb in verbs]

    @property
    def stops(self) -> t.List[str]:
        """Units that end what they run. A timer does not, and is stopped before."""
        return [unit for unit in self.subjects(Verb.STOP) if not unit.endswith(f".{TIMER}")]

    @property
    def timers_to_stop(self) -> t.List[str]:
        return [unit for unit in self.subjects(Verb.STOP) if unit.endswith(f".{TIMER}")]

    @property
    def targets_to_start(self) -> t.List[str]:
        """Units beside the instances, which have no rollout. No service of the host has one."""
        return [unit for unit in self.subjects(Verb.START) if not (self.name and unit.endswith(".service"))]

    @property
    def speakers(self) -> t.List[str]:
        """Instances that show whether systemd has read the new files: one for all, and each with a new drop-in."""
        written = self.subjects(Verb.WRITE)
        own = {instance_of(path) for path in written if path.endswith(f"/{OWN_DROP_IN}")}
        units = [unit for unit in self.wanted if UnitName.parse(unit).instance in own]
        return list(dict.fromkeys([*self.wanted[:1], *units])) if written else []

    def run_on(self, places: Places) -> t.List[str]:
        """Instances that no step starts or restarts, although the daemon-reload loads another unit for them."""
        changed = [path for path in self.subjects(Verb.WRITE, Verb.REMOVE) if not is_mark(path)]
        if not any(path.startswith(f"{places.units}/") for path in changed):
            return []
        anew = set(self.subjects(Verb.START, Verb.RESTART))
        return [unit for unit in self.wanted if unit not in anew]

    def machine(self, spare: bool) -> Rollout:
        """The rollout of the pool.

        With ``spare``, no running instance is restarted, because a stop in this pool has ended in SIGKILL.
        """
        extra = [] if spare else self.subjects(Verb.LEAVE)
        wanted = [*self.wanted, *extra]
        starts = [unit for unit in self.subjects(Verb.START) if unit in wanted]
        restarts = self.subjects(Verb.RESTART)
        to_restart, spared = ([], restarts) if spare else (restarts, [])
        policy = with_extra(self.policy, len(extra))
        return Rollout(policy, wanted, starts, to_restart, self.subjects(Verb.JUDGE), spared, extra)


def timers_started(work: t.Iterable[PoolWork]) -> t.List[str]:
    """The timers of operators that a run starts."""
    return [unit for pool in work if pool.name for unit in pool.targets_to_start if unit.endswith(f".{TIMER}")]


def subjects_of(work: t.Iterable[PoolWork], verb: Verb) -> t.List[str]:
    """The subjects of the steps with this verb, of all pools."""
    return [subject for pool in work for subject in pool.subjects(verb)]


@dataclass
class Outcome:
    """The result of a run for each unit. The run fills it in step by step.

    ``started`` maps a unit to the time when its start or its stop began, in seconds since the epoch. ``ends`` maps a
    pool to the end of its rollout. ``refused`` has verdicts about units that could not reload. ``killed`` has verdicts
    about units that are not wanted any more and whose stop ended in SIGKILL. ``restarts`` is NRestarts of the units
    that failed. ``coming`` has the units that were not seen up since their restart, each with the invocation that the
    restart ended. ``late`` are the units in ``coming`` whose start timed out. ``held`` maps a pool whose rollout did
    not begin to the pool that did not settle before it.
    """

    started: t.Dict[str, float] = field(default_factory=dict)
    ends: t.Dict[str, Done] = field(default_factory=dict)
    refused: t.Dict[str, Verdict] = field(default_factory=dict)
    killed: t.Dict[str, Verdict] = field(default_factory=dict)
    restarts: t.Dict[str, int] = field(default_factory=dict)
    coming: t.Dict[str, str] = field(default_factory=dict)
    late: t.Set[str] = field(default_factory=set)
    held: t.Dict[str, str] = field(default_factory=dict)

    @property
    def verdicts(self) -> t.Dict[str, Verdict]:
        return self._verdicts(self.ends.values(), self.killed, self.refused)

    def verdicts_of(self, pool: str) -> t.Dict[str, Verdict]:
        """Each pool is asked for, so this may not look at the rollouts of all others."""
        ends = [self.ends[pool]] if pool in self.ends else []
        return self._verdicts(ends, _of(pool, self.killed), _of(pool, self.refused))

    def _verdicts(
        self, ends: t.Iterable[Done], killed: t.Mapping[str, Verdict], refused: t.Mapping[str, Verdict]
    ) -> t.Dict[str, Verdict]:
        judged = {
            unit: verdict.after_late_start() if unit in self.late else verdict
            for end in ends
            for unit, verdict in end.verdicts.items()
        }
        # An extra instance of a surge has a verdict, and is stopped at the end of the rollout.
        stopped = {
            unit: judged[unit].after_kill(one.because) if unit in judged else one for unit, one in killed.items()
        }
        return {**judged, **stopped, **refused}

    @property
    def spared(self) -> t.List[str]:
        """Units that are stale or missing, and that the run did not start or restart."""
        return [unit for end in self.ends.values() for unit in end.spared]

    @property
    def unjudged(self) -> t.List[str]:
        """Units whose death systemd would not report, each with its verdict in words."""
        verdicts = self.verdicts.items()
        return [f"{unit} {verdict}" for unit, verdict in verdicts if verdict.health is Health.UNJUDGED]

    @property
    def failed(self) -> t.List[str]:
        return [unit for unit, verdict in self.verdicts.items() if verdict.bad]

    @property
    def settled(self) -> bool:
        """Whether every pool is on its wanted version."""
        return not self.failed and not self.spared

    @property
    def faulty(self) -> t.Set[str]:
        """Pools whose new version is bad."""
        return {UnitName.parse(unit).prefix for unit, verdict in self.verdicts.items() if verdict.faulty}

    @property
    def untried(self) -> t.Set[str]:
        """Pools whose new version was not tried, because the new version of a pool before them is bad."""
        faulty = self.faulty
        return {name for name, cause in self.held.items() if cause in faulty}

    @property
    def unfinished(self) -> t.Set[str]:
        """Pools that go on with their new version in the next run: it is not bad, but instances were spared."""
        return {name for name, end in self.ends.items() if end.spared} - self.faulty - self.untried


def _of(pool: str, verdicts: t.Mapping[str, Verdict]) -> t.Dict[str, Verdict]:
    return {unit: one for unit, one in verdicts.items() if UnitName.parse(unit).prefix == pool}


def work_of_pools(decision: PoolsDecision) -> t.List[PoolWork]:
    """The work of a run over the wanted pools. The first entry has the units that serve all pools; then comes each."""
    work = [PoolWork("", decision.shared.steps, decision.shared.files)]
    for name, wanted in decision.wanted.items():
        left_out = {*decision.masked, *decision.paused(name)}
        units = [unit for unit in wanted.units if unit not in left_out]
        files = (*wanted.files, *pause_files(decision.pauses.get(name, {})))
        work.append(PoolWork(name, decision.steps[name], files, units, wanted.pool.rollout, wanted.pool.pools_before))
    return work


def work_of_removal(decision: PoolsDecision) -> t.List[PoolWork]:
    """The work with which the run ends, in the same form."""
    shared = decision.removal.shared
    removed = [PoolWork(name, steps) for name, steps in decision.steps.items() if name not in decision.wanted]
    return [PoolWork("", shared.steps, shared.files), *removed]
