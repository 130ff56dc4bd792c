# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An order for one manager: that of the system, or that of one user."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.result import Result
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.orders import Order
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.after_boot import AfterBoot
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.run_outcome import RunOutcome
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.background import Tell
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.task import Work
from ansible_collections.workers.systemd.plugins.module_utils._host.host import Lock
from ansible_collections.workers.systemd.plugins.module_utils._host.look.logins import login
from ansible_collections.workers.systemd.plugins.module_utils._host.runs.run import Run
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.undo import after_boot
from ansible_collections.workers.systemd.plugins.module_utils._host.users.for_user import (
    UserDecision,
    UserOutcome,
    UserRun,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.users.look_as_user import after_boot_of


def in_manager_of(user: str, kind: t.Type[Run[t.Any]], order: Order) -> Work[t.Any, t.Any]:
    """A run of this kind in the manager of a user, or in that of the system for an empty name. Raises ``Problems``."""
    system = Manager(commands.run, SYSTEM)
    return InUser(UserRun(login(user, "user"), kind, order, system)) if user else InSystem(kind(order, system))


class InSystem:
    def __init__(self, run: Run[t.Any]) -> None:
        self.run = run

    def decide(self) -> t.Any:
        return self.run.decide()

    def act(self, decision: t.Any, lock: Lock, tell: Tell) -> RunOutcome:
        """Keeps the lock of the host to its end."""
        return self.run.act(decision, tell)

    def leave(self, decision: t.Any) -> RunOutcome:
        return RunOutcome()

    def conclude(self, decision: t.Any, outcome: RunOutcome) -> None:
        self.run.conclude(decision, outcome)

    def result(self, decision: t.Any, outcome: RunOutcome) -> Result:
        return self.run.result(decision, outcome)

    def after_boot(self) -> t.Sequence[AfterBoot]:
        return [after_boot.found(SYSTEM)]


class InUser:
    def __init__(self, run: UserRun) -> None:
        self.run = run

    def decide(self) -> UserDecision:
        """Raises what goes wrong with the process of the user: there is no other run to go on."""
        self.run.begin()
        return self.run.decide()

    def act(self, decision: UserDecision, lock: Lock, tell: Tell) -> UserOutcome:
        # A user may take his time.
        lock.release()
        return self.run.act(decision, tell)

    def leave(self, decision: UserDecision) -> UserOutcome:
        return self.run.leave(decision)

    def conclude(self, decision: UserDecision, outcome: UserOutcome) -> None:
        """The process of the user has done so before it gave its result."""

    def result(self, decision: UserDecision, outcome: UserOutcome) -> Result:
        return self.run.result(decision, outcome)

    def after_boot(self) -> t.Sequence[AfterBoot]:
        return [after_boot_of(self.run.name)]
