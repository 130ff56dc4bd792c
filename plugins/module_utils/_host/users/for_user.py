# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run in the manager of a user. A process of that user decides and acts, and this process makes the result.

An error of the user's process is a failure of its own run. Other runs go on.
"""

from __future__ import annotations

import contextlib
import pwd
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.result import PoolsResult, Result
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.orders import Deploy, Order
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.background import Tell
from ansible_collections.workers.systemd.plugins.module_utils._host.host import only_run_of
from ansible_collections.workers.systemd.plugins.module_utils._host.look.logins import login, places_of
from ansible_collections.workers.systemd.plugins.module_utils._host.runs.run import Run
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.users import lingering
from ansible_collections.workers.systemd.plugins.module_utils._host.users.as_user import AsUser
from ansible_collections.workers.systemd.plugins.module_utils._host.users.look_as_user import (
    TROUBLE,
    another_shape,
    look_as,
    of_shape,
    owned_pools,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.users.user_part import Part

Said = t.Dict[str, t.Any]

# Seconds that the process has to decide.
DECIDES = 120.0
# Seconds without progress. A stop never ends when the user's own unit files say so.
ACTS = 3600.0
# The shapes of two messages: the decision, and the end of the run.
DECISION = {"changes": bool, "warnings": [str], "pools": [str], "result": dict}
END = {"failed": bool, "warnings": [str], "pools": [str], "result": dict}


@dataclass(frozen=True)
class UserDecision:
    """``result`` is the result of check mode. ``lingering`` are steps of the host: the manager of a user lingers as
    long as it has pools. An ``error`` has ended the run. The error may come from ``problems``.
    """

    result: Result
    changes: bool = False
    warnings: t.Tuple[str, ...] = ()
    pools: t.Tuple[str, ...] = ()
    lingering: t.Tuple[t.Mapping[str, str], ...] = ()
    error: str = ""
    problems: t.Tuple[Problem, ...] = ()


@dataclass(frozen=True)
class UserOutcome:
    """``pools`` are the pools that exist now. An ``error`` has ended the run."""

    result: Result
    went_wrong: bool = False
    warnings: t.Tuple[str, ...] = ()
    pools: t.Tuple[str, ...] = ()
    error: str = ""

    @property
    def failed(self) -> bool:
        return bool(self.went_wrong or self.error)


class UserRun:
    """One run in the manager of a user. A deploy makes that manager linger as long as it has pools. Other orders only
    use the manager.
    """

    def __init__(self, user: pwd.struct_passwd, kind: t.Type[Run[t.Any]], order: Order, system: Manager) -> None:
        self.user = user
        self.name = user.pw_name
        self.places = places_of(user)
        self.kind = kind
        self.order = order
        self.system = system
        self._deploy = order if isinstance(order, Deploy) else None
        self._process: t.Optional[AsUser] = None
        self._own_lock = contextlib.ExitStack()

    def begin(self) -> None:
        """Starts the process. The process begins to decide. Raises TROUBLE."""
        login(self.name, f"user {self.name}")
        if not self.order.check_mode:
            self._own_lock.enter_context(only_run_of(self.name))
        self._process = AsUser(self.user, Part(self.kind, self.order, self.places), self.order.confirm)

    def decide(self) -> UserDecision:
        """Returns the decision of the process. Raises TROUBLE."""
        try:
            said = of_shape(self._started().result(lambda _line: None, DECIDES), DECISION, self.name)
            result = self._result(said)
            steps = tuple(_plan_lingering(self.name, said["pools"])) if self._deploy else ()
        except BaseException:
            self.close()
            raise
        if self.order.check_mode:
            self.close()
        changes = bool(said["changes"] or steps)
        return UserDecision(result, changes, tuple(said["warnings"]), tuple(said["pools"]), steps)

    def broken_off(self, error: Exception) -> UserDecision:
        """Returns the decision of a run that has failed. Such a run does nothing more."""
        problems = error.problems if isinstance(error, Problems) else ()
        return UserDecision(self.kind.RESULT(), error=_in_words(error), problems=problems)

    def act(self, decision: UserDecision, tell: Tell, *, removes: bool = True) -> UserOutcome:
        """Carries out the decision. An error is a failure of this run only. Other runs go on.

        Without ``removes``, no pool is removed: the pool that takes its place in another manager has failed.
        """
        if decision.error:
            return self.leave(decision)
        try:
            outcome = self._act(decision, tell, removes)
        except TROUBLE as error:
            outcome = replace(self.leave(decision), error=_in_words(error))
        if self._deploy and decision.changes:
            with contextlib.suppress(*TROUBLE):
                _keep_lingering(self.name, self._deploy, outcome)
        self.close()
        return outcome

    def leave(self, decision: UserDecision) -> UserOutcome:
        """Returns the outcome of a decision that is not carried out."""
        return UserOutcome(decision.result, pools=decision.pools, error=decision.error)

    def result(self, decision: UserDecision, outcome: UserOutcome) -> Result:
        """Returns the result of the module. In this result, a pool of the user has the name ``USER/NAME``."""
        result = outcome.result.of_user(self.name, changed=decision.changes, error=outcome.error)
        if decision.lingering and isinstance(result, PoolsResult):
            result = replace(result, host_plan=[*decision.lingering, *result.host_plan])
        return result

    def close(self) -> None:
        """Ends the process and releases its lock."""
        if self._process:
            self._process.close()
        self._process = None
        self._own_lock.close()

    def _started(self) -> AsUser:
        if self._process is None:
            raise ManagerError(f"no process works as {self.name}")
        return self._process

    def _act(self, decision: UserDecision, tell: Tell, removes: bool) -> UserOutcome:
        process = self._started()
        if decision.changes:
            process.live_apart(self.system)
            if self._deploy:
                lingering.begin(self.user, self.places)
        process.go(removes=removes)
        patience = ACTS + (self._deploy.longest_step if self._deploy else 0.0)
        said = of_shape(process.result(lambda line: tell(f"{self.name}/{line}"), patience), END, self.name)
        warnings = tuple(warning for warning in said["warnings"] if warning not in decision.warnings)
        return UserOutcome(self._result(said), said["failed"], warnings, tuple(said["pools"]))

    def _result(self, said: Said) -> Result:
        try:
            found = self.kind.RESULT.of_json(said["result"])
        except ValueError:
            raise another_shape(self.name) from None
        if self.order.diff and found.diff is None:
            raise another_shape(self.name)
        return found


def _plan_lingering(user: str, pools: t.Sequence[str]) -> t.Iterator[t.Dict[str, str]]:
    if pools and not lingering.lingers(user):
        yield {"verb": "enable-linger", "subject": user, "because": "its pools run without a session"}
    if not pools and lingering.is_ours(user):
        yield {"verb": "disable-linger", "subject": user, "because": "it has no pools any more"}


def _keep_lingering(user: str, deploy: Deploy, outcome: UserOutcome) -> None:
    """Makes the manager linger as long as it has pools. Notes only the pools that an order has put there."""
    there = look_as(user, owned_pools, {"pools": [str]})["pools"] if outcome.error else outcome.pools
    if there:
        # A pool that was to be removed is still there when the run has failed.
        ours = {*lingering.pools_of(user), *(pool.name for pool in deploy.present)}
        lingering.note(user, ours.intersection(there))
    else:
        lingering.end(user)


def _in_words(error: Exception) -> str:
    problems = error.problems if isinstance(error, Problems) else ()
    return "; ".join(map(str, problems)) or str(error)
