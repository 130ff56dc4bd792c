# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workers of RQ and Celery that hang are restarted, and the jobs are done: with the checks of the documentation."""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

import pytest

from tests.helpers.lab_host import LabHost
from tests.helpers.queue_load import APPS, FRAMEWORKS, Framework, Load

PROJECT = Path(__file__).parents[3]
DOCS = PROJECT / "docs" / "day-two.md"
CHECKS = re.compile(r"^```python\n(#!.*?\n# /usr/local/bin/(rq|celery)-answers:.*?)^```", re.MULTILINE | re.DOTALL)
ANSWERS = {name: text.replace("mail-", f"{name}-") for text, name in CHECKS.findall(DOCS.read_text())}
AGENT = "workers-agent.service"
# RQ starts no second worker of a name while Redis knows the first, which was killed: the name has the invocation.
# It waits for a job for 15 s less than its ttl, and then says that it lives.
OPTIONS = {"rq": "--worker-ttl 20 --name rq-%H-%i-${INVOCATION_ID}", "celery": "--hostname=celery-%i@%%h"}
RULES = {"every": "4s", "timeout": "45s", "failures": 2}
# Two jobs that never end. RQ calls them, and Celery has them as tasks.
HANGS = """\
import fcntl, socket
import celery

def wait_for_lock():
    with open("/run/hangs/lock") as file:
        fcntl.flock(file, fcntl.LOCK_EX)

def wait_for_answer():
    socket.create_connection(("127.0.0.1", 7100)).recv(1)

for one in (wait_for_lock, wait_for_answer):
    celery.shared_task(one, name=one.__name__)
"""
# What they wait for: a lock that is held, and a server that takes connections and never answers.
HOLDS = """\
import fcntl, signal, socket
file = open("/run/hangs/lock", "w")
fcntl.flock(file, fcntl.LOCK_EX)
server = socket.create_server(("127.0.0.1", 7100))
signal.pause()
"""
# Each to an instance of its own.
SENDS = """\
import celery_app, redis, rq
for instance, job in (("1", "wait_for_lock"), ("2", "wait_for_answer")):
    rq.Queue(f"rq-{instance}", connection=redis.Redis()).enqueue(f"hangs.{job}", job_timeout=-1)
    celery_app.app.send_task(job, queue=f"celery-{instance}")
"""


@pytest.fixture
def queues(bare: LabHost) -> t.Iterator[LabHost]:
    bare.sh(f"rm -rf {APPS}; systemctl enable --quiet --now redis-server; redis-cli flushall")
    bare.sh("journalctl --rotate --vacuum-time=1s -q; mkdir -p /run/hangs; : > /run/hangs/lock")
    bare.copy(PROJECT / "molecule" / "no_lost_jobs" / "apps", APPS)
    for name, text in (("hangs", HANGS), ("holds", HOLDS), ("sends", SENDS)):
        bare.write(f"{APPS}/{name}.py", text, "0644")
    yield bare
    bare.remove_pools()
    bare.sh("systemctl stop 'produce-*' holds", check=False)
    bare.sh(f"rm -rf {APPS} /run/hangs /usr/local/bin/*-answers; systemctl disable --quiet --now redis-server")


def checks(lab: LabHost, silent: int, longest: int) -> None:
    """Those of the documentation, with other numbers."""
    assert ANSWERS.keys() == {"rq", "celery"}
    for name, text in ANSWERS.items():
        text, times = re.subn(
            r"^(?:SILENT, )?LONGEST = .*$", f"SILENT, LONGEST = {silent}, {longest}", text, flags=re.M
        )
        assert times == 1
        lab.write(f"/usr/local/bin/{name}-answers", text)


def pool(one: Framework, instances: int = 2, command: str = "") -> dict[str, t.Any]:
    worker = re.sub(r" --hostname=\S+", "", command or one.worker.format(queue=one.preset))
    liveness = {"command": [f"/usr/local/bin/{one.preset}-answers", "%i"], **RULES}
    return {
        **one.pool(instances),
        "command": f"{worker} {OPTIONS[one.preset]}",
        "drain_timeout": "5s",
        "liveness": liveness,
    }


def restarts(lab: LabHost) -> list[str]:
    out = lab.sh(f"journalctl -u {AGENT} -o json --output-fields=MESSAGE,_COMM", check=False)
    said = [str(one["MESSAGE"]) for one in map(json.loads, out.splitlines()) if one.get("_COMM") != "systemd"]
    return [line for line in said if line.endswith(": it is restarted")]


def test_workers_of_real_queues_that_are_stopped_are_restarted(queues: LabHost) -> None:
    checks(queues, silent=12, longest=900)
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


def test_a_job_that_waits_for_ever_restarts_its_worker_alone(queues: LabHost) -> None:
    """For a lock, or for an answer. The process that takes the jobs goes on and answers."""
    checks(queues, silent=90, longest=12)
    used = {one.preset: one for one in FRAMEWORKS if one.preset in ANSWERS}
    queues.sh(f"systemd-run -q --unit=holds python3 {APPS}/holds.py")
    rq, celery = used["rq"].worker, used["celery"].worker
    commands = {
        "rq": rq.format(queue="rq rq-%i"),
        "celery": f"{celery.format(queue='celery,celery-%i')} --include=hangs",
    }
    result = queues.deploy(*(pool(one, 3, commands[name]) for name, one in used.items()))
    assert not result.failed, result.msg
    before = {name: queues.pids(name) for name in used}
    queues.sh(f"cd {APPS} && QUEUE=celery python3 sends.py")
    load = Load(queues, {name: one.producer for name, one in used.items()}, 200)
    load.start()
    queues.until(lambda: len(restarts(queues)) == 4, 150)
    assert sorted(line.split(" ")[0] for line in restarts(queues)) == [
        f"{name}@{instance}.service" for name in ("celery", "rq") for instance in "12"
    ]
    queues.until(lambda: all(set(queues.pids(name)) == set("123") for name in used))
    assert {name: queues.pids(name)["3"] for name in used} == {name: pids["3"] for name, pids in before.items()}
    assert {preset: (len(tally.sent), tally.lost) for preset, tally in load.tallies(150).items()} == {
        "rq": (200, []),
        "celery": (200, []),
    }


def test_two_workers_of_rq_with_one_name(queues: LabHost) -> None:
    """The deploy says it before. The first one works, and the second one dies; so does the next one after a crash."""
    (rq,) = (one for one in FRAMEWORKS if one.preset == "rq")
    one = {**rq.pool(1), "command": f"{rq.worker.format(queue='rq')} --name rq"}
    first = queues.deploy(one)
    assert not first.failed, first.msg
    assert "instances-share-a-name" not in str(first.result["warnings"])
    assert "name-outlives-a-crash" in str(first.result["warnings"])
    queues.until(lambda: queues.sh("redis-cli --raw exists rq:worker:rq") == "1\n")
    planned = queues.deploy({**one, "instances": 2}, check=True)
    assert "instances-share-a-name" in str(planned.result["warnings"])
    # A short look at it after its start does not always show it, because Python still loads.
    queues.deploy({**one, "instances": 2})
    refused = "There exists an active worker named 'rq' already"
    queues.until(lambda: refused in queues.journal("-o cat -u rq@2"))
    assert refused not in queues.journal("-o cat -u rq@1")
    queues.sh("systemctl kill --signal=KILL rq@1")
    queues.until(lambda: refused in queues.journal("-o cat -u rq@1"))
