# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess
import sys

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
