# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services of somebody else brought to what is asked: decide, act, tell. The engine is that of a deploy."""

from __future__ import annotations

import os
import time
import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.act.work import Outcome, PoolWork
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import Step, Verb, plan_reload
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan_instances import (
    absence,
    left_down,
    left_out,
    plan_instances,
    unit_problems,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import last_good
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.readiness import awaited_signal_of
from ansible_collections.workers.systemd.plugins.module_utils._core.tell import report
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.instances import (
    Asked,
    choose,
    group_of,
    only_stopping,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.user_scope import ROOT
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.run_journal import Phase
from ansible_collections.workers.systemd.plugins.module_utils._host import host
from ansible_collections.workers.systemd.plugins.module_utils._host.act.apply import Run
from ansible_collections.workers.systemd.plugins.module_utils._host.act.checks import concrete_words
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.judge import check_problems
from ansible_collections.workers.systemd.plugins.module_utils._host.look import generations, services
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.tell.failures import failures
from ansible_collections.workers.systemd.plugins.module_utils._host.tell.secrets import secrets_of
from ansible_collections.workers.systemd.plugins.module_utils._host.undo import journal_file

STARTS = (Verb.START, Verb.RESTART)
SPARED_ARE = "left alone, with the process they had"


class Instances:
    """``decide`` raises ``Problems`` with everything that keeps the host from it, before anything changes."""

    def __init__(self, manager: Manager, asked: Asked, *, check_mode: bool) -> None:
        self.manager = manager
        self.asked = asked
        self.check_mode = check_mode
        self.outcome = Outcome()
        self.failures: t.List[t.Dict[str, t.Any]] = []
        self.error = ""

    def decide(self) -> t.List[str]:
        """Returns warnings."""
        self.services = services.observe(self.asked, self.manager)
        self.chosen = choose(self.asked, self.services)
        self.groups = plan_instances(self.asked, self.chosen, self.services, self.manager.version())
        self.pools = {group_of(unit): self.services[unit].source.pool for unit in self.chosen.units}
        missing = self._judge()
        self.reload = plan_reload(self.manager.places, self._steps(), self._pending_reload())
        left_alone = left_down(self.asked, self.chosen, self.services)
        said = [f"not running, and left so: {', '.join(left_alone)}"] if left_alone else []
        return [*said, *(f"{problem}; a run would refuse this" for problem in missing)]

    def act(self, tell: t.Callable[[str], None]) -> t.List[str]:
        """``tell`` takes lines about its progress. Returns warnings about what was started."""
        work = [
            PoolWork(name, group.steps, wanted=group.wanted, policy=self._policy(name))
            for name, group in self.groups.items()
        ]
        run = Run(self.manager, work, bool(self.reload), tell)
        try:
            self.outcome = run.carry_out()
        except ManagerError as error:
            self.outcome, self.error = run.outcome, str(error)
        self.failures = failures(self.outcome, self._secrets, self.manager, time.time())
        return self.outcome.unjudged

    def conclude(self) -> None:
        """Nothing would be undone anyway."""

    @property
    def changes(self) -> bool:
        return bool(self._steps() or self.reload)

    @property
    def failed(self) -> bool:
        return bool(self.failures or self.error)

    def told(self, *, with_diff: bool) -> t.Dict[str, t.Any]:
        """The result of the module."""
        nothing: t.Dict[str, t.Tuple[Step, ...]] = {" ".join(self.asked.patterns): ()}
        plans = {name: group.steps for name, group in self.groups.items()} or nothing
        summary = report.summary(plans, self.failures, self._spared(), SPARED_ARE)
        steps = [*self._steps(), *self.reload]
        return {
            "changed": self.changes,
            "units": list(self.chosen.units),
            "plan": report.plan_rows(steps),
            "verdicts": {unit: str(verdict) for unit, verdict in self.outcome.verdicts.items()},
            "spared": self._spared(),
            "lowest_active": {name: end.lowest_active for name, end in self.outcome.ends.items()},
            "daemon_reloaded": bool(self.reload) and not self.check_mode,
            "failures": self.failures,
            "msg": "\n".join(line for line in (self.error and f"systemd: {self.error}", summary) if line),
            **({"diff": report.plan_diff(plans, kind="")} if with_diff else {}),
        }

    def _judge(self) -> t.List[Problem]:
        """Raises ``Problems``. What may come before a run does is returned by a check."""
        found: t.List[Problem] = [*self.chosen.problems, *self._half_deployed()]
        missing: t.List[Problem] = []
        restarts = {step.subject for step in self._steps() if step.verb is Verb.RESTART}
        ends = [unit for unit in self.chosen.units if self.services[unit].source.ends and not self.asked.template]
        without = left_out(self.asked, [unit for unit in self.chosen.units if unit not in ends], ends)
        for unit in self.chosen.units:
            about = self.services[unit], self.asked
            found.extend(unit_problems(unit, *about, restarts=unit in restarts, without=without.get(unit, "")))
            missing.extend(absence(unit, self.services[unit], self.asked))
        found.extend(self._wrong_checks())
        # What is wrong with a template is wrong with each of its instances.
        found, missing = list(dict.fromkeys(found)), list(dict.fromkeys(missing))
        if found or (missing and not self.check_mode):
            raise Problems([*found, *missing])
        return missing

    def _wrong_checks(self) -> t.Iterator[Problem]:
        """Root runs nothing that somebody else may change."""
        policy = self.asked.policy
        if policy is None or not policy.health_check or os.geteuid() != 0:
            return
        shown = self.manager.show(self.chosen.units, ("User",))
        of_root = [unit for unit, one in shown.items() if (policy.check_user or one.get("User") or "root") in ROOT]
        for argv in sorted({concrete_words(policy.health_check, unit) for unit in of_root}):
            remedy = "Name another check_user" if not policy.check_user else "Leave out check_user"
            wrong = check_problems.of_others(argv, remedy)
            if wrong:
                yield Problem("rollout.health_check", *wrong)

    def _half_deployed(self) -> t.Iterator[Problem]:
        """A restart would bring a version that nobody has judged to all instances, with nothing to undo it."""
        left = journal_file.left(self.manager.places)
        starting = {group_of(step.subject) for step in self._steps() if step.verb in STARTS}
        if left and left.phase is not Phase.UNDONE and any(self.pools.get(group) in left.pools for group in starting):
            yield Problem("the host", str(left), "a deploy that has ended", "Deploy again first.")

    def _policy(self, group: str) -> Policy:
        """A pool of ours keeps the one it was deployed with."""
        pool = self.pools.get(group)
        if self.asked.policy is None and pool:
            good = last_good(generations.of_pool(self.manager.places, pool))
            return only_stopping(good.rollout if good else Policy())
        policy = self.asked.policy or only_stopping(Policy())
        unit = next((self.services[unit].source.unit for unit in self.chosen.units if group_of(unit) == group), None)
        return replace(policy, awaits=awaited_signal_of(unit))

    def _pending_reload(self) -> str:
        if self.asked.leaves_nothing:
            return ""
        if host.reload_is_pending(self.manager.places):
            return "an earlier run was interrupted before it"
        return services.pending_reload(self.services, self.manager)

    def _spared(self) -> t.List[str]:
        """After a reload that failed, nothing was started any more."""
        starts = [step.subject for step in self._steps() if step.verb in STARTS]
        return starts if self.outcome.refused else self.outcome.spared

    def _secrets(self) -> t.Set[str]:
        """Of the pools of ours, which their workers might have written into the journal."""
        return secrets_of(self.manager.places, filter(None, self.pools.values()))

    def _steps(self) -> t.List[Step]:
        return [step for group in self.groups.values() for step in group.steps]
