# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stops timers, and looks whether started ones wait for their next time. Their services are units of their own."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.act.health import Health
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import Verdict
from ansible_collections.workers.systemd.plugins.module_utils._core.act.work import PoolWork, timers_started
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import unit_files
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager

# Seconds. A timer starts at once, unless the host boots and waits for the time of day.
START_WITHIN = 10.0
TICK = 0.05


def stop(work: t.Sequence[PoolWork], manager: Manager) -> None:
    """Before systemd reads another schedule, and before the files of a job go. A run of the job goes on."""
    timers = [unit for pool in work for unit in pool.timers_to_stop]
    if timers:
        manager.stop(timers)
    _unload(timers_started(work), manager)


def _unload(timers: t.Sequence[str], manager: Manager) -> None:
    """Before their start, which would run the job at once when a time has passed since the last run (262, measured), or
    since the timer began to wait (247 and 252). systemd forgets both only when it unloads the timer, which the links
    that enable it prevent. A run that is killed in between leaves a timer that the next run enables.
    """
    enabled = unit_files.links(manager.places) if timers else {}
    linked = [unit for unit in timers if unit in enabled]
    if linked:
        manager.disable(linked)
        manager.reload()
        manager.enable(linked)


def judge(work: t.Sequence[PoolWork], manager: Manager) -> t.Dict[str, Verdict]:
    """Verdicts about timers that do not run. A start job that fails is reported nowhere, so this looks."""
    waiting, end = timers_started(work), time.monotonic() + START_WITHIN
    while waiting and time.monotonic() < end:
        seen = manager.list_units(waiting)
        waiting = [unit for unit in waiting if unit not in seen or seen[unit].active != "active"]
        if waiting and not any(unit in seen and seen[unit].job for unit in waiting):
            break
        time.sleep(TICK)
    return {unit: Verdict(Health.FAILED, "the timer does not run: systemd refused its start") for unit in waiting}
