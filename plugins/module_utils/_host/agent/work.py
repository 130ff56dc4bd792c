# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks how much work there is for a pool: a command counts it, or each instance says whether it is busy. Nothing here
waits.
"""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.agent.scale import Reading, of_backlog, of_busy
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import parse_env
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.scaling import Scaling
from ansible_collections.workers.systemd.plugins.module_utils._core.write.duties import Duties
from ansible_collections.workers.systemd.plugins.module_utils._host import accounts, foreign_files
from ansible_collections.workers.systemd.plugins.module_utils._host.act.checks import (
    IDLE,
    LONGEST,
    Answer,
    Checks,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.act.elsewhere import Elsewhere
from ansible_collections.workers.systemd.plugins.module_utils._host.agent.questions import AT_ONCE
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager

# In seconds: how long the user of a pool counts as known. Asking systemd costs more than the question itself.
KNOWN_FOR = 60.0
# Variables of a pool, in the order of its units: what comes later counts.
FILES = ("environment", "secrets")
OURS = "WORKERS_"


class Backlog:
    """The command of one pool, which counts the work. It has the user, the environment and the secrets of the pool."""

    def __init__(self, pool: str, rule: Scaling, duties: Duties, manager: Manager, elsewhere: Elsewhere) -> None:
        self.pool = pool
        self.rule = rule
        self.one_user = duties.one_user
        self.places = manager.places
        self.checks = Checks(manager, LONGEST, elsewhere, listens=True)
        self.account: t.Optional[accounts.Account] = None
        self.known_at = 0.0

    def ask(self, now: float, units: t.Sequence[str]) -> None:
        """``units`` are the instances that serve."""
        if self.account is None or not 0 <= now - self.known_at < KNOWN_FOR:
            self.account, self.known_at = self.checks.whose(units[:1], "").get(units[0]), now
        self.checks.count(self.pool, self.rule.backlog, self.account, lambda: variables(self.places, self.pool))

    def reading(self) -> t.Optional[Reading]:
        answer = self.checks.answers().get(self.pool)
        return None if answer is None else of_backlog(self.rule, answer.said, answer.trouble)

    @property
    def busy(self) -> bool:
        return bool(self.checks.running or self.checks.refused)

    def end(self) -> None:
        self.checks.end()


class BusyShare:
    """The busy checks of one pool, a few at a time."""

    def __init__(self, rule: Scaling, duties: Duties, manager: Manager, elsewhere: Elsewhere) -> None:
        self.rule = rule
        self.duties = duties
        self.checks = Checks(manager, LONGEST, elsewhere)
        self.whos: t.Dict[str, accounts.Account] = {}
        self.queue: t.List[str] = []
        self.answered: t.Dict[str, Answer] = {}

    def ask(self, _now: float, units: t.Sequence[str]) -> None:
        self.queue, self.answered = list(units), {}
        self.whos = self.checks.whose(self.queue, self.duties.policy.check_user, one_user=self.duties.one_user)

    def reading(self) -> t.Optional[Reading]:
        """When all have answered."""
        before = self.busy
        self.answered.update(self.checks.answers())
        free = AT_ONCE - len(self.checks.running)
        begun, self.queue = self.queue[:free], self.queue[free:]
        self.checks.begin(self.duties.policy.busy_check, self.whos, begun)
        if self.busy or not before:
            return None
        said = [one.status for one in self.answered.values()]
        trouble = next((one.trouble for one in self.answered.values() if one.status not in (0, IDLE)), "")
        return of_busy(self.rule, said.count(0), said.count(IDLE), trouble)

    @property
    def busy(self) -> bool:
        return bool(self.checks.running or self.queue or self.checks.refused)

    def end(self) -> None:
        self.checks.end()


Work = t.Union[Backlog, BusyShare]


def work_of(pool: str, rule: Scaling, duties: Duties, manager: Manager, elsewhere: Elsewhere) -> Work:
    if rule.backlog:
        return Backlog(pool, rule, duties, manager, elsewhere)
    return BusyShare(rule, duties, manager, elsewhere)


def variables(places: Places, pool: str) -> t.Dict[str, str]:
    """In the process of the command, as the owner of the manager, who alone can read the secrets and wrote them."""
    found: t.Dict[str, str] = {}
    for name in FILES:
        path = places.config_of(pool, name, "")
        with contextlib.suppress(OSError):
            found.update(parse_env(foreign_files.read(path, foreign_files.LARGEST_OF_OURS).decode(errors="replace")))
    # Markers of this collection are for workers.
    return {**{name: value for name, value in found.items() if not name.startswith(OURS)}, "WORKERS_POOL": pool}
