# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""python3 -m tests.benchmarks: prints the tables of docs/benchmarks.md. Takes about a quarter of an hour."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

from tests.benchmarks import crashes, deploys
from tests.benchmarks.deploys import pool, role
from tests.benchmarks.turns import Clock, Contender, on_host

HOST, LARGE = "workers-bench", "workers-bench-large"
INVENTORY = Path(".cache/lab/bench.json")
ROUNDS = 5


def main() -> None:
    instances = int(os.environ.get("BENCH_INSTANCES", "200"))
    many = int(os.environ.get("BENCH_MANY", "1000"))
    for host in (HOST, LARGE):
        _lab("up", "--ssh", host)
    INVENTORY.write_text(_lab("inventory", "--ssh", HOST, LARGE))
    clock = Clock(INVENTORY)
    print(f"Measured on {machine()}.\n", flush=True)
    against_loop_and_floor(clock, instances)
    growth(clock, many)
    recovery(clock)
    _lab("down", HOST, LARGE)


def machine() -> str:
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    ansible = subprocess.run(["ansible", "--version"], capture_output=True, text=True, check=True).stdout.split("\n")[0]
    target = on_host(HOST, "systemctl --version").split("(")[0].strip()
    return (
        f"{os.cpu_count()} cores of {cpu}, {ansible.strip()}, target {target} in a container, over SSH with pipelining"
    )


def against_loop_and_floor(clock: Clock, count: int) -> None:
    print("| whole ansible-playbook run | ours | loop of built-in modules | loop / ours | raw floor | ours / floor |")
    print("|---|---|---|---|---|---|")
    for what, took in deploys.three_ways(clock, HOST, count, ROUNDS):
        ours, loop, raw = took["ours"], took["loop"], took["raw"]
        ratios = f"{loop:.1f} s | **{loop / ours:.0f}x** | {raw:.2f} s | **{ours / raw:.2f}x**"
        print(f"| {what} | {ours:.2f} s | {ratios} |", flush=True)
    print()


def growth(clock: Clock, many: int) -> None:
    few = 10
    small, large = pool("ours", few), pool("ours", many)
    clock.once(HOST, role(small))
    clock.once(LARGE, role(large))
    idle = clock.in_turn(
        ROUNDS,
        Contender("few", HOST, lambda: role(small)),
        Contender("many", LARGE, lambda: role(large)),
    )
    window = pool("ours", few, rollout={"min_healthy_time": "3s", "max_parallel": "100%"})
    watched = clock.in_turn(3, Contender("watched", HOST, lambda: role(window), deploys.BARE))
    on_host(LARGE, deploys.BARE)

    hundred = [pool(f"ours-{number}", 2) for number in range(100)]
    gone = [{"name": one["name"], "state": "absent"} for one in [*hundred, {"name": "ours"}]]
    fresh = []
    for _round in range(3):
        pair = {}
        for name, pools in (("one", [pool("ours", 2)]), ("hundred", hundred)):
            clock.once(HOST, role(*gone))
            pair[name] = clock.once(HOST, role(*pools))
        fresh.append(pair)
    clock.once(HOST, role(pool("ours", 2), *hundred))
    unchanged = clock.in_turn(
        3,
        Contender("one", HOST, lambda: role(pool("ours", 2))),
        Contender("hundred", HOST, lambda: role(*hundred)),
    )
    clock.once(HOST, role(*gone))
    middle = sorted(fresh, key=lambda pair: pair["hundred"] / pair["one"])[1]
    print("| what grows | small | large | ratio |")
    print("|---|---|---|---|")
    _growth_row(f"no change, {few} and {many} instances", idle["few"], idle["many"])
    _growth_row("first deploy, 1 and 100 pools of 2", middle["one"], middle["hundred"])
    _growth_row("no change, 1 and 100 pools of 2", unchanged["one"], unchanged["hundred"])
    print(
        f"\nFirst deploy of {few} instances with the default health window of 3 s: {watched['watched']:.2f} s.\n",
        flush=True,
    )


def _growth_row(what: str, small: float, large: float) -> None:
    print(f"| {what} | {small:.2f} s | {large:.2f} s | **{large / small:.2f}x** |", flush=True)


def recovery(clock: Clock) -> None:
    found = crashes.recoveries(clock, HOST, int(os.environ.get("BENCH_CRASHES", "100")))
    ours = found["ours"].p50
    titles = {"ours": "our defaults", "supervised": "supervisord", "blog": "the unit of the blogs, RestartSec=5"}
    print("| SIGKILL to the next exec of the worker | samples | p50 | p99 | p50 / ours |")
    print("|---|---|---|---|---|")
    for name, one in found.items():
        print(f"| {titles[name]} | {one.samples} | {one.p50:.1f} ms | {one.p99:.1f} ms | {one.p50 / ours:.1f}x |")


def _lab(*argv: str) -> str:
    return subprocess.run([sys.executable, "-m", "lab", *argv], capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    main()
