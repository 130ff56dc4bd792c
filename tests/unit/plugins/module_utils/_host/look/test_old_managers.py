# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import pwd
import subprocess
import time
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._host.look import old_managers

NOBODY = pwd.getpwnam("nobody").pw_uid
CALLED = {
    "screen": (["SCREEN"], None, "SCREEN of {me} (process {pid}) keeps programs running"),
    "tmux": (["tmux: server"], None, "tmux: server of {me} (process {pid}) keeps programs running"),
    "a supervisord of root": (["/usr/bin/supervisord"], None, ""),
    "a supervisord of a user": (["/usr/bin/supervisord"], NOBODY, "supervisord of nobody (process {pid})"),
    "another program": (["sleep"], None, ""),
}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a process of another user")
@pytest.mark.parametrize(("called", "uid", "result"), CALLED.values(), ids=CALLED.keys())
def test_what_somebody_started_by_hand_is_named(called: list[str], uid: int | None, result: str) -> None:
    process = subprocess.Popen([*called, "60"], executable="/bin/sleep", user=uid)
    try:
        end = time.monotonic() + 30
        while not Path(f"/proc/{process.pid}/cmdline").read_text().startswith(called[0]) and time.monotonic() < end:
            time.sleep(0.01)
        found = [line for line in old_managers._by_hand() if f"(process {process.pid})" in line]
    finally:
        process.kill()
        process.wait()
    expected = result.format(me=pwd.getpwuid(os.geteuid()).pw_name, pid=process.pid)
    assert bool(found) == bool(result)
    assert all(line.startswith(expected) for line in found)
