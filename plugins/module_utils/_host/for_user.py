# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run in the manager of a user: decided and carried out by a process of that user, and told by this one."""

from __future__ import annotations

import contextlib
import os
import pwd
import tempfile
import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._host import commands, lingering, look
from ansible_collections.workers.systemd.plugins.module_utils._host.absent_manager import AbsentManager
from ansible_collections.workers.systemd.plugins.module_utils._host.as_user import AsUser, Principal
from ansible_collections.workers.systemd.plugins.module_utils._host.deploy import Deployment
from ansible_collections.workers.systemd.plugins.module_utils._host.host import only_run
from ansible_collections.workers.systemd.plugins.module_utils._host.logins import login, places_of
from ansible_collections.workers.systemd.plugins.module_utils._host.manager import Manager, ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.task import Decided

Told = t.Dict[str, t.Any]
Decide = t.Callable[[Manager], t.Tuple[Decided, t.List[str]]]


class ForUser:
    """Is decided when it is made; raises what ``decide`` raises.

    With ``deploys`` the manager of the user is made to run as long as there are pools in it, and is only looked at by
    others.
    """

    def __init__(
        self, user: pwd.struct_passwd, decide: Decide, system: Manager, *, deploys: bool, check_mode: bool, diff: bool
    ) -> None:
        self.user = user
        self.name = user.pw_name
        self.places = places_of(user)
        self.manager = system
        self.deploys = deploys
        self.check_mode = check_mode
        self.diff = diff
        self.error = ""
        self._decide = decide
        self._process = AsUser(user, self._work)
        try:
            self._decision = self._process.result(lambda _line: None)
        except BaseException:
            self._process.close()
            raise
        self._end: Told = {**self._decision, "failed": False, "warnings": []}
        self._linger_steps = list(self._plan_lingering()) if deploys else []

    @property
    def warnings(self) -> t.List[str]:
        return list(self._decision["warnings"])

    @property
    def changes(self) -> bool:
        return bool(self._decision["changes"] or self._linger_steps)

    @property
    def failed(self) -> bool:
        return bool(self._end["failed"] or self.error)

    def act(self, tell: t.Callable[[str], None]) -> t.List[str]:
        """Returns warnings. What goes wrong with the manager itself is told as this run's, and others go on."""
        try:
            if self.changes:
                self.manager.own_scope(f"workers-run-{self._process.pid}.scope", self._process.pid)
                if self.deploys:
                    lingering.begin(self.user, self.places)
            self._process.go()
            self._end = self._process.result(lambda line: tell(f"{self.name}/{line}"))
        except Problems as found:
            self.error = "; ".join(map(str, found.problems))
        except (ManagerError, OSError) as error:
            self.error = str(error)
        if self.deploys and self.changes and not look_as(self.name, _pools)["pools"]:
            lingering.end(self.name)
        return [warning for warning in self._end["warnings"] if warning not in self.warnings]

    def told(self, *, with_diff: bool) -> Told:
        """The result of the module, in which a pool of this user is ``USER/NAME``."""
        told = dict(self._end["told"])
        if "pools" in told:
            told["pools"] = {f"{self.name}/{pool}": one for pool, one in told["pools"].items()}
        if self._linger_steps:
            told["host_plan"] = [*self._linger_steps, *told["host_plan"]]
        told["changed"] = self.changes
        told["failures"] = [{**failure, "user": self.name} for failure in told["failures"]]
        told["msg"] = f"the manager of {self.name}: {self.error or told['msg']}"
        return told

    def conclude(self) -> None:
        """The process of the user has done so before it gave its result."""

    def _plan_lingering(self) -> t.Iterator[t.Dict[str, str]]:
        pools = self._decision["pools"]
        if pools and not lingering.lingers(self.name):
            yield {"verb": "enable-linger", "subject": self.name, "because": "its pools run without a session"}
        if not pools and lingering.is_ours(self.name):
            yield {"verb": "disable-linger", "subject": self.name, "because": "it has no pools any more"}

    # ---- from here on in the process of the user

    def _work(self, principal: Principal) -> None:
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
            expected = "one that runs"
            raise Problems([Problem("user", f"no manager of {self.name}", expected, "It has no pools, or was ended.")])
        with tempfile.TemporaryDirectory(prefix="workers.systemd.") as nowhere:
            os.environ["XDG_RUNTIME_DIR"] = nowhere
            return self._decided_by(AbsentManager(commands.run, replace(self.places, runtime=nowhere)))

    def _decided_by(self, manager: Manager) -> Told:
        self._run, warnings = self._decide(manager)
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
        }


def decide_in(user: str, decide: Decide, *, check_mode: bool, diff: bool) -> t.Tuple[Decided, t.List[str]]:
    """Of a module about what is there in one manager: that of a user, or of the system for an empty name."""
    system = Manager(commands.run, SYSTEM)
    if not user:
        return decide(system)
    there = ForUser(login(user, "user"), decide, system, deploys=False, check_mode=check_mode, diff=diff)
    return there, there.warnings


def _pools(manager: Manager) -> Told:
    return {"pools": look.owned_pools(manager.places)}


def look_as(user: str, look_at: t.Callable[[Manager], Told]) -> Told:
    """What somebody sees who looks at the manager of a user, as that user. Raises ``Problems``."""
    whose = login(user, "user")
    places = places_of(whose)

    def work(principal: Principal) -> None:
        os.environ["XDG_RUNTIME_DIR"] = places.runtime
        kind = Manager if os.path.exists(places.bus) else AbsentManager
        principal.give(lambda: look_at(kind(commands.run, places, principal.journal)))

    process = AsUser(whose, work)
    try:
        return process.result(lambda _line: None)
    finally:
        process.close()
