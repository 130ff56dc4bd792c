# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applies the limits that systemd has loaded again to the cgroups of running units."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.look.limits import FILES, in_force
from ansible_collections.workers.systemd.plugins.module_utils._core.write.effects import LIMITS_ARE_LIVE_UP_TO
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager

CGROUPS = "/sys/fs/cgroup"
# The content of each file is shorter, also when the file names many devices.
LONGEST = 2**14


def behind(units: t.Sequence[str], manager: Manager) -> t.List[str]:
    """Makes systemd apply the limits of running services. Returns the services whose cgroups do not have the limits.

    A limit whose file cannot be read does not count. systemd does not enforce a limit without a file, and a restart
    does not change that.
    """
    if not units or manager.version() <= LIMITS_ARE_LIVE_UP_TO:
        return []
    manager.renew_cgroups(units)
    loaded = {name: manager.limits(units, name) for name in FILES}
    groups = manager.cgroups(units)
    return [unit for unit in units if any(not _has(groups[unit], name, loaded[name][unit]) for name in FILES)]


def _has(group: str, name: str, loaded: int) -> bool:
    try:
        with open(f"{CGROUPS}{group}/{FILES[name]}", encoding="ascii", errors="replace") as file:
            return in_force(name, loaded, file.read(LONGEST))
    except OSError:
        return True
