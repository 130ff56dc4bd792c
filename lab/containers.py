# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that are containers, each booted by its own systemd."""

from __future__ import annotations

import time

from lab import images, machine, ssh
from lab.images import LABEL
from lab.shell import LabError, run, succeeds
from lab.suites import SUITES


def up(name: str, suite: str) -> None:
    """Boots a host, or leaves one of the same image that runs."""
    image = images.image_of(suite)
    if _image_of_host(name) != image:
        down(name)
        options = [f"--name={name}", f"--hostname={name}", f"--label={LABEL}=1", "--network=none"]
        run("podman", "run", "--detach", *options, *machine.boot_options(SUITES[suite]), image, "/sbin/init")
    elif not succeeds("podman", "exec", name, "true"):
        run("podman", "start", name)
    wait_for(name)
    ssh.let_in(name)


def wait_for(name: str) -> None:
    """Until the host has booted. Raises ``LabError`` with what failed."""
    end = time.monotonic() + 60
    while not succeeds("podman", "exec", name, "systemctl", "is-system-running", "--wait"):
        state = succeeds("podman", "exec", name, "sh", "-c", "systemctl is-system-running | grep -q degraded")
        if state:
            # A test may go on although a unit has failed.
            _share_mounts(name)
        if state or time.monotonic() > end:
            failed = run("podman", "exec", name, "systemctl", "--failed", "--no-legend") if state else ""
            raise LabError(f"{name} does not come up\n{failed}".rstrip())
        time.sleep(0.2)
    _share_mounts(name)


def _share_mounts(name: str) -> None:
    """Credentials are handed to units through mounts that propagate."""
    run("podman", "exec", name, "mount", "--make-rshared", "/")


def reboot(name: str) -> None:
    """A reboot, as far as a container has one. Podman kills what does not end in time, which no reboot does."""
    run("podman", "restart", "--time=120", name)
    wait_for(name)


def cut(name: str) -> None:
    """A power cut and a boot, as far as a container has them: no process of the host can prepare for it."""
    run("podman", "kill", "--signal=KILL", name)
    # Until then, podman believes that it runs.
    run("podman", "wait", name)
    run("podman", "start", name)
    wait_for(name)


def down(*names: str) -> None:
    run("podman", "rm", "--force", "--ignore", "--time=2", *names)


def prune() -> None:
    """Removes all containers and images of the lab."""
    hosts = run("podman", "ps", "--all", "--quiet", "--filter", f"label={LABEL}").split()
    if hosts:
        down(*hosts)
    found = run("podman", "images", "--quiet", "--filter", f"label={LABEL}").split()
    if found:
        run("podman", "rmi", "--force", *sorted(set(found)))


def _image_of_host(name: str) -> str:
    if not succeeds("podman", "container", "exists", name):
        return ""
    return run("podman", "inspect", "--format={{.ImageName}}", name).strip()
