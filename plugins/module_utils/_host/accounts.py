# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts of this host, and what the kernel lets them do."""

from __future__ import annotations

import ctypes
import os
import pwd
import resource
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._host import child

# Until what has not been answered counts as forbidden: a dead file server does not answer.
LONGEST = 30.0

# prctl(2)
PR_SET_DUMPABLE = 4


class Account(t.NamedTuple):
    uid: int
    gid: int
    groups: t.Tuple[int, ...]


def ours() -> Account:
    """Stands for an account that the host does not have: what is not there is not there for us either."""
    return Account(os.geteuid(), os.getegid(), ())


def found(name: str, by_name: t.Callable[[str], t.Any], by_number: t.Callable[[int], t.Any]) -> t.Any:
    """An entry of pwd or grp, or ``None``, as for a name that cannot be one."""
    try:
        return by_number(int(name)) if is_number(name) else by_name(name)
    except (KeyError, ValueError):
        return None


def is_number(name: str) -> bool:
    """Whether it is a uid or gid; the largest means none (chown(2))."""
    return name.isascii() and name.isdigit() and len(name) <= 10 and int(name) < 2**32 - 1


def become(account: Account) -> None:
    """For good, of this process. Only root sees its memory, in /proc, by ptrace(2) or in a core dump.

    The kernel sees to that by itself unless fs.suid_dumpable is set (proc(5)). A process of that user is left as it is.
    """
    if account.uid == os.geteuid():
        return
    os.setgroups(account.groups)
    os.setgid(account.gid)
    os.setuid(account.uid)
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def account_of(user: pwd.struct_passwd) -> Account:
    return Account(user.pw_uid, user.pw_gid, tuple(os.getgrouplist(user.pw_name, user.pw_gid)))


def may(account: Account, needs: t.Sequence[t.Tuple[str, int]]) -> t.List[bool]:
    """Asks the kernel as that user, from a child process that became it. ``needs`` are paths and modes of access(2)."""
    if account.uid == os.geteuid():
        return [os.access(path, mode) for path, mode in needs]
    answers = child.answers((os.access(path, mode) for path, mode in needs), LONGEST, lambda: become(account))
    return [*answers, *[False] * (len(needs) - len(answers))]
