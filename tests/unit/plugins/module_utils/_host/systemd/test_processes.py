# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import processes

# One line of output says that it is there.
LOADS = "print(flush=True)\nwhile True: pass"
RESTS = "import time; print(flush=True); time.sleep(60)"


@pytest.mark.parametrize(("program", "loading"), [(LOADS, True), (RESTS, False)], ids=["it loads", "it rests"])
def test_a_young_process_loads_until_it_rests(program: str, loading: bool) -> None:
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as child:
        try:
            assert child.stdout is not None
            child.stdout.readline()
            assert processes.still_loading({child.pid}) == ({child.pid} if loading else set())
        finally:
            child.kill()


def test_an_old_process_does_not_load_and_one_that_has_ended_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    with subprocess.Popen([sys.executable, "-c", LOADS], stdout=subprocess.PIPE) as child:
        try:
            monkeypatch.setattr(processes, "LOADS", 0.0)
            assert processes.still_loading({child.pid}) == set()
        finally:
            child.kill()
    assert processes.still_loading({child.pid}) == set()


def test_a_handler_is_seen_when_it_is_installed() -> None:
    late = "import signal; print(flush=True); input(); signal.signal(15, print); print(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", late], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdout.readline()
        assert not processes.handles(child.pid, "SIGTERM")
        child.stdin.write(b"\n")
        child.stdin.flush()
        child.stdout.readline()
        assert processes.handles(child.pid, "SIGTERM")
    assert not processes.handles(child.pid, "SIGTERM")


# seconds by which the clock has been set since a run began -> by how much a moment of that run is earlier
SET = {"ahead by a day": (86400, 0), "back by a day": (-86400, 86400), "not at all": (0, 0)}


@pytest.mark.parametrize(("jump", "earlier"), SET.values(), ids=SET)
def test_what_comes_after_a_moment_is_not_before_it_when_the_clock_is_set(jump: int, earlier: int) -> None:
    moment = time.time()
    booted = processes.booted_at() - jump
    assert processes.in_spite_of_jumps(moment, booted) == pytest.approx(moment - earlier, abs=1.0)


def test_there_is_no_time_before_the_epoch() -> None:
    """A query about everything, after the clock went back."""
    assert processes.in_spite_of_jumps(0.0, processes.booted_at() + 86400) == 0.0


def test_the_kernel_tells_when_a_process_began() -> None:
    before = time.time()
    with subprocess.Popen([sys.executable, "-c", RESTS]) as child:
        try:
            began = processes.Started(child.pid, 1, {}, ticks_of(child.pid)).began
        finally:
            child.kill()
    assert before - 0.1 <= began <= time.time() + 0.1


def ticks_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
