# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts of either kind, by their name alone: a container, or a virtual machine."""

from __future__ import annotations

import json

from lab import containers, ssh, vms
from lab.shell import LabError
from lab.suites import DEFAULT, Kind

PYTHON = {"ansible_python_interpreter": "/usr/bin/python3"}


def up(name: str, suite: str = DEFAULT, kind: Kind = Kind.CONTAINER) -> None:
    """Boots a host, or leaves one of the same image that runs."""
    (vms if kind is Kind.VM else containers).up(name, suite)


def reboot(name: str) -> None:
    (vms if vms.exists(name) else containers).reboot(name)


def cut(name: str) -> None:
    """A power cut. ``up`` boots the host again."""
    if not vms.exists(name):
        raise LabError(f"{name} is no virtual machine of the lab, so there is no power to cut: up {name} --kind vm")
    vms.cut(name)


def down(*names: str) -> None:
    """Removes hosts."""
    machines = [name for name in names if vms.exists(name)]
    vms.down(*machines)
    others = [name for name in names if name not in machines]
    if others:
        containers.down(*others)


def prune() -> None:
    """Removes all hosts and images of the lab."""
    vms.prune()
    containers.prune()


def inventory(*names: str) -> str:
    """An Ansible inventory of hosts that are up."""
    return json.dumps({"lab": {"hosts": {name: {} for name in names}, "vars": {**PYTHON, **ssh.variables()}}}, indent=2)
