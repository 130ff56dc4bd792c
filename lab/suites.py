# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be built. A Debian release more is a line more."""

from __future__ import annotations

import enum
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
DEMO = ("php-cli", "python3-redis", "python3-rq", "redis-server")
WORKERS = (*DEMO, "supervisor")
# The other frameworks that a preset is proven with; they are large, so one suite has them.
FRAMEWORKS = ("nodejs", "python3-celery", "ruby-sidekiq")
# The other manager that pools and timers take over from.
CRON = ("cron",)
# Makes a chosen system call of a process fail, and shows those that it makes.
STRACE = ("strace",)
# What the profiles of hardening are proven with; a gigabyte, so suites of their own have all of them.
PROGRAMS = (
    "default-jdk-headless",
    "ffmpeg",
    "nodejs",
    "php-cli",
    "postgresql",
    "python3-redis",
    "redis-server",
    "ruby",
)
# What watches hosts, and what its rules are checked with.
MONITORING = ("prometheus", "prometheus-node-exporter")
# A queue that is large and that only one scenario needs.
RABBITMQ = ("python3-pika", "rabbitmq-server")
# A machine of its own: a kernel and what finds its disk, and what a thin image leaves out since it needs a real boot.
MACHINE = ("e2fsprogs", "initramfs-tools", "kmod", "linux-image-cloud-amd64", "systemd-oomd", "udev")


class Kind(enum.Enum):
    """What a host is."""

    CONTAINER = "container"
    VM = "vm"


class Suite(t.NamedTuple):
    """``systemd`` is its version there, ``options`` are for mmdebstrap, ``release`` is Debian's, if not its name."""

    systemd: int
    packages: tuple[str, ...]
    options: tuple[str, ...] = ()
    release: str = ""


SUITES = {
    "bullseye": Suite(247, BASE),
    "bullseye-programs": Suite(247, BASE + PROGRAMS + STRACE, release="bullseye"),
    "bookworm": Suite(252, BASE + WORKERS + FRAMEWORKS + CRON + STRACE),
    "bookworm-programs": Suite(252, BASE + PROGRAMS + STRACE, release="bookworm"),
    # What `make demo` runs, and no more: it is half as large.
    "demo": Suite(252, BASE + DEMO, release="bookworm"),
    "monitoring": Suite(252, BASE + MONITORING, release="bookworm"),
    "rabbitmq": Suite(252, BASE + RABBITMQ, release="bookworm"),
    "trixie": Suite(257, BASE + WORKERS + CRON),
    "trixie-programs": Suite(257, BASE + PROGRAMS + STRACE, release="trixie"),
    # The mirror's file of sid may be older than it says it is valid.
    "sid": Suite(262, BASE, ('--aptopt=Acquire::Check-Valid-Until "false"',)),
}
# Of a machine that boots. A container has the kernel of who runs it.
MACHINES = {
    name: SUITES[name]._replace(packages=SUITES[name].packages + MACHINE) for name in ("bookworm", "trixie", "sid")
}
