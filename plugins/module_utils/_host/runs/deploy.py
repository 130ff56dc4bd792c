# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One deploy of all pools of a host: judge, decide, act, tell. The order of the verbs is the flow of the collection."""

from __future__ import annotations

import secrets
import sys
import time
import typing as t
from dataclasses import asdict

from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import Health
from ansible_collections.workers.systemd.plugins.module_utils._core.act.work import Outcome, PoolWork
from ansible_collections.workers.systemd.plugins.module_utils._core.decide import cut_short
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import (
    NEEDS_A_UNIT,
    Step,
    Verb,
    plan_pool,
    plan_reload,
    plan_removal,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan_shared import plan_shared
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.surge import with_surge
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.exposure import Judged
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.finding import Finding, Severity
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.judge import MAY_COME_LATER
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import InputProblems, Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.seal import sealed_with
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.tell import diff, report
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import own_lists
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.instance_names import literal_problems
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.user_scope import limits_not_in_force
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pool_unit import own_sections
from ansible_collections.workers.systemd.plugins.module_utils._core.write.shared_units import shared_units
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import Wanted, contents, wanted
from ansible_collections.workers.systemd.plugins.module_utils._host import host
from ansible_collections.workers.systemd.plugins.module_utils._host.act.apply import Run
from ansible_collections.workers.systemd.plugins.module_utils._host.judge import exposure, preflight, root_reads
from ansible_collections.workers.systemd.plugins.module_utils._host.judge.pool_judge import (
    Placed,
    judge_pools,
    judge_processes,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.look import (
    by_hand,
    delegation,
    generations,
    look,
    pool_files,
    watched_files,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.catalogue import HostCatalogue
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.tell.failures import failures
from ansible_collections.workers.systemd.plugins.module_utils._host.tell.secrets import secrets_in, secrets_of
from ansible_collections.workers.systemd.plugins.module_utils._host.telling import in_words, or_else
from ansible_collections.workers.systemd.plugins.module_utils._host.undo import leftovers
from ansible_collections.workers.systemd.plugins.module_utils._host.undo.dead_man import DeadMan
from ansible_collections.workers.systemd.plugins.module_utils._host.undo.transaction import Transaction
from ansible_collections.workers.systemd.plugins.module_utils._host.write import credentials

OLDEST_SYSTEMD = 247


class Deployment:
    """``pools`` are those that the operator lists; with ``purge`` the others that are ours go.

    ``skip_traps`` are ids of traps that nobody wants to hear of. ``switch`` makes the host undo this run when it dies.
    """

    def __init__(
        self,
        manager: Manager,
        pools: t.Sequence[Pool],
        *,
        purge: bool,
        check_mode: bool,
        skip_traps: t.Collection[str],
        switch: DeadMan,
    ) -> None:
        self.switch = switch
        self.skip_traps = skip_traps
        self.manager = manager
        self.places = manager.places
        self.systemd = manager.version()
        self.catalogue = HostCatalogue(manager.run, manager.build(), self.places)
        self.present = [pool.fitted(self.catalogue.known) for pool in pools if pool.present]
        self.absent = [pool.name for pool in pools if not pool.present]
        self.check_mode = check_mode
        self.purge = purge
        owned = pool_files.owned_pools(self.places)
        listed = {pool.name for pool in pools}
        self.purged = [name for name in owned if purge and name not in listed]
        self.kept = [name for name in owned if name not in {*self.absent, *self.purged}]
        self.outcome = Outcome()
        self.error = ""
        self.failures: t.List[t.Dict[str, t.Any]] = []

    def judge(self, problems: t.Sequence[Problem]) -> t.List[str]:
        """Raises ``Problems`` with the given ones and the host's own. Returns warnings.

        With ``InputProblems`` the operator has written something wrong. What only the host is like may be the doing of
        the user whose manager it is.
        """
        found = list(problems)
        if self.systemd < OLDEST_SYSTEMD:
            found.append(Problem("the host", f"systemd {self.systemd}", f"systemd {OLDEST_SYSTEMD} or newer"))
        missing = preflight.missing(self.present, self.systemd)
        told = {problem.where for problem in missing}
        warnings: t.List[str] = []
        foreign = [*preflight.open_to_others(self.places), *preflight.foreign(self.places, self.present)]
        for where, finding in self._judged(problems):
            problem = finding.problem(where)
            if finding.severity is Severity.WARNING:
                warnings.append(str(problem))
            elif finding.id not in MAY_COME_LATER:
                (found if self._is_of_pool(finding) else foreign).append(problem)
            elif where not in told:
                missing.append(problem)
        self.exposures, exposed, worse = self._exposed(self._sound(problems))
        found.extend(exposed)
        if found:
            raise InputProblems([*found, *foreign, *missing])
        if foreign or (missing and not self.check_mode):
            raise Problems([*foreign, *missing])
        # An earlier task of the same play may be about to bring it.
        later = [f"{problem}; a run would refuse this" for problem in missing]
        return [*warnings, *worse, *self._idle_limits(), *self._advice(), *root_reads.of_our_own(), *later]

    def _is_of_pool(self, finding: Finding) -> bool:
        """Or of a drop-in, say, that somebody else has made."""
        own = {
            self.places.unit(name(pool.name))
            for pool in self.present
            for name in (unit_name.template, unit_name.target)
        }
        return finding.at is None or finding.at.path in own

    def foreseen(self) -> t.List[str]:
        """Warnings that follow from what has been decided."""
        now = time.time()
        cut = [line for name, one in self.wanted.items() for line in cut_short.warning(one, self.observed[name], now)]
        return [*cut, *self.by_hand.warnings()]

    def _meet_masks(self) -> None:
        """Raises ``Problems`` with instances that systemd would not start as their pool says."""
        found = [
            Problem(
                self._where(unit),
                f"{unit}, masked by {path}",
                "an instance that may start",
                f"`systemctl unmask {unit}` takes the mask away, with `--runtime` one below /run.",
            )
            for unit, path in sorted(self.by_hand.masked.items())
            if any(step.subject == unit and step.verb in NEEDS_A_UNIT for one in self.steps.values() for step in one)
        ]
        if found:
            raise Problems(found)

    def _refuse_hidden(self) -> None:
        """Raises ``Problems`` with instances that would not run what their pool says."""
        found = [
            Problem(
                self._where(unit),
                f"{path}, a unit of its own",
                "an instance of the pool's template",
                "systemd reads it instead of the template. Remove it, then `systemctl daemon-reload`.",
            )
            for unit, path in sorted(self.by_hand.hidden.items())
        ]
        if found:
            raise Problems(found)

    def _where(self, unit: str) -> str:
        return f"{self.wanted[unit_name.UnitName.parse(unit).prefix].pool.where}.instances"

    def _advice(self) -> t.Iterator[str]:
        for pool in self.present:
            yield from own_lists.warnings(pool, own_sections(pool, self.systemd))
            yield from map(str, literal_problems(pool))

    def _idle_limits(self) -> t.Iterator[str]:
        """The manager of a user enforces what the system's has delegated to it (systemd.resource-control(5))."""
        given = delegation.controllers(self.places)
        if given is None:
            return
        for pool in self.present:
            for directive in limits_not_in_force(pool.limits, given):
                whose = f"the manager of {self.places.user}"
                yield f"{pool.where}: {directive}= is not in force, for {whose} was not given its controller"

    def _exposed(
        self, pools: t.Sequence[Pool]
    ) -> t.Tuple[t.Mapping[str, Judged], t.Sequence[Problem], t.Sequence[str]]:
        return exposure.judge(self.manager, pools)

    def _judged(self, problems: t.Sequence[Problem]) -> t.List[Placed]:
        """What the judges say about the units of the pools."""
        sound = self._sound(problems)
        flawed = [pool for pool in self.present if pool not in sound]
        return judge_pools(self.manager, self.catalogue.known, sound, flawed, self.skip_traps)

    def _sound(self, problems: t.Sequence[Problem]) -> t.List[Pool]:
        return [pool for pool in self.present if not any(one.where.startswith(pool.where) for one in problems)]

    def decide(self) -> None:
        self.observed = look.observe([*(pool.name for pool in self.present), *self.absent, *self.purged], self.manager)
        self.seal = sealed_with(self._key())
        self.wanted = self._wanted()
        self.steps: t.Dict[str, t.Tuple[Step, ...]] = {
            **{name: with_surge(one.pool, plan_pool(one, self.observed[name])) for name, one in self.wanted.items()},
            **{name: plan_removal(name, self.observed[name], "the pool is absent") for name in self.absent},
            **{name: plan_removal(name, self.observed[name], "the pool is not listed") for name in self.purged},
        }
        self.transaction = Transaction(self.manager, self.switch)
        for name, one in self.wanted.items():
            restores = self._restores(name)
            self.steps[name] = self.transaction.note(one, self.observed[name], self.steps[name], restores)
        self.shared = shared_units(
            self.places, self.systemd, sys.executable, sorted({*(pool.name for pool in self.present), *self.kept})
        )
        self.observed_shared = look.observe_shared(self.systemd, self.manager)
        self.host_steps = plan_shared(self.places, self.shared, self.observed_shared)
        self.by_hand = by_hand.look(self.places, self._instances())
        self._refuse_hidden()
        self._meet_masks()
        changes = [step for steps in self.steps.values() for step in steps] + self.host_steps
        self.reload = plan_reload(self.places, changes, self._pending_reload())

    def act(self, tell: t.Callable[[str], None]) -> t.List[str]:
        """``tell`` takes lines about its progress. Returns warnings about the processes that were started."""
        self.catalogue.keep()
        leftovers.sweep(self.places)
        stay = [*self.wanted, *self.kept]
        kept = generations.pools(self.places)
        orphans = [name for name in kept if self.purge and name not in stay]
        gone = {name for name in (*self.absent, *self.purged) if self.steps[name] or name in kept}
        self.transaction.begin({*gone, *orphans}, stay)
        begun = time.time()
        run = Run(self.manager, self._work(), bool(self.reload), tell)
        try:
            self.outcome = run.carry_out()
        except Exception as error:
            # Whatever it is, what was changed goes back.
            if not self.transaction.changes:
                raise
            self.outcome, self.error = run.outcome, in_words(error)
        self.error = self.transaction.settle(self.outcome, self.error)
        undone_since = time.time()
        self.transaction.undo(self.outcome, begun, stay, tell)
        # From here on nothing is done any more, only told.
        self.failures = failures(self.outcome, self._secrets, self.manager, undone_since)
        seen = or_else(self._seen_running, lambda error: [f"the running processes were not judged: {in_words(error)}"])
        return [*self.outcome.unjudged, *seen]

    def conclude(self) -> None:
        self.transaction.end()

    @property
    def pools(self) -> t.List[str]:
        """Names of those that are there when it is done."""
        return sorted({*self.wanted, *self.kept})

    def _seen_running(self) -> t.List[str]:
        settled = {unit for unit, verdict in self.outcome.verdicts.items() if verdict.health is Health.SETTLED}
        found = judge_processes(self.manager, self.wanted.values(), settled, self.skip_traps)
        return [str(finding.problem(where)) for where, finding in found]

    @property
    def changes(self) -> bool:
        return bool(self.host_steps or self.reload) or any(self.steps.values())

    @property
    def failed(self) -> bool:
        return bool(self.failures or self.error)

    def told(self, *, with_diff: bool) -> t.Dict[str, t.Any]:
        """The result of the module."""
        host_steps = [*self.host_steps, *self.reload]
        return {
            "changed": self.changes,
            "pools": {name: self._told_of(name) for name in self.steps},
            "host_plan": report.plan_rows(host_steps),
            "daemon_reloaded": bool(self.reload) and not self.check_mode,
            "failures": self.failures,
            "msg": "\n".join(self._lines()),
            **({"resumed": str(self.transaction.left)} if self.transaction.left else {}),
            **({"diff": self._diffs()} if with_diff else {}),
        }

    def _told_of(self, name: str) -> t.Dict[str, t.Any]:
        told: t.Dict[str, t.Any] = {"plan": report.plan_rows(self.steps[name])}
        if name in self.wanted:
            told["generation"] = self.wanted[name].generation
            told["left_out"] = list(self.wanted[name].pool.left_out)
        if name in self.exposures:
            told["exposure"] = asdict(self.exposures[name])
        if name in self.outcome.ends:
            end = self.outcome.ends[name]
            told["spared"] = list(end.spared)
            told["lowest_active"] = end.lowest_active
        verdicts = {unit: str(verdict) for unit, verdict in self.outcome.verdicts_of(name).items()}
        if verdicts or name in self.outcome.ends:
            told["verdicts"] = verdicts
        if not self.check_mode:
            told.update(self.transaction.told_of(name))
        return told

    def _lines(self) -> t.List[str]:
        left = self.transaction.left
        lines = [str(left) if left else "", f"systemd: {self.error}" if self.error else ""]
        if self.failures or not self.error:
            lines.append(report.summary(self.steps, self.failures, self.outcome.spared))
        if not self.failed:
            lines += [f"{name}: exposure {one}" for name, one in self.exposures.items() if one.score != one.before]
        return [line for line in [*lines, *self.transaction.lines()] if line]

    def _wanted(self) -> t.Dict[str, Wanted]:
        digests = watched_files.digests(self.present)
        return {
            pool.name: wanted(self.places, pool, self.systemd, self.seal, digests, self._sealed(pool))
            for pool in self.present
        }

    def _sealed(self, pool: Pool) -> t.Dict[str, str]:
        there = self._private_files(pool.name)
        return credentials.texts(self.places, pool, self.systemd, there, self.seal, check_mode=self.check_mode)

    def _private_files(self, name: str) -> t.Iterator[t.Mapping[str, str]]:
        """The text of each file of a pool by path: installed ones, then those of each version that is kept."""
        yield {path: file.text for path, file in self.observed[name].files.items()}
        for one in generations.of_pool(self.places, name):
            yield {file.path: file.text for file in one.files}

    def _restores(self, name: str) -> t.Optional[int]:
        """The number of the generation that this run takes a pool from."""
        return None

    def _work(self) -> t.List[PoolWork]:
        work = [PoolWork("", self.host_steps, self.shared)]
        for name, steps in self.steps.items():
            if name in self.wanted:
                pool, files = self.wanted[name].pool, self.wanted[name].files
                instances = [unit for unit in self._instances([pool]) if unit not in self.by_hand.masked]
                work.append(PoolWork(name, steps, files, instances, pool.rollout))
            else:
                work.append(PoolWork(name, steps))
        return work

    def _instances(self, pools: t.Optional[t.Iterable[Pool]] = None) -> t.List[str]:
        """Units of the wanted instances, of all pools or of some."""
        pools = [one.pool for one in self.wanted.values()] if pools is None else pools
        return [unit_name.instance(pool.name, one) for pool in pools for one in pool.instances]

    def _secrets(self) -> t.Set[str]:
        """Of this version, of those that are kept, and of pools that have just gone."""
        given = {value for pool in self.present for value in (*pool.secrets.values(), *pool.credentials.values())}
        gone = [(path, file.text) for pool in self.observed.values() for path, file in pool.files.items()]
        new = [(file.path, file.text) for one in self.wanted.values() for file in one.files]
        return given | secrets_of(self.places, self.wanted) | secrets_in([*gone, *new])

    def _diffs(self) -> t.List[t.Dict[str, str]]:
        observed = [self.observed_shared.files, *(pool.files for pool in self.observed.values())]
        before = {path: file.text for files in observed for path, file in files.items()}
        wanted_files = [self.shared, *(one.files for one in self.wanted.values())]
        after = {file.path: file.text for files in wanted_files for file in files}
        templates = {self.places.unit(unit_name.template(name)) for name in self.wanted}
        diffs = []
        for steps in [self.host_steps, *self.steps.values()]:
            for step in steps:
                if step.verb in (Verb.WRITE, Verb.REMOVE):
                    wanted_text = after[step.subject] if step.verb is Verb.WRITE else None
                    text = before.get(step.subject)
                    if self.places.is_config(step.subject):
                        diffs.append(_private_diff(step.subject, text, wanted_text))
                    elif step.subject in templates and wanted_text is not None:
                        diffs.append(diff.file_diff(step.subject, text, wanted_text))
                    else:
                        diffs.append(diff.own_diff(step.subject, text, wanted_text))
        return [*diffs, *report.plan_diff(self.steps)]

    def _key(self) -> bytes:
        """A check run on a bare host has none and makes none: whatever it seals is new to the host anyway."""
        return (host.kept_key(self.places) or secrets.token_bytes(32)) if self.check_mode else host.key(self.places)

    def _pending_reload(self) -> str:
        """Why systemd has to read its unit files again although this run changes none; empty when it has not."""
        if host.reload_is_pending(self.places):
            return "an earlier run was interrupted before it"
        loaded = [unit for name, pool in self.observed.items() for unit in _one_loaded(name, pool)]
        for unit in self.manager.loaded_from_old_files(loaded):
            return f"files of {unit} changed since it was loaded"
        return ""


def _private_diff(path: str, before: t.Optional[str], after: t.Optional[str]) -> t.Dict[str, str]:
    return diff.private_diff(path, *({} if text is None else contents(path, text) for text in (before, after)))


def _one_loaded(name: str, pool: ObservedPool) -> t.List[str]:
    """All instances come from one template, so one speaks for all."""
    return [unit_name.instance(name, one) for one, seen in pool.instances.items() if seen.load == "loaded"][:1]
