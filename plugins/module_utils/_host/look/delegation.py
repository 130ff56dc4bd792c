# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which limits a manager can enforce."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places

# Of cgroup v2, alone or beside v1, which delegates nothing to anybody but root.
TREES = ("/sys/fs/cgroup", "/sys/fs/cgroup/unified")


def controllers(places: Places) -> t.Optional[t.Set[str]]:
    """What the running manager of a user was given; ``None`` for the system's, which has all, and for one unknown."""
    if not places.user or not os.path.exists(places.bus):
        return None
    uid = os.geteuid()
    for tree in TREES:
        path = f"{tree}/user.slice/user-{uid}.slice/user@{uid}.service/cgroup.controllers"
        try:
            with open(path, encoding="ascii") as given:
                return set(given.read().split())
        except OSError:
            continue
    return set()
