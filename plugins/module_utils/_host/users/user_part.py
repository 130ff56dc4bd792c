# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of a run that is done in the manager of a user, by a process of that user; for_user.py is its principal."""

from __future__ import annotations

import contextlib
import os
import tempfile
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._host.host import only_run
from ansible_collections.workers.systemd.plugins.module_utils._host.look import pool_files
from ansible_collections.workers.systemd.plugins.module_utils._host.runs.deploy import Deployment
from ansible_collections.workers.systemd.plugins.module_utils._host.runs.orders import Orders
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.absent_manager import AbsentManager
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.users.as_user import Principal

Told = t.Dict[str, t.Any]


@dataclass
class Part:
    """Decides, waits until it is let go on, and acts. With ``deploys`` it is decided without a manager, too."""

    orders: Orders
    places: Places
    deploys: bool
    check_mode: bool
    diff: bool

    def __call__(self, principal: Principal) -> None:
        manager = Manager(commands.run, self.places, principal.journal)
        there = os.path.exists(self.places.bus)
        with contextlib.ExitStack() as held:

            def decided() -> Told:
                if not self.check_mode:
                    held.enter_context(only_run(self.places))
                return self._decided_by(manager)

            if there:
                os.environ["XDG_RUNTIME_DIR"] = self.places.runtime
                principal.give(decided)
                principal.await_go()
                principal.give(lambda: self._acted(principal))
            else:
                principal.give(self._decided_without_a_manager)
                principal.await_go()
                os.environ["XDG_RUNTIME_DIR"] = self.places.runtime
                principal.give(lambda: self._decided_again_and_acted(decided, principal))

    def _decided_without_a_manager(self) -> Told:
        if not self.deploys:
            found = f"no manager of {self.places.user}"
            raise Problems([Problem("user", found, "one that runs", "It has no pools, or was ended.")])
        with tempfile.TemporaryDirectory(prefix="workers.systemd.") as nowhere:
            os.environ["XDG_RUNTIME_DIR"] = nowhere
            return self._decided_by(AbsentManager(commands.run, replace(self.places, runtime=nowhere)))

    def _decided_by(self, manager: Manager) -> Told:
        self._run, warnings = self.orders(manager)
        return {
            "changes": self._run.changes,
            "told": self._run.told(with_diff=self.diff),
            "warnings": warnings,
            "pools": self._run.pools if isinstance(self._run, Deployment) else [],
        }

    def _decided_again_and_acted(self, decided: t.Callable[[], Told], principal: Principal) -> Told:
        """A manager that has just come up may have started what an earlier run left, and knows what it can do."""
        warnings = decided()["warnings"]
        acted = self._acted(principal)
        return {**acted, "warnings": [*warnings, *acted["warnings"]]}

    def _acted(self, principal: Principal) -> Told:
        warnings = self._run.act(principal.tell)
        self._run.conclude()
        return {
            "told": self._run.told(with_diff=self.diff),
            "failed": self._run.failed,
            "warnings": warnings,
            "pools": pool_files.owned_pools(self.places),
        }


def owned_pools(manager: Manager) -> Told:
    return {"pools": pool_files.owned_pools(manager.places)}


@dataclass(frozen=True)
class Look:
    """Tells what ``look_at`` finds in the manager of a user, or without one."""

    look_at: t.Callable[[Manager], Told]
    places: Places

    def __call__(self, principal: Principal) -> None:
        os.environ["XDG_RUNTIME_DIR"] = self.places.runtime
        kind = Manager if os.path.exists(self.places.bus) else AbsentManager
        principal.give(lambda: self.look_at(kind(commands.run, self.places, principal.journal)))
