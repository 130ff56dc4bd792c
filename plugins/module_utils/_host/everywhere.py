# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One deploy of all pools of a host: those of the system, then those of each user. Nothing begins before all of it is
judged.
"""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.pool import Pool
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._host import lingering, logins
from ansible_collections.workers.systemd.plugins.module_utils._host.dead_man import Program
from ansible_collections.workers.systemd.plugins.module_utils._host.for_user import ForUser
from ansible_collections.workers.systemd.plugins.module_utils._host.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.task import Decided

Told = t.Dict[str, t.Any]
DecideFor = t.Callable[[t.Sequence[Pool], Manager], t.Tuple[Decided, t.List[str]]]


class Everywhere:
    """What is to be done in several managers, as one."""

    def __init__(self, system: Manager, parts: t.Sequence[Decided]) -> None:
        self.manager = system
        self.parts = parts

    @property
    def changes(self) -> bool:
        return any(part.changes for part in self.parts)

    @property
    def failed(self) -> bool:
        return any(part.failed for part in self.parts)

    def act(self, tell: t.Callable[[str], None]) -> t.List[str]:
        return [warning for part in self.parts for warning in part.act(tell)]

    def told(self, *, with_diff: bool) -> Told:
        every = [part.told(with_diff=with_diff) for part in self.parts]
        resumed = [told["resumed"] for told in every if "resumed" in told]
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
        for part in self.parts:
            part.conclude()


def decide_everywhere(
    system: Manager,
    pools: t.Sequence[Pool],
    known: t.Sequence[Problem],
    decide: DecideFor,
    program: Program,
    *,
    purge: bool,
    check_mode: bool,
    diff: bool,
) -> t.Tuple[Everywhere, t.List[str]]:
    """Raises ``Problems`` with those that are ``known`` and those of all managers. Returns warnings too."""
    parts: t.List[Decided] = []
    problems = list(known)
    warnings: t.List[str] = []
    own = [pool for pool in pools if not pool.manager_of]
    if own or purge or not pools:
        try:
            part, warnings = decide(own, system)
            parts.append(part)
        except Problems as found:
            problems += found.problems
    of_users, wrong = _by_user(pools, also=lingering.users() if purge else ())
    if check_mode:
        # An earlier task of the same play may be about to make that user.
        warnings += [f"{problem}; a run would refuse this" for problem in wrong]
    else:
        problems += wrong
    if of_users:
        # What Ansible has put here no user can read.
        program.made()
    for name, theirs in of_users.items():
        try:
            there = ForUser(
                logins.login(name, f"user {name}"),
                functools.partial(decide, theirs),
                system,
                deploys=True,
                check_mode=check_mode,
                diff=diff,
            )
            parts.append(there)
            warnings += there.warnings
        except Problems as found:
            problems += found.problems
    if problems:
        raise Problems(dict.fromkeys(problems))
    return Everywhere(system, parts), warnings


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
