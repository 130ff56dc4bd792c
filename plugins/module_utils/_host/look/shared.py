# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The units that serve all pools of a host, as the host has them."""

from __future__ import annotations

from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import ObservedShared
from ansible_collections.workers.systemd.plugins.module_utils._core.write import restart_counter
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pool_unit import GROWING_DELAY_SINCE
from ansible_collections.workers.systemd.plugins.module_utils._core.write.shared_units import ENABLED, RUNS, UNITS
from ansible_collections.workers.systemd.plugins.module_utils._host.look import kept_metrics
from ansible_collections.workers.systemd.plugins.module_utils._host.look.pool_files import observed_file
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.unit_files import links


def observe_shared(systemd: int, manager: Manager) -> ObservedShared:
    """The units that serve all pools of the host."""
    files = {
        path: there for path in map(manager.places.unit, UNITS) for there in [observed_file(path)] if there is not None
    }
    # An older systemd never had the timer, and the agent is rare.
    known = {restart_counter.TIMER} if systemd >= GROWING_DELAY_SINCE else set()
    known |= {unit for unit in RUNS if manager.places.unit(unit) in files}
    listed = manager.list_units(sorted(known))
    # The agent ends and is started again when its program has changed.
    active = frozenset(unit for unit, seen in listed.items() if seen.active in ("active", "activating"))
    left = kept_metrics.left(manager.places)
    return ObservedShared(files, active, frozenset(set(links(manager.places)).intersection(ENABLED)), left)
