# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be built. A Debian release more is a line more."""

from __future__ import annotations

import typing as t

DEFAULT = "bookworm"

BASE = (
    "dbus",
    "dbus-user-session",
    "iproute2",
    "libpam-systemd",
    "openssh-server",
    "procps",
    "python3",
    "sudo",
    "systemd",
    "systemd-sysv",
)
# Real queue software for the end-to-end tests, and the peer of the benchmarks.
WORKERS = ("php-cli", "python3-redis", "python3-rq", "redis-server", "supervisor")
# The other frameworks that a preset is proven with; they are large, so one suite has them.
FRAMEWORKS = ("nodejs", "python3-celery", "ruby-sidekiq")
# What else the profiles of hardening are proven with; a gigabyte, so a suite of its own has them.
PROGRAMS = ("default-jdk-headless", "ffmpeg", "postgresql")
# Makes a chosen system call of a process fail.
FAULTS = ("strace",)


class Suite(t.NamedTuple):
    """``systemd`` is its version there, ``options`` are for mmdebstrap, ``release`` is Debian's, if not its name."""

    systemd: int
    packages: tuple[str, ...]
    options: tuple[str, ...] = ()
    release: str = ""


SUITES = {
    "bullseye": Suite(247, BASE),
    "bookworm": Suite(252, BASE + WORKERS + FRAMEWORKS + FAULTS),
    "bookworm-programs": Suite(252, BASE + WORKERS + PROGRAMS, release="bookworm"),
    "trixie": Suite(257, BASE + WORKERS),
    # The mirror's file of sid may be older than it says it is valid.
    "sid": Suite(262, BASE, ('--aptopt=Acquire::Check-Valid-Until "false"',)),
}
