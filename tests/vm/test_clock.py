# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A clock that jumps changes no verdict and restarts no worker, and the host undoes a dead run in spite of it."""

from __future__ import annotations

import time
import typing as t

import pytest

from tests.vm.machine import Machine

COUNT = 4
# After the first restart, and after the second.
JUMPS = ("+1 day", "-2 days")
DEATH = "pkill -KILL -f '[A]nsiballZ_'"


def pool(version: str, **more: t.Any) -> dict[str, t.Any]:
    return {
        "name": "timed",
        "command": ["/bin/sleep", "infinity"],
        "instances": COUNT,
        "environment": {"VERSION": version},
        "rollout": {"min_healthy_time": "3s", "max_parallel": "1"},
        **more,
    }


def versions(machine: Machine) -> list[str]:
    """Of each instance, in order."""
    found = machine.environments("timed")
    return [found[name].get("VERSION", "") for name in sorted(found)]


def jump(machine: Machine) -> None:
    """In the middle of a rollout."""
    for done, how in enumerate(JUMPS, start=1):
        machine.until(lambda done=done: versions(machine)[:done] == ["new"] * done)  # type: ignore[misc]
        machine.sh(f"date -s '{how}'")


def put_right(machine: Machine) -> None:
    machine.sh(f"date -s @{time.time():.0f}")


@pytest.fixture
def timed(bare: Machine) -> t.Iterator[Machine]:
    assert not bare.deploy(pool("old", rollout={"min_healthy_time": "1s", "max_parallel": "100%"})).failed
    yield bare
    put_right(bare)


def test_jumps_during_a_rollout(timed: Machine) -> None:
    """The host would undo a run that gives no sign of life for a minute."""
    before = timed.pids("timed")
    with timed.deploying(pool("new")) as deploy:
        jump(timed)
        assert deploy.wait() == 0
    after = timed.pids("timed")
    assert versions(timed) == ["new"] * COUNT
    assert not set(before.values()) & set(after.values())
    assert not timed.deploy(pool("new")).changed
    put_right(timed)
    assert not timed.deploy(pool("new")).changed
    assert timed.pids("timed") == after, "a jump makes no instance stale"


def test_jumps_before_the_timer_of_the_host_ends(timed: Machine) -> None:
    """The run dies after the jumps. The host puts back what the run has started before and after them."""
    before = timed.pids("timed")
    with timed.deploying(pool("new"), workers_confirm="30s") as deploy:
        jump(timed)
        timed.until(lambda: versions(timed)[:3] == ["new"] * 3)
        timed.sh(DEATH)
        deploy.kill_all()
    died = time.monotonic()
    timed.until(lambda: versions(timed) == ["old"] * COUNT)
    assert time.monotonic() - died > 15, "the timer does not end before its time"
    after = timed.pids("timed")
    assert [name for name in before if after.get(name) == before[name]] == ["4"]
    assert not timed.deploy(pool("old")).changed


def test_a_stop_that_ends_in_sigkill_is_told_though_the_clock_goes_back(bare: Machine) -> None:
    stubborn = {
        "command": ["/bin/sh", "-c", "trap '' TERM; while :; do sleep 1; done"],
        "unit": {"Service": {"TimeoutStopSec": "15s"}},
        "rollout": {"min_healthy_time": "1s", "canary": 0, "max_parallel": "100%"},
    }
    assert not bare.deploy(pool("old", **stubborn)).failed
    with bare.deploying(pool("new", **stubborn)) as deploy:
        bare.until(lambda: "deactivating" in bare.sh("systemctl list-units --no-legend 'timed@*'"))
        bare.sh("date -s '-1 day'")
        assert deploy.wait() != 0
    put_right(bare)
    assert "killed-at-stop" in deploy.played.said


SILENT = ["/usr/bin/php", "-r", 'cli_set_process_title("worker"); while (true) sleep(1);']


def test_a_clock_that_was_ahead_hides_no_old_worker(bare: Machine) -> None:
    """A program that overwrites its environment is judged by times."""

    def silent(version: str) -> dict[str, t.Any]:
        return pool(version, command=SILENT, rollout={"min_healthy_time": "1s", "max_parallel": "100%"})

    bare.sh("date -s '+1 day'")
    try:
        assert not bare.deploy(silent("old")).failed
    finally:
        put_right(bare)
    before = bare.pids("timed")
    assert not bare.deploy(silent("old")).changed
    assert bare.pids("timed") == before
    result = bare.deploy(silent("new"))
    assert [verb for verb, _subject in result.plan("timed")] == ["write", *["restart"] * COUNT]
    assert not set(before.values()) & set(bare.pids("timed").values())
    assert not bare.deploy(silent("new")).changed
