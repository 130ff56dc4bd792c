# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run over the pools of one manager: decide, act, conclude. A deploy, a rollback and a pause by hand differ in their
decisions.
"""

from __future__ import annotations

import time
import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.act.health import Health
from ansible_collections.workers.systemd.plugins.module_utils._core.act.work import (
    Outcome,
    work_of_pools,
    work_of_removal,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.change import Change
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.decision import PoolsDecision
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.tell import pools as tell_pools
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.pauses import paused_lines
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.result import PoolsResult, Result
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.orders import Deploy, GoBack
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pause import PauseByHand
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.run_outcome import Reverted, RunOutcome
from ansible_collections.workers.systemd.plugins.module_utils._core.write.file_markers import instance_of
from ansible_collections.workers.systemd.plugins.module_utils._host.act import apply
from ansible_collections.workers.systemd.plugins.module_utils._host.act.swap import Swap
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.background import Tell
from ansible_collections.workers.systemd.plugins.module_utils._host.judge import releases
from ansible_collections.workers.systemd.plugins.module_utils._host.judge.pool_judge import judge_processes
from ansible_collections.workers.systemd.plugins.module_utils._host.look.secrets import secrets_in, secrets_of
from ansible_collections.workers.systemd.plugins.module_utils._host.runs import deploy, pause, rollback
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import catalogue
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.tell.failures import failures
from ansible_collections.workers.systemd.plugins.module_utils._host.telling import in_words, or_else, unfailing
from ansible_collections.workers.systemd.plugins.module_utils._host.undo import leftovers
from ansible_collections.workers.systemd.plugins.module_utils._host.undo.dead_man import DeadMan
from ansible_collections.workers.systemd.plugins.module_utils._host.undo.transaction import Transaction


class PoolsRun:
    """``switch`` makes the host undo the run when the run dies."""

    RESULT: t.ClassVar[t.Type[Result]] = PoolsResult

    def __init__(self, order: t.Union[Deploy, GoBack, PauseByHand], manager: Manager) -> None:
        self.order = order
        self.manager = manager
        self.switch = DeadMan(manager.places, order.confirm)

    def decide(self) -> PoolsDecision:
        if isinstance(self.order, Deploy):
            return deploy.decide(self.order, self.manager)
        if isinstance(self.order, PauseByHand):
            return pause.decide(self.order, self.manager)
        return rollback.decide(self.order, self.manager)

    def act(self, decision: PoolsDecision, tell: Tell) -> RunOutcome:
        catalogue.keep(decision.places, decision.catalogue)
        leftovers.sweep(decision.places)
        transaction = self._transaction(decision)
        swap = Swap(decision.places, decision.take, decision.give, decision.versions.since, unfailing(tell))
        transaction.begin()
        begun = time.time()
        for line in paused_lines(decision):
            unfailing(tell)(line)
        units, error = self._change_units(decision, swap, tell)
        error, bad = transaction.settle(units, error)
        undone_since = time.time()
        reverted = transaction.undo(bad, units, self.manager.not_later(begun), tell)
        error = _with_old_managers(swap, units, error, bad, reverted)
        keeps = bool(error) or decision.removal.held or not units.settled
        unremoved = "" if keeps else self._remove(decision, transaction, swap, units, tell)
        # The work is done. The rest only makes the result.
        found = failures(units, lambda: _secrets(decision), self.manager, undone_since, lambda: _memory(decision))
        seen = or_else(
            lambda: self._judge_processes(decision, units),
            lambda error: [f"the running processes were not judged: {in_words(error)}"],
        )
        kept = tuple(sorted(decision.removal.pools)) if keeps else ()
        seen = [*units.unjudged, *seen, *swap.again, *or_else(lambda: _without_release(reverted), lambda _error: [])]
        outcome = RunOutcome(units, error, bad, reverted, tuple(found), tuple(seen), kept, unremoved)
        return outcome if outcome.failed else replace(outcome, states=or_else(lambda: self._states(decision), _nothing))

    def conclude(self, decision: PoolsDecision, outcome: RunOutcome) -> None:
        self._transaction(decision).end(outcome)

    def result(self, decision: PoolsDecision, outcome: RunOutcome) -> PoolsResult:
        return tell_pools.result(decision, outcome, with_diff=self.order.diff)

    def _transaction(self, decision: PoolsDecision) -> Transaction:
        return Transaction(self.manager, self.switch, decision.versions)

    def _change_units(self, decision: PoolsDecision, swap: Swap, tell: Tell) -> t.Tuple[Outcome, str]:
        """Returns the outcome of the units, and the error that ended the run early. After any error, the run undoes its
        changes.
        """
        # What the other manager stops now comes back at boot by a unit of the host, which has to be there before.
        engine = apply.Run(self.manager, work_of_pools(decision), bool(decision.reload), tell, swap.before)
        try:
            outcome = engine.carry_out()
            swap.after(outcome)
            return outcome, ""
        except Exception as error:
            if not (decision.versions.any or decision.take):
                raise
            return engine.outcome, in_words(error)

    def _remove(self, decision: PoolsDecision, transaction: Transaction, swap: Swap, units: Outcome, tell: Tell) -> str:
        """Removes pools, after everything else has settled. Adds to ``units``, and returns the error that ended it."""
        if not (decision.versions.gone or decision.give):
            return ""
        engine = apply.Run(self.manager, work_of_removal(decision), bool(decision.removal.reload), tell)
        try:
            swap.before_removal()
            if decision.versions.gone:
                transaction.begin_removal()
                engine.change_units()
            swap.after_removal()
        except Exception as error:
            return in_words(error)
        finally:
            units.started.update(engine.outcome.started)
            units.killed.update(engine.outcome.killed)
        return ""

    def _states(self, decision: PoolsDecision) -> t.Dict[str, t.Dict[str, str]]:
        """Looks once more at the pools that have changed: an instance may have died after its verdict."""
        units = {
            name: [unit_name.instance(name, instance) for instance in one.pool.instances]
            for name, one in decision.wanted.items()
            if decision.steps[name] and one.pool.instances
        }
        states = self.manager.states([unit for of_pool in units.values() for unit in of_pool])
        return {name: {unit: states[unit][1] for unit in of_pool} for name, of_pool in units.items()}

    def _judge_processes(self, decision: PoolsDecision, units: Outcome) -> t.List[str]:
        settled = {unit for unit, verdict in units.verdicts.items() if verdict.health is Health.SETTLED}
        # Of a version of somebody else no unit was written here.
        ours = [one for one in decision.wanted.values() if not one.pool.foreign]
        found = judge_processes(self.manager, ours, settled, decision.skip_traps)
        return [str(finding.problem(where)) for where, finding in found]


def _nothing(_error: Exception) -> t.Dict[str, t.Dict[str, str]]:
    """For a look that only makes the message: the run has succeeded without it."""
    return {}


def _with_old_managers(
    swap: Swap, units: Outcome, error: str, bad: t.Mapping[str, Change], reverted: t.Optional[Reverted]
) -> str:
    """Gives back the work of pools that failed. Returns the error of the run, with what went wrong then.

    When the pool is not gone yet, the host gives its work back as soon as it is.
    """
    if reverted and reverted.error:
        return error
    failed = swap.take if error else {*bad, *units.faulty}
    return "; ".join([line for line in (error, *swap.undo(failed)) if line])


def _without_release(reverted: t.Optional[Reverted]) -> t.List[str]:
    """Pools that were put back to a release that a tool has removed: no instance of it can start."""
    backs = [change.back for change in reverted.changes.values() if change.back] if reverted else []
    gone = [(back, back.release.directory) for back in backs if back.release]
    return [
        f"{back.pool}: generation {back} is put back, and its release {directory} is not there any more: deploy again"
        for back, directory in gone
        if not releases.is_there(directory)
    ]


def _memory(decision: PoolsDecision) -> t.Dict[str, str]:
    """Returns MemoryMax= of the pools and of the single instances that set it, as written in the unit files."""
    found: t.Dict[str, str] = {}
    for name, wanted in decision.wanted.items():
        for file in (file for file in wanted.files if not file.secret):
            limit = UnitText.parse(file.text).values("Service", "MemoryMax")[-1:]
            instance = instance_of(file.path)
            found.update({unit_name.instance(name, instance) if instance else name: one for one in limit})
    return found


def _secrets(decision: PoolsDecision) -> t.Set[str]:
    """Returns the secrets of this version, of the kept versions, and of pools that this run has removed."""
    given = {value for one in decision.wanted.values() for value in one.pool.secret_values}
    gone = [(path, file.text) for pool in decision.observed.values() for path, file in pool.files.items()]
    new = [(file.path, file.text) for one in decision.wanted.values() for file in one.files]
    return given | secrets_of(decision.places, decision.wanted) | secrets_in([*gone, *new])
