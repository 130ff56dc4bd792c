# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What this machine has, and its settings with which systemd boots in a container: found out, never assumed."""

from __future__ import annotations

import os
import resource
import shutil
from pathlib import Path

from lab.shell import LabError
from lab.suites import Kind, Suite

MIRROR = "LAB_MIRROR"
CGROUPS = Path("/sys/fs/cgroup")
# Found by their programs; podman's helpers lie outside the PATH.
PROGRAMS = {
    "podman": "podman",
    "mmdebstrap": "mmdebstrap",
    "uidmap": "newuidmap",
    "runc": "runc",
    "netavark": "/usr/lib/podman/netavark",
    "openssh-client": "ssh",
}
# What a virtual machine needs besides, since its disk is made from such an image.
VM_PROGRAMS = {"qemu-system-x86": "qemu-system-x86_64", "qemu-utils": "qemu-img", "e2fsprogs": "mke2fs"}
CAPABILITIES = (
    "SYS_ADMIN",  # PrivateTmp= and its like
    "SYS_PTRACE",  # PrivateUsers= together with ProtectProc=
    "NET_ADMIN",  # PrivateNetwork=
)
# For tests of a file system that does not answer. A machine whose kernel lacks it has no such device.
FUSE = Path("/dev/fuse")
# The first release that refuses cgroup v1.
NEEDS_CGROUP_V2 = 258


def missing_packages(kind: Kind) -> list[str]:
    """Debian packages that the lab needs for hosts of a kind and this machine lacks."""
    programs = {**PROGRAMS, **VM_PROGRAMS} if kind is Kind.VM else PROGRAMS
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return [package for package, program in programs.items() if not shutil.which(program, path=path)]


def has_cgroup_v2() -> bool:
    return (CGROUPS / "cgroup.controllers").exists()


def boot_options(suite: Suite) -> list[str]:
    """Options for `podman run` under which this suite's systemd boots and enforces limits on this machine."""
    options = ["--systemd=always", f"--cap-add={','.join(CAPABILITIES)}", *_ulimits()]
    if FUSE.exists():
        options.append(f"--device={FUSE}")
    if has_cgroup_v2():
        return options
    # crun knows no hybrid hierarchy: "cgroups in hybrid mode not supported".
    options.append("--runtime=runc")
    if suite.systemd >= NEEDS_CGROUP_V2:
        return [*options, f"--volume={CGROUPS}/unified:{CGROUPS}:rw"]
    # Each by itself: a bind of the whole tree would let the container's systemd remount the host's read-only. Without
    # them limits are silently ignored.
    return options + [f"--volume={CGROUPS}/{name}:{CGROUPS}/{name}:rw" for name in ("memory", "pids", "cpu", "cpuacct")]


def apt_mirror() -> str:
    """The Debian mirror that this machine itself uses, or the one that LAB_MIRROR names."""
    if os.environ.get(MIRROR):
        return os.environ[MIRROR]
    files = [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*.sources"))]
    for file in files:
        for line in file.read_text().splitlines() if file.exists() else []:
            for word in line.split():
                if word.startswith(("http://", "https://")) and word.rstrip("/").endswith("/debian"):
                    return word
    raise LabError(f"there is no Debian mirror in /etc/apt on this machine: name one with {MIRROR}=http://...")


def _ulimits() -> list[str]:
    """Podman asks for more than the hard limits allow, and without CAP_SYS_RESOURCE that is an error."""
    asked = {"nofile": (resource.RLIMIT_NOFILE, 1024, 20000), "nproc": (resource.RLIMIT_NPROC, 9000, 9000)}
    options = []
    for name, (kind, soft, enough) in asked.items():
        hard = resource.getrlimit(kind)[1]
        if hard != resource.RLIM_INFINITY:
            options.append(f"--ulimit={name}={min(hard, soft)}:{min(hard, enough)}")
    return options
