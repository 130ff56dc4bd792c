# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pool of 10 to 5,000 instances: a run that changes nothing, a look, and ten instances fewer.

`python -m tests.benchmarks.curve HOST` prints the table, and writes the figures of the picture in docs/benchmarks.md
to curve.json. Each run is beside one of ansible.builtin.ping, in turn.
"""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t
from pathlib import Path

from lab import hosts
from tests.benchmarks.deploys import BARE, pool, role
from tests.benchmarks.turns import Clock, Contender, Task, on_host

COUNTS = (10, 100, 1000, 5000)
CGROUPS = Path("/sys/fs/cgroup")
FIGURES = Path(__file__).with_name("curve.json")
LOOK: list[Task] = [{"workers.systemd.pools_info": {}}]
PING: list[Task] = [{"ansible.builtin.ping": {}}]


def allow_processes(host: str, most: int) -> None:
    """Podman allows 2,048 in a container."""
    argv = ["podman", "inspect", "--format", "{{.State.CgroupPath}}", host]
    path = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()
    tree = CGROUPS if (CGROUPS / "cgroup.controllers").exists() else CGROUPS / "pids"
    (tree / path.lstrip("/") / "pids.max").write_text(str(most))


class Point(t.NamedTuple):
    """Seconds of whole ansible-playbook runs with so many instances. ``fewer`` is a run that takes ten away."""

    instances: int
    no_change: float
    look: float
    ping: float
    fewer: float


def points(clock: Clock, host: str, rounds: int) -> list[Point]:
    allow_processes(host, 2 * max(COUNTS))
    found = []
    for count in COUNTS:
        on_host(host, BARE)
        clock.once(host, role(pool("ours", count)))
        took = clock.in_turn(
            rounds,
            Contender("no change", host, lambda count=count: role(pool("ours", count))),  # type: ignore[misc]
            Contender("look", host, lambda: LOOK),
            Contender("ping", host, lambda: PING),
        )
        fewer = clock.once(host, role(pool("ours", count - 10 if count > 10 else 0)))
        found.append(Point(count, took["no change"], took["look"], took["ping"], fewer))
    on_host(host, BARE)
    return found


def measured() -> list[Point]:
    """The figures of the last measurement."""
    return [Point(**one) for one in json.loads(FIGURES.read_text())]


def table(found: t.Sequence[Point]) -> list[str]:
    first = found[0]
    lines = [
        "| instances | no change | compared with 10 | a look | ten instances fewer | `ping` |",
        "|---|---|---|---|---|---|",
    ]
    for one in found:
        ratio = f"**{one.no_change / first.no_change:.2f}x**"
        rest = f"{one.look:.2f} s | {one.fewer:.2f} s | {one.ping:.2f} s"
        lines.append(f"| {one.instances:,} | {one.no_change:.2f} s | {ratio} | {rest} |")
    return lines


def main() -> None:
    host = sys.argv[1]
    inventory = Path(".cache/lab/curve.json")
    inventory.write_text(hosts.inventory(host))
    found = points(Clock(inventory), host, 5)
    FIGURES.write_text(json.dumps([one._asdict() for one in found], indent=2) + "\n")
    print("\n".join(table(found)))


if __name__ == "__main__":
    main()
