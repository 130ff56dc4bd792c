# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `systemd-analyze verify` never checks: accounts, executables, directories and environment files on this host."""

from __future__ import annotations

import functools
import glob
import grp
import os
import pwd
import shutil
import stat
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.root_runs import executed
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.seen import VENDOR
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.credentials import ENCRYPTED_SINCE
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool, without_dash
from ansible_collections.workers.systemd.plugins.module_utils._core.write import kept_logs
from ansible_collections.workers.systemd.plugins.module_utils._host import accounts, looks
from ansible_collections.workers.systemd.plugins.module_utils._host.judge import check_problems, root_reads
from ansible_collections.workers.systemd.plugins.module_utils._host.look import pool_files
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import processes, unit_files
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.write import credentials


def unanswered(pools: t.Sequence[Pool]) -> t.List[Problem]:
    """The paths of the pools at which nothing may look, now or later: each look would wait for a dead server."""
    where: t.Dict[str, str] = {}
    for pool in pools:
        for option, path in _named(pool):
            where.update({one: f"{pool.where}.{option}" for one in pool.of_instances(path) if one not in where})
    return [looks.problem(where[path], path) for path in sorted(looks.unanswered(where))]


def missing(pools: t.Sequence[Pool], systemd: int) -> t.List[Problem]:
    """What the pools need of the host and the host lacks. Raises ``Problems`` when a server has just died."""
    found = looks.patiently([(pool.where, functools.partial(_missing, pool, systemd)) for pool in pools])
    return [problem for problems in found for problem in problems]


def _missing(pool: Pool, systemd: int) -> t.List[Problem]:
    account, problems = _account(pool)
    problems.extend(_file_problems(pool))
    problems.extend(root_reads.of_pool(pool, account))
    problems.extend(_writable_problems(pool))
    problems.extend(_access_problems(pool, account or accounts.ours()))
    problems.extend(check_problems.of_pool(pool, account))
    has_credentials = any(one.credentials for one in pool.settings.values())
    if has_credentials and systemd >= ENCRYPTED_SINCE and not shutil.which(credentials.PROGRAM):
        lacking = f"credentials, without {credentials.PROGRAM} on the host"
        problems.append(Problem(f"{pool.where}.secrets_as", lacking, "that program, or environment"))
    return problems


def _named(pool: Pool) -> t.Iterator[t.Tuple[str, str]]:
    """Option and path of all that this collection looks at before it installs the pool."""
    yield "command", pool.executable or ""
    yield "working_directory", pool.working_directory or ""
    yield from ((f"watch[{index}]", path) for index, path in enumerate(pool.watch))
    yield from (("writable_paths", path) for path in pool.writable_paths)
    yield from ((option, without_dash(path)) for option, path, _environment in root_reads.read_as_root(pool))
    for option, check in check_problems.checks(pool).items():
        yield from ((option, path) for path in executed(check))


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
        for unit in pool.main_units:
            path, owner = pool_files.claimed(places, unit)
            masked = os.path.islink(path) and os.readlink(path) == "/dev/null"
            if owner not in (None, pool.name) and (masked or not pool.adopt):
                found = f"{path}, which {'masks it' if masked else 'is not from this collection'}"
                hint = "`systemctl unmask` it, or choose another name." if masked else _taking_over(path)
                problems.append(Problem(f"{pool.where}.name", found, "no such unit", hint))
        if pool.adopt:
            problems.extend(_no_template(places, pool))
        for name in pool.own:
            path = places.own_drop_in(unit_name.instance(pool.name, name))
            if pool_files.owner(path) not in (None, pool.name) and not pool.adopt:
                found, hint = (
                    f"{path}, which is not from this collection",
                    "Rename it: systemd reads each *.conf there.",
                )
                problems.append(Problem(f"{pool.where}.per_instance.{name}", found, "no such file", hint))
        settings = kept_logs.path(places, pool.name)
        if pool.keep and pool_files.owner(settings) not in (None, pool.name):
            found = f"{settings}, which is not from this collection"
            problems.append(Problem(f"{pool.where}.logs.keep", found, "no such file", "Remove it, or leave out keep."))
        for path in _directories(places, pool):
            if os.path.lexists(path) and not os.path.isdir(path):
                found = f"{path}, which is not a directory"
                problems.append(Problem(f"{pool.where}.name", found, "a directory, or nothing", "Remove it first."))
    return problems


def _no_template(places: Places, pool: Pool) -> t.Iterator[Problem]:
    """A service of the name, which has one process and no instances, and which runs or starts at boot."""
    unit = f"{pool.name}.service"
    path, _owner = pool_files.claimed(places, unit)
    if unit in unit_files.links(places) or processes.invocation(places, unit):
        hint = (
            f"Deploy the pool without `adopt`, and it runs beside the service. Then `{places.systemctl} disable --now "
            f"{unit}`."
        )
        yield Problem(f"{pool.where}.adopt", f"{path}, which is no template", "a template, or nothing", hint)


def of_other_kind(pools: t.Sequence[Pool], owned: t.Mapping[str, str]) -> t.Iterator[Problem]:
    """Timers whose name is that of a pool on the host, and the reverse. ``owned`` has the kinds of what is there."""
    for pool in pools:
        there = owned.get(pool.name, pool.kind)
        if there != pool.kind:
            hint = f"Choose another name, or remove the {there} first: `state: absent` in workers_{there}s."
            yield Problem(f"{pool.where}.name", f"a {there} of this name on the host", f"a {pool.kind}, or none", hint)


def unit_problems(pools: t.Sequence[Pool], manager: Manager) -> t.Iterator[Problem]:
    """Units that pools are bound to and that systemd does not know: these pools would never start."""
    states = manager.states(sorted({unit for pool in pools for unit in pool.bound_to}))
    for pool in pools:
        for index, unit in enumerate(pool.bound_to):
            if states[unit][0] in ("not-found", "masked"):
                found = f"{unit}, which is {'masked' if states[unit][0] == 'masked' else 'not there'}"
                yield Problem(f"{pool.where}.bound_to[{index}]", found, "a unit of the host", "Install it first.")


def _directories(places: Places, pool: Pool) -> t.Tuple[str, ...]:
    """Where files and links of a pool go."""
    by = pool.bound_to or (places.default_target,)
    targets = ("timers.target",) if pool.schedule else (unit_name.target(pool.name), *by)
    wanted_by = (f"{target}.wants" for target in targets)
    drop_ins = (os.path.dirname(places.own_drop_in(unit_name.instance(pool.name, name))) for name in pool.own)
    return (places.config(pool.name), *map(places.unit, wanted_by), *drop_ins)


def _taking_over(path: str) -> str:
    if path.startswith(VENDOR):
        return "A package has it: choose another name, or write `adopt: true`, and the pool takes it over."
    also = f" {path}.d" if os.path.isdir(f"{path}.d") else ""
    return (
        "Choose another name. Or write `adopt: true`: the pool takes it over, keeps the files for a rollback, and "
        "restarts the instances in batches. Or remove it first, and the pool can "
        f"take it over: `rm -r {path}{also} && systemctl daemon-reload`."
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
