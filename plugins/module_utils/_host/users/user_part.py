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
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.orders import Deploy, GoBack, Order
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.run_outcome import RunOutcome
from ansible_collections.workers.systemd.plugins.module_utils._host.host import only_run
from ansible_collections.workers.systemd.plugins.module_utils._host.look import pool_files
from ansible_collections.workers.systemd.plugins.module_utils._host.runs.run import Run
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.absent_manager import AbsentManager
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.users.as_user import Principal, little_memory

# What it says of its decision, and of its end. for_user.py has the shapes.
Said = t.Dict[str, t.Any]


@dataclass(frozen=True)
class Part:
    """Decides, waits until it is let go on, and acts. A deploy is decided without a manager, too."""

    kind: t.Type[Run[t.Any]]
    order: Order
    places: Places

    def __call__(self, principal: Principal) -> None:
        with contextlib.ExitStack() as held:
            steps = _Steps(self, principal, held)
            if os.path.exists(self.places.bus):
                os.environ["XDG_RUNTIME_DIR"] = self.places.runtime
                principal.give(steps.decide)
                removes = principal.await_go()
                principal.give(lambda: steps.act(removes=removes))
            else:
                principal.give(self.decide_without_a_manager)
                removes = principal.await_go()
                os.environ["XDG_RUNTIME_DIR"] = self.places.runtime
                principal.give(lambda: steps.decide_and_act(removes=removes))

    def decide_without_a_manager(self) -> Said:
        if not isinstance(self.order, Deploy):
            found = f"no manager of {self.places.user}"
            hint = f"It has no pools, or was ended: a deploy or `loginctl enable-linger {self.places.user}` starts it."
            raise Problems([Problem("user", found, "one that runs", hint)])
        with tempfile.TemporaryDirectory(prefix="workers.systemd.") as nowhere:
            os.environ["XDG_RUNTIME_DIR"] = nowhere
            run = self.kind(self.order, AbsentManager(commands.run, replace(self.places, runtime=nowhere)))
            with little_memory():
                return self.said_of(run, run.decide())

    def said_of(self, run: Run[t.Any], decision: t.Any) -> Said:
        return {
            "changes": decision.changes,
            "result": run.result(decision, RunOutcome()).as_dict(),
            "warnings": decision.warnings,
            "pools": decision.pools if isinstance(self.order, (Deploy, GoBack)) else [],
        }


class _Steps:
    """What it does in a manager that runs. The lock of that manager is ``held`` from the decision on."""

    def __init__(self, part: Part, principal: Principal, held: contextlib.ExitStack) -> None:
        self.part = part
        self.tell = principal.tell
        self.held = held
        self.run = part.kind(part.order, Manager(commands.run, part.places, principal.journal))
        self.decision: t.Any = None

    def decide(self) -> Said:
        if not self.part.order.check_mode:
            self.held.enter_context(only_run(self.part.places))
        with little_memory():
            self.decision = self.run.decide()
        return self.part.said_of(self.run, self.decision)

    def act(self, *, removes: bool) -> Said:
        if not removes and isinstance(self.decision, PoolsDecision):
            self.decision = self.decision.without_removal()
        outcome = self.run.act(self.decision, self.tell)
        self.run.conclude(self.decision, outcome)
        return {
            "result": self.run.result(self.decision, outcome).as_dict(),
            "failed": outcome.failed,
            "warnings": outcome.warnings,
            "pools": pool_files.owned_pools(self.part.places),
        }

    def decide_and_act(self, *, removes: bool) -> Said:
        """A manager that has just come up may have started what an earlier run left, and knows what it can do."""
        warnings = self.decide()["warnings"]
        acted = self.act(removes=removes)
        return {**acted, "warnings": [*warnings, *acted["warnings"]]}
