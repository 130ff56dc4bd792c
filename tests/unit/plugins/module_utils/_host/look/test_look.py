# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a process was started, with a real process and systemd's note of its start in a directory of its own."""

from __future__ import annotations

import os
import subprocess
import time
import typing as t
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._host.look import look
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.processes import Started

UNIT = "mail@1.service"
DAY = 86400


@pytest.fixture
def worker() -> t.Iterator[Started]:
    with subprocess.Popen(["/bin/sleep", "60"]) as child:
        fields = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()
        yield Started(child.pid, 1, {}, int(fields[19]))
        child.kill()


def looked_at(started: list[Started], runtime: Path, ahead: int) -> float:
    """When a look says that the unit was started, if the clock was ``ahead`` at its start."""
    places = replace(SYSTEM, runtime=str(runtime))
    Path(places.started_units).mkdir(parents=True)
    noted = Path(places.started_units, f"invocation:{UNIT}")
    noted.symlink_to("a1")
    os.utime(noted, (time.time() + ahead,) * 2, follow_symlinks=False)
    return look._process(UNIT, started, look._Keeper(places, "mail", {})).started


# how far the clock was ahead at the start -> how old the process is by what is seen
CLOCKS = {"right": (0, 0), "ahead by a day": (DAY, 0), "behind by a day": (-DAY, DAY)}


@pytest.mark.parametrize(("ahead", "age"), CLOCKS.values(), ids=CLOCKS)
def test_no_process_seems_to_have_started_later_than_it_did(
    worker: Started, tmp_path: Path, ahead: int, age: int
) -> None:
    assert looked_at([worker], tmp_path, ahead) == pytest.approx(time.time() - age, abs=5.0)


def test_of_several_that_systemd_may_have_started_its_note_alone_counts(worker: Started, tmp_path: Path) -> None:
    """One may be left from an earlier start, and be older."""
    left = worker._replace(pid=worker.pid + 1)
    assert looked_at([worker, left], tmp_path, DAY) == pytest.approx(time.time() + DAY, abs=5.0)
