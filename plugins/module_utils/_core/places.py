# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the collection keeps what of the pools of one systemd manager."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

NAME = "workers.systemd"
PRIVATE = "/systemd/private"
# The drop-in of one instance. Those of an administrator, such as override.conf and 50-MemoryMax.conf of
# `systemctl set-property`, come after it in the order of systemd, and so decide (systemd.unit(5)).
OWN_DROP_IN = "10-workers.conf"


# How the names of environment files of single instances end.
OWN_ENDING = "env"


def own_name(name: str, instance: str) -> str:
    """``secrets`` -> ``secrets:pdf.env``, ``TOKEN.credential`` -> ``TOKEN:pdf.credential``

    Only the name of the instance may have a colon. The ending comes last, whatever is in the name of the instance.
    """
    stem, dot, ending = name.rpartition(".")
    return f"{stem}:{instance}.{ending}" if dot else f"{name}:{instance}.{OWN_ENDING}"


def of_own_name(name: str) -> t.Tuple[str, str]:
    """The inverse: a name, and the instance, which is empty for a file of all."""
    stem, _dot, ending = name.rpartition(".")
    kind, colon, instance = stem.partition(":")
    if not colon:
        return name, ""
    return kind if ending == OWN_ENDING else f"{kind}.{ending}", instance


# Large: each method is the path of one file.
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
    # One directory per pool: environment, secrets, watch, and its credentials.
    configuration: str
    # The key of the digests, what this build of systemd knows (_host/systemd/catalogue.py), the versions of every
    # pool, what a run is changing right now, and the program that undoes it when that run dies.
    state: str
    runtime: str
    # What starts the pools at boot.
    default_target: str
    # systemd's own socket, for the owner of the manager alone.
    bus: str
    # Where systemd keeps when timers with Persistent= last ran (systemd.timer(5)).
    stamps: str
    # Whose manager it is; empty for the system's.
    user: str = ""
    # The configuration of journald, which no user has.
    journal_settings: str = ""

    @property
    def manager_unit(self) -> str:
        """The service that the manager of a user is to systemd; empty for systemd itself."""
        return f"user@{self.runtime.rpartition('/')[2]}.service" if self.user else ""

    @property
    def whose(self) -> t.Tuple[str, ...]:
        """What tells systemd's tools whose manager is meant."""
        return ("--user",) if self.user else ()

    @property
    def systemctl(self) -> str:
        """As a command line has it."""
        return " ".join(("systemctl", *self.whose))

    def unit(self, name: str) -> str:
        return f"{self.units}/{name}"

    def drop_in(self, unit_name: str, name: str) -> str:
        """``name`` may have its ending or not."""
        stem = name[: -len(".conf")] if name.endswith(".conf") else name
        return f"{self.units}/{unit_name}.d/{stem}.conf"

    def journal_setting(self, name: str) -> str:
        return f"{self.journal_settings}/{name}"

    def config(self, pool: str, file: str = "") -> str:
        return f"{self.configuration}/{pool}/{file}".rstrip("/")

    def config_of(self, pool: str, file: str, instance: str) -> str:
        """The file that one instance has; that of all for an empty name."""
        return self.config(pool, own_name(file, instance) if instance else file)

    def stamp(self, timer: str) -> str:
        return f"{self.stamps}/stamp-{timer}"

    def own_drop_in(self, instance_unit: str) -> str:
        return self.drop_in(instance_unit, OWN_DROP_IN)

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

    def same_processes(self, pool: str) -> str:
        """Of a pool that took over units: the processes that went on."""
        return f"{self.generations(pool)}/same"

    def replaced(self, pool: str) -> str:
        """What the pool has taken over from another manager."""
        return f"{self.state}/replaced/{pool}"

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
        """One directory per run that is under way, or whose result was not fetched yet."""
        return f"{self.run}/runs"

    @property
    def alerts(self) -> str:
        """What the agent has reported about troubles."""
        return f"{self.run}/alerts"

    @property
    def scales(self) -> str:
        """What the agent has decided about the number of instances."""
        return f"{self.run}/scales"

    @property
    def metrics(self) -> str:
        """Where the agent has written figures, and what of them only it knows."""
        return f"{self.state}/metrics"

    @property
    def noted_runs(self) -> str:
        """One file per run whose caller may come back. Unlike ``runs``, a reboot leaves it."""
        return f"{self.state}/runs"

    @property
    def runtime_units(self) -> str:
        """Of the load path; boot empties it."""
        return f"{self.runtime}/systemd/{'user' if self.user else 'system'}"

    @property
    def started_units(self) -> str:
        """What systemd itself keeps about every started unit."""
        return f"{self.runtime}/systemd/units"


# All but the units is for root alone.
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
    bus=f"/run{PRIVATE}",
    stamps="/var/lib/systemd/timers",
    journal_settings="/etc/systemd",
)


def of_user(name: str, home: str, uid: int) -> Places:
    """Those of the manager of a user, for that user alone."""
    runtime, own = f"/run/user/{uid}", f"{home}/.config/systemd"
    load_path = (
        f"{own}/user",
        "/etc/xdg/systemd/user",
        "/etc/systemd/user",
        f"{runtime}/systemd/user",
        "/run/systemd/user",
        f"{home}/.local/share/systemd/user",
        "/usr/local/share/systemd/user",
        "/usr/share/systemd/user",
        "/usr/local/lib/systemd/user",
        "/usr/lib/systemd/user",
    )
    above = (f"{own}/user.control", *(f"{runtime}/systemd/{one}" for one in ("user.control", "transient")))
    generated = tuple(f"{runtime}/systemd/generator{when}" for when in (".early", "", ".late"))
    return Places(
        units=load_path[0],
        load_path=load_path,
        searched=(*above, generated[0], *load_path[:5], generated[1], *load_path[5:], generated[2]),
        configuration=f"{home}/.config/{NAME}",
        state=f"{home}/.local/state/{NAME}",
        runtime=runtime,
        default_target="default.target",
        bus=f"{runtime}{PRIVATE}",
        stamps=f"{home}/.local/share/systemd/timers",
        user=name,
    )
