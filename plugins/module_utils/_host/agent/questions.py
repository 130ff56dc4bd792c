# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks whether instances live: with a command, or with a look at a file. Nothing here waits."""

from __future__ import annotations

import signal
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.agent.liveness import Beats, SignOfLife
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.liveness import Liveness
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import concrete
from ansible_collections.workers.systemd.plugins.module_utils._core.write.duties import Duties
from ansible_collections.workers.systemd.plugins.module_utils._host import accounts
from ansible_collections.workers.systemd.plugins.module_utils._host.act.checks import Answer, Checks
from ansible_collections.workers.systemd.plugins.module_utils._host.act.elsewhere import Elsewhere
from ansible_collections.workers.systemd.plugins.module_utils._host.agent.beats import Look
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager

# Commands of one pool that run at the same time.
AT_ONCE = 8


class Commands:
    """The commands of one pool, a few at a time."""

    def __init__(self, rule: Liveness, duties: Duties, manager: Manager, elsewhere: Elsewhere) -> None:
        self.rule = rule
        self.duties = duties
        self.checks = Checks(manager, rule.timeout, elsewhere)
        self.whos: t.Dict[str, accounts.Account] = {}
        self.queue: t.List[str] = []

    def ask(self, invocations: t.Mapping[str, str]) -> None:
        self.queue = list(invocations)
        user = self.duties.policy.check_user
        self.whos = self.checks.whose(self.queue, user, one_user=self.duties.one_user)

    def answers(self, _now: float) -> t.Dict[str, SignOfLife]:
        readings = {unit: _reading(answer) for unit, answer in self.checks.answers().items()}
        free = AT_ONCE - len(self.checks.running)
        begun, self.queue = self.queue[:free], self.queue[free:]
        self.checks.begin(self.rule.command, self.whos, begun)
        return readings

    @property
    def busy(self) -> bool:
        return bool(self.checks.running or self.queue or self.checks.refused)

    def end(self) -> None:
        self.checks.end()


class Files:
    """The files of one pool."""

    def __init__(self, rule: Liveness, duties: Duties, manager: Manager) -> None:
        self.rule = rule
        self.duties = duties
        self.checks = Checks(manager)
        self.beats = Beats(rule)
        self.invocations: t.Dict[str, str] = {}
        self.looks: t.List[Look] = []
        # Those that have given their answers, or none, and may still be there.
        self.over: t.List[Look] = []
        self.seen: t.Dict[str, t.Optional[str]] = {}

    def ask(self, invocations: t.Mapping[str, str]) -> None:
        self.invocations, self.seen = dict(invocations), {}
        self.over = [look for look in self.over if not look.has_ended()]
        if self.over:
            return
        by_account: t.Dict[accounts.Account, t.Dict[str, str]] = {}
        whos = self.checks.whose(list(invocations), "", one_user=self.duties.one_user)
        for unit, account in whos.items():
            path = concrete(self.rule.file, UnitName.parse(unit).instance or "")
            by_account.setdefault(account, {})[unit] = path
        self.looks = [Look(account, paths) for account, paths in by_account.items()]

    def answers(self, now: float) -> t.Dict[str, SignOfLife]:
        """All at once, when the last look has ended."""
        for look in list(self.looks):
            seen = look.poll()
            if seen is not None:
                self.looks.remove(look)
                self.over.append(look)
                self.seen.update(seen)
        if self.looks or not self.invocations:
            return {}
        beats = {unit: (invocation, self.seen.get(unit)) for unit, invocation in self.invocations.items()}
        self.invocations = {}
        return self.beats.readings(now, beats)

    @property
    def busy(self) -> bool:
        return bool(self.invocations)

    def end(self) -> None:
        """A look ends by itself."""


Questions = t.Union[Commands, Files]


def _reading(answer: Answer) -> SignOfLife:
    """What somebody else has killed, such as a kernel without memory, could not tell."""
    if not answer.ran or answer.status == -signal.SIGKILL:
        return SignOfLife(None, answer.trouble)
    return SignOfLife(answer.status == 0, answer.trouble)
