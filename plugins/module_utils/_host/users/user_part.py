# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of a run that is done in the manager of a user, by a process of that user; for_user.py is its principal."""

from __future__ import annotations

import contextlib
import os
import tempfile
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.decision import PoolsDecision
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.orders import Deploy, Order
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.run_outcome import RunOutcome
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.background import Tell
from ansible_collections.workers.systemd.plugins.module_utils._host.host import only_run
from ansible_collections.workers.systemd.plugins.module_utils._host.look import pool_files
from ansible_collections.workers.systemd.plugins.module_utils._host.runs.run import Run, run_of
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.absent_manager import AbsentManager
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.users.as_user import Principal

# What it says of its decision, and of its end. for_user.py has the shapes.
Said = t.Dict[str, t.Any]


@dataclass
class Part:
    """Decides, waits until it is let go on, and acts. A deploy is decided without a manager, too."""

    order: Order
    places: Places

    def __call__(self, principal: Principal) -> None:
        run = run_of(self.order, Manager(commands.run, self.places, principal.journal))
        decisions: t.List[t.Any] = []
        with contextlib.ExitStack() as held:

            def decide() -> Said:
                if not self.order.check_mode:
                    held.enter_context(only_run(self.places))
                decisions.append(run.decide())
                return _said_of_decision(run, decisions[-1])

            def decide_and_act() -> Said:
                """A manager that has just come up may have started what an earlier run left, and knows its version."""
                warnings = decide()["warnings"]
                acted = self._act(run, decisions[-1], principal.tell)
                return {**acted, "warnings": [*warnings, *acted["warnings"]]}

            if os.path.exists(self.places.bus):
                os.environ["XDG_RUNTIME_DIR"] = self.places.runtime
                principal.give(decide)
                principal.await_go()
                principal.give(lambda: self._act(run, decisions[-1], principal.tell))
            else:
                principal.give(self._decide_without_a_manager)
                principal.await_go()
                os.environ["XDG_RUNTIME_DIR"] = self.places.runtime
                principal.give(decide_and_act)

    def _decide_without_a_manager(self) -> Said:
        if not isinstance(self.order, Deploy):
            found = f"no manager of {self.places.user}"
            raise Problems([Problem("user", found, "one that runs", "It has no pools, or was ended.")])
        with tempfile.TemporaryDirectory(prefix="workers.systemd.") as nowhere:
            os.environ["XDG_RUNTIME_DIR"] = nowhere
            run = run_of(self.order, AbsentManager(commands.run, replace(self.places, runtime=nowhere)))
            return _said_of_decision(run, run.decide())

    def _act(self, run: Run[t.Any], decision: t.Any, tell: Tell) -> Said:
        outcome = run.act(decision, tell)
        run.conclude(decision, outcome)
        return {
            "result": run.result(decision, outcome).as_dict(),
            "failed": outcome.failed,
            "warnings": outcome.warnings,
            "pools": pool_files.owned_pools(self.places),
        }


def _said_of_decision(run: Run[t.Any], decision: t.Any) -> Said:
    return {
        "changes": decision.changes,
        "result": run.result(decision, RunOutcome()).as_dict(),
        "warnings": decision.warnings,
        "pools": decision.pools if isinstance(decision, PoolsDecision) else [],
    }


def owned_pools(manager: Manager) -> Said:
    return {"pools": pool_files.owned_pools(manager.places)}


@dataclass(frozen=True)
class Look:
    """Tells what ``look_at`` finds in the manager of a user, or without one."""

    look_at: t.Callable[[Manager], Said]
    places: Places

    def __call__(self, principal: Principal) -> None:
        os.environ["XDG_RUNTIME_DIR"] = self.places.runtime
        kind = Manager if os.path.exists(self.places.bus) else AbsentManager
        principal.give(lambda: self.look_at(kind(commands.run, self.places, principal.journal)))
