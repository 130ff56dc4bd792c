# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One deploy of all pools of a host: those of the system, then those of each user. Nothing begins before all of it is
judged, and what is wrong with the input is wrong for all. What goes wrong in the manager of a user, from then on or
because of what that user owns, is the failure of his own pools: those of the system are done before, and others go on.
"""

from __future__ import annotations

import contextlib
import pwd
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.decision import PoolsDecision
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import InputProblems, Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.result import PoolsResult, merged
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.elsewhere import elsewhere
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.orders import Deploy
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.after_boot import AfterBoot
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.run_outcome import RunOutcome
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.background import Tell
from ansible_collections.workers.systemd.plugins.module_utils._host.host import Lock
from ansible_collections.workers.systemd.plugins.module_utils._host.look import logins, pool_files
from ansible_collections.workers.systemd.plugins.module_utils._host.runs.pools import PoolsRun
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.undo import after_boot
from ansible_collections.workers.systemd.plugins.module_utils._host.users import lingering
from ansible_collections.workers.systemd.plugins.module_utils._host.users.for_user import (
    UserDecision,
    UserOutcome,
    UserRun,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.users.look_as_user import TROUBLE, after_boot_of


class OfUser(t.NamedTuple):
    """The run in the manager of one user, and what it has decided."""

    run: UserRun
    decision: UserDecision


@dataclass(frozen=True)
class Decisions:
    """Of the manager of the system, if there is anything to decide for it, and of those of users."""

    system: t.Optional[PoolsDecision]
    users: t.Tuple[OfUser, ...]
    own_warnings: t.Tuple[str, ...]

    @property
    def changes(self) -> bool:
        return bool(self.system and self.system.changes) or any(one.decision.changes for one in self.users)

    @property
    def warnings(self) -> t.List[str]:
        of_system = self.system.warnings if self.system else ()
        return [*self.own_warnings, *of_system, *(line for one in self.users for line in one.decision.warnings)]


@dataclass(frozen=True)
class Outcomes:
    """Of the same managers, in the same order."""

    system: t.Optional[RunOutcome]
    users: t.Tuple[UserOutcome, ...]

    @property
    def failed(self) -> bool:
        return bool(self.system and self.system.failed) or any(one.failed for one in self.users)

    @property
    def warnings(self) -> t.List[str]:
        return [line for one in (self.system, *self.users) if one for line in one.warnings]


class Everywhere:
    """A deploy in all managers of a host, as one."""

    def __init__(self, order: Deploy) -> None:
        self.order = order
        self.manager = Manager(commands.run, SYSTEM)
        own = tuple(pool for pool in order.pools if not pool.manager_of)
        self.system = PoolsRun(replace(order, pools=own), self.manager)
        # Without any pool of the system there is nothing to look at, unless all pools are meant.
        self.concerns_system = bool(own or order.purge or not order.pools)

    def decide(self) -> Decisions:
        """Raises ``Problems`` with those that are known and those of all managers."""
        problems, warnings = list(self.order.problems), []
        by_user, wrong = _by_user(self.order.pools, also=lingering.users() if self.order.purge else ())
        if self.order.check_mode:
            # An earlier task of the same play may be about to make that user.
            warnings += [f"{problem}; a run would refuse this" for problem in wrong]
        else:
            problems += wrong
        problems += _elsewhere(self.order, by_user)
        runs = [
            UserRun(pwd.getpwnam(name), PoolsRun, replace(self.order, pools=tuple(pools)), self.manager)
            for name, pools in by_user.items()
        ]
        with contextlib.ExitStack() as begun:
            for run in runs:
                begun.callback(run.close)
            # All decide at the same time, so that those who are slow cost the time of one.
            broken = dict(filter(None, map(_begin, runs)))
            system = self._decide_for_system(problems)
            users = [OfUser(run, broken.get(run.name) or _decide(run, problems)) for run in runs]
            if problems:
                raise Problems(dict.fromkeys([*problems, *(one for user in users for one in user.decision.problems)]))
            begun.pop_all()
        return Decisions(system, tuple(users), tuple(warnings))

    def act(self, decision: Decisions, lock: Lock, tell: Tell) -> Outcomes:
        system = self.system.act(decision.system, tell) if decision.system else None
        if not decision.users:
            return Outcomes(system, ())
        if decision.system and system:
            # From now on nothing can undo the part of the system: no part of a user, and not the death of this process.
            self.system.conclude(decision.system, system)
        # A user may take his time.
        lock.release()
        removes = not (system and system.failed)
        return Outcomes(system, tuple(user.run.act(user.decision, tell, removes=removes) for user in decision.users))

    def leave(self, decision: Decisions) -> Outcomes:
        return Outcomes(
            RunOutcome() if decision.system else None, tuple(user.run.leave(user.decision) for user in decision.users)
        )

    def conclude(self, decision: Decisions, outcome: Outcomes) -> None:
        if decision.system and outcome.system and not decision.users:
            self.system.conclude(decision.system, outcome.system)

    def result(self, decision: Decisions, outcome: Outcomes) -> PoolsResult:
        results: t.List[PoolsResult] = []
        if decision.system and outcome.system:
            results.append(self.system.result(decision.system, outcome.system))
        for user, of_user in zip(decision.users, outcome.users):
            results.append(t.cast("PoolsResult", user.run.result(user.decision, of_user)))
        return merged(results, with_diff=self.order.diff)

    def after_boot(self) -> t.Sequence[AfterBoot]:
        by_user, _wrong = _by_user(self.order.pools, also=lingering.users() if self.order.purge else ())
        of_system = [after_boot.found(SYSTEM)] if self.concerns_system else []
        return [*of_system, *map(after_boot_of, by_user)]

    def _decide_for_system(self, problems: t.List[Problem]) -> t.Optional[PoolsDecision]:
        """Its part, if it has one. Adds to ``problems``."""
        if self.concerns_system:
            try:
                return self.system.decide()
            except Problems as found:
                problems += found.problems
        return None


def _begin(run: UserRun) -> t.Optional[t.Tuple[str, UserDecision]]:
    """With the name of the user, the decision of a run that could not begin."""
    try:
        run.begin()
    except TROUBLE as error:
        return run.name, run.broken_off(error)
    return None


def _decide(run: UserRun, problems: t.List[Problem]) -> UserDecision:
    """Adds what is wrong with the input to ``problems``."""
    try:
        return run.decide()
    except TROUBLE as error:
        if isinstance(error, InputProblems):
            problems += error.problems
        return run.broken_off(error)


def _elsewhere(order: Deploy, of_users: t.Mapping[str, t.Sequence[Pool]]) -> t.Iterator[Problem]:
    """With ``purge`` what is not listed goes anyway."""
    if order.purge or not order.pools:
        return
    own = [pool for pool in order.pools if not pool.manager_of]
    there = {"": pool_files.owned_pools(SYSTEM), **{user: lingering.pools_of(user) for user in lingering.users()}}
    yield from elsewhere({"": own, **of_users}, there)


def _by_user(pools: t.Sequence[Pool], also: t.Iterable[str]) -> t.Tuple[t.Dict[str, t.List[Pool]], t.List[Problem]]:
    """Pools by the name of the user in whose manager they are, ``also`` for users without any; and what is wrong."""
    of_users: t.Dict[str, t.List[Pool]] = {name: [] for name in also}
    wrong: t.List[Problem] = []
    for pool in pools:
        if pool.manager_of:
            try:
                name = logins.login(pool.manager_of, f"{pool.where}.user").pw_name
                of_users.setdefault(name, []).append(pool)
            except Problems as found:
                wrong += found.problems
    return of_users, wrong
