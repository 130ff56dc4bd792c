# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the checks of a pool on this host: who runs them, whether he may, and whose they are."""

from __future__ import annotations

import os
import pwd
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.root_runs import executed, interpreter
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool, concrete
from ansible_collections.workers.systemd.plugins.module_utils._host import accounts, foreign_files

# A line with the interpreter is no longer (BINPRM_BUF_SIZE).
LONGEST_SHEBANG = 256
# What is found, what is expected, and a hint.
Wrong = t.Tuple[str, str, str]
REMEDY = "Leave out check_user, so that it runs as the user of the pool"
REMEDY_OF_ALERT = "Give the alert another user"
REMEDY_OF_ROOT = "Give the pool a user, so that its checks run as that user"
ROOTS = "a program of root, in directories of root"


def of_pool(pool: Pool, worker: t.Optional[accounts.Account]) -> t.Iterator[Problem]:
    """``worker`` is the user of the pool; ``None`` when the host does not know it, or only systemd does."""
    yield from _of_alert(pool, worker)
    yield from _of_backlog(pool, worker)
    options = checks(pool)
    if not options:
        return
    user, account = _asks(pool, worker)
    if account is None and pool.rollout.check_user:
        yield Problem(f"{pool.where}.check_user", f"no user {user!r} on the host", "an existing user")
    for option, check in options.items():
        # One that each instance has of its own is judged for each.
        for argv in sorted({tuple(concrete(word, name) for word in check) for name in pool.names}):
            found = _cannot_run(argv[0], user, account)
            if found is None and account and account.uid == 0:
                found = of_others(argv, REMEDY if pool.rollout.check_user else REMEDY_OF_ROOT, worker)
            if found:
                yield Problem(f"{pool.where}.{option}", *found)


def _of_alert(pool: Pool, worker: t.Optional[accounts.Account]) -> t.Iterator[Problem]:
    """Of the command that tells an operator: it runs as a user of its own choice."""
    if pool.alert is None:
        return
    named = accounts.found(pool.alert.user, pwd.getpwnam, pwd.getpwuid)
    if named is None:
        yield Problem(f"{pool.where}.alert.user", f"no user {pool.alert.user!r} on the host", "an existing user")
        return
    account = accounts.account_of(named)
    found = _cannot_run(pool.alert.command[0], pool.alert.user, account)
    if found is None and account.uid == 0:
        found = of_others(pool.alert.command, REMEDY_OF_ALERT, worker)
    if found:
        yield Problem(f"{pool.where}.alert.command", *found)


def _of_backlog(pool: Pool, worker: t.Optional[accounts.Account]) -> t.Iterator[Problem]:
    """Of the command that counts the work: it always runs as the user of the pool."""
    command = pool.scaling.backlog if pool.scaling else ()
    if not command:
        return
    found = _cannot_run(command[0], pool.account or "", worker)
    if found is None and worker and worker.uid == 0:
        found = of_others(command, REMEDY_OF_ROOT, worker)
    if found:
        yield Problem(f"{pool.where}.instances.backlog", *found)


def checks(pool: Pool) -> t.Dict[str, t.Sequence[str]]:
    """Those that the pool has, by option."""
    every = {"rollout.health_check": pool.rollout.health_check, "busy_check": pool.rollout.busy_check}
    every["liveness.command"] = pool.liveness.command if pool.liveness else ()
    return {option: check for option, check in every.items() if check}


def _asks(pool: Pool, worker: t.Optional[accounts.Account]) -> t.Tuple[str, t.Optional[accounts.Account]]:
    """The user of the checks; without an account when the host does not know it, or only systemd will."""
    user = pool.rollout.check_user
    if not user:
        return pool.account or "", worker
    named = accounts.found(user, pwd.getpwnam, pwd.getpwuid)
    return user, accounts.account_of(named) if named else None


def _cannot_run(program: str, user: str, account: t.Optional[accounts.Account]) -> t.Optional[Wrong]:
    who = account or accounts.ours()
    if not os.path.isfile(program):
        return f"{program} is not there", "an executable file", ""
    if not os.access(program, os.X_OK):
        return f"{program}, which cannot be executed", "an executable file", ""
    if not accounts.may(who, [(program, os.X_OK)])[0]:
        hint = "Checks and alerts run as the user of the pool, unless check_user or alert.user says otherwise."
        return f"{program}, which {user} may not execute", f"a program that {user} can execute", hint
    return None


def of_others(argv: t.Sequence[str], remedy: str, worker: t.Optional[accounts.Account] = None) -> t.Optional[Wrong]:
    """What root would run that somebody else may change, such as the worker."""
    groups = worker.groups if worker and worker.uid else ()
    for path in filter(os.path.isfile, [*executed(argv), *_interpreter_of(argv[0])]):
        try:
            who = foreign_files.changed_by(path, content=True, groups=groups)
        except OSError as error:
            who = f"its owner is not known: {error.strerror}"
        if who:
            return f"{path}, which root would run, and {who}", ROOTS, f"{remedy}, or give all of it to root."
    return None


def _interpreter_of(program: str) -> t.List[str]:
    try:
        with foreign_files.holding(program, follow=True) as held, foreign_files.reading(held, program) as file:
            return interpreter(file.read(LONGEST_SHEBANG).decode(errors="surrogateescape"))
    except OSError:
        return []
