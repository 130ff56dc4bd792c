# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker that the OOM killer ends: the failed task names it, with the limit, for each instance."""

from __future__ import annotations

from tests.vm.machine import Machine

EATER = """\
#!/usr/bin/python3
food = [bytearray(1 << 20) for _ in range(400)]
"""


def test_the_oom_killer_is_in_the_verdict(bare: Machine) -> None:
    bare.write("/usr/local/bin/eater", EATER)
    limits = {"memory_max": "40M", "memory_swap_max": "0"}
    # Every instance of the batch is judged to the end. Without KVM a worker takes seconds to reach its limit.
    rollout = {"on_failure": "stop", "min_healthy_time": "60s"}
    told = bare.deploy(
        {"name": "eater", "command": ["/usr/local/bin/eater"], "instances": 2, "limits": limits, "rollout": rollout}
    )
    assert told.failed
    exits = [failure["exit"] for failure in told.result["failures"]]
    assert exits == ["signal 9 (SIGKILL): OOM killer, MemoryMax=40M"] * 2
    assert "OOM killer, MemoryMax=40M" in told.msg
