# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run in the manager of a user: decided and carried out by a process of that user, and told by this one.

Whatever goes wrong with that process is the failure of its own run, and of no other.
"""

from __future__ import annotations

import contextlib
import pwd
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.shape import fits
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.task import Decided
from ansible_collections.workers.systemd.plugins.module_utils._host.host import Lock, only_run_of
from ansible_collections.workers.systemd.plugins.module_utils._host.look.logins import login, places_of
from ansible_collections.workers.systemd.plugins.module_utils._host.runs.orders import Deploy, Orders
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.users import lingering
from ansible_collections.workers.systemd.plugins.module_utils._host.users.as_user import AsUser
from ansible_collections.workers.systemd.plugins.module_utils._host.users.user_part import Look, Part, owned_pools

Told = t.Dict[str, t.Any]

# What can go wrong with the process of a user. Of a mistake of ours it tells as a RuntimeError.
TROUBLE = (Problems, ManagerError, OSError, RuntimeError)
# Seconds in which it has to decide, and in which it has to have looked.
DECIDES = 120.0
LOOKS = 30.0
# Without progress. What a user has written into his own units may let a stop take for ever.
ACTS = 3600.0
TOLD = {"changed": bool, "msg": str, "failures": [dict]}
OF_A_DEPLOY = {**TOLD, "pools": {str: dict}, "host_plan": [dict], "daemon_reloaded": bool}
NOTHING: Told = {
    "changed": False,
    "msg": "",
    "failures": [],
    "pools": {},
    "host_plan": [],
    "daemon_reloaded": False,
    "diff": [],
}


class ForUser:
    """Of a deploy the manager of the user is made to run as long as there are pools in it; by others it is only used.

    ``lock`` is that of the host, which is let go of before this acts: a user may take his time.
    """

    def __init__(
        self,
        user: pwd.struct_passwd,
        orders: Orders,
        system: Manager,
        lock: t.Optional[Lock],
        *,
        diff: bool,
    ) -> None:
        self.user = user
        self.name = user.pw_name
        self.places = places_of(user)
        self.manager = system
        self.error = ""
        self.problems: t.Tuple[Problem, ...] = ()
        self._process: t.Optional[AsUser] = None
        self._deploy = orders if isinstance(orders, Deploy) else None
        self._lock = lock
        self._own_lock = contextlib.ExitStack()
        self._part = Part(orders, self.places, self._deploy is not None, orders.check_mode, diff)
        self._silence = orders.confirm
        self._decision: Told = {"changes": False, "told": NOTHING, "warnings": [], "pools": []}
        self._end: Told = {**self._decision, "failed": False}
        self._linger_steps: t.List[t.Dict[str, str]] = []

    def begin(self) -> None:
        """It decides meanwhile. Raises TROUBLE."""
        login(self.name, f"user {self.name}")
        if not self._part.check_mode:
            self._own_lock.enter_context(only_run_of(self.name))
        self._process = AsUser(self.user, self._part, self._silence)

    def decide(self) -> None:
        """What it has decided is known then. Raises TROUBLE."""
        try:
            decision = self._looked_at(self._started().result(lambda _line: None, DECIDES), {"changes": bool})
        except BaseException:
            self.end()
            raise
        self._decision = decision
        self._end = {**decision, "failed": False, "warnings": []}
        self._linger_steps = list(self._plan_lingering()) if self._deploy else []
        if self._part.check_mode:
            self.end()

    def fail(self, error: Exception) -> None:
        """It has gone wrong, and does nothing more."""
        self.problems = error.problems if isinstance(error, Problems) else ()
        self.error = "; ".join(map(str, self.problems)) or str(error)

    def end(self) -> None:
        """Nothing is to be done, or done any more."""
        if self._process:
            self._process.close()
        self._process = None
        self._own_lock.close()

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
        """Returns warnings. What goes wrong is told as this run's, and others go on."""
        if self._lock:
            self._lock.release()
        if self.error:
            return []
        try:
            self._act(tell)
        except TROUBLE as error:
            self.fail(error)
        if self._deploy and self.changes:
            with contextlib.suppress(*TROUBLE):
                self._keep_lingering(self._deploy)
        self.end()
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

    def _started(self) -> AsUser:
        if self._process is None:
            raise ManagerError(f"no process works as {self.name}")
        return self._process

    def _act(self, tell: t.Callable[[str], None]) -> None:
        process = self._started()
        if self.changes:
            process.live_apart(self.manager)
            if self._deploy:
                lingering.begin(self.user, self.places)
        process.go()
        patience = ACTS + (self._deploy.longest_step if self._deploy else 0.0)
        end = process.result(lambda line: tell(f"{self.name}/{line}"), patience)
        self._end = self._looked_at(end, {"failed": bool})

    def _looked_at(self, returned: Told, shape: t.Dict[str, t.Any]) -> Told:
        told = OF_A_DEPLOY if self._deploy else TOLD
        diff = {"diff": [dict]} if self._part.diff else {}
        return _of_shape(returned, {**shape, "warnings": [str], "pools": [str], "told": {**told, **diff}}, self.name)

    def _plan_lingering(self) -> t.Iterator[t.Dict[str, str]]:
        pools = self._decision["pools"]
        if pools and not lingering.lingers(self.name):
            yield {"verb": "enable-linger", "subject": self.name, "because": "its pools run without a session"}
        if not pools and lingering.is_ours(self.name):
            yield {"verb": "disable-linger", "subject": self.name, "because": "it has no pools any more"}

    def _keep_lingering(self, deploy: Deploy) -> None:
        """As long as there are pools. Those that nobody has told us to put there do not count as ours."""
        there = look_as(self.name, owned_pools, {"pools": [str]})["pools"] if self.error else self._end["pools"]
        if there:
            lingering.note(self.name, deploy.left_of(lingering.pools_of(self.name)).intersection(there))
        else:
            lingering.end(self.name)


def decide_in(user: str, orders: Orders, lock: t.Optional[Lock], *, diff: bool) -> t.Tuple[Decided, t.List[str]]:
    """Of a module about what is there in one manager: that of a user, or of the system for an empty name."""
    system = Manager(commands.run, SYSTEM)
    if not user:
        return orders(system)
    there = ForUser(login(user, "user"), orders, system, lock, diff=diff)
    there.begin()
    there.decide()
    return there, there.warnings


def look_as(user: str, look_at: t.Callable[[Manager], Told], shape: t.Any) -> Told:
    """What somebody sees who looks at the manager of a user, as that user. Raises TROUBLE.

    ``look_at`` is a function of a module, and what it returns has the ``shape``.
    """
    whose = login(user, "user")
    process = AsUser(whose, Look(look_at, places_of(whose)), LOOKS)
    try:
        seen = process.result(lambda _line: None, LOOKS)
    finally:
        process.close()
    return _of_shape(seen, shape, user)


def _of_shape(returned: Told, shape: t.Any, user: str) -> Told:
    if not fits(returned, shape):
        raise ManagerError(f"the process that was working as {user} told a result of another shape")
    return returned
