# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import split_command
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.schedule import Retry
from ansible_collections.workers.systemd.plugins.module_utils._core.write.retry import SCRIPT, trying
from tests.unit.plugins.module_utils._core.builders import report, written

# Adds a line to a file, and fails until the file has enough of them.
JOB = 'echo "$2" >> "$1"; [ "$(wc -l < "$1")" -ge "$3" ] || $4'


def test_the_line_of_a_unit_has_the_tries_and_the_command_as_it_is() -> None:
    line = trying(Retry(2, 0.5), '/usr/bin/report "a b" ${HOME} %H')
    words = split_command(line)
    assert words[:2] + words[3:] == ["/bin/sh", "-c", "retry", "3", "0.5", "/usr/bin/report", "a b", "${HOME}", "%H"]
    assert words[2].replace("$$", "$") == SCRIPT
    texts = {file.path: file.text for file in written(report(retry={"times": 2, "delay": "500ms"})).files}
    found = UnitText.parse(texts["/etc/systemd/system/report.service"]).values("Service", "ExecStart")
    assert found == [trying(Retry(2, 0.5), '"/usr/bin/report"')]


def started(path: Path, enough: int, fails: str, most: int = 3, delay: str = "0") -> subprocess.Popen[str]:
    job = ["/bin/sh", "-c", JOB, "job", str(path), "a  b", str(enough), fails]
    command = ["/bin/sh", "-c", SCRIPT, "retry", str(most), delay, *job]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)


# how many tries are enough, how a try fails; how many there are, how the run ends
ENDS: dict[str, tuple[int, str, int, int]] = {
    "the first is good": (1, "exit 3", 1, 0),
    "the second is good": (2, "exit 3", 2, 0),
    "none is good": (9, "exit 3", 3, 3),
    "killed": (9, "eval kill -KILL $$", 3, -signal.SIGKILL),
    "a status that is no signal": (9, "exit 255", 3, 255),
}


@pytest.mark.parametrize(("enough", "fails", "tries", "status"), ENDS.values(), ids=ENDS)
def test_a_run_ends_as_its_last_try(tmp_path: Path, enough: int, fails: str, tries: int, status: int) -> None:
    with started(tmp_path / "tries", enough, fails) as run:
        result = run.communicate(timeout=20)[1]
    assert (run.returncode, (tmp_path / "tries").read_text()) == (status, "a  b\n" * tries)
    assert result.count(" of 3 ended with status ") == tries - 1


@pytest.mark.parametrize("fails", ["exit 3", "sleep 60"], ids=["in the delay", "in a try"])
def test_no_try_follows_a_stop(tmp_path: Path, fails: str) -> None:
    with started(tmp_path / "tries", 9, fails, delay="60") as run:
        # The shell makes the file before it writes to it.
        while not text(tmp_path / "tries") or (fails == "exit 3" and "sleep" not in children(run.pid)):
            pass
        os.killpg(run.pid, signal.SIGTERM)
        run.communicate(timeout=20)
    assert (tmp_path / "tries").read_text() == "a  b\n"
    assert run.returncode == (3 if fails == "exit 3" else -signal.SIGTERM)


def text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def children(process: int) -> str:
    return subprocess.run(
        ["ps", "--ppid", str(process), "-o", "comm="], check=False, capture_output=True, text=True
    ).stdout
