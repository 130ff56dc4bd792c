# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints how long a backlog that jumps waits for its workers: until the decision, until systemd has forked all of them,
and until all of them are executed, for each of two profiles of hardening.

Between the last two, systemd makes the sandbox of each worker. What a worker does before its first job, such as to
import its modules, is not in it. ``BENCH_JUMPS`` is how many jumps, and the argument is a host of the lab.
"""

from __future__ import annotations

import json
import os
import statistics
import sys

from tests.helpers.lab_host import LabHost
from tests.helpers.scaled import scaled, with_backlog

JUMPS = int(os.environ.get("BENCH_JUMPS", "20"))
LEAST, MOST = 1, 8
# On the host, with the clock of systemd's own times: at any moment between two looks of the agent, the backlog jumps.
# Then it falls, and the next jump comes when the pool is small again.
JUMPING = """
import json, os, random, subprocess, sys, time
jumps, least, most = map(int, sys.argv[1:])
units = [f"many@{number}.service" for number in range(1, most + 1)]
def write(text):
    with open("/var/tmp/backlog/new", "w") as file:
        file.write(text)
    os.replace("/var/tmp/backlog/new", "/var/tmp/backlog/jobs")
def show():
    names = ("ActiveState", "ExecMainStartTimestampMonotonic", "ActiveEnterTimestampMonotonic")
    out = subprocess.run(["systemctl", "show", "-p", ",".join(names), *units], stdout=subprocess.PIPE, text=True).stdout
    return [dict(line.split("=") for line in block.splitlines()) for block in out.strip().split("\\n\\n")]
def wait(number):
    while True:
        shown = [one for one in show() if one["ActiveState"] == "active"]
        if len(shown) == number:
            return shown
        time.sleep(0.5)
found = []
for _number in range(jumps):
    write("0")
    wait(least)
    time.sleep(random.uniform(1, 3))
    jumped, at = time.monotonic(), time.time()
    write("80")
    shown = wait(most)
    forked, executed = (
        max(int(one[name]) / 1e6 for one in shown) - jumped
        for name in ("ExecMainStartTimestampMonotonic", "ActiveEnterTimestampMonotonic")
    )
    lines = subprocess.run(
        ["journalctl", "-u", "workers-agent", "-o", "json", "--since", f"@{at:.6f}"], stdout=subprocess.PIPE, text=True
    ).stdout.splitlines()
    said = [json.loads(line) for line in lines]
    decided = next(int(one["__REALTIME_TIMESTAMP"]) / 1e6 for one in said if " -> " in str(one["MESSAGE"]))
    found.append((decided - at, forked, executed))
print(json.dumps(found))
"""


PROFILES = ("off", "standard")
WHAT = ("the agent has decided", "all are forked", "all are executed")


def main() -> None:
    print(f"| a backlog that jumps, {LEAST} to {MOST} workers, {JUMPS} times | {' | '.join(WHAT)} |")
    print("|---|---|---|---|", flush=True)
    for profile in PROFILES:
        cells = [f"{statistics.median(times):.2f} s, at most {max(times):.2f} s" for times in zip(*jumps(profile))]
        print(f"| hardening `{profile}` | {' | '.join(cells)} |", flush=True)


def jumps(profile: str) -> list[list[float]]:
    """The seconds of WHAT, for each jump."""
    with with_backlog(LabHost(sys.argv[1])) as host:
        host.sh("echo 0 > /var/tmp/backlog/jobs")
        instances = {"min": LEAST, "max": MOST, "step": MOST, "fall_after": "5s"}
        result = host.deploy(scaled(instances=instances, hardening=profile))
        assert not result.failed, result.msg
        host.write("/run/jumping.py", JUMPING)
        found: list[list[float]] = json.loads(host.sh(f"python3 /run/jumping.py {JUMPS} {LEAST} {MOST}"))
        host.sh("rm /run/jumping.py")
    return found


if __name__ == "__main__":
    main()
