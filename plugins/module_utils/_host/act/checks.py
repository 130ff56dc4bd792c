# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks: commands of the operator about an instance, run side by side while the rollout goes on looking.

They run as the user of the service: what a worker may change must not run as root because root asks about it.
"""

from __future__ import annotations

import contextlib
import errno
import grp
import os
import pwd
import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import concrete
from ansible_collections.workers.systemd.plugins.module_utils._host import accounts, child
from ansible_collections.workers.systemd.plugins.module_utils._host.act.elsewhere import Elsewhere
from ansible_collections.workers.systemd.plugins.module_utils._host.command import Command
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.commands import clean_environment
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager

# A check that takes longer has failed.
LONGEST = 10.0
# A command that tells an operator of a trouble may wait for a server.
LONGEST_ALERT = 30.0
# What a busy check exits with when the instance is idle; 0 means busy, anything else that it cannot tell.
IDLE = 1
NO_SCOPE = "systemd did not start a scope for it"
# Of `systemctl show`: what systemd knows, and nothing that the worker can say.
ACCOUNT = ("User", "UID", "GID", "SupplementaryGroups")


class Answer(t.NamedTuple):
    """``status`` is the exit status, ``None`` when there is none; ``trouble`` is a text, empty when it is 0. A check
    that could not even run has not ``ran``. ``said`` is the begin of its output, when somebody listens.
    """

    status: t.Optional[int]
    trouble: str
    ran: bool = True
    said: bytes = b""

    @property
    def busy(self) -> bool:
        """Of a busy check. Who cannot tell may be in the middle of a job."""
        return self.status != IDLE


def concrete_words(command: t.Sequence[str], unit: str) -> t.Tuple[str, ...]:
    return tuple(concrete(word, UnitName.parse(unit).instance or "") for word in command)


class Running(t.NamedTuple):
    """``begun`` is a time of the monotonic clock. ``uid`` is the user of the command."""

    command: Command
    program: str
    begun: float
    uid: int


# What a command reads, and its variables.
Content = t.Callable[[], t.Tuple[bytes, t.Dict[str, str]]]


# Large: each kind of command begins in a method of its own.
class Checks:
    """Those that run, by unit. A check that takes longer than ``longest`` has failed. Who ``listens`` gets the
    output.
    """

    def __init__(
        self,
        manager: Manager,
        longest: float = LONGEST,
        elsewhere: t.Optional[Elsewhere] = None,
        *,
        listens: bool = False,
    ) -> None:
        self.manager = manager
        self.longest = longest
        self.elsewhere = elsewhere
        self.listens = listens
        self.running: t.Dict[str, Running] = {}
        self.refused: t.Dict[str, Answer] = {}
        # By unit, what was killed and has not ended: it waits for a dead server.
        self.stuck: t.Dict[str, int] = {}

    def ask(self, command: t.Sequence[str], units: t.Sequence[str], user: str) -> None:
        """Begins the check of each unit; ``%i`` in a word is the name of its instance.

        It runs as ``user``, or as the user of the unit when that is empty.
        """
        self.begin(command, self.whose(units, user) if units else {}, units)

    def begin(self, command: t.Sequence[str], whos: t.Mapping[str, accounts.Account], units: t.Sequence[str]) -> None:
        """The same with the account of each unit."""
        for unit in units:
            self._start(unit, concrete_words(command, unit), whos.get(unit), "its user is not known")
        self._bring(units)

    def tell(
        self,
        key: str,
        command: t.Sequence[str],
        user: str,
        content: Content,
    ) -> None:
        """Begins a command that reads ``content`` and gets its variables. What is read comes from its own process,
        which is still root then, so that the caller does not wait for it.
        """
        self._start(key, command, self.whose([key], user).get(key), f"there is no user {user!r}", content)
        self._bring([key])

    def count(
        self,
        key: str,
        command: t.Sequence[str],
        account: t.Optional[accounts.Account],
        variables: t.Callable[[], t.Dict[str, str]],
    ) -> None:
        """Begins a command that prints a number. It has these ``variables``, which its own process reads, still as
        root.
        """
        self._start(key, command, account, "the user of its pool is not known", lambda: (b"", variables()))
        self._bring([key])

    def _start(
        self,
        key: str,
        argv: t.Sequence[str],
        account: t.Optional[accounts.Account],
        unknown: str,
        content: t.Optional[Content] = None,
    ) -> None:
        """``unknown`` says why there is no account."""
        try:
            self._refuse_stuck(key)
            if key in self.running:
                # The answer that it would give is not needed any more.
                self._kill(key)
            if account is None:
                raise OSError(errno.ESRCH, unknown)
            command = self._begun(argv, account, content)
            self.running[key] = Running(command, argv[0], time.monotonic(), account.uid)
        except OSError as error:
            # No memory for a process, say.
            self.refused[key] = Answer(None, f"cannot run {argv[0]}: {error.strerror}", ran=False)

    def _bring(self, keys: t.Sequence[str]) -> None:
        if not self.elsewhere:
            return
        begun = {key: self.running[key] for key in keys if key in self.running}
        for uid in sorted({one.uid for one in begun.values()}):
            of_user = {key: one for key, one in begun.items() if one.uid == uid}
            if not self.elsewhere.bring(uid, [one.command.pid for one in of_user.values()]):
                for key, one in of_user.items():
                    # It would wait, and look like a check that hangs.
                    self._kill(key)
                    self.refused[key] = Answer(None, f"cannot run {one.program}: {NO_SCOPE}", ran=False)

    def _refuse_stuck(self, unit: str) -> None:
        """Otherwise each question would leave one more process behind."""
        if unit in self.stuck and not child.has_ended(self.stuck[unit]):
            raise OSError(errno.EBUSY, f"its previous check did not end within {self.longest:g} s, and cannot be ended")
        self.stuck.pop(unit, None)

    def answers(self) -> t.Dict[str, Answer]:
        """What the checks that have ended since the last time said."""
        answers, self.refused = self.refused, {}
        for unit, one in list(self.running.items()):
            end = one.command.poll()
            if end is not None:
                del self.running[unit]
                answers[unit] = _answer(one.program, *end)._replace(said=one.command.output)
            elif time.monotonic() - one.begun >= self.longest:
                self._kill(unit)
                answers[unit] = Answer(None, f"did not end within {self.longest:g} s")
        return answers

    def end(self) -> None:
        """The answers are not needed any more."""
        for unit in list(self.running):
            self._kill(unit)

    def _kill(self, unit: str) -> None:
        command = self.running.pop(unit).command
        if not command.kill():
            self.stuck[unit] = command.pid

    def whose(self, units: t.Sequence[str], user: str, *, one_user: bool = False) -> t.Dict[str, accounts.Account]:
        """By unit; without unknown ones. With ``one_user``, all units have the same."""
        if os.geteuid() != 0:
            return dict.fromkeys(units, accounts.account_of(pwd.getpwuid(os.geteuid())))
        if user:
            named = accounts.found(user, pwd.getpwnam, pwd.getpwuid)
            return dict.fromkeys(units, accounts.account_of(named)) if named else {}
        shown = self.manager.show(units[:1] if one_user else units, ACCOUNT)
        found = {unit: _account_of(one) for unit, one in shown.items()}
        if one_user:
            found = dict.fromkeys(units, next(iter(found.values()), None))
        return {unit: account for unit, account in found.items() if account is not None}

    def _begun(
        self,
        argv: t.Sequence[str],
        account: accounts.Account,
        content: t.Optional[Content],
    ) -> Command:
        environment = clean_environment(account.uid)
        if self.manager.places.user:
            environment["XDG_RUNTIME_DIR"] = self.manager.places.runtime

        def prepare() -> None:
            if self.elsewhere:
                self.elsewhere.wait()
            if content:
                text, variables = content()
                environment.update(variables)
                _give(text)
            os.umask(0o022)
            accounts.become(account)

        return Command(argv, environment, prepare, speaks=self.listens)


def _give(text: bytes) -> None:
    """To the standard input of this process. The kernel takes as much as this at once (pipe(7))."""
    ours, theirs = os.pipe()
    os.set_blocking(theirs, False)
    os.write(theirs, text)
    os.close(theirs)
    os.dup2(ours, 0)
    os.close(ours)


def _answer(program: str, status: int, why: str) -> Answer:
    if why:
        return Answer(None, f"cannot run {program}: {why}", ran=False)
    return Answer(status, f"exited with status {status}" if status else "")


def _account_of(shown: t.Mapping[str, str]) -> t.Optional[accounts.Account]:
    """Of a unit that runs; systemd knows the numbers of a dynamic user, too."""
    if not shown.get("User"):
        return accounts.account_of(pwd.getpwuid(0))
    uid, gid = shown.get("UID", ""), shown.get("GID", "")
    if not (uid.isdigit() and gid.isdigit()):
        return None
    more = [accounts.found(name, grp.getgrnam, grp.getgrgid) for name in shown.get("SupplementaryGroups", "").split()]
    groups = {int(gid), *(group.gr_gid for group in more if group)}
    with contextlib.suppress(KeyError):
        groups.update(os.getgrouplist(pwd.getpwuid(int(uid)).pw_name, int(gid)))
    return accounts.Account(int(uid), int(gid), tuple(groups))
