# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A virtual machine of the lab as the tests see it."""

from __future__ import annotations

import typing as t

from lab import hosts, vms
from lab.suites import Kind
from tests.helpers.lab_host import LabHost

# Seconds. Without KVM everything takes ten to twenty times as long as in a container.
PATIENCE = 600


class Machine(LabHost):
    """``suite`` is the release of Debian that it boots."""

    def __init__(self, name: str, suite: str) -> None:
        super().__init__(name)
        self.suite = suite

    def boot(self) -> None:
        """Boots the machine, or returns at once if it is up."""
        hosts.up(self.name, self.suite, Kind.VM)

    def cut(self) -> None:
        """A power cut, and the boot after it."""
        hosts.cut(self.name)
        self.boot()

    def crash(self) -> None:
        """`reboot -f`."""
        vms.crash(self.name)

    def until(self, happened: t.Callable[[], bool], seconds: float = PATIENCE) -> None:
        super().until(happened, seconds)

    def cgroup(self, unit: str, *files: str) -> dict[str, str]:
        """Files of the cgroup of a unit, without the line end."""
        group = self.sh(f"systemctl show --value -p ControlGroup {unit}").strip()
        script = "; ".join(f"tr '\\n' ' ' < /sys/fs/cgroup{group}/{file}; echo" for file in files)
        return dict(zip(files, (line.strip() for line in self.sh(script).splitlines()), strict=True))
