# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a run lives, with a real lock in a directory of its own."""

from __future__ import annotations

import os
import threading
import time
import typing as t
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.look.run_journal import RunJournal
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM, Places
from ansible_collections.workers.systemd.plugins.module_utils._host import host
from ansible_collections.workers.systemd.plugins.module_utils._host.undo import recovery

OURS = RunJournal("2026-11-24T16:36:19Z", os.getpid(), {})


@pytest.fixture
def running(tmp_path: Path) -> t.Iterator[Places]:
    """A run holds the lock, and has just given a sign of life."""
    places = replace(SYSTEM, runtime=str(tmp_path))
    with host.only_run(places):
        host.beat(places)
        yield places


def test_a_run_that_gives_another_sign_lives(running: Places) -> None:
    timer = threading.Timer(0.3, lambda: host.beat(running))
    timer.start()
    assert recovery._lives(running, OURS, 60)
    timer.join()


def test_a_run_without_another_sign_is_dead_when_its_last_is_old_enough(running: Places) -> None:
    assert not recovery._lives(running, OURS, 1.0)
    assert 1.0 <= time.monotonic() - host.last_beat(running) < 30


def test_another_run_is_no_sign_of_this_one(running: Places) -> None:
    assert not recovery._lives(running, replace(OURS, pid=1), 60)


def test_at_boot_and_without_a_lock_there_is_no_run(running: Places, tmp_path: Path) -> None:
    assert not recovery._lives(running, OURS, 0.0)
    assert not recovery._lives(replace(SYSTEM, runtime=str(tmp_path / "none")), OURS, 60)


@pytest.mark.parametrize("seconds", [0, 2**31])
def test_a_time_that_no_run_has_set_is_no_sign(running: Places, seconds: int) -> None:
    """A run that has the lock and no switch yet leaves the time of the wall clock."""
    os.utime(running.lock, (seconds, seconds))
    assert not recovery._lives(running, OURS, 1.0)
