# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run over the pools of one manager: decide, act, conclude. A deploy and a rollback differ in their decisions."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import Health
from ansible_collections.workers.systemd.plugins.module_utils._core.act.work import Outcome, work_of_pools
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.decision import PoolsDecision
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.tell import pools as tell_pools
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.result import PoolsResult, Result
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.orders import Deploy, GoBack
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.run_outcome import RunOutcome
from ansible_collections.workers.systemd.plugins.module_utils._host.act import apply
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.background import Tell
from ansible_collections.workers.systemd.plugins.module_utils._host.judge.pool_judge import judge_processes
from ansible_collections.workers.systemd.plugins.module_utils._host.runs import deploy, rollback
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import catalogue
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.tell.failures import failures
from ansible_collections.workers.systemd.plugins.module_utils._host.tell.secrets import secrets_in, secrets_of
from ansible_collections.workers.systemd.plugins.module_utils._host.telling import in_words, or_else
from ansible_collections.workers.systemd.plugins.module_utils._host.undo import leftovers
from ansible_collections.workers.systemd.plugins.module_utils._host.undo.dead_man import DeadMan
from ansible_collections.workers.systemd.plugins.module_utils._host.undo.transaction import Transaction


class PoolsRun:
    """``switch`` makes the host undo the run when the run dies."""

    RESULT: t.ClassVar[t.Type[Result]] = PoolsResult

    def __init__(self, order: t.Union[Deploy, GoBack], manager: Manager) -> None:
        self.order = order
        self.manager = manager
        self.switch = DeadMan(manager.places, order.confirm)

    def decide(self) -> PoolsDecision:
        if isinstance(self.order, Deploy):
            return deploy.decide(self.order, self.manager)
        return rollback.decide(self.order, self.manager)

    def act(self, decision: PoolsDecision, tell: Tell) -> RunOutcome:
        catalogue.keep(decision.places, decision.catalogue)
        leftovers.sweep(decision.places)
        transaction = self._transaction(decision)
        transaction.begin()
        begun = time.time()
        units, error = self._change_units(decision, tell)
        error, bad = transaction.settle(units, error)
        undone_since = time.time()
        reverted = transaction.undo(bad, units, begun, tell)
        # The work is done. The rest only makes the result.
        found = failures(units, lambda: _secrets(decision), self.manager, undone_since, lambda: _memory(decision))
        seen = or_else(
            lambda: self._judge_processes(decision, units),
            lambda error: [f"the running processes were not judged: {in_words(error)}"],
        )
        return RunOutcome(units, error, bad, reverted, tuple(found), (*units.unjudged, *seen))

    def conclude(self, decision: PoolsDecision, outcome: RunOutcome) -> None:
        self._transaction(decision).end(outcome.reverted)

    def result(self, decision: PoolsDecision, outcome: RunOutcome) -> PoolsResult:
        return tell_pools.result(decision, outcome, with_diff=self.order.diff)

    def _transaction(self, decision: PoolsDecision) -> Transaction:
        return Transaction(self.manager, self.switch, decision.versions)

    def _change_units(self, decision: PoolsDecision, tell: Tell) -> t.Tuple[Outcome, str]:
        """Returns the outcome of the units, and the error that ended the run early. After any error, the run undoes its
        changes.
        """
        engine = apply.Run(self.manager, work_of_pools(decision), bool(decision.reload), tell)
        try:
            return engine.carry_out(), ""
        except Exception as error:
            if not decision.versions.changes:
                raise
            return engine.outcome, in_words(error)

    def _judge_processes(self, decision: PoolsDecision, units: Outcome) -> t.List[str]:
        settled = {unit for unit, verdict in units.verdicts.items() if verdict.health is Health.SETTLED}
        found = judge_processes(self.manager, decision.wanted.values(), settled, decision.skip_traps)
        return [str(finding.problem(where)) for where, finding in found]


def _memory(decision: PoolsDecision) -> t.Dict[str, str]:
    """Returns MemoryMax= of the pools that set it, as written in the unit file."""
    limits = {
        name: UnitText.parse(file.text).values("Service", "MemoryMax")[-1:]
        for name, wanted in decision.wanted.items()
        for file in wanted.files
        if file.path == decision.places.unit(unit_name.template(name))
    }
    return {name: limit[0] for name, limit in limits.items() if limit and limit[0]}


def _secrets(decision: PoolsDecision) -> t.Set[str]:
    """Returns the secrets of this version, of the kept versions, and of pools that this run has removed."""
    pools = [one.pool for one in decision.wanted.values()]
    given = {value for pool in pools for value in (*pool.secrets.values(), *pool.credentials.values())}
    gone = [(path, file.text) for pool in decision.observed.values() for path, file in pool.files.items()]
    new = [(file.path, file.text) for one in decision.wanted.values() for file in one.files]
    return given | secrets_of(decision.places, decision.wanted) | secrets_in([*gone, *new])
