# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the job of a timer now, and waits for its end."""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, unknown_pool
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.report import journal_lines
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.timer_status import (
    JOB_PROPERTIES,
    SKIPPED,
    how_a_run_ended,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.look import pool_files
from ansible_collections.workers.systemd.plugins.module_utils._host.look.secrets import secrets_of
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager

TICK = 0.1
LINES = 200
ENDED = ("inactive", "failed")
# Without a process there is no result of one.
NOT_STARTED = "not started: a condition of its unit is not met"


@dataclass(frozen=True)
class Ran:
    """``result`` is ``success``, ``skipped`` without the lock, or why the run failed. ``journal`` are its last lines,
    without secrets.
    """

    result: str
    seconds: float
    journal: t.Tuple[str, ...]

    @property
    def failed(self) -> bool:
        return self.result not in ("success", SKIPPED)


def problems(name: str, manager: Manager) -> t.Iterator[Problem]:
    """Why the job cannot run now."""
    timers = pool_files.of_kind(manager.places, unit_name.TIMER)
    if name not in timers:
        yield unknown_pool("name", name, timers, kind=unit_name.TIMER)
        return
    service = unit_name.main_units(name, timer=True).service
    if _state(service, manager) not in ENDED:
        hint = "systemd runs a job once at a time. Wait for its end: journalctl --namespace='*' -f -u " + service
        yield Problem("name", f"{name}, whose run is under way", "a timer whose job does not run", hint)


def run(name: str, manager: Manager) -> Ran:
    """A lost connection does not end the run: it belongs to systemd."""
    service = unit_name.main_units(name, timer=True).service
    before, begun = _shown(service, manager), time.time()
    refused = manager.start([service])
    while _is_under_way(service, manager):
        time.sleep(TICK)
    after, seconds = _shown(service, manager), time.time() - begun
    started = after["InvocationID"] != before["InvocationID"]
    entries = manager.journal(service, begun, lines=LINES, fresh=True)
    lines = journal_lines(entries, secrets_of(manager.places, [name]))
    if refused:
        result = f"not started: systemd refused it, and said: {refused[service]}"
    else:
        result = how_a_run_ended(after) if started else NOT_STARTED
    return Ran(result, round(seconds, 1), tuple(lines))


def _shown(service: str, manager: Manager) -> t.Mapping[str, str]:
    return manager.show([service], [*JOB_PROPERTIES, "InvocationID"])[service]


def _state(service: str, manager: Manager) -> str:
    return manager.show([service], ["ActiveState"])[service]["ActiveState"]


def _is_under_way(service: str, manager: Manager) -> bool:
    """Also while systemd waits to start it, or to start it again."""
    seen = manager.list_units([service]).get(service)
    return seen is not None and bool(seen.job or seen.active not in ENDED)
