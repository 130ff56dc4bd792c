# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the agent of a host costs while nothing happens: processor time and memory, with many instances that sleep.

python3 -m tests.benchmarks.agent prints the table alone.
"""

from __future__ import annotations

import os
import time
import typing as t
from dataclasses import dataclass
from pathlib import Path

from lab import hosts
from tests.benchmarks.deploys import BARE, pool, role
from tests.benchmarks.turns import Clock, on_host

HOST = "workers-bench-agent"
INVENTORY = Path(".cache/lab/bench-agent.json")
COUNT, SECONDS = int(os.environ.get("BENCH_SLEEPERS", "500")), int(os.environ.get("BENCH_SECONDS", "120"))
# After a deploy: the agent has begun, and has looked at everything once.
SETTLES = 30
# Of proc(5): utime, stime, and those of the children that it has waited for, in ticks. Without the number and the name.
TIMES = slice(11, 15)
ALERT = {"command": ["/bin/true"], "user": "www-data"}
# Each has those before it too.
DUTIES: dict[str, dict[str, t.Any]] = {
    "`alert`": {"alert": ALERT},
    "and `recycle`": {"recycle": {"memory": "400M", "age": "6h"}},
    "and `liveness` with files": {"liveness": {"file": "/run/beats/%i", "max_age": "2min"}},
}
# Of all pools.
METRICS = "and figures for Prometheus", {"workers_metrics": "/var/lib/figures"}
PREPARE = "mkdir -p /run/beats /var/lib/figures; chmod 755 /run/beats /var/lib/figures"
# All files have just changed, as if workers touched them.
BEAT = "cd /run/beats; seq 1 {count} | xargs touch"
AGENT = "pid=$(systemctl show --value -p MainPID workers-agent.service)"
FIGURES = f"{AGENT}; cat /proc/$pid/stat; grep -E 'VmRSS|VmHWM' /proc/$pid/status; getconf CLK_TCK"


@dataclass(frozen=True)
class Figures:
    """``pid`` is that of the agent, ``seconds`` are of the processor, and the sizes are in KiB."""

    pid: int
    seconds: float
    resident: int
    most: int


def figures(host: str) -> Figures:
    """What the agent has used so far, with the processes that it has started."""
    stat, *lines = on_host(host, FIGURES).splitlines()
    fields = stat[stat.rindex(")") + 2 :].split()
    ticks = sum(map(int, fields[TIMES]))
    sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines[:-1]}
    return Figures(int(stat.split()[0]), ticks / int(lines[-1]), sizes["VmRSS"], sizes["VmHWM"])


def costs(clock: Clock, host: str, count: int, seconds: int) -> t.Iterator[tuple[str, float, Figures, Figures]]:
    """For each row its name, the share of one processor, and the figures at the begin and at the end."""
    on_host(host, PREPARE)
    asked: dict[str, t.Any] = {}
    for name, duty in [*DUTIES.items(), METRICS]:
        asked.update(duty if name in DUTIES else {})
        (call,) = role(pool("ours", count, **asked))
        call["vars"].update({} if name in DUTIES else duty)
        clock.once(host, [call])
        _beating(host, count, SETTLES)
        before, begun = figures(host), time.monotonic()
        _beating(host, count, seconds)
        after, took = figures(host), time.monotonic() - begun
        if after.pid != before.pid:
            raise AssertionError("the agent has started again")
        yield name, (after.seconds - before.seconds) / took, before, after
    on_host(host, BARE)


def _beating(host: str, count: int, seconds: int) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        on_host(host, BEAT.format(count=count))
        time.sleep(min(10.0, max(0.0, end - time.monotonic())))


def table(clock: Clock, host: str, count: int, seconds: int) -> None:
    print(f"| duties of {count} instances | one processor | resident memory | growth in {seconds} s |")
    print("|---|---|---|---|")
    for name, share, before, after in costs(clock, host, count, seconds):
        grown = after.resident - before.resident
        print(f"| {name} | **{share:.2%}** | {after.resident / 1024:.1f} MiB | {grown} KiB |", flush=True)
    print()


def main() -> None:
    hosts.up(HOST)
    INVENTORY.write_text(hosts.inventory(HOST))
    table(Clock(INVENTORY), HOST, COUNT, SECONDS)
    hosts.down(HOST)


if __name__ == "__main__":
    main()
