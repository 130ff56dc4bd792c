# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker that is killed for its memory: the failed task names the killer, with the limit, for each instance."""

from __future__ import annotations

import typing as t

from tests.vm.machine import Machine

EATER = """\
#!/usr/bin/python3
food = [bytearray(1 << 20) for _ in range(400)]
"""
# More than memory.high, again and again. The kernel slows it down: that is pressure.
SQUEEZED = """\
#!/usr/bin/python3
import os, time
asked = "/run/squeeze"
print("waits", flush=True)
while True:
    try:
        # One instance takes it.
        os.unlink(asked)
        break
    except FileNotFoundError:
        time.sleep(0.2)
food = [bytearray(1 << 20) for _ in range(60)]
while True:
    for one in food:
        one[::4096] = bytes(256)
"""


def test_the_oom_killer_is_in_the_verdict(bare: Machine) -> None:
    bare.write("/usr/local/bin/eater", EATER)
    limits = {"memory_max": "40M", "memory_swap_max": "0"}
    # Every instance of the batch is judged to the end. Without KVM a worker takes seconds to reach its limit.
    rollout = {"on_failure": "stop", "min_healthy_time": "60s"}
    result = bare.deploy(
        {"name": "eater", "command": ["/usr/local/bin/eater"], "instances": 2, "limits": limits, "rollout": rollout}
    )
    assert result.failed
    exits = [failure["exit"] for failure in result.result["failures"]]
    assert exits == ["signal 9 (SIGKILL): OOM killer, MemoryMax=40M"] * 2
    assert "OOM killer, MemoryMax=40M" in result.msg


def test_a_member_of_a_pool_that_systemd_oomd_kills_is_back_and_the_others_run_on(bare: Machine) -> None:
    bare.write("/usr/local/bin/squeezed", SQUEEZED)
    bare.sh("rm -f /run/squeeze")
    watched = {
        "ManagedOOMMemoryPressure": "kill",
        "ManagedOOMMemoryPressureLimit": "5%",
        "ManagedOOMMemoryPressureDurationSec": "2s",
    }
    result = bare.deploy(
        {
            "name": "squeezed",
            "command": ["/usr/local/bin/squeezed"],
            "instances": 3,
            "limits": {"memory_high": "32M", "memory_max": "400M"},
            "unit": {"Service": watched},
        }
    )
    assert not result.failed, result.msg
    before = bare.pids("squeezed")
    bare.sh("touch /run/squeeze")
    bare.until(lambda: bare.pids("squeezed") not in (before, {}) and len(bare.pids("squeezed")) == 3)
    after = bare.pids("squeezed")
    killed = [name for name in before if after[name] != before[name]]
    assert len(killed) == 1, "the others run on"
    rows: list[dict[str, t.Any]] = bare.module("pools_info").result["pools"]["squeezed"]["instances"]
    exits = {row["unit"]: row["last_exit"] for row in rows if row["last_exit"]}
    assert exits == {f"squeezed@{killed[0]}.service": "signal 9 (SIGKILL): systemd-oomd"}
