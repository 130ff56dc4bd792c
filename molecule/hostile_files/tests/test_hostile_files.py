# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whoever owns a file that root looks at, reads or runs gains nothing by it, and holds nobody up."""

from __future__ import annotations

import time
import typing as t

import pytest

from tests.helpers.lab_host import LabHost

HOME = "/srv/hostile"
WATCHED = f"{HOME}/watched"
# What a worker may make of its own file. 15 TB of nothing take hours to read, and a FIFO whoever waits for a writer.
TRICKS = {
    "endless": f"truncate -s 15T {WATCHED}",
    "a FIFO": f"rm -f {WATCHED}; mkfifo {WATCHED}",
}


@pytest.fixture
def home(bare: LabHost) -> LabHost:
    """With the user ``app``, who has a directory of his own with a file that is watched."""
    bare.sh("id app >/dev/null 2>&1 || useradd --system --no-create-home app")
    bare.sh(f"rm -rf {HOME}; mkdir -p {HOME}; echo 1 > {WATCHED}; chown -R app: {HOME}")
    return bare


def watcher(command: t.Sequence[str] = ("/bin/sleep", "infinity"), **more: t.Any) -> dict[str, t.Any]:
    return {
        "name": "watcher",
        "command": list(command),
        "user": "app",
        "instances": 2,
        "hardening": "off",
        "watch": [WATCHED],
        "rollout": {"min_healthy_time": "300ms", "max_parallel": "1"},
        **more,
    }


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS.keys())
def test_what_a_worker_makes_of_its_file_holds_nobody_up(home: LabHost, trick: str) -> None:
    assert not home.deploy(watcher()).failed
    pids = home.pids("watcher")
    began = time.monotonic()
    told = home.deploy(watcher(["/bin/sh", "-c", f"{trick}; exit 3"]))
    assert told.failed
    assert "generation 1" in told.msg
    assert "is put back" in told.msg
    assert home.pids("watcher")["2"] == pids["2"]
    # The next one sees the trick from its beginning.
    assert not home.deploy(watcher()).failed
    assert time.monotonic() - began < 60
    assert not home.deploy(watcher()).changed


def test_the_host_puts_back_without_a_look_at_what_a_worker_owns(home: LabHost) -> None:
    home.deploy(watcher())
    new = ["/bin/sh", "-c", f"{TRICKS['endless']}; exec sleep infinity"]
    with home.deploying(watcher(new, rollout={"min_healthy_time": "5s"}), workers_confirm="2s") as deploy:
        home.until(lambda: home.sh(f"stat -c %s {WATCHED}").strip() != "2")
        home.sh("pkill -KILL -f '[A]nsiballZ_pools'")
        deploy.kill()
        deploy.wait()
    home.until(lambda: '"undone"' in home.sh("cat /var/lib/workers.systemd/journal"))
    assert "exec sleep" not in home.sh("cat /etc/systemd/system/watcher@.service")
    assert all(home.pids("watcher").values())
