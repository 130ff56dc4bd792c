# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An app of the PM2 of a user: ``pm2`` stops it, and ``pm2 save`` keeps it so (pm2.keymetrics.io, "Startup Script").

That user may have written the program ``pm2``, so it runs as that user, in a scope of the user's, and is not waited for
without end. What it prints is only believed about that user's own app.
"""

from __future__ import annotations

import os
import pwd
import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.replaces import Replaces
from ansible_collections.workers.systemd.plugins.module_utils._core.write import replaced
from ansible_collections.workers.systemd.plugins.module_utils._core.write.replaced import Record
from ansible_collections.workers.systemd.plugins.module_utils._host import accounts
from ansible_collections.workers.systemd.plugins.module_utils._host.act import elsewhere
from ansible_collections.workers.systemd.plugins.module_utils._host.act.checks import Answer, Checks
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.look import old_managers
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager

# In seconds. A stop waits for jobs, as `kill_timeout` of the app says. The lock of the host is held meanwhile, and the
# program is the user's.
LONGEST_STOP, LONGEST_LOOK = 300.0, 30.0
TICK = 0.05
KEY = "pm2"


def look(replaces: Replaces, run: str) -> Record:
    if not replaced.ids_of_pm2(_said(replaces, "id", replaces.program)):
        raise ManagerError(f"it has no app of this name (`pm2 id {replaces.program}`)")
    ran = tuple(f"{replaces.program} (process {pid})" for pid in _pids(replaces))
    return Record(replaces, (), ran, run)


def still_runs(record: Record) -> bool:
    return bool(_daemon(record.replaces)) and bool(_pids(record.replaces))


def take(record: Record) -> None:
    _said(record.replaces, "stop", record.replaces.program, within=LONGEST_STOP)
    _save(record.replaces)
    up = _pids(record.replaces)
    if up:
        raise ManagerError(f"PM2 did not stop {record.replaces.program} (process {', '.join(up)})")


def give_back(record: Record) -> None:
    if not record.ran:
        return
    if len(_pids(record.replaces)) < len(record.ran):
        _said(record.replaces, "start", record.replaces.program, within=LONGEST_STOP)
        _save(record.replaces)
    up = _pids(record.replaces)
    if len(up) < len(record.ran):
        raise ManagerError(f"PM2 runs {len(up)} of {len(record.ran)} processes of {record.replaces.program}")


def _save(replaces: Replaces) -> None:
    """PM2 starts at boot what its file says. Without a file, it starts nothing."""
    daemon = _needed(replaces)
    (kept,) = accounts.may(_account(replaces), [(daemon.dump, os.F_OK)])
    if kept:
        _said(replaces, "save")


def _pids(replaces: Replaces) -> t.List[str]:
    """PM2 prints a line for each process of the app, with 0 or nothing for one that does not run."""
    return replaced.pids_of_pm2(_said(replaces, "pid", replaces.program))


def _said(replaces: Replaces, *words: str, within: float = LONGEST_LOOK) -> str:
    """What ``pm2`` prints. Without a daemon it would start one, and as a part of this run."""
    daemon, account = _needed(replaces), _account(replaces)
    manager = Manager(commands.run, SYSTEM)
    scopes = elsewhere.of_a_run(manager, f"-{time.monotonic_ns()}")
    checks = Checks(manager, within, scopes, listens=True)
    variables = {"PM2_HOME": daemon.home, "PATH": daemon.path}
    checks.count(KEY, [daemon.program, *words], account, lambda: variables)
    answers: t.Dict[str, Answer] = {}
    while not answers:
        time.sleep(TICK)
        answers = checks.answers()
    if scopes:
        scopes.end()
    answer = answers[KEY]
    if answer.trouble:
        raise ManagerError(f"`pm2 {' '.join(words)}` {answer.trouble}")
    return answer.said.decode("utf-8", "replace")


def _account(replaces: Replaces) -> accounts.Account:
    user = accounts.found(replaces.user, pwd.getpwnam, pwd.getpwuid)
    if user is None:
        raise ManagerError(f"there is no user {replaces.user}")
    return accounts.account_of(user)


def _daemon(replaces: Replaces) -> t.Optional[old_managers.Pm2]:
    return old_managers.pm2_of(_account(replaces).uid)


def _needed(replaces: Replaces) -> old_managers.Pm2:
    daemon = _daemon(replaces)
    if daemon is None:
        raise ManagerError(f"PM2 of {replaces.user} does not run, or has no program pm2")
    return daemon
