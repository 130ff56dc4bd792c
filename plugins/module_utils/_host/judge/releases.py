# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the links of releases lead to. Their owner may put anything in their place, at any moment.

So a child process looks, as the user of the pool: what it finds, that user could have reached as well. Root takes a
text from it, which must be a plain path, and follows nothing.
"""

from __future__ import annotations

import errno
import functools
import os
import pwd
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.refusal import Refusal
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.release import (
    LETTERS,
    PATH,
    Release,
    pinned_text,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.write.release import pinned
from ansible_collections.workers.systemd.plugins.module_utils._host import accounts, child, foreign_files, looks
from ansible_collections.workers.systemd.plugins.module_utils._host.judge import root_reads

# The account with no rights of its own, for a user that systemd makes up (DynamicUser=).
NOBODY = 65534
HINT = "Let the tool that installs the application make the link before the deploy of the workers."


class Resolved(t.NamedTuple):
    """``missing`` are links that a tool may make later, and ``host`` all other problems."""

    pools: t.List[Pool]
    host: t.List[Problem]
    missing: t.List[Problem]

    @property
    def refusal(self) -> Refusal:
        return Refusal(host=tuple(self.host), missing=tuple(self.missing))


def resolved(pools: t.Sequence[Pool]) -> Resolved:
    """The pools with the directory of their release. One with a problem keeps the link."""
    found = Resolved([], [], [])
    for pool in pools:
        found.pools.append(pool if pool.release is None else _resolved(pool, pool.release.link, found))
    return found


def _resolved(pool: Pool, link: str, found: Resolved) -> Pool:
    where, account = f"{pool.where}.release.link", _account(pool)
    if account is None:
        # That its user is missing is said elsewhere.
        return pool
    answers = child.answers(_looks(link), looks.SILENCE, functools.partial(accounts.become, account))
    directory, trouble = answers[0] if answers else ("", None)
    if trouble is None:
        found.host.append(looks.problem(where, link))
    elif trouble == errno.ENOENT:
        found.missing.append(Problem(where, f"{link}, which is not there or leads to nothing", "a link", HINT))
    elif trouble:
        expected = f"a link to a directory that {pool.account or 'its user'} may enter"
        found.host.append(Problem(where, f"{link}: {os.strerror(trouble)}", expected))
    elif not PATH.fullmatch(directory):
        found.host.append(Problem(where, f"{link}, which leads to {directory!r}", f"a directory of {LETTERS}"))
    else:
        mover = _mover(pool, link, account)
        if not mover:
            found.host.extend(_read_by_root(pool, link))
            return pinned(pool, Release(link, directory))
        expected = "a link that only root can move, for a pool that runs something as root"
        found.host.append(Problem(where, f"{link}: {mover}", expected))
    return pool


def _read_by_root(pool: Pool, link: str) -> t.Iterator[Problem]:
    """Files behind the link that systemd reads as root: the user who moves the link would choose them."""
    for where, path, _is_environment in root_reads.read_as_root(pool):
        if pinned_text(path, link, "") != path:
            expected = "no such file behind the link of the release"
            yield Problem(f"{pool.where}.{where}", f"{path}, which systemd reads as root", expected)


def _looks(link: str) -> t.Iterator[t.Tuple[str, int]]:
    """The directory and 0, or the number of an error. This is for a child process that has become the user."""
    try:
        os.stat(link)
        # EINVAL when it is no link.
        os.readlink(link)
        directory = os.path.realpath(link)
        os.stat(os.path.join(directory, "."))
    except OSError as error:
        yield "", error.errno or errno.EIO
    else:
        yield directory, 0


def _account(pool: Pool) -> t.Optional[accounts.Account]:
    """The user of the pool; ``None`` when the host does not know it. A dynamic user may do what any other may."""
    if os.geteuid() != 0:
        return accounts.ours()
    if pool.account is None:
        return accounts.Account(NOBODY, NOBODY, ())
    user = accounts.found(pool.account, pwd.getpwnam, pwd.getpwuid)
    return accounts.account_of(user) if user else None


def _mover(pool: Pool, link: str, account: accounts.Account) -> str:
    """Who but root chooses what runs as root, in words."""
    if os.geteuid() != 0 or not pool.has_root_in_it:
        return ""
    try:
        return foreign_files.changed_by(link, content=False, groups=account.groups if account.uid else ())
    except OSError as error:
        return os.strerror(error.errno or errno.EIO)


def is_there(directory: str) -> bool:
    """Whether a directory is there, as far as the kernel answers in time."""
    return child.answers((os.path.isdir(one) for one in (directory,)), looks.SILENCE) == [True]
