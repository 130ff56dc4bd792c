# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the collection keeps what on a host, and how it marks what is its own."""

from __future__ import annotations

# Units of the administrator; the first of the load path.
UNITS = "/etc/systemd/system"
# systemd.unit(5), "Unit File Load Path", without what generators make: a unit of somebody else may lie in any of them.
LOAD_PATH = (
    UNITS,
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
)
# One directory per pool, root only: environment, secrets, watch.
CONFIG = "/etc/workers.systemd"
# Root only: the key of the digests, what this build of systemd knows (_host/catalogue.py), the versions of every pool,
# what a run is changing right now, and the program that undoes it when that run dies.
STATE = "/var/lib/workers.systemd"
KEY = f"{STATE}/key"
CATALOGUE = f"{STATE}/catalogue"
GENERATIONS = f"{STATE}/generations"
JOURNAL = f"{STATE}/journal"
RECOVERY_PROGRAM = f"{STATE}/recovery.pyz"
# Gone at boot, when everything is loaded afresh anyway.
RUN = "/run/workers.systemd"
LOCK = f"{RUN}/lock"
RELOAD_PENDING = f"{RUN}/reload-pending"
# One directory per run that is under way, or whose end nobody has asked for yet.
RUNS = f"{RUN}/runs"
# What systemd itself keeps about every started unit.
STARTED_UNITS = "/run/systemd/units"

# A section that systemd leaves alone (systemd.unit(5)): its Pool= names the pool that a unit file belongs to.
OWNER_SECTION = "X-Workers"
# NAME@.service that starts an instance again after its start limit.
REVIVAL = "workers-revival"
# NAME.timer that forgets the restarts of instances that have been calm.
CALM = "workers-calm"
# NAME.service that puts back at boot what a killed run had changed.
RECOVERY = "workers-recovery"
SHARED_HEADER = "Serves all pools of this host, managed by workers.systemd."


def unit(name: str) -> str:
    return f"{UNITS}/{name}"


def drop_in(unit_name: str, name: str) -> str:
    """``name`` may have its ending or not."""
    stem = name[: -len(".conf")] if name.endswith(".conf") else name
    return f"{UNITS}/{unit_name}.d/{stem}.conf"


def config(pool: str, file: str = "") -> str:
    return f"{CONFIG}/{pool}/{file}".rstrip("/")


def generations(pool: str) -> str:
    return f"{GENERATIONS}/{pool}"


def generation(pool: str, number: int) -> str:
    return f"{generations(pool)}/{number}"
