# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""python3 -m tests.benchmarks: prints the tables of docs/benchmarks.md. Takes about an hour.

BENCH_JOBS=1000 asks for a smaller burst.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path
from statistics import median

from lab import hosts
from tests.benchmarks import agent, crashes, curve, deploys, judging, peers, rollouts, starts
from tests.benchmarks.deploys import pool, role
from tests.benchmarks.turns import Clock, Contender, on_host

HOST, LARGE = "workers-bench", "workers-bench-large"
INVENTORY = Path(".cache/lab/bench.json")
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))


def main() -> None:
    count = int(os.environ.get("BENCH_INSTANCES", "200"))
    many = int(os.environ.get("BENCH_MANY", "1000"))
    for host in (HOST, LARGE):
        hosts.up(host)
    INVENTORY.write_text(hosts.inventory(HOST, LARGE))
    clock = Clock(INVENTORY)
    print(f"Measured on {machine()}.\n", flush=True)
    against_loop_and_floor(clock, count)
    against_ping(clock, count)
    growth(clock, many)
    print("\n".join([*curve.table(curve.points(clock, LARGE, ROUNDS)), ""]), flush=True)
    peers.prepare(LARGE)
    print("\n".join([*peers.table(clock, LARGE, ROUNDS), ""]), flush=True)
    rolling(clock)
    hardening()
    judgement()
    recovery(clock)
    bursts()
    agent.table(clock, LARGE, agent.COUNT, agent.SECONDS)
    hosts.down(HOST, LARGE)


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
    print(
        "| whole ansible-playbook run | this collection | loop of built-in modules | loop / collection | systemctl"
        " | collection / systemctl |"
    )
    print("|---|---|---|---|---|---|")
    for what, took in deploys.three_ways(clock, HOST, count, ROUNDS):
        ours, loop, raw = took["ours"], took["loop"], took["raw"]
        ratios = f"{loop:.1f} s | **{loop / ours:.0f}x** | {raw:.2f} s | **{ours / raw:.2f}x**"
        print(f"| {what} | {ours:.2f} s | {ratios} |", flush=True)
    print()


def against_ping(clock: Clock, count: int) -> None:
    took = deploys.against_ping(clock, HOST, count, ROUNDS)
    ours, ping = took["ours"], took["ping"]
    print("| whole ansible-playbook run | this collection | ansible.builtin.ping | collection / ping |")
    print("|---|---|---|---|")
    print(f"| no change, {count} instances | {ours:.2f} s | {ping:.2f} s | **{ours / ping:.2f}x** |\n", flush=True)


def growth(clock: Clock, many: int) -> None:
    print("| case | small | large | ratio |")
    print("|---|---|---|---|")
    instances(clock, 10, many)
    pools(clock, 100)
    window = pool("ours", 10, rollout={"min_healthy_time": "3s", "max_parallel": "100%"})
    watched = clock.in_turn(3, Contender("watched", HOST, lambda: role(window), deploys.BARE))["watched"]
    print(f"\nFirst deploy of 10 instances with the default health window of 3 s: {watched:.2f} s.\n", flush=True)


def instances(clock: Clock, few: int, many: int) -> None:
    small, large = pool("ours", few), pool("ours", many)
    clock.once(HOST, role(small))
    clock.once(LARGE, role(large))
    took = clock.in_turn(
        ROUNDS,
        Contender("few", HOST, lambda: role(small)),
        Contender("many", LARGE, lambda: role(large)),
    )
    on_host(LARGE, deploys.BARE)
    _growth_row(f"no change, {few} and {many} instances", took["few"], took["many"])


def pools(clock: Clock, count: int) -> None:
    many = [pool(f"ours-{number}", 2) for number in range(count)]
    gone = [{"name": one["name"], "state": "absent"} for one in [*many, pool("ours", 2)]]
    first: dict[str, list[float]] = {"one": [], "many": []}
    for _round in range(3):
        for name, wanted in (("one", [pool("ours", 2)]), ("many", many)):
            clock.once(HOST, role(*gone))
            first[name].append(clock.once(HOST, role(*wanted)))
    _growth_row(f"first deploy, 1 and {count} pools of 2", median(first["one"]), median(first["many"]))
    clock.once(HOST, role(pool("ours", 2), *many))
    took = clock.in_turn(
        3,
        Contender("one", HOST, lambda: role(pool("ours", 2))),
        Contender("many", HOST, lambda: role(*many)),
    )
    clock.once(HOST, role(*gone))
    _growth_row(f"no change, 1 and {count} pools of 2", took["one"], took["many"])


def _growth_row(what: str, small: float, large: float) -> None:
    print(f"| {what} | {small:.2f} s | {large:.2f} s | **{large / small:.2f}x** |", flush=True)


def rolling(clock: Clock) -> None:
    title = f"{rollouts.COUNT} instances in batches of {rollouts.BATCH}, window 0"
    print(f"| {title} | this collection | one shell script | collection / script |")
    print("|---|---|---|---|")
    parts = ("the whole ansible-playbook run", "on the host, from the first stop to the last start")
    for profile in ("standard", "off"):
        took = rollouts.rolling(clock, HOST, ROUNDS, profile)
        for part, ours, by_hand in zip(parts, *took.values(), strict=True):
            what = f"hardening {profile}: {part}"
            print(f"| {what} | {ours:.2f} s | {by_hand:.2f} s | **{ours / by_hand:.2f}x** |", flush=True)
    print()
    away = rollouts.bad_version(clock, HOST, ROUNDS)
    print(f"| a bad version of {rollouts.COUNT} instances | |")
    print("|---|---|")
    print(f"| from the stop of the canary to its start on the old version | {away['on the host']:.2f} s |")
    whole = "the whole ansible-playbook run, which fails, without the window of the rollback"
    print(f"| {whole} | {away['whole run']:.2f} s |\n", flush=True)


def hardening() -> None:
    print("| hardening of a pool with a user of its own | processor time of a start | attacks that only it stops |")
    print("|---|---|---|")
    print(f"{starts.table(starts.costs(HOST))}\n", flush=True)


def judgement() -> None:
    cached, judged = judging.on_the_host(HOST)
    print("| case | time |")
    print("|---|---|")
    print(f"| a pool of 200 instances on its host, verify included | {judged:.0f} ms |")
    print(f"| the catalogue of directives from its cache there | {cached:.1f} ms |")
    print(
        f"| 1000 unit files on the controller, the whole command | {judging.without_a_host(1000):.1f} s |\n", flush=True
    )


def recovery(clock: Clock) -> None:
    found = crashes.recoveries(clock, HOST, int(os.environ.get("BENCH_CRASHES", "100")))
    ours = found["ours"].p50
    titles = {
        "ours": "this collection",
        "as_root": "this collection, a pool that runs as root",
        "unhardened": "this collection, hardening off",
        "supervised": "supervisord, no hardening",
        "pm2": "PM2, no hardening",
        "blog": "the unit of the blogs, RestartSec=5, no hardening",
    }
    off = found["unhardened"]
    print(
        "| SIGKILL to the next exec of the worker | samples | p50 | p99 | p50 / collection | p50, p99 / hardening off |"
    )
    print("|---|---|---|---|---|---|")
    for name, one in found.items():
        ratios = f"{one.p50 / ours:.1f}x | {one.p50 / off.p50:.1f}x, {one.p99 / off.p99:.1f}x"
        print(f"| {titles[name]} | {one.samples} | {one.p50:.1f} ms | {one.p99:.1f} ms | {ratios} |")


def bursts() -> None:
    environment = {**os.environ, "PYTHONPATH": f"{os.environ['ANSIBLE_COLLECTIONS_PATH']}:."}
    for words in (["scaling"], ["sharing"], ["bursts", HOST], ["reactions", HOST]):
        argv = [sys.executable, "-m", f"tests.benchmarks.{words[0]}", *words[1:]]
        print(subprocess.run(argv, env=environment, capture_output=True, text=True, check=True).stdout, flush=True)


if __name__ == "__main__":
    main()
