# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `systemd-analyze verify` never checks: accounts, executables, directories and environment files on this host."""

from __future__ import annotations

import glob
import grp
import os
import pwd
import shutil
import stat
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.seen import VENDOR
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.credentials import ENCRYPTED_SINCE
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool, without_dash
from ansible_collections.workers.systemd.plugins.module_utils._host import accounts
from ansible_collections.workers.systemd.plugins.module_utils._host.judge import check_problems, root_reads
from ansible_collections.workers.systemd.plugins.module_utils._host.look import pool_files
from ansible_collections.workers.systemd.plugins.module_utils._host.write import credentials


def missing(pools: t.Sequence[Pool], systemd: int) -> t.List[Problem]:
    """What the pools need of the host and the host lacks."""
    problems: t.List[Problem] = []
    for pool in pools:
        account, found = _account(pool)
        problems.extend(found)
        problems.extend(_file_problems(pool))
        problems.extend(root_reads.of_pool(pool, account))
        problems.extend(_writable_problems(pool))
        problems.extend(_access_problems(pool, account or accounts.ours()))
        problems.extend(check_problems.of_pool(pool, account))
        if pool.credentials and systemd >= ENCRYPTED_SINCE and not shutil.which(credentials.PROGRAM):
            lacking = f"credentials, without {credentials.PROGRAM} on the host"
            problems.append(Problem(f"{pool.where}.secrets_as", lacking, "that program, or environment"))
    return problems


def open_to_others(places: Places) -> t.Iterator[Problem]:
    """Directories of ours that somebody else could put an environment or a version of a pool into."""
    for directory in (places.configuration, *glob.glob(places.config("*")), places.state, places.all_generations):
        try:
            status = os.stat(directory)
        except OSError:
            continue
        theirs = status.st_mode & stat.S_IWGRP and status.st_gid != os.getegid()
        if status.st_uid != os.geteuid() or theirs or status.st_mode & stat.S_IWOTH:
            found = f"{directory}, of owner {status.st_uid}:{status.st_gid} and mode {stat.S_IMODE(status.st_mode):04o}"
            hint = f"Check the files of other users there. Then chown {os.geteuid()}:{os.getegid()}, chmod go-w."
            yield Problem("the host", found, "a directory that no other user can write to", hint)


def foreign(places: Places, pools: t.Sequence[Pool]) -> t.List[Problem]:
    """What is in the way of a pool's units: units of somebody else that have their names, and files for directories."""
    problems = []
    for pool in pools:
        for unit in (unit_name.template(pool.name), unit_name.target(pool.name)):
            path, owner = pool_files.claimed(places, unit)
            if owner not in (None, pool.name):
                masked = os.path.islink(path) and os.readlink(path) == "/dev/null"
                found = f"{path}, which {'masks it' if masked else 'is not from this collection'}"
                hint = "`systemctl unmask` it, or choose another name." if masked else _taking_over(path)
                problems.append(Problem(f"{pool.where}.name", found, "no such unit", hint))
        for path in _directories(places, pool):
            if os.path.lexists(path) and not os.path.isdir(path):
                found = f"{path}, which is not a directory"
                problems.append(Problem(f"{pool.where}.name", found, "a directory, or nothing", "Remove it first."))
    return problems


def _directories(places: Places, pool: Pool) -> t.Tuple[str, ...]:
    """Where files and links of a pool go."""
    wanted_by = (f"{target}.wants" for target in (unit_name.target(pool.name), places.default_target))
    return (places.config(pool.name), *map(places.unit, wanted_by))


def _taking_over(path: str) -> str:
    if path.startswith(VENDOR):
        return "A package has it: choose another name."
    also = f" {path}.d" if os.path.isdir(f"{path}.d") else ""
    return (
        f"Choose another name. Or let the pool take it over: `rm -r {path}{also} && systemctl daemon-reload`, then run "
        "this again. The instances are restarted in batches, and the links of the previous unit are corrected."
    )


def _account(pool: Pool) -> t.Tuple[t.Optional[accounts.Account], t.List[Problem]]:
    """The user of the worker; ``None`` when the host does not know it."""
    problems: t.List[Problem] = []
    name = pool.account if os.geteuid() == 0 else str(os.geteuid())
    if name is None:
        return None, problems
    user = accounts.found(name, pwd.getpwnam, pwd.getpwuid)
    if user is None:
        problems.append(
            Problem(f"{pool.where}.user", f"no user {name!r} on the host", "an existing user", "Create it first.")
        )
    group = None if pool.group is None else accounts.found(pool.group, grp.getgrnam, grp.getgrgid)
    if pool.group is not None and group is None:
        problems.append(
            Problem(
                f"{pool.where}.group", f"no group {pool.group!r} on the host", "an existing group", "Create it first."
            )
        )
    if user is None or problems:
        return None, problems
    gid = group.gr_gid if group else user.pw_gid
    return accounts.Account(user.pw_uid, gid, tuple(os.getgrouplist(user.pw_name, gid))), []


def _file_problems(pool: Pool) -> t.Iterator[Problem]:
    for index, path in enumerate(pool.environment_files):
        for one in pool.of_instances(without_dash(path)):
            if not os.path.isfile(one) and (os.path.exists(one) or not path.startswith("-")):
                found = "is no file" if os.path.exists(one) else "is not there"
                hint = "" if path.startswith("-") else "With a dash before it, it may be missing."
                yield Problem(f"{pool.where}.environment_files[{index}]", f"{one} {found}", "an existing file", hint)
    for index, path in enumerate(pool.watch):
        for one in pool.of_instances(path):
            if not os.path.lexists(one):
                yield Problem(f"{pool.where}.watch[{index}]", f"{one} is not there", "an existing file")


def _writable_problems(pool: Pool) -> t.Iterator[Problem]:
    for path in pool.writable_paths:
        for one in pool.of_instances(path):
            if not os.path.exists(one):
                # The place is that of the trap which finds one that every instance has.
                yield Problem(f"{pool.where}.writable_paths", f"{one} is not there", "an existing path")


def _access_problems(pool: Pool, account: accounts.Account) -> t.Iterator[Problem]:
    """Asks the kernel as that user, from a child process that became it."""
    user = pool.account if pool.account and os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    programs, directories = (pool.of_instances(one or "") for one in (pool.executable, pool.working_directory))
    # systemd enters a directory and never reads it: mode 0711 is enough.
    asked = [(path, os.X_OK) for path in (*programs, *directories)]
    may = dict(zip((path for path, _mode in asked), accounts.may(account, asked)))
    where = f"{pool.where}.command"
    for program in programs:
        if not os.path.isfile(program):
            found = "is a directory" if os.path.isdir(program) else "is not there"
            yield Problem(where, f"{program} {found}", "an executable file")
        elif not may[program]:
            yield Problem(where, f"{program}, which {user} may not execute", "an executable file")
    where = f"{pool.where}.working_directory"
    for directory in directories:
        if not os.path.isdir(directory):
            yield Problem(where, f"{directory} is not there", "an existing directory")
        elif not may[directory]:
            yield Problem(where, f"{directory}, which {user} may not enter", "a directory that the user can enter")
