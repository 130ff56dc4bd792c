# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the collection keeps what of the pools of one systemd manager."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

NAME = "workers.systemd"


@dataclass(frozen=True)
class Places:
    """The places of one manager.

    Units go to ``units``, the first of the ``load_path`` (systemd.unit(5), "Unit File Load Path", without what
    generators make): a unit of somebody else may lie in any of them. ``searched`` is the load path with what
    `systemctl set-property` and generators write. What is in ``runtime`` is gone at boot, when everything is loaded
    afresh anyway.
    """

    units: str
    load_path: t.Tuple[str, ...]
    searched: t.Tuple[str, ...]
    # One directory per pool: environment, secrets, watch.
    configuration: str
    # The key of the digests, what this build of systemd knows (_host/catalogue.py), the versions of every pool, what a
    # run is changing right now, and the program that undoes it when that run dies.
    state: str
    runtime: str
    # What starts the pools at boot.
    default_target: str

    def unit(self, name: str) -> str:
        return f"{self.units}/{name}"

    def drop_in(self, unit_name: str, name: str) -> str:
        """``name`` may have its ending or not."""
        stem = name[: -len(".conf")] if name.endswith(".conf") else name
        return f"{self.units}/{unit_name}.d/{stem}.conf"

    def config(self, pool: str, file: str = "") -> str:
        return f"{self.configuration}/{pool}/{file}".rstrip("/")

    def is_config(self, path: str) -> bool:
        return path.startswith(f"{self.configuration}/")

    @property
    def key(self) -> str:
        return f"{self.state}/key"

    @property
    def catalogue(self) -> str:
        return f"{self.state}/catalogue"

    @property
    def journal(self) -> str:
        return f"{self.state}/journal"

    @property
    def recovery_program(self) -> str:
        return f"{self.state}/recovery.pyz"

    @property
    def all_generations(self) -> str:
        return f"{self.state}/generations"

    def generations(self, pool: str) -> str:
        return f"{self.all_generations}/{pool}"

    def generation(self, pool: str, number: int) -> str:
        return f"{self.generations(pool)}/{number}"

    @property
    def run(self) -> str:
        return f"{self.runtime}/{NAME}"

    @property
    def lock(self) -> str:
        return f"{self.run}/lock"

    @property
    def reload_pending(self) -> str:
        return f"{self.run}/reload-pending"

    @property
    def runs(self) -> str:
        """One directory per run that is under way, or whose end nobody has asked for yet."""
        return f"{self.run}/runs"

    @property
    def started_units(self) -> str:
        """What systemd itself keeps about every started unit."""
        return f"{self.runtime}/systemd/units"


# All of it is for root only, but the units.
SYSTEM = Places(
    units="/etc/systemd/system",
    load_path=(
        "/etc/systemd/system",
        "/run/systemd/system",
        "/usr/local/lib/systemd/system",
        "/usr/lib/systemd/system",
        "/lib/systemd/system",
    ),
    searched=(
        "/etc/systemd/system.control",
        "/run/systemd/system.control",
        "/run/systemd/transient",
        "/run/systemd/generator.early",
        "/etc/systemd/system",
        "/etc/systemd/system.attached",
        "/run/systemd/system",
        "/run/systemd/system.attached",
        "/run/systemd/generator",
        "/usr/local/lib/systemd/system",
        "/lib/systemd/system",
        "/usr/lib/systemd/system",
        "/run/systemd/generator.late",
    ),
    configuration=f"/etc/{NAME}",
    state=f"/var/lib/{NAME}",
    runtime="/run",
    default_target="multi-user.target",
)
