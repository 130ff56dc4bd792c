# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users of this host in whose managers pools run."""

from __future__ import annotations

import functools
import os
import pwd
import re
import sys
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places, of_user
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._host import accounts, looks

# It comes to stand in units, where anything else would be a specifier, or the end of a word.
HOME = re.compile(r"/[A-Za-z0-9_./+@-]+")


def login(name: str, where: str) -> pwd.struct_passwd:
    """Raises ``Problems`` with one when there is no such manager; ``where`` is the option."""
    user = accounts.found(name, pwd.getpwnam, pwd.getpwuid)
    if user is None:
        raise Problems([Problem(where, f"no user {name!r} on the host", "an existing user", "Create it first.")])
    if _home_is_silent(user):
        raise Problems([looks.problem(where, f"{user.pw_name}, whose home {user.pw_dir}")])
    found = _trouble(user)
    if found:
        raise Problems([Problem(where, f"{user.pw_name}, {found}", "a user with a home, for scope: user")])
    return t.cast("pwd.struct_passwd", user)


def places_of(user: pwd.struct_passwd) -> Places:
    return of_user(user.pw_name, user.pw_dir, user.pw_uid)


# Asked for each pool of the user, and each answer takes a process or two.
@functools.lru_cache(maxsize=None)
def _home_is_silent(user: pwd.struct_passwd) -> bool:
    return bool(looks.unanswered([user.pw_dir]))


@functools.lru_cache(maxsize=None)
def _trouble(user: pwd.struct_passwd) -> str:
    if user.pw_uid == 0:
        return "which is root, whose workers belong to the system"
    if not os.path.isdir(user.pw_dir) or user.pw_dir == "/":
        return f"whose home {user.pw_dir!r} is not there"
    if not HOME.fullmatch(user.pw_dir):
        return f"whose home {user.pw_dir!r} has characters that systemd would misread"
    # What he does to his own home is his own affair, and his own failure.
    owns = os.stat(user.pw_dir).st_uid == user.pw_uid
    if not owns and not all(accounts.may(accounts.account_of(user), [(user.pw_dir, os.R_OK | os.W_OK | os.X_OK)])):
        return f"who may not write to {user.pw_dir}"
    # The manager of the user runs it to undo a run that has died.
    if not all(accounts.may(accounts.account_of(user), [(sys.executable, os.X_OK)])):
        return f"who may not run {sys.executable}, with which Ansible runs here"
    return ""
