# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the table about a burst of real RQ jobs: a range of workers, the fewest of them, and the most of them.

``BENCH_JOBS`` is how many jobs, and the argument is a host of the lab.
"""

from __future__ import annotations

import json
import os
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

from tests.helpers.lab_host import LabHost
from tests.helpers.queue_load import APPS, FRAMEWORKS, Load
from tests.helpers.scaled import said, turns

JOBS = int(os.environ.get("BENCH_JOBS", "10000"))
RQ = next(one for one in FRAMEWORKS if one.preset == "rq")
APP_FILES = Path(__file__).parents[2] / "molecule" / "no_lost_jobs" / "apps"
LEAST, MOST, FALL_AFTER = 1, 8, 30
# In seconds: a job takes 60 ms on average, and RQ about as long for it.
LONGEST = 300.0 + JOBS
RANGE = {
    "min": LEAST,
    "max": MOST,
    "backlog": ["/usr/bin/redis-cli", "llen", "rq:queue:rq"],
    "each": 50,
    "fall_after": f"{FALL_AFTER}s",
}
CONTENDERS: dict[str, t.Any] = {f"from {LEAST} to {MOST}": RANGE, f"always {LEAST}": LEAST, f"always {MOST}": MOST}
# On the host: how many jobs wait and are done and how many workers there are, in one call ten times a second, from the
# first job that waits until the last one is done and the workers are back at the first number. Lost jobs end it too.
SAMPLER = """
import json, sys, time, redis
jobs, wants = int(sys.argv[1]), int(sys.argv[2])
broker, samples, last, since = redis.Redis(), [], None, 0.0
while True:
    pipe = broker.pipeline()
    pipe.llen("rq:queue:rq").llen("rq:done").scard("rq:workers")
    waiting, done, workers = pipe.execute()
    if samples or waiting:
        samples.append((time.monotonic(), waiting, done, workers))
    if (done, workers) != last:
        last, since = (done, workers), time.monotonic()
    if (done >= jobs and workers <= wants) or (samples and time.monotonic() - since > 120):
        break
    time.sleep(0.1)
print(json.dumps(samples))
"""
Sample = t.Tuple[float, int, int, int]


@dataclass(frozen=True)
class Burst:
    """Seconds from the first job that waits: until all workers that may run ran, and until the last job was done."""

    reaction: float
    emptied: float
    worker_seconds: float
    turns: int
    lost: int


def burst(host: LabHost, instances: t.Any) -> Burst:
    least, most = (instances["min"], instances["max"]) if isinstance(instances, dict) else (instances, instances)
    host.remove_pools()
    host.sh("redis-cli flushall; journalctl --rotate --vacuum-time=1s -q")
    result = host.deploy({**RQ.pool(1), "instances": instances})
    assert not result.failed, result.msg
    host.until(lambda: host.sh("redis-cli scard rq:workers").strip() == str(least))
    host.write("/run/sampler.py", SAMPLER)
    sampling = f"--unit=sampler --property=StandardOutput=file:/run/samples python3 /run/sampler.py {JOBS} {least}"
    host.sh(f"rm -f /run/samples; systemd-run --quiet --collect {sampling}")
    host.sh(
        f"systemd-run --quiet --collect --unit=produce-rq --property=WorkingDirectory={APPS} --setenv=QUEUE=rq"
        f" --setenv=FIRST=0 --setenv=JOBS={JOBS} --setenv=PER_SECOND=100000 {RQ.producer}"
    )
    state = "systemctl list-units --plain --no-legend sampler.service"
    host.until(lambda: not host.sh(state).strip(), LONGEST)
    tally = Load(host, {"rq": RQ.producer}, JOBS).tallies()["rq"]
    samples: list[Sample] = [tuple(one) for one in json.loads(host.sh("cat /run/samples"))]
    begun = samples[0][0]
    return Burst(
        next(at for at, _waiting, _done, workers in samples if workers >= most) - begun,
        next(at for at, _waiting, done, _workers in samples if done >= JOBS) - begun,
        sum((later[0] - one[0]) * one[3] for one, later in zip(samples, samples[1:])),
        max(0, len(turns(said(host), "rq")) - 1),
        len(tally.lost),
    )


def main() -> None:
    host = LabHost(sys.argv[1])
    host.sh(f"rm -rf {APPS}; systemctl enable --quiet --now redis-server")
    host.copy(APP_FILES, APPS)
    heads = (f"a burst of {JOBS:,} RQ jobs", "all workers run after", "done after", "worker-seconds", "turns", "lost")
    print(f"| {' | '.join(heads)} |")
    print("|---|---|---|---|---|---|", flush=True)
    for name, instances in CONTENDERS.items():
        one = burst(host, instances)
        reaction = f"{one.reaction:.1f} s" if isinstance(instances, dict) else ""
        figures = f"{reaction} | {one.emptied:.0f} s | {one.worker_seconds:,.0f} | {one.turns} | {one.lost}"
        print(f"| {name} | {figures} |", flush=True)
    host.remove_pools()
    host.sh(f"rm -rf {APPS} /run/sampler.py /run/samples; systemctl disable --quiet --now redis-server")


if __name__ == "__main__":
    main()
