# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A power cut at any moment of a deploy leaves the old version or the new one, and the next deploy finishes it."""

from __future__ import annotations

import os
import random
import time
import typing as t

import pytest

from tests.vm.machine import Machine

CUTS = int(os.environ.get("VM_CUTS", "12"))
SEED = os.environ.get("VM_SEED", "1")
COUNT = 3
CONFIG, STATE = "/etc/workers.systemd", "/var/lib/workers.systemd"


class Deploys:
    """Of one pool, each with the next version."""

    def __init__(self, machine: Machine) -> None:
        self.machine, self.number = machine, 0
        self.deploy()
        self.number += 1
        began = time.monotonic()
        self.deploy()
        self.seconds = time.monotonic() - began

    def deploy(self) -> bool:
        """Without a cut. Says whether something was changed."""
        result = self.machine.deploy(self.pool)
        assert not result.failed, result.msg
        return result.changed

    @property
    def version(self) -> str:
        return f"v{self.number}"

    @property
    def pool(self) -> dict[str, t.Any]:
        return {
            "name": "cut",
            "command": ["/bin/sleep", "infinity"],
            "instances": COUNT,
            "environment": {"VERSION": self.version},
            "unit": {"Unit": {"Description": f"Version {self.version} of %i"}},
        }


@pytest.fixture(scope="module")
def deploys(machine: Machine) -> Deploys:
    machine.boot()
    machine.remove_pools()
    return Deploys(machine)


def moments() -> list[float]:
    """Shares of the time of a deploy. The first is the moment at which files are written."""
    numbers = random.Random(SEED)
    return [0.0, *(numbers.random() for _cut in range(CUTS - 1))]


def versions(machine: Machine) -> list[str]:
    """Of each running process."""
    return [environment.get("VERSION", "") for environment in machine.environments("cut").values()]


def files(machine: Machine) -> tuple[str, str]:
    """The version in the unit and the version in the environment file."""
    unit = machine.sh("sed -n 's/^Description=Version //p' /etc/systemd/system/cut@.service").split()[0]
    return unit, machine.sh(f"sed -n 's/^VERSION=//p' {CONFIG}/cut/environment").strip().strip('"')


def at_rest(machine: Machine) -> bool:
    """Whether no run is left to undo, and each instance runs the same version."""
    journal = machine.sh(f"cat {STATE}/journal", check=False)
    found = versions(machine)
    return ('"undone"' in journal or not journal) and len(found) == COUNT and len(set(found)) == 1


@pytest.mark.parametrize("share", moments(), ids=lambda share: f"{share:.2f}")
def test_a_power_cut_leaves_the_old_version_or_the_new_one(machine: Machine, deploys: Deploys, share: float) -> None:
    old = deploys.version
    deploys.number += 1
    with machine.deploying(deploys.pool) as deploy:
        if share:
            time.sleep(share * deploys.seconds)
        else:
            # The journal of a run is on the disk before its first file.
            machine.until(lambda: '"applying"' in machine.sh(f"cat {STATE}/journal", check=False))
        # The play does not come back after the boot.
        deploy.kill_all()
        machine.cut()
    machine.until(lambda: at_rest(machine))
    unit, environment = files(machine)
    assert unit == environment == versions(machine)[0]
    assert unit in (old, deploys.version)
    empty = machine.sh(f"find {CONFIG} {STATE} /etc/systemd/system -type f -size 0 ! -name lock", check=False)
    assert empty == "", "a file without its text"
    assert deploys.deploy() == (unit == old)
    assert set(versions(machine)) == {deploys.version}
    assert files(machine) == (deploys.version, deploys.version)
