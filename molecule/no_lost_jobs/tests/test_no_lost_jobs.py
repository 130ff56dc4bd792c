# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Five real queues under load: deploys, up and down, reboots, and no job is lost; beside it, what plain units lose."""

from __future__ import annotations

import itertools
import os
import shlex
import time
import typing as t
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tests.helpers import npm, recipes
from tests.helpers.lab_host import LabHost
from tests.helpers.queue_load import APPS, FRAMEWORKS, PATIENCE, Load, Tally, table

SCENARIO = Path(__file__).parents[1]
PROJECT = SCENARIO.parents[1]
JOBS = int(os.environ.get("NUMBER_OF_JOBS", "2000"))
PLAIN_JOBS = 500
INSTANCES = 4
# Up, down and up again, while everything is deployed anew.
SIZES = (6, 4, 3, 4)
# Steps of a plan that stop a worker.
STOPS = {"restart", "stop"}
# Seconds between two plain restarts.
PAUSE = 2
# Their workers run jobs in child processes.
FORKS = {"rq", "celery"}


@pytest.fixture(scope="module")
def queues(lab: LabHost, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[LabHost]:
    """The host with a broker and the five applications, and without pools."""
    lab.remove_pools()
    lab.sh(f"rm -rf {APPS}; systemctl enable --quiet --now redis-server; redis-cli flushall")
    lab.copy(SCENARIO / "apps", APPS)
    modules = npm.installed(SCENARIO / "apps" / "bullmq", tmp_path_factory.mktemp("bullmq"))
    lab.copy(modules, f"{APPS}/bullmq/node_modules")
    lab.copy(PROJECT / "examples" / "app" / "artisan", f"{APPS}/artisan")
    yield lab
    lab.remove_pools()
    lab.sh("systemctl stop 'plain-*' 'produce-*'; rm -f /etc/systemd/system/plain-*")
    lab.sh("systemctl daemon-reload; systemctl reset-failed")
    lab.sh(f"rm -rf {APPS}; systemctl disable --quiet --now redis-server")


# By queue, the row of docs/scaling.md that counts its jobs.
RECIPES = {"rq": "RQ", "celery": "Celery on Redis", "sidekiq": "Sidekiq", "bullmq": "BullMQ"}


@pytest.mark.parametrize("queue", RECIPES)
def test_the_recipe_for_a_backlog_counts_the_jobs_that_wait(queues: LabHost, queue: str) -> None:
    """No worker takes them yet."""
    command = [word.replace("mail", queue) for word in recipes.commands()[RECIPES[queue]]]
    producers = {one.preset: one.producer for one in FRAMEWORKS if one.preset == queue}
    queues.sh("redis-cli flushall")
    assert queues.sh(shlex.join(command)) == "0\n"
    load = Load(queues, producers, 12)
    load.start()
    queues.until(lambda: not load.is_on())
    assert queues.sh(shlex.join(command)) == "12\n"
    queues.sh("redis-cli flushall")


@pytest.fixture(scope="module")
def plain(queues: LabHost) -> dict[str, Tally]:
    """The same load and the same applications under units as they are documented, restarted as one does."""
    names = {framework.preset: f"plain-{framework.preset}" for framework in FRAMEWORKS}
    for framework in FRAMEWORKS:
        queue = names[framework.preset]
        queues.write(f"/etc/systemd/system/{queue}@.service", framework.plain_unit(queue), "0644")
    units = " ".join(f"{queue}@{number}" for queue in names.values() for number in range(1, INSTANCES + 1))
    queues.sh(f"systemctl daemon-reload; systemctl start {units}")
    load = Load(queues, {names[one.preset]: one.producer for one in FRAMEWORKS}, PLAIN_JOBS)
    load.start()
    restarts = 0
    while load.is_on():
        time.sleep(PAUSE)
        queues.sh(f"systemctl restart {units}")
        restarts += INSTANCES
    tallies = load.tallies()
    queues.sh(f"systemctl stop {units}")
    return {preset: replace(tallies[queue], restarts=restarts) for preset, queue in names.items()}


@pytest.fixture(scope="module")
def deployed(queues: LabHost) -> dict[str, Tally]:
    """Deploy after deploy under load; each changes a value that all workers read, so that all of them restart.

    The host reboots after every second one.
    """
    sizes = itertools.cycle(SIZES)
    queues.deploy(*(one.pool(INSTANCES) for one in FRAMEWORKS))
    load = Load(queues, {one.preset: one.producer for one in FRAMEWORKS}, JOBS)
    load.start()
    restarts: Counter[str] = Counter()
    for release in itertools.count():
        result = queues.deploy(*(one.pool(next(sizes), RELEASE=release) for one in FRAMEWORKS))
        assert not result.failed, result.result
        restarts.update(one.preset for one in FRAMEWORKS for verb, _ in result.plan(one.preset) if verb in STOPS)
        if not load.is_on():
            if release > 1:
                break
            # On a busy machine a deploy takes longer than the load, and there was no reboot yet.
            load.jobs += JOBS
            load.go_on()
        if release % 2:
            queues.reboot()
            restarts.update({one.preset: len(queues.pids(one.preset)) for one in FRAMEWORKS})
            load.go_on()
    tallies = load.tallies(PATIENCE)
    return {preset: replace(tally, restarts=restarts[preset]) for preset, tally in tallies.items()}


def test_every_job_was_sent(deployed: dict[str, Tally]) -> None:
    (number,) = {len(tally.sent) for tally in deployed.values()}
    assert (number > 0, number % JOBS) == (True, 0)


def test_workers_were_stopped_while_they_worked(deployed: dict[str, Tally]) -> None:
    assert min(tally.restarts for tally in deployed.values()) >= INSTANCES


def test_no_job_is_lost(deployed: dict[str, Tally]) -> None:
    assert {preset: tally.lost for preset, tally in deployed.items()} == {preset: [] for preset in deployed}


def test_no_stop_failed(queues: LabHost, deployed: dict[str, Tally]) -> None:
    assert queues.sh("systemctl list-units --failed --plain --no-legend") == ""


def test_a_plain_unit_loses_jobs_of_workers_that_fork(plain: dict[str, Tally]) -> None:
    # About five of 500 jobs each; which of the two loses more is chance.
    assert sum(len(plain[preset].lost) for preset in FORKS) > 0


def test_both_side_by_side(
    deployed: dict[str, Tally], plain: dict[str, Tally], capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        print("\n" + table({"preset": deployed, "plain": plain}))
