# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""After a real boot all pools run as they were deployed: of the system, of a user, and with encrypted credentials."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from tests.helpers.user_host import PREPARE, USER, UserHost
from tests.vm.machine import Machine

SECRET = "a-secret-that-boots"
SLEEP = ["/bin/sleep", "infinity"]
POOLS: tuple[dict[str, t.Any], ...] = (
    {"name": "of-system", "command": SLEEP, "instances": ["a", "b"]},
    {"name": "of-user", "command": SLEEP, "instances": 2, "scope": "user", "user": USER},
    {"name": "paused", "command": SLEEP, "instances": 1, "state": "paused"},
    {
        "name": "sealed",
        "command": ["/bin/sh", "-c", 'cat "$CREDENTIALS_DIRECTORY/token" > /run/sealed/said; exec sleep infinity'],
        "instances": 1,
        "user": "www-data",
        "secrets": {"token": SECRET},
        "secrets_as": "credentials",
        "unit": {"Service": {"RuntimeDirectory": "sealed", "RuntimeDirectoryPreserve": True}},
    },
)
# Its main process is killed before the boot.
KILLED = "of-system@a"


@dataclasses.dataclass(frozen=True)
class Boot:
    """Two boot ids, the journal of a worker before the second boot, and the result of a check after it."""

    before: str
    after: str
    log: str
    changed: bool


@pytest.fixture(scope="module")
def booted(machine: Machine) -> t.Iterator[Boot]:
    machine.boot()
    machine.remove_pools()
    machine.sh(PREPARE)
    result = machine.deploy(*POOLS)
    assert not result.failed, result.msg
    pid = machine.pids("of-system")["a"]
    machine.sh(f"kill -KILL {pid}")
    machine.until(lambda: machine.pids("of-system").get("a", pid) != pid)
    assert last_exit(machine) == "signal 9 (SIGKILL)"
    before, log = boot_id(machine), journal(machine, "-b 0")
    machine.reboot()
    yield Boot(before, boot_id(machine), log, machine.deploy(*POOLS, check=True).changed)
    UserHost(machine.name).remove_pools()


def boot_id(machine: Machine) -> str:
    return machine.sh("cat /proc/sys/kernel/random/boot_id").strip()


def journal(machine: Machine, boot: str) -> str:
    """What systemd said about the worker that was killed, in a boot, without its stop."""
    said = machine.sh(f"journalctl --sync; journalctl {boot} -o cat --no-pager -u {KILLED} _PID=1")
    return said.partition("Stopping")[0]


def last_exit(machine: Machine) -> str:
    rows: list[dict[str, str]] = machine.module("pools_info").result["pools"]["of-system"]["instances"]
    return next(row["last_exit"] for row in rows if row["unit"] == f"{KILLED}.service")


def test_it_was_a_boot_that_needs_no_deploy(booted: Boot) -> None:
    assert booted.before != booted.after
    assert not booted.changed


def test_the_pools_of_the_system_run(machine: Machine, booted: Boot) -> None:
    machine.until(lambda: sorted(machine.pids("of-system")) == ["a", "b"])
    assert machine.pids("paused") == {}, "a pause lasts through a boot"


def test_the_pool_of_a_user_runs_without_a_login(machine: Machine, booted: Boot) -> None:
    # systemd 256 and newer list the session of the manager itself.
    assert USER not in machine.sh("loginctl list-sessions --no-legend | grep -v ' manager'", check=False)
    machine.until(lambda: len(machine.sh(f"pgrep -u {USER} -x sleep", check=False).split()) == 2)


def test_encrypted_credentials_are_there_after_a_boot(machine: Machine, booted: Boot) -> None:
    """/run was empty after the boot, so the worker has read them since."""
    machine.until(lambda: machine.sh("cat /run/sealed/said", check=False) == SECRET)
    held = machine.sh(f"grep -rl {SECRET} /etc /var/lib/workers.systemd", check=False)
    assert held == "", "the disk has it encrypted alone"


def test_the_journal_of_the_boot_before_is_there_and_is_not_told_as_of_this_one(machine: Machine, booted: Boot) -> None:
    assert "code=killed, status=9/KILL" in booted.log
    assert journal(machine, "-b -1") == booted.log
    assert "KILL" not in journal(machine, "-b 0")
    assert last_exit(machine) == "", "this process has not died"
