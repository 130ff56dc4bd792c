# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workers that leak are restarted by the host itself, one at a time and without losing a job."""

from __future__ import annotations

import json
import os
import re
import typing as t
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tests.helpers.lab_host import LabHost
from tests.helpers.queue_load import APPS, FRAMEWORKS, Load

PROJECT = Path(__file__).parents[3]
# 200 recycles and more come with 20,000.
JOBS = int(os.environ.get("NUMBER_OF_JOBS", "800"))
AGENT = "workers-agent.service"
INSTANCES = 3
LEAK = 2**20
# With each job, as a worker that keeps what it has loaded.
LEAKING_RQ = f"""\
import rq_app

KEPT = []


class Worker(rq_app.Worker):
    def dequeue_job_and_maintain_ttl(self, timeout, *args):
        KEPT.append(b"x" * {LEAK})
        return super().dequeue_job_and_maintain_ttl(timeout, *args)
"""
LEAKING = {
    "rq": "/usr/bin/rq worker --url redis://127.0.0.1:6379 --worker-class leaking.Worker {queue}",
    "php": f"/usr/bin/php -d memory_limit=-1 {APPS}/leaking queue:work",
}
# 100 MiB of memory for each SIGUSR1.
WORKER = """\
#!/usr/bin/python3
import os, signal, sys
kept = []
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
signal.signal(signal.SIGUSR1, lambda *_: kept.append(b"x" * (100 << 20)))
while True:
    signal.pause()
"""
# In the cgroup of an instance.
READ_FILES = """\
group=$(systemctl show --value -p ControlGroup grow@3)
for root in /sys/fs/cgroup /sys/fs/cgroup/memory; do [ -e $root$group/memory.stat ] && break; done
sh -c "echo \\$\\$ > $root$group/cgroup.procs && exec head -c 90M /dev/zero > /var/tmp/recycle.large"
"""
BUSY = """\
#!/bin/sh
test -e /run/recycle-$1.busy
"""


def said(lab: LabHost) -> list[str]:
    """The lines of the agent."""
    out = lab.sh(f"journalctl -u {AGENT} -o json --output-fields=MESSAGE,_COMM", check=False)
    return [str(one["MESSAGE"]) for one in map(json.loads, out.splitlines()) if one.get("_COMM") != "systemd"]


@pytest.fixture
def queues(bare: LabHost) -> t.Iterator[LabHost]:
    """A broker and two applications that leak."""
    bare.sh(f"rm -rf {APPS}; systemctl enable --quiet --now redis-server; redis-cli flushall")
    bare.sh("journalctl --rotate --vacuum-time=1s -q")
    bare.copy(PROJECT / "molecule" / "no_lost_jobs" / "apps", APPS)
    bare.write(f"{APPS}/leaking.py", LEAKING_RQ)
    artisan = (PROJECT / "examples" / "app" / "artisan").read_text()
    job = "usleep($milliseconds * 1000);"
    assert job in artisan
    bare.write(f"{APPS}/leaking", artisan.replace(job, f"{job} $kept[] = str_repeat('x', {LEAK});"))
    yield bare
    bare.remove_pools()
    bare.sh("systemctl stop 'produce-*'", check=False)
    bare.sh(f"rm -rf {APPS}; systemctl disable --quiet --now redis-server")


def test_workers_that_leak_under_load_are_recycled_and_no_job_is_lost(queues: LabHost) -> None:
    leaking = [replace(one, worker=LEAKING[one.preset]) for one in FRAMEWORKS if one.preset in LEAKING]
    result = queues.deploy(*({**one.pool(INSTANCES), "recycle": {"memory": "80M"}} for one in leaking))
    assert not result.failed, result.msg
    load = Load(queues, {one.preset: one.producer for one in leaking}, JOBS)
    load.start()
    tallies = load.tallies()
    assert {preset: (len(tally.sent), tally.lost) for preset, tally in tallies.items()} == {
        "rq": (JOBS, []),
        "php": (JOBS, []),
    }
    lines = said(queues)
    acts = [line for line in lines if line.endswith(": it is restarted")]
    pattern = (
        r"(rq|php)@[123]\.service uses (\d+) MiB of memory, more than 80 MiB, after \d+ (?:s|min): it is restarted"
    )
    found = [re.fullmatch(pattern, line) for line in acts]
    assert all(found), acts
    of_pools = Counter(one[1] for one in found if one)
    assert min(of_pools["rq"], of_pools["php"]) >= INSTANCES, lines
    assert sum(of_pools.values()) >= JOBS // 100, of_pools
    print(f"{sum(of_pools.values())} recycles, {JOBS} jobs of each queue, none lost")
    assert all(int(one[2]) > 80 for one in found if one)
    assert not [line for line in lines if "killed-at-stop" in line or "failed" in line], lines
    # The verdict of one comes before the act of the next.
    for pool in ("rq", "php"):
        mine = ["act" if line in acts else "verdict" for line in lines if line.startswith(f"{pool}@")]
        assert mine[: len(mine) // 2 * 2] == ["act", "verdict"] * (len(mine) // 2), lines


@pytest.fixture
def hosted(bare: LabHost) -> t.Iterator[LabHost]:
    bare.sh("journalctl --rotate --vacuum-time=1s -q")
    bare.write("/usr/local/bin/grows", WORKER)
    bare.write("/usr/local/bin/grows-is-busy", BUSY)
    yield bare
    bare.remove_pools()
    bare.sh("rm -f /usr/local/bin/grows* /run/recycle-*.busy /var/tmp/recycle.large")


def test_idle_ones_go_first_and_files_in_memory_do_not_count(hosted: LabHost, host: t.Any) -> None:
    pool = {
        "name": "grow",
        "command": ["/usr/local/bin/grows"],
        "user": "daemon",
        "instances": 4,
        "busy_check": ["/usr/local/bin/grows-is-busy", "%i"],
        "recycle": {"memory": "60M", "age": "1d"},
        "rollout": {"min_healthy_time": "300ms"},
    }
    planned = hosted.deploy(pool, check=True)
    assert ("start", AGENT) in [(row["verb"], row["subject"]) for row in planned.result["host_plan"]]
    result = hosted.deploy(pool)
    assert not result.failed, result.msg
    before = hosted.pids("grow")
    hosted.sh("touch /run/recycle-1.busy")
    assert not hosted.module("pause", pools=["grow"], instances=["4"]).failed
    # The memory of a file that the third has read is counted for it, and the kernel takes it back at any time.
    hosted.sh(READ_FILES)
    assert int(hosted.sh("systemctl show --value -p MemoryCurrent grow@3")) > 80 * 2**20
    hosted.sh(f"kill -USR1 {before['1']} {before['2']}")
    hosted.until(lambda: any("grow@2.service settled" in line for line in said(hosted)))
    hosted.never(lambda: hosted.pids("grow").get("1") != before["1"], 3.0)
    shown = hosted.module("pools_info", names=["grow"]).result["pools"]["grow"]["agent"]
    assert (shown["runs"], shown["recycle"]) == (True, {"memory": 60 * 2**20, "age": 86400.0})
    assert any("grow@2.service uses 1" in one["text"] for one in shown["said"])
    # The pool has troubles of its own: none goes while another is not there.
    hosted.sh("systemctl stop grow@2; rm /run/recycle-1.busy")
    hosted.never(lambda: hosted.pids("grow").get("1") != before["1"], 4.0)
    hosted.sh("systemctl start grow@2")
    hosted.until(lambda: hosted.pids("grow").get("1") not in (before["1"], None))
    assert hosted.pids("grow")["3"] == before["3"]
    assert not [line for line in said(hosted) if line.startswith(("grow@3", "grow@4"))]
    assert not hosted.deploy(pool).failed
