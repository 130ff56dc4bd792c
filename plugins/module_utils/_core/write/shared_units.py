# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The units that serve all pools of a host: those that its systemd needs."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core import marks
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.write import agent_unit, dead_man, restart_counter
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pool_unit import GROWING_DELAY_SINCE
from ansible_collections.workers.systemd.plugins.module_utils._core.write.start_limit import start_limit_units
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import WantedFile

# Of any systemd version, so that an upgrade of the host leaves nothing behind.
UNITS = (
    f"{marks.START_LIMIT}@.service",
    f"{marks.RESTING}@.service",
    restart_counter.SERVICE,
    restart_counter.TIMER,
    dead_man.EARLY_AT_BOOT,
    dead_man.AT_BOOT,
    agent_unit.SERVICE,
)
# What starts at boot, and why.
ENABLED = {
    restart_counter.TIMER: "resets the restart counter of stable workers",
    dead_man.EARLY_AT_BOOT: "puts back at boot the files of a killed run, before the pools start",
    dead_man.AT_BOOT: "undoes at boot the changes of a killed run",
    agent_unit.SERVICE: "looks after pools that ask for it",
}
# What runs beside the pools.
RUNS = (restart_counter.TIMER, agent_unit.SERVICE)


def shared_units(
    places: Places, systemd: int, python: str, pools: t.Sequence[str], *, agent: bool = False
) -> t.Tuple[WantedFile, ...]:
    """For a host that has these pools after this run; ``python`` runs the modules there. With ``agent``, one of the
    pools has duties for it.
    """
    if not pools:
        return ()
    recovery = (
        restart_counter.restart_counter_units(places, pools)
        if systemd >= GROWING_DELAY_SINCE
        else start_limit_units(places)
    )
    agents = (agent_unit.agent_unit(places, python),) if agent else ()
    return (dead_man.early_unit(places, python), dead_man.boot_unit(places, python), *recovery, *agents)
