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
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import InputProblems, Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.elsewhere import elsewhere
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.task import Decided
from ansible_collections.workers.systemd.plugins.module_utils._host.host import Lock
from ansible_collections.workers.systemd.plugins.module_utils._host.look import logins, pool_files
from ansible_collections.workers.systemd.plugins.module_utils._host.runs.deploy import Deployment
from ansible_collections.workers.systemd.plugins.module_utils._host.runs.orders import Deploy
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.users import lingering
from ansible_collections.workers.systemd.plugins.module_utils._host.users.for_user import TROUBLE, ForUser

Told = t.Dict[str, t.Any]


class Everywhere:
    """What is to be done in several managers, as one: in that of the system, if at all, and in those of ``users``."""

    def __init__(self, manager: Manager, system: t.Optional[Deployment], users: t.Sequence[ForUser]) -> None:
        self.manager = manager
        self.system = system
        self.users = users
        self.parts: t.List[Decided] = [*([system] if system else []), *users]

    @property
    def changes(self) -> bool:
        return any(part.changes for part in self.parts)

    @property
    def failed(self) -> bool:
        return any(part.failed for part in self.parts)

    def act(self, tell: t.Callable[[str], None]) -> t.List[str]:
        warnings = self.system.act(tell) if self.system else []
        if self.system and self.users:
            # Whatever becomes of a user's part, and of this process meanwhile, that of the system stays as it is.
            self.system.conclude()
        return [*warnings, *(warning for user in self.users for warning in user.act(tell))]

    def told(self, *, with_diff: bool) -> Told:
        every = [part.told(with_diff=with_diff) for part in self.parts]
        resumed = [str(told["resumed"]) for told in every if "resumed" in told]
        return {
            "changed": any(told["changed"] for told in every),
            "daemon_reloaded": any(told["daemon_reloaded"] for told in every),
            "pools": {name: pool for told in every for name, pool in told["pools"].items()},
            "msg": "\n".join(told["msg"] for told in every),
            **{name: [one for told in every for one in told[name]] for name in ("host_plan", "failures")},
            **({"resumed": "\n".join(resumed)} if resumed else {}),
            **({"diff": [one for told in every for one in told["diff"]]} if with_diff else {}),
        }

    def conclude(self) -> None:
        if self.system and not self.users:
            self.system.conclude()


def decide_everywhere(
    manager: Manager, orders: Deploy, lock: t.Optional[Lock], *, diff: bool
) -> t.Tuple[Everywhere, t.List[str]]:
    """Raises ``Problems`` with those that are known and those of all managers. Returns warnings too."""
    problems = list(orders.known)
    warnings: t.List[str] = []
    of_users, wrong = _by_user(orders.pools, also=lingering.users() if orders.purge else ())
    if orders.check_mode:
        # An earlier task of the same play may be about to make that user.
        warnings += [f"{problem}; a run would refuse this" for problem in wrong]
    else:
        problems += wrong
    problems += _elsewhere(orders, of_users)
    users = [
        ForUser(pwd.getpwnam(name), replace(orders, pools=tuple(theirs)), manager, lock, diff=diff)
        for name, theirs in of_users.items()
    ]
    with contextlib.ExitStack() as begun:
        for user in users:
            begun.callback(user.end)
            _begin(user)
        system, said = _decided_for_system(orders, manager, problems)
        problems += _decided(users)
        if problems:
            raise Problems(dict.fromkeys([*problems, *(one for user in users for one in user.problems)]))
        begun.pop_all()
    return Everywhere(manager, system, users), [*warnings, *said, *(one for user in users for one in user.warnings)]


def _begin(user: ForUser) -> None:
    """All decide at the same time, so that those who are slow cost the time of one."""
    try:
        user.begin()
    except TROUBLE as error:
        user.fail(error)


def _decided_for_system(
    orders: Deploy, manager: Manager, problems: t.List[Problem]
) -> t.Tuple[t.Optional[Deployment], t.List[str]]:
    """Its part, if it has one, and warnings; notes ``problems``."""
    own = tuple(pool for pool in orders.pools if not pool.manager_of)
    if own or orders.purge or not orders.pools:
        try:
            return replace(orders, pools=own)(manager)
        except Problems as found:
            problems += found.problems
    return None, []


def _decided(users: t.Iterable[ForUser]) -> t.Iterator[Problem]:
    """What is wrong with the input for them."""
    for user in users:
        if not user.failed:
            try:
                user.decide()
            except InputProblems as found:
                yield from found.problems
            except TROUBLE as error:
                user.fail(error)


def _elsewhere(orders: Deploy, of_users: t.Mapping[str, t.Sequence[Pool]]) -> t.Iterator[Problem]:
    """With ``purge`` what is not listed goes anyway."""
    if orders.purge or not orders.pools:
        return
    own = [pool for pool in orders.pools if not pool.manager_of]
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
