# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rolling restart against the same restarts by hand, and how long a bad version is on a host."""

from __future__ import annotations

import itertools
import typing as t
from statistics import median

from tests.benchmarks.deploys import BARE, pool, role
from tests.benchmarks.turns import Clock, Task, on_host

COUNT = 100
BATCH = 10
WINDOW = 0.5
changing = itertools.count()


def rolling(clock: Clock, host: str, rounds: int, hardening: str) -> dict[str, tuple[float, float]]:
    """Median seconds of restarting all in batches, of the whole run and from the first stop to the last start on the
    host: ours, and one shell script that waits for each batch to start.
    """
    policy = {"canary": 0, "max_parallel": str(BATCH), "min_healthy_time": "0"}

    def ours() -> list[Task]:
        return role(_pool(hardening=hardening, rollout=policy, environment={"QUEUE": f"orders-{next(changing)}"}))

    of_batch = f"$(seq -f 'ours@%g' $one $((one + {BATCH - 1})))"
    script = f"for one in $(seq 1 {BATCH} {COUNT}); do systemctl restart {of_batch}; done"
    by_hand: list[Task] = [{"ansible.builtin.raw": script}]
    on_host(host, BARE)
    clock.once(host, ours())
    took: dict[str, list[tuple[float, float]]] = {"ours": [], "by hand": []}
    for _round in range(rounds):
        for name, tasks in (("ours", ours()), ("by hand", by_hand)):
            since = _now(host)
            whole = clock.once(host, tasks)
            took[name].append((whole, _between(host, since, "ours@*.service")))
    return {name: (median(one for one, _ in times), median(one for _, one in times)) for name, times in took.items()}


def bad_version(clock: Clock, host: str, rounds: int) -> dict[str, float]:
    """Seconds of the whole run that fails, besides the window of the way back, and on the host until that begins.

    On the host they count from the stop of the canary to the start that brings it back, as the journal has them: a
    version that dies at once uses up no window.
    """
    good = _pool(rollout={"min_healthy_time": f"{WINDOW}s"})
    on_host(host, BARE)
    clock.once(host, role(good))
    whole, there = [], []
    for _round in range(rounds):
        since = _now(host)
        bad = {**good, "command": ["/bin/sh", "-c", f"exit {next(changing) % 100 + 1}"]}
        whole.append(clock.once(host, role(bad), fails=True) - WINDOW)
        there.append(_between(host, since, "ours@1.service"))
    on_host(host, BARE)
    return {"whole run": median(whole), "on the host": median(there)}


def _now(host: str) -> str:
    return on_host(host, "date +%s.%N").strip()


def _between(host: str, since: str, units: str) -> float:
    """Seconds from the first stop to the last start of these units, as the journal has them."""
    query = f"journalctl --sync; journalctl --output=short-unix --since=@{since} --unit='{units}'"
    stop = "grep -m1 'Stopping ' | cut -d' ' -f1"
    start = "grep 'Started ' | tail -n1 | cut -d' ' -f1"
    times = on_host(host, f"({query}) | {stop}; ({query}) | {start}").split()
    return float(times[1]) - float(times[0])


def _pool(**more: t.Any) -> dict[str, t.Any]:
    return pool("ours", COUNT, **more)
