# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workers of RQ and Celery that are stopped in the middle of their work are restarted, and their jobs are done."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from tests.helpers.lab_host import LabHost
from tests.helpers.queue_load import APPS, FRAMEWORKS, Framework, Load

PROJECT = Path(__file__).parents[3]
# RQ starts no second worker of a name while Redis knows the first, which was killed: the name has the invocation.
# It waits for a job for 15 s less than its ttl, and then says that it lives.
OPTIONS = {"rq": "--worker-ttl 20 --name rq-%i-${INVOCATION_ID}"}
ANSWERS = {
    "rq": """\
#!/usr/bin/python3
import datetime, sys
import redis
broker = redis.Redis()
beats = [broker.hget(key, "last_heartbeat") for key in broker.keys(f"rq:worker:rq-{sys.argv[1]}-*")]
last = datetime.datetime.strptime(max(filter(None, beats)).decode(), "%Y-%m-%dT%H:%M:%S.%fZ")
sys.exit(datetime.datetime.utcnow() - last > datetime.timedelta(seconds=12))
""",
    "celery": """\
#!/bin/sh
exec python3 -m celery --broker=redis://127.0.0.1:6379 inspect --timeout=6 --destination="celery-$1@lab" ping
""",
}
RULES = {"every": "4s", "timeout": "45s", "failures": 2}


@pytest.fixture
def queues(bare: LabHost) -> t.Iterator[LabHost]:
    bare.sh(f"rm -rf {APPS}; systemctl enable --quiet --now redis-server; redis-cli flushall")
    bare.sh("journalctl --rotate --vacuum-time=1s -q")
    bare.copy(PROJECT / "molecule" / "no_lost_jobs" / "apps", APPS)
    for name, text in ANSWERS.items():
        bare.write(f"/usr/local/bin/{name}-answers", text)
    yield bare
    bare.remove_pools()
    bare.sh("systemctl stop 'produce-*'", check=False)
    bare.sh(f"rm -rf {APPS} /usr/local/bin/*-answers; systemctl disable --quiet --now redis-server")


def pool(one: Framework) -> dict[str, t.Any]:
    command = f"{one.worker.format(queue=one.preset)} {OPTIONS.get(one.preset, '')}".strip()
    liveness = {"command": [f"/usr/local/bin/{one.preset}-answers", "%i"], **RULES}
    return {**one.pool(2), "command": command, "drain_timeout": "5s", "liveness": liveness}


def test_workers_of_real_queues_that_are_stopped_are_restarted(queues: LabHost) -> None:
    used = [one for one in FRAMEWORKS if one.preset in ANSWERS]
    result = queues.deploy(*map(pool, used))
    assert not result.failed, result.msg
    before = {one.preset: queues.pids(one.preset) for one in used}
    load = Load(queues, {one.preset: one.producer for one in used}, 200)
    load.start()
    # systemd continues it for its stop, unless its handler hangs too: it is killed then.
    for one in used:
        queues.sh(f"kill -STOP {before[one.preset]['1']}")
    for name, pids in before.items():
        gone = (pids["1"], None)
        queues.until(lambda name=name, gone=gone: queues.pids(name).get("1") not in gone, 120)  # type: ignore[misc]
        assert queues.pids(name)["2"] == pids["2"]
    assert {preset: (len(tally.sent), tally.lost) for preset, tally in load.tallies().items()} == {
        "rq": (200, []),
        "celery": (200, []),
    }
