# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits are in force on cgroup v2, and a changed limit is in force without a restart."""

from __future__ import annotations

import typing as t

import pytest

from tests.helpers.user_host import PREPARE, UID, USER, UserHost
from tests.vm.machine import Machine

POOL = "limited"
UNITS = [f"{POOL}@1.service", f"{POOL}@2.service"]
FILES = ("memory.max", "memory.high", "memory.swap.max", "pids.max", "cpu.max", "cpu.weight", "io.weight")
FIRST = {
    "memory_max": "256M",
    "memory_high": "192M",
    "memory_swap_max": "128M",
    "tasks_max": "99",
    "cpu_quota": "50%",
    "cpu_weight": "50",
    "io_weight": "50",
}
SECOND = {
    "memory_max": "128M",
    "memory_high": "96M",
    "memory_swap_max": "64M",
    "tasks_max": "33",
    "cpu_quota": "20%",
    "cpu_weight": "200",
    "io_weight": "200",
}
MB = 1 << 20
IN_FORCE = {
    "first": [256 * MB, 192 * MB, 128 * MB, 99, "50000 100000", 50, "default 50"],
    "second": [128 * MB, 96 * MB, 64 * MB, 33, "20000 100000", 200, "default 200"],
    "none": ["max", "max", "max", 7, "max 100000", 100, "default 100"],
}


def pool(limits: dict[str, str]) -> dict[str, t.Any]:
    return {"name": POOL, "command": ["/bin/sleep", "infinity"], "instances": 2, "limits": limits}


def in_force(state: str) -> dict[str, str]:
    return dict(zip(FILES, map(str, IN_FORCE[state]), strict=True))


def found(machine: Machine) -> list[dict[str, str]]:
    """By instance. systemd takes a controller away that no unit needs, and its files with it."""
    cgroups = [machine.cgroup(unit, *FILES) for unit in UNITS]
    return [{file: text or in_force("none")[file] for file, text in cgroup.items()} for cgroup in cgroups]


def test_limits_are_in_force_and_change_without_a_restart(bare: Machine) -> None:
    assert not bare.deploy(pool(FIRST)).failed
    assert found(bare) == [in_force("first")] * 2
    before = bare.pids(POOL)
    for limits, state in ((SECOND, "second"), ({"tasks_max": "7"}, "none"), (FIRST, "first")):
        result = bare.deploy(pool(limits))
        assert [verb for verb, _subject in result.plan(POOL)] == ["write"]
        assert found(bare) == [in_force(state)] * 2
    assert bare.pids(POOL) == before
    assert bare.sh("ls /run/systemd/system.control 2>/dev/null", check=False) == "", "no drop-in is left"


def test_an_instance_whose_cgroup_has_another_value_restarts(bare: Machine) -> None:
    if bare.systemd <= 252:
        pytest.skip("the reload applies limits")
    bare.deploy(pool(FIRST))
    before = bare.pids(POOL)
    group = bare.sh(f"systemctl show --value -p ControlGroup {UNITS[0]}").strip()
    file = f"/sys/fs/cgroup{group}/pids.max"
    # systemd cannot write this file, and reads an old value from it.
    bare.sh(f"echo 99 > /run/old; mount --bind /run/old {file}; mount -o remount,bind,ro {file}")
    try:
        bare.deploy(pool(SECOND))
        after = bare.pids(POOL)
    finally:
        bare.sh(f"umount -l {file}; systemctl restart {UNITS[0]}")
    assert {name for name in before if before[name] != after.get(name)} == {"1"}


def test_a_user_has_the_limits_whose_controllers_are_delegated(bare: Machine) -> None:
    """docs/user-scope.md says which these are, and how to read it."""
    bare.sh(PREPARE)
    try:
        result = bare.deploy({**pool(FIRST), "scope": "user", "user": USER})
        assert not result.failed, result.msg
        manager = f"/sys/fs/cgroup/user.slice/user-{UID}.slice/user@{UID}.service"
        assert bare.sh(f"cat {manager}/cgroup.controllers").split() == ["cpu", "memory", "pids"]
        pid = bare.sh(f"pgrep -u {USER} -x sleep").split()[0]
        group = bare.sh(f"cut -d: -f3 /proc/{pid}/cgroup").strip()
        delegated = [file for file in FILES if file != "io.weight"]
        said = bare.sh(f"cd /sys/fs/cgroup{group}; cat {' '.join(delegated)}; ls io.weight", check=False).splitlines()
        assert said == [in_force("first")[file] for file in delegated]
        warned = [line for line in result.result["warnings"] if "not in force" in line]
        assert len(warned) == 1
        assert "IOWeight=" in warned[0]
    finally:
        UserHost(bare.name).remove_pools()
