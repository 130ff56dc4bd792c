# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits are in force, not only in the unit."""

from __future__ import annotations

import typing as t

from tests.helpers.lab_host import LabHost

HUNGRY = """\
#!/usr/bin/python3
import pathlib, time
asked = pathlib.Path("/run/eat")
print("hungry", flush=True)
while not asked.exists():
    time.sleep(0.05)
asked.unlink()
print("eating", flush=True)
food = [bytearray(1 << 20) for _ in range(200)]
print("ate everything", flush=True)
time.sleep(1000)
"""
FORKING = """\
#!/usr/bin/python3
import os, time
children = 0
try:
    for _ in range(20):
        if os.fork() == 0:
            time.sleep(1000)
        children += 1
except BlockingIOError:
    print(f"refused after {children} children", flush=True)
time.sleep(1000)
"""


def pool(script: str, limits: dict[str, str]) -> dict[str, t.Any]:
    return {"name": "limited", "command": [script], "instances": 1, "limits": limits}


def log(lab: LabHost) -> str:
    return lab.sh("journalctl --sync; journalctl -o cat --no-pager -u limited@1 -n 50")


def test_a_worker_over_memory_max_is_killed_and_back(bare: LabHost) -> None:
    bare.write("/usr/local/bin/hungry", HUNGRY)
    bare.deploy(pool("/usr/local/bin/hungry", {"memory_max": "40M", "memory_swap_max": "0"}))
    before = bare.pids("limited")["1"]
    bare.sh("touch /run/eat")
    bare.until(lambda: bare.pids("limited").get("1", before) != before)
    assert "eating" in log(bare)
    assert "ate everything" not in log(bare)
    assert "SIGKILL" in bare.module("pools_info").result["pools"]["limited"]["instances"][0]["last_exit"]


def test_tasks_max_refuses_the_fork(bare: LabHost) -> None:
    bare.write("/usr/local/bin/forking", FORKING)
    bare.deploy(pool("/usr/local/bin/forking", {"tasks_max": "5"}))
    bare.until(lambda: "refused after 4 children" in log(bare))


def test_a_changed_limit_is_in_force_without_a_restart(bare: LabHost) -> None:
    bare.write("/usr/local/bin/hungry", HUNGRY)
    bare.deploy(pool("/usr/local/bin/hungry", {"memory_max": "400M"}))
    before = bare.pids("limited")
    result = bare.deploy(pool("/usr/local/bin/hungry", {"memory_max": "50M"}))
    assert [verb for verb, path in result.plan("limited")] == ["write"]
    assert bare.pids("limited") == before
    bare.sh("touch /run/eat")
    bare.until(lambda: bare.pids("limited").get("1", before["1"]) != before["1"])


CHATTY = """\
#!/usr/bin/python3
import time
for number in range(5000):
    print("line", number, flush=True)
time.sleep(1000)
"""


def test_a_worker_that_writes_too_much_is_cut_short_and_others_are_not(bare: LabHost) -> None:
    bare.write("/usr/local/bin/chatty", CHATTY)
    talker = {"command": ["/usr/local/bin/chatty"], "instances": 1}
    result = bare.deploy(
        {"name": "limited", **talker, "logs": {"burst": 50, "per": "1h"}},
        {"name": "free", **talker, "logs": {"burst": 0}},
    )
    assert not result.failed, result.msg

    def written(pool: str) -> int:
        found = "journalctl -b -o cat --no-pager -u {}@1 _PID=$(systemctl show --value -p MainPID {}@1) | grep -c ^line"
        return int(bare.sh(f"journalctl --sync; {found.format(pool, pool)}", check=False))

    bare.until(lambda: written("free") == 5000)
    # journald allows up to six times as many (burst_modulate() in journald-rate-limit.c).
    assert 50 <= written("limited") <= 300
