# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Managers of users that run without anybody logged in (loginctl(1), enable-linger), as long as they have pools.

For each user with pools there is a note that only root reads: whether lingering is our doing, and the names of the
pools.
"""

from __future__ import annotations

import os
import pwd
import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM, Places
from ansible_collections.workers.systemd.plugins.module_utils._host import accounts
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.files import (
    PRIVATE,
    make_directory,
    remove,
    write_atomically,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands

NOTES = f"{SYSTEM.state}/users"
OURS, BEFORE = "ours", "before"
# Where logind keeps the users with lingering; `loginctl show-user` does not show a user without a session.
LINGER = "/var/lib/systemd/linger"
# Seconds until the manager of a user answers, which takes it 0.2 to 0.3.
LONGEST = 10.0
PAUSE = 0.02


def users() -> t.List[str]:
    """Those in whose managers we have put pools, and who are still there."""
    noted = os.listdir(NOTES) if os.path.isdir(NOTES) else []
    # As a rule getpwall() does not list the users of an organization's directory.
    return sorted(name for name in noted if accounts.found(name, pwd.getpwnam, lambda _number: None))


def lingers(user: str) -> bool:
    return os.path.exists(f"{LINGER}/{user}")


def trouble(user: str, places: Places) -> str:
    """Why the pools of a user do not run, or will not for long; empty for none."""
    mended = f"a deploy or `loginctl enable-linger {user}`"
    # The user owns the directory. A link in it may lead to a place that does not answer.
    if not os.path.lexists(places.bus):
        return f"does not run, and neither do its pools: {mended} starts it"
    if not lingers(user):
        return f"ends with the last session of {user}, and does not start at boot: {mended} keeps it"
    return ""


def is_ours(user: str) -> bool:
    return _noted(user)[:1] == [OURS]


def pools_of(user: str) -> t.List[str]:
    """Those that we have put there."""
    return _noted(user)[1:]


def note(user: str, pools: t.Iterable[str]) -> None:
    """The pools that are there now."""
    _write(user, [*_noted(user)[:1], *sorted(pools)])


def begin(user: pwd.struct_passwd, places: Places) -> None:
    """Has the manager run. Raises ``ManagerError`` when it does not come up."""
    if user.pw_name not in users():
        _write(user.pw_name, [BEFORE if lingers(user.pw_name) else OURS])
    if lingers(user.pw_name) and os.path.exists(places.bus):
        return
    _loginctl("enable-linger", user.pw_name)
    _await_bus(user, places)


def end(user: str) -> None:
    """After the last pool of the user."""
    if is_ours(user) and lingers(user):
        _loginctl("disable-linger", user)
    remove(f"{NOTES}/{user}")


def _noted(user: str) -> t.List[str]:
    try:
        with open(f"{NOTES}/{user}", encoding="utf-8") as noted:
            return noted.read().split()
    except FileNotFoundError:
        return []


def _write(user: str, words: t.Sequence[str]) -> None:
    if words == _noted(user):
        return
    for private in (SYSTEM.state, NOTES):
        make_directory(private, PRIVATE)
    write_atomically(f"{NOTES}/{user}", "".join(f"{word}\n" for word in words).encode(), mode=0o600)


def _await_bus(user: pwd.struct_passwd, places: Places) -> None:
    service = f"user@{user.pw_uid}.service"
    end_of_patience = time.monotonic() + LONGEST
    while not os.path.exists(places.bus):
        if time.monotonic() > end_of_patience or commands.run(["systemctl", "is-failed", "--quiet", service])[0] == 0:
            raise ManagerError(
                f"the manager of {user.pw_name} does not come up: there is no {places.bus}. It needs pam_systemd and a "
                f"bus (Debian: libpam-systemd and dbus-user-session); `systemctl status {service}` tells more"
            )
        time.sleep(PAUSE)


def _loginctl(verb: str, user: str) -> None:
    status, out, err = commands.run(["loginctl", verb, user])
    if status:
        raise ManagerError(f"`loginctl {verb} {user}` exited {status}: {(err or out).strip()}")
