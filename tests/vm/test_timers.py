# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock of a host jumps, and each job still runs as often as its schedule and ``missed`` say."""

from __future__ import annotations

import time
import typing as t

import pytest

from tests.vm.machine import Machine

RUNS = "/var/tmp/runs"
# Sunday, an hour before the clocks of Berlin go from 2:00 to 3:00, and an hour before they go back to 2:00 (UTC).
FORWARD, BACK = "2028-03-26 00:00:00", "2028-10-28 23:59:00"


def job(name: str, schedule: str, **more: t.Any) -> dict[str, t.Any]:
    """Writes down each run."""
    return {"name": name, "command": ["/bin/sh", "-c", f"echo {name} >> {RUNS}"], "schedule": schedule, **more}


def runs(machine: Machine) -> list[str]:
    return sorted(machine.sh(f"cat {RUNS}").split())


def clock(machine: Machine, to: str) -> None:
    """In UTC, or in words such as '+2 hours'."""
    machine.sh(f"date -u -s '{to}'")


@pytest.fixture
def jobs(bare: Machine) -> t.Iterator[Machine]:
    """A machine whose clock belongs to the test."""
    # Without a service for the time, the first fails.
    bare.sh(f"timedatectl set-ntp false; timedatectl set-timezone Etc/UTC; : > {RUNS}")
    yield bare
    bare.remove_pools()
    bare.sh(f"timedatectl set-timezone Etc/UTC; rm -f {RUNS}")
    clock(bare, f"@{time.time():.0f}")
    # To later tests, its lines would be newer than their own.
    bare.sh("journalctl --rotate; rm -f /var/log/journal/*/system@*")


def test_a_clock_that_jumps_over_a_time_starts_the_job_once(jobs: Machine) -> None:
    """``missed`` is about a host that was off: to a timer that waits, a jump is a time that has come."""
    clock(jobs, "2028-05-01 12:00:00")
    deployed = jobs.deploy(timers=[job("skip", "13:00"), job("made-up", "*:0/30", missed="run"), job("far", "05-03")])
    assert not deployed.failed, deployed.msg
    clock(jobs, "+2 hours")
    jobs.until(lambda: runs(jobs) == ["made-up", "skip"])
    jobs.never(lambda: runs(jobs) != ["made-up", "skip"], 20)


def test_a_clock_that_goes_back_lets_a_time_come_again(jobs: Machine) -> None:
    """Once, as systemd means it (timer_time_change() of timer.c)."""
    clock(jobs, "2028-05-01 12:00:00")
    assert not jobs.deploy(timers=[job("daily", "13:00"), job("made-up", "13:00", missed="run")]).failed
    clock(jobs, "2028-05-01 13:00:00")
    jobs.until(lambda: runs(jobs) == ["daily", "made-up"])
    clock(jobs, "2028-05-01 12:50:00")
    jobs.never(lambda: runs(jobs) != ["daily", "made-up"], 20)
    clock(jobs, "2028-05-01 13:01:00")
    jobs.until(lambda: runs(jobs) == ["daily", "daily", "made-up", "made-up"])
    found = jobs.module("pools_info").result["timers"]
    assert {name: row["state"] for name, row in found.items()} == {"daily": "waiting", "made-up": "waiting"}


def test_a_host_that_was_off_at_the_time_of_a_job(jobs: Machine) -> None:
    """The clock of the machine goes on while it is off. The manager of a boot knows no timer of the boot before."""
    clock(jobs, "2028-05-01 12:00:00")
    assert not jobs.deploy(timers=[job("skip", "13:00"), job("made-up", "13:00", missed="run")]).failed
    # A stopped timer that nothing needs is unloaded.
    jobs.sh("systemctl disable --quiet --now skip.timer made-up.timer; systemctl daemon-reload")
    clock(jobs, "+2 hours")
    jobs.sh("systemctl enable --quiet --now skip.timer made-up.timer")
    jobs.until(lambda: runs(jobs) == ["made-up"])
    jobs.never(lambda: runs(jobs) != ["made-up"], 20)


def test_a_timer_that_was_stopped_for_a_while_runs_its_job_once(jobs: Machine) -> None:
    """docs/timers.md: in the same boot systemd knows when the timer began to wait, whatever ``missed`` says."""
    clock(jobs, "2028-05-01 12:00:00")
    assert not jobs.deploy(timers=[job("skip", "13:00")]).failed
    jobs.sh("systemctl stop skip.timer")
    clock(jobs, "+2 hours")
    jobs.sh("systemctl start skip.timer")
    jobs.until(lambda: runs(jobs) == ["skip"])
    jobs.never(lambda: runs(jobs) != ["skip"], 20)


def test_the_clocks_of_a_zone_change(jobs: Machine) -> None:
    """docs/timers.md: a time that the clock skips does not come, and the first of two hours counts."""
    jobs.sh("timedatectl set-timezone Europe/Berlin")
    clock(jobs, FORWARD)
    timers = [job("skipped", "02:30"), job("after", "03:30")]
    deployed = jobs.deploy(timers=timers)
    assert deployed.result["pools"]["skipped"]["next_runs"][0] == "Mon 2028-03-27 02:30:00 CEST"
    clock(jobs, "2028-03-26 01:29:30")
    jobs.until(lambda: runs(jobs) == ["after"])
    jobs.sh(f": > {RUNS}")
    clock(jobs, BACK)
    # What the jump has passed over.
    jobs.until(lambda: runs(jobs) == ["after", "skipped"])
    jobs.sh(f": > {RUNS}")
    for moment in ("2028-10-29 00:29:50", "2028-10-29 01:29:50"):
        clock(jobs, moment)
        jobs.until(lambda: runs(jobs) == ["skipped"])
    jobs.never(lambda: runs(jobs) != ["skipped"], 20)


def test_another_zone_moves_the_next_time(jobs: Machine) -> None:
    """A schedule without a zone is in that of the host."""
    clock(jobs, "2028-05-01 09:30:00")
    assert not jobs.deploy(timers=[job("noon", "12:00"), job("fixed", "12:00", timezone="Asia/Kolkata")]).failed
    # 12:00 in Berlin is 10:00 in UTC.
    jobs.sh("timedatectl set-timezone Europe/Berlin")
    clock(jobs, "2028-05-01 09:59:50")
    jobs.until(lambda: runs(jobs) == ["noon"])
    jobs.never(lambda: runs(jobs) != ["noon"], 20)
