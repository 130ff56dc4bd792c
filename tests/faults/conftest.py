# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the kinds that were asked for on several hosts side by side: a case mostly waits.

FAULT_POINTS is how many points each kind gets, FAULT_SEED draws others, FAULT_HOSTS is how many hosts there are, and
FAULT_NAME is the first word of their names.
"""

from __future__ import annotations

import os
import queue
import random
import typing as t
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.faults.hosts import FaultHost
from tests.faults.kinds import KINDS

POINTS = int(os.environ.get("FAULT_POINTS", "5"))
SEED = os.environ.get("FAULT_SEED", "1")
HOSTS = int(os.environ.get("FAULT_HOSTS", "5"))
NAME = os.environ.get("FAULT_NAME", "workers-faults")

Seen = t.List[t.Dict[str, t.Any]]


@pytest.fixture(scope="session")
def seen(request: pytest.FixtureRequest) -> t.Iterator[t.Dict[str, Future[Seen]]]:
    """By kind: what was seen at each point."""
    asked = [item.callspec.params["name"] for item in request.session.items if hasattr(item, "callspec")]
    with_reboots = {name for name in asked if KINDS[name].reboot}
    # A reboot takes the longest, so each kind of it has a host.
    with ThreadPoolExecutor(HOSTS) as steadily, ThreadPoolExecutor(len(with_reboots) or 1) as rebooting:
        steady = [FaultHost(f"{NAME}-{number}", mounts=True) for number in range(1, HOSTS + 1)]
        rebooted = [FaultHost(f"{NAME}-reboots-{number}", mounts=False) for number, _ in enumerate(with_reboots, 1)]
        for host in [*steady, *rebooted]:
            host.up()
        free: t.Dict[bool, queue.Queue[FaultHost]] = {False: queue.Queue(), True: queue.Queue()}
        for host in steady:
            free[False].put(host)
        for host in rebooted:
            free[True].put(host)
        workers = {False: steadily, True: rebooting}
        yield {name: workers[name in with_reboots].submit(_inject, name, free[name in with_reboots]) for name in asked}
        for executor in workers.values():
            executor.shutdown(cancel_futures=True)
        for host in [*steady, *rebooted]:
            host.down()


def _inject(name: str, free: queue.Queue[FaultHost]) -> Seen:
    kind = KINDS[name]
    number = min(POINTS, kind.points or POINTS)
    host = free.get()
    try:
        return [host.inject(kind, fraction) for fraction in fractions(name, number)]
    finally:
        free.put(host)


def fractions(name: str, number: int) -> t.Iterator[float]:
    """Points of a run between 0 and 1, one in each of equal parts of it."""
    drawn = random.Random(f"{SEED} {name}")
    return ((index + drawn.random()) / number for index in range(number))
