# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of a run for each pool, and the outcome of that work."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.workers.systemd.plugins.module_utils._core.act.rollout import Done, Rollout
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import Health, Verdict
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.decision import PoolsDecision
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import Step, Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.surge import with_extra
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import WantedFile


@dataclass(frozen=True)
class PoolWork:
    """The work of a run for one pool.

    It has the steps, the files that the steps write, the units of the wanted instances, and their policy. A pool
    without files is removed.
    """

    name: str
    steps: t.Sequence[Step]
    files: t.Sequence[WantedFile] = ()
    wanted: t.Sequence[str] = ()
    policy: Policy = field(default_factory=Policy)

    def subjects(self, *verbs: Verb) -> t.List[str]:
        return [step.subject for step in self.steps if step.verb in verbs]

    def run_on(self, places: Places) -> t.List[str]:
        """Instances that no step starts or restarts, although the daemon-reload loads another unit for them."""
        if not any(path.startswith(f"{places.units}/") for path in self.subjects(Verb.WRITE)):
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
    restart ended. ``late`` are the units in ``coming`` whose start timed out.
    """

    started: t.Dict[str, float] = field(default_factory=dict)
    ends: t.Dict[str, Done] = field(default_factory=dict)
    refused: t.Dict[str, Verdict] = field(default_factory=dict)
    killed: t.Dict[str, Verdict] = field(default_factory=dict)
    restarts: t.Dict[str, int] = field(default_factory=dict)
    coming: t.Dict[str, str] = field(default_factory=dict)
    late: t.Set[str] = field(default_factory=set)

    @property
    def verdicts(self) -> t.Dict[str, Verdict]:
        judged = {
            unit: verdict.after_late_start() if unit in self.late else verdict
            for end in self.ends.values()
            for unit, verdict in end.verdicts.items()
        }
        # An extra instance of a surge has a verdict, and is stopped at the end of the rollout.
        killed = {
            unit: judged[unit].after_kill(one.because) if unit in judged else one for unit, one in self.killed.items()
        }
        return {**judged, **killed, **self.refused}

    def verdicts_of(self, pool: str) -> t.Dict[str, Verdict]:
        return {unit: one for unit, one in self.verdicts.items() if UnitName.parse(unit).prefix == pool}

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
    def faulty(self) -> t.Set[str]:
        """Pools whose new version is bad."""
        return {UnitName.parse(unit).prefix for unit, verdict in self.verdicts.items() if verdict.faulty}

    @property
    def unfinished(self) -> t.Set[str]:
        """Pools whose new version is not bad, but that still have spared instances of the previous version."""
        return {name for name, end in self.ends.items() if end.spared} - self.faulty


def work_of_pools(decision: PoolsDecision) -> t.List[PoolWork]:
    """The work of a run over pools. The first entry has the units that serve all pools; then comes each pool."""
    work = [PoolWork("", decision.shared.steps, decision.shared.files)]
    for name, steps in decision.steps.items():
        wanted = decision.wanted.get(name)
        if wanted is None:
            work.append(PoolWork(name, steps))
        else:
            units = [unit for unit in wanted.units if unit not in decision.masked]
            work.append(PoolWork(name, steps, wanted.files, units, wanted.pool.rollout))
    return work
