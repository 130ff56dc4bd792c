# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A look at the manager of a user, by a process of that user."""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.shape import fits
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.after_boot import AfterBoot
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.look import pool_files
from ansible_collections.workers.systemd.plugins.module_utils._host.look.logins import login, places_of
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.absent_manager import AbsentManager
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.telling import in_words
from ansible_collections.workers.systemd.plugins.module_utils._host.undo import after_boot
from ansible_collections.workers.systemd.plugins.module_utils._host.users.as_user import (
    AsUser,
    Principal,
    little_memory,
)

Said = t.Dict[str, t.Any]

# What can go wrong with the process of a user. Of a mistake of ours it tells as a RuntimeError.
TROUBLE = (Problems, ManagerError, OSError, RuntimeError)
# Seconds in which it has to have looked.
LOOKS = 30.0


@dataclass(frozen=True)
class Look:
    """Tells what ``look_at`` finds in the manager of a user, or without one."""

    look_at: t.Callable[[Manager], Said]
    places: Places

    def __call__(self, principal: Principal) -> None:
        os.environ["XDG_RUNTIME_DIR"] = self.places.runtime
        kind = Manager if os.path.exists(self.places.bus) else AbsentManager
        with little_memory():
            principal.give(lambda: self.look_at(kind(commands.run, self.places, principal.journal)))


def look_as(user: str, look_at: t.Callable[[Manager], Said], shape: t.Any) -> Said:
    """What somebody sees who looks at the manager of a user, as that user. Raises TROUBLE.

    ``look_at`` is a function of a module, and what it returns has the ``shape``.
    """
    whose = login(user, "user")
    process = AsUser(whose, Look(look_at, places_of(whose)), LOOKS)
    try:
        seen = process.result(lambda _line: None, LOOKS)
    finally:
        process.close()
    return of_shape(seen, shape, user)


def of_shape(said: Said, shape: t.Any, user: str) -> Said:
    if not fits(said, shape):
        raise another_shape(user)
    return said


def owned_pools(manager: Manager) -> Said:
    return {"pools": pool_files.owned_pools(manager.places)}


def after_boot_of(user: str) -> AfterBoot:
    """What that user's manager has undone after a boot."""
    try:
        return AfterBoot(**look_as(user, _after_boot, {"done": [str], "waiting": [str], "trouble": str}))
    except TROUBLE as error:
        return AfterBoot(trouble=in_words(error))


def _after_boot(manager: Manager) -> Said:
    return vars(after_boot.found(manager.places))


def another_shape(user: str) -> ManagerError:
    return ManagerError(f"the process that was working as {user} returned a result of another shape")
