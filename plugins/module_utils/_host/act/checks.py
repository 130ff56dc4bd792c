# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks: commands of the operator about an instance, run side by side while the rollout goes on looking.

They run as the user of the service: what a worker may change must not run as root because root asks about it.
"""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import signal
import subprocess
import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import concrete
from ansible_collections.workers.systemd.plugins.module_utils._host import accounts
from ansible_collections.workers.systemd.plugins.module_utils._host.child import REAP_WITHIN
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.commands import clean_environment
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager

# A check that takes longer has failed.
LONGEST = 10.0
# What a busy check exits with when the instance is idle; 0 means busy, anything else that it cannot tell.
IDLE = 1
# Of `systemctl show`: what systemd knows, and nothing that the worker can say.
ACCOUNT = ("User", "UID", "GID", "SupplementaryGroups")


class Answer(t.NamedTuple):
    """``status`` is the exit status, ``None`` when there is none; ``trouble`` is a text, empty when it is 0."""

    status: t.Optional[int]
    trouble: str

    @property
    def busy(self) -> bool:
        """Of a busy check. Who cannot tell may be in the middle of a job."""
        return self.status != IDLE


def concrete_words(command: t.Sequence[str], unit: str) -> t.Tuple[str, ...]:
    return tuple(concrete(word, UnitName.parse(unit).instance or "") for word in command)


class Checks:
    """Those that run, by unit."""

    def __init__(self, manager: Manager) -> None:
        self.manager = manager
        self.running: t.Dict[str, t.Tuple[subprocess.Popen[bytes], float]] = {}
        self.refused: t.Dict[str, Answer] = {}

    def ask(self, command: t.Sequence[str], units: t.Sequence[str], user: str) -> None:
        """Begins the check of each unit; ``%i`` in a word is the name of its instance.

        It runs as ``user``, or as the user of the unit when that is empty.
        """
        whos = self._accounts(units, user)
        for unit in units:
            argv = concrete_words(command, unit)
            account = whos.get(unit)
            if account is None:
                self.refused[unit] = Answer(None, f"cannot run {argv[0]}: there is no user {user}".rstrip())
                continue
            try:
                self.running[unit] = (self._begun(argv, account), time.monotonic())
            except OSError as error:
                self.refused[unit] = Answer(None, f"cannot run {argv[0]}: {error.strerror}")
            except subprocess.SubprocessError as error:
                self.refused[unit] = Answer(None, f"cannot run {argv[0]}: {error}")

    def answers(self) -> t.Dict[str, Answer]:
        """What the checks that have ended since the last time said."""
        answers, self.refused = self.refused, {}
        for unit, (process, begun) in list(self.running.items()):
            status = process.poll()
            if status is None and time.monotonic() - begun >= LONGEST:
                self._kill(unit)
                answers[unit] = Answer(None, f"did not end within {LONGEST:g} s")
            elif status is not None:
                del self.running[unit]
                answers[unit] = Answer(status, f"exited with status {status}" if status else "")
        return answers

    def end(self) -> None:
        """The answers are not needed any more."""
        for unit in list(self.running):
            self._kill(unit)

    def _kill(self, unit: str) -> None:
        process, _begun_at = self.running.pop(unit)
        # One that has become somebody else may be out of reach, and one that waits for a dead server does not end.
        with contextlib.suppress(PermissionError, subprocess.TimeoutExpired):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(REAP_WITHIN)

    def _accounts(self, units: t.Sequence[str], user: str) -> t.Dict[str, accounts.Account]:
        """By unit; without unknown ones."""
        if os.geteuid() != 0:
            return dict.fromkeys(units, accounts.account_of(pwd.getpwuid(os.geteuid())))
        if user:
            named = accounts.found(user, pwd.getpwnam, pwd.getpwuid)
            return dict.fromkeys(units, accounts.account_of(named)) if named else {}
        shown = self.manager.show(units, ACCOUNT)
        found = {unit: _account_of(one) for unit, one in shown.items()}
        return {unit: account for unit, account in found.items() if account is not None}

    def _begun(self, argv: t.Sequence[str], account: accounts.Account) -> subprocess.Popen[bytes]:
        """In a session of its own, so that a check that hangs goes with its children. Its output is not read."""
        environment = clean_environment(account.uid)
        if self.manager.places.user:
            environment["XDG_RUNTIME_DIR"] = self.manager.places.runtime

        def prepare() -> None:
            os.umask(0o022)
            if account.uid != os.geteuid():
                accounts.become(account)

        nothing = subprocess.DEVNULL
        # run_command() of Ansible waits for the end, and Python 3.8 has no other way to become somebody.
        return subprocess.Popen(  # pylint: disable=ansible-bad-function,subprocess-popen-preexec-fn
            argv,
            stdin=nothing,
            stdout=nothing,
            stderr=nothing,
            start_new_session=True,
            cwd="/",
            env=environment,
            preexec_fn=prepare,
        )


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
