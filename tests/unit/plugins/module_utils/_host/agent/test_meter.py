# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that writes the figures, as the agent has it: it may hang, or die, and the agent goes on."""

from __future__ import annotations

import os
import signal
import time
import typing as t
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import File
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.alert import Alert
from ansible_collections.workers.systemd.plugins.module_utils._host.agent.meter import (
    DIED,
    EVERY,
    LONGEST,
    STILL_WRITES,
    Ask,
    Meter,
    _number,
    _spared,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager

# Of the test: for a process to end on a busy machine.
PATIENCE = 60.0


class Hangs:
    """Nothing brings the process of the writer elsewhere."""

    def wait(self) -> None:
        signal.pause()

    def bring(self, uid: int, pids: t.Sequence[int]) -> bool:
        return False


class Refuses(Hangs):
    def wait(self) -> None:
        raise OSError("no scope")


class Here(Hangs):
    def wait(self) -> None:
        pass


def meter(place: Path, elsewhere: Hangs, said: list[str]) -> Meter:
    """On a host whose systemd cannot be asked."""
    places = replace(SYSTEM, state=str(place), units=str(place), bus=str(place / "none"))
    return Meter(Manager(lambda argv: (1, "", "no systemctl"), places), elsewhere, said.append)


def until_idle(one: Meter, now: float) -> None:
    end = time.monotonic() + PATIENCE
    while one.busy:
        assert time.monotonic() < end
        one.turn(now, {})
        time.sleep(0.01)


ASKED = {"mail": Ask("/nowhere/to/be/found", Alert())}


def test_nothing_is_due_when_no_pool_asks(tmp_path: Path) -> None:
    one = meter(tmp_path, Here(), [])
    one.turn(0.0, {})
    assert (one.due(0.0), one.busy) == (float("inf"), False)


def test_a_writer_that_hangs_is_ended_and_followed_by_another(tmp_path: Path) -> None:
    said: list[str] = []
    one = meter(tmp_path, Hangs(), said)
    one.care_for(ASKED)
    assert one.due(0.0) == 0
    one.turn(0.0, {})
    assert (one.busy, one.due(0.0)) == (True, EVERY)
    one.turn(LONGEST - 1, {})
    assert (one.busy, said) == (True, [])
    first = one.writer and one.writer.pid
    one.turn(LONGEST, {})
    assert said == [f"metrics: {STILL_WRITES}"]
    assert one.writer is not None
    assert one.writer.pid != first
    # It is said once.
    one.turn(2 * LONGEST, {})
    assert len(said) == 1
    assert one.writer is not None
    one.writer.end()


def test_no_other_is_begun_beside_one_that_cannot_be_ended(tmp_path: Path) -> None:
    one = meter(tmp_path, Hangs(), [])
    one.care_for(ASKED)
    one.turn(0.0, {})
    one.writer, one.stuck = None, one.writer
    assert one.stuck is not None
    for now in (EVERY, 10 * EVERY):
        one.turn(now, {})
        assert (one.busy, one.due(now)) == (False, EVERY)
    os.kill(one.stuck.pid, signal.SIGKILL)
    end = time.monotonic() + PATIENCE
    while one.stuck is not None:
        assert time.monotonic() < end
        one.turn(10 * EVERY, {})
    assert one.writer is not None
    one.writer.end()


def test_without_a_process_it_says_so_and_tries_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    one = meter(tmp_path, Here(), said)
    one.care_for(ASKED)

    def refused() -> int:
        raise OSError(11, "Resource temporarily unavailable")

    before = len(os.listdir("/proc/self/fd"))
    monkeypatch.setattr(os, "fork", refused)
    one.turn(0.0, {})
    assert said == ["metrics: no process can be started: Resource temporarily unavailable"]
    assert (one.busy, one.due(1.0), len(os.listdir("/proc/self/fd"))) == (False, EVERY - 1, before)


def test_a_writer_that_dies(tmp_path: Path) -> None:
    said: list[str] = []
    one = meter(tmp_path, Refuses(), said)
    one.care_for(ASKED)
    one.turn(0.0, {})
    until_idle(one, 1.0)
    assert said == [f"metrics: {DIED}"]


def test_a_systemd_that_does_not_answer(tmp_path: Path) -> None:
    said: list[str] = []
    one = meter(tmp_path, Here(), said)
    one.counts = {"mail": {"kept": 1}}
    one.care_for(ASKED)
    one.turn(0.0, {})
    until_idle(one, 1.0)
    assert len(said) == 1
    assert "none" in said[0]
    # What was counted before stays.
    assert one.counts == {"mail": {"kept": 1}}
    # The directory is known from now on, so that its file is removed one day.
    assert "/nowhere/to/be/found" in (tmp_path / "metrics").read_text()


def test_processes_are_looked_at_again_when_a_file_is_another() -> None:
    files = {"/etc/one": File("A=1", 0o600, 1.0), "/etc/two": File("B=1", 0o600, 1.0)}
    current = _number(files), {"mail@1.service": "a1"}
    assert _spared(current, dict(reversed(files.items()))) == {"mail@1.service": "a1"}
    others = [
        {**files, "/etc/two": File("B=2", 0o600, 1.0)},
        {**files, "/etc/two": File("B=1", 0o600, 2.0)},
        {**files, "/etc/three": File("", 0o600, 1.0)},
        {"/etc/one": files["/etc/one"]},
    ]
    assert [_spared(current, one) for one in others] == [{}] * 4
    assert _spared(None, files) == {}


def test_what_no_pool_asks_for_any_more_is_removed(tmp_path: Path) -> None:
    place = tmp_path / "textfiles"
    place.mkdir()
    for name in ("workers.prom", "other.prom"):
        (place / name).write_text("")
    (tmp_path / "metrics").write_text(f'{{"directories": ["{place}"], "runs": {{}}}}')
    said: list[str] = []
    one = meter(tmp_path, Here(), said)
    assert one.due(0.0) == 0
    one.turn(0.0, {})
    until_idle(one, 1.0)
    assert said == []
    assert [path.name for path in place.iterdir()] == ["other.prom"]
    assert one.due(1.0) == float("inf")
