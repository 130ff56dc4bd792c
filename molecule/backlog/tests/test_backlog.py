# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pool has as many workers as there is work, through deploys, kills and commands that say nothing useful."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest

from tests.helpers import recipes
from tests.helpers.lab_host import LabHost
from tests.helpers.queue_load import APPS, FRAMEWORKS, Load
from tests.helpers.scaled import AGENT, jobs, lines_with, said, scaled, status, turns, with_backlog

PROJECT = Path(__file__).parents[3]
# Jobs in a second: all at once.
BURST = 10000
# The bursts of `make bench` have 10,000.
JOBS = int(os.environ.get("NUMBER_OF_JOBS", "250"))
MANY_JOBS = 2000
RQ = next(one for one in FRAMEWORKS if one.preset == "rq")
# It has the user, the environment and the secrets of the pool, and not the rights of the agent.
WAITING = """\
#!/bin/sh
[ "$(id -un)" = www-data ] && [ "$TOKEN" = s3cret ] && [ -z "$NOTIFY_SOCKET" ] || exit 3
exec redis-cli llen "rq:queue:$QUEUE"
"""


@pytest.fixture
def queue(bare: LabHost) -> t.Iterator[LabHost]:
    bare.sh(f"rm -rf {APPS}; systemctl enable --quiet --now redis-server; redis-cli flushall")
    bare.sh("journalctl --rotate --vacuum-time=1s -q")
    bare.copy(PROJECT / "molecule" / "no_lost_jobs" / "apps", APPS)
    bare.write("/usr/local/bin/rq-waiting", WAITING)
    yield bare
    bare.remove_pools()
    bare.sh("systemctl stop 'produce-*'", check=False)
    bare.sh(f"rm -rf {APPS} /usr/local/bin/rq-waiting /usr/local/bin/tell /run/told")
    bare.sh("systemctl disable --quiet --now redis-server")


def test_a_burst_is_worked_off_by_more_workers_and_no_job_is_lost(queue: LabHost) -> None:
    pool = {
        **RQ.pool(1),
        "secrets": {"TOKEN": "s3cret"},
        "instances": {"min": 1, "max": 6, "backlog": ["/usr/local/bin/rq-waiting"], "each": 5, "fall_after": "6s"},
    }
    result = queue.deploy(pool)
    assert not result.failed, result.msg
    assert list(queue.pids("rq")) == ["1"]
    load = Load(queue, {"rq": RQ.producer}, JOBS, BURST)
    load.start()
    queue.until(lambda: len(queue.pids("rq")) == 6)
    # The agent is killed, and a deploy brings another version: the number stays.
    queue.sh(f"systemctl kill -s KILL {AGENT}")
    newer = {**pool, "environment": {"QUEUE": "rq", "RELEASE": "2"}}
    planned = queue.deploy(newer, check=True)
    assert planned.result["pools"]["rq"]["instances"] == "6 of 1 to 6"
    assert "rq: 6 of 1 to 6 instances" in planned.msg
    restarts = [subject for verb, subject in planned.plan("rq") if verb == "restart"]
    assert restarts == [f"rq@{number}.service" for number in range(1, 7)]
    deployed = queue.deploy(newer)
    assert not deployed.failed, deployed.msg
    assert len(deployed.result["pools"]["rq"]["verdicts"]) == 6
    tally = load.tallies(calm=30.0)["rq"]
    assert (len(tally.sent), tally.lost) == (JOBS, [])
    queue.until(lambda: list(queue.pids("rq")) == ["1"])
    assert queue.sh("ls /etc/systemd/system/rq.target.wants").split() == ["rq@1.service"]
    lines = said(queue)
    assert turns(lines, "rq") == ["up", "down"], lines
    assert not [line for line in lines if "killed" in line], lines
    assert not queue.deploy(newer).changed


@pytest.mark.skipif(JOBS < MANY_JOBS, reason="a long form of the tests around it, for make soak")
def test_many_jobs_go_through_deploys_and_kills_and_a_broker_that_hangs(queue: LabHost) -> None:
    """The broker hangs and does not end: RQ itself loses the job of a worker that cannot write its result."""
    instances = {"min": 1, "max": 8, "backlog": ["/usr/local/bin/rq-waiting"], "each": 50, "fall_after": "10s"}
    pool = {**RQ.pool(1), "secrets": {"TOKEN": "s3cret"}, "instances": instances}
    assert not queue.deploy(pool).failed
    load = Load(queue, {"rq": RQ.producer}, JOBS, BURST)
    load.start()
    queue.until(lambda: len(queue.pids("rq")) == 8)
    queue.until(lambda: not load.is_on(), 300)
    rounds = 0
    while int(queue.sh("redis-cli llen rq:queue:rq")) > JOBS // 10:
        rounds += 1
        result = queue.deploy({**pool, "environment": {**pool["environment"], "RELEASE": rounds}})
        assert not result.failed, result.msg
        queue.sh(f"systemctl kill -s KILL {AGENT}")
        unknown = lines_with(queue, "is not known")
        queue.sh("systemctl kill -s STOP redis-server")
        # The command has ten seconds.
        queue.until(lambda last=unknown: lines_with(queue, "is not known") > last)  # type: ignore[misc]
        queue.sh("systemctl kill -s CONT redis-server")
        queue.until(lambda: len(queue.pids("rq")) == 8)
    tally = load.tallies(calm=60.0)["rq"]
    queue.until(lambda: list(queue.pids("rq")) == ["1"])
    lines = said(queue)
    print(f"{JOBS} jobs, {rounds} rounds, {len(tally.lost)} lost, {len(tally.twice)} twice, {turns(lines, 'rq')}")
    assert rounds > 1
    assert (len(tally.sent), tally.lost, tally.twice) == (JOBS, [], [])
    assert turns(lines, "rq") == ["up", "down"], lines
    assert not [line for line in lines if "killed" in line], lines


def test_a_broker_that_goes_away_in_a_burst_changes_no_number(queue: LabHost) -> None:
    queue.write("/usr/local/bin/tell", '#!/bin/sh\necho "$WORKERS_ALERT_REASON $WORKERS_ALERT_STATE" >> /run/told\n')
    queue.sh("rm -f /run/told; touch /run/told; chmod 666 /run/told")
    counts = ["/usr/bin/redis-cli", "llen", "rq:queue:rq"]
    instances = {"min": 1, "max": 6, "backlog": counts, "each": 5, "fall_after": "6s"}
    alert = {"command": ["/usr/local/bin/tell"], "within": "30s"}
    result = queue.deploy({**RQ.pool(1), "instances": instances, "alert": alert})
    assert not result.failed, result.msg
    load = Load(queue, {"rq": RQ.producer}, 4000, BURST)
    load.start()
    queue.until(lambda: len(queue.pids("rq")) == 6)
    queue.until(lambda: not load.is_on())
    queue.sh("redis-cli save; systemctl stop redis-server")
    queue.until(lambda: "backlog raised" in queue.sh("cat /run/told"))
    assert status(queue, "rq")["scaling"]["trouble"].startswith("the work of the pool is not known")
    # Longer than fall_after, after which a backlog of 0 would have taken instances away.
    queue.never(lambda: any(line.startswith("rq: 6 ->") for line in said(queue)), 10.0)
    queue.sh("systemctl start redis-server")
    queue.until(lambda: lines_with(queue, "well again") > 0)
    queue.until(lambda: len(queue.pids("rq")) == 6)
    left = int(queue.sh("redis-cli llen rq:queue:rq"))
    queue.until(lambda: int(queue.sh("redis-cli llen rq:queue:rq")) < left)
    assert turns(said(queue), "rq") == ["up"]
    queue.sh("redis-cli del rq:queue:rq")
    queue.until(lambda: list(queue.pids("rq")) == ["1"])
    assert turns(said(queue), "rq") == ["up", "down"]


@pytest.fixture
def hosted(bare: LabHost) -> t.Iterator[LabHost]:
    with with_backlog(bare) as host:
        yield host


def test_a_count_that_says_nothing_keeps_the_number_and_is_reported(hosted: LabHost) -> None:
    jobs(hosted, "34\n")
    alert = {"command": ["/usr/local/bin/tell"], "within": "30s"}
    result = hosted.deploy(scaled(alert=alert))
    assert not result.failed, result.msg
    hosted.until(lambda: sorted(hosted.pids("many")) == ["1", "2", "3", "4"])
    before = hosted.pids("many")
    assert any("many: 2 -> 4: 34 jobs wait, 10 for each instance" in line for line in said(hosted))
    # An endless answer, and one that never comes, are ended after ten seconds.
    answers = ("9" * 400, "\x1b[2J5", "#!/bin/sh\nexit 7\n", "#!/bin/sh\nexec yes\n")
    for answer in answers:
        unknown, well = lines_with(hosted, "is not known"), lines_with(hosted, "well again")
        jobs(hosted, answer, "0755" if answer.startswith("#!") else "0644")
        hosted.until(lambda last=unknown: lines_with(hosted, "is not known") > last)  # type: ignore[misc]
        jobs(hosted, "34\n")
        hosted.until(lambda last=well: lines_with(hosted, "well again") > last)  # type: ignore[misc]
    assert hosted.pids("many") == before
    jobs(hosted, "nonsense")
    hosted.until(lambda: "backlog raised" in hosted.sh("cat /var/tmp/backlog/told", check=False))
    hosted.never(lambda: hosted.pids("many") != before, 6.0)
    row = status(hosted, "many")
    assert row["scaling"]["trouble"].endswith("the backlog command printed 'nonsense', which is no whole number")
    assert (row["wanted"], row["scaling"]["min"], row["scaling"]["max"]) == (4, 2, 5)
    assert row["scaling"]["decisions"][-1]["text"] == "2 -> 4: 34 jobs wait, 10 for each instance"
    # What it leaves behind may hold its output open. Such a command counts too.
    jobs(hosted, "#!/bin/sh\nsetsid sleep 600 &\necho 45\n", "0755")
    hosted.until(lambda: len(hosted.pids("many")) == 5)


def test_the_recipes_for_a_table_and_a_directory_count_what_waits(hosted: LabHost) -> None:
    for path, text in recipes.scripts().items():
        hosted.write(path, text)
    hosted.sh(
        "mkdir /var/tmp/backlog/spool; cd /var/tmp/backlog/spool; touch -- 1 'a b' -rf .not-yet; mkdir 4; touch 4/5"
    )
    (table, _queue), (files, _directory) = (
        recipes.commands()[kind] for kind in ("a table of a database", "a directory of files")
    )
    assert hosted.sh(f"{files} /var/tmp/backlog/spool") == "3\n"
    assert hosted.sh(f"{files} /var/tmp/backlog/none", check=False) == ""
    # As the migration of Laravel makes it, in the columns that a worker reads.
    rows = ["('mail', NULL)", "('mail', NULL)", "('mail', 1700000000)", "('other', NULL)"]
    statements = ["CREATE TABLE jobs (id INTEGER PRIMARY KEY, queue TEXT, reserved_at INTEGER)"]
    statements += [f"INSERT INTO jobs (queue, reserved_at) VALUES {row}" for row in rows]
    database = "/var/tmp/backlog/jobs.sqlite"
    hosted.write(
        "/run/fill.py", f"import sqlite3\nsqlite3.connect('{database}').executescript({'; '.join(statements)!r})\n"
    )
    hosted.sh("python3 /run/fill.py")
    assert hosted.sh(f"JOBS_DATABASE={database} {table} mail") == "2\n"
    # Both follow the work of a pool.
    pool = scaled(environment={"JOBS_DATABASE": database})
    pool["instances"].update(backlog=[table, "mail"], each=1, min=1)
    assert not hosted.deploy(pool).failed
    hosted.until(lambda: len(hosted.pids("many")) == 2)
    pool["instances"].update(backlog=[files, "/var/tmp/backlog/spool"])
    assert not hosted.deploy(pool).failed
    hosted.until(lambda: len(hosted.pids("many")) == 3)
    hosted.sh(f"rm /run/fill.py {' '.join(recipes.scripts())}")


def test_busy_workers_ask_for_more_of_them(hosted: LabHost) -> None:
    pool = scaled()
    pool["instances"] = {"min": 2, "max": 4, "busy": "50%", "every": "1s", "fall_after": "5s"}
    result = hosted.deploy(pool)
    assert not result.failed, result.msg
    hosted.never(lambda: len(hosted.pids("many")) != 2, 3.0)
    hosted.sh("touch /var/tmp/backlog/1.busy /var/tmp/backlog/2.busy")
    hosted.until(lambda: len(hosted.pids("many")) == 4)
    hosted.sh("rm /var/tmp/backlog/*.busy")
    hosted.until(lambda: sorted(hosted.pids("many")) == ["1", "2"])
    assert turns(said(hosted), "many") == ["up", "down"]
