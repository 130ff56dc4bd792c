# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A boot in the middle of a rollout: no instance starts on the unproven version, and the play says what happened."""

from __future__ import annotations

import typing as t

import pytest

from tests.vm.machine import Machine

COUNT = 3
STARTS = "/var/tmp/starts"
SLEEP = "exec sleep infinity"
# systemd waits for such a worker, so that no instance has the new version yet.
STUBBORN = "trap '' TERM; while :; do sleep 1; done"
# A canary that is watched until the machine is gone, and all instances at the same time.
ONE = {"min_healthy_time": "30min", "healthy_deadline": "40min"}
ALL = {**ONE, "canary": 0, "max_parallel": "100%"}


class Case(t.NamedTuple):
    """``new`` instances have the new version when the machine ``ends``."""

    ends: t.Callable[[Machine], None]
    rollout: dict[str, t.Any]
    new: int
    script: str = SLEEP


CASES = {
    "a power cut with no instance": Case(Machine.cut, ONE, 0, STUBBORN),
    "a power cut with one instance": Case(Machine.cut, ONE, 1),
    "a power cut with all instances": Case(Machine.cut, ALL, COUNT),
    "reboot -f with one instance": Case(Machine.crash, ONE, 1),
    "systemctl reboot with one instance": Case(Machine.reboot, ONE, 1),
}


def pool(version: str, rollout: dict[str, t.Any], script: str) -> dict[str, t.Any]:
    """Writes down each start."""
    return {
        "name": "counted",
        "command": ["/bin/sh", "-c", f'echo "$VERSION" >> {STARTS}; {script}'],
        "instances": COUNT,
        "environment": {"VERSION": version},
        "hardening": "off",
        "rollout": rollout,
    }


def versions(machine: Machine) -> list[str]:
    """Of each running process, in order."""
    return sorted(environment.get("VERSION", "") for environment in machine.environments("counted").values())


def written(machine: Machine) -> bool:
    """Whether the new version is in the files."""
    return machine.sh("grep -s new /etc/workers.systemd/counted/environment", check=False) != ""


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_boot_in_the_middle_of_a_rollout(bare: Machine, case: Case) -> None:
    old = pool("old", {"min_healthy_time": "1s"}, case.script)
    assert not bare.deploy(old).failed
    files = bare.files("counted")
    with bare.deploying(pool("new", case.rollout, case.script)) as deploy:
        bare.until(lambda: written(bare) and versions(bare).count("new") == case.new)
        bare.sh(f"rm -f {STARTS}; sync")
        case.ends(bare)
        assert deploy.wait() != 0
    assert "the host rebooted during the rollout and has put counted back to generation 1" in deploy.played.said
    assert versions(bare) == ["old"] * COUNT
    assert bare.sh(f"cat {STARTS}").split() == ["old"] * COUNT, "each has started once, and none on the new version"
    assert bare.files("counted") == files
    assert not bare.deploy(old).changed
