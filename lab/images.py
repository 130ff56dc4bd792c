# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images: Debian with systemd and what the workers need, built once for each recipe."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from lab import machine
from lab.shell import LabError, run, succeeds
from lab.suites import MACHINES, SUITES, Kind, Suite

LABEL = "workers-systemd.lab"
# Set to a registry's Debian, such as docker.io/library/debian, where one can be reached: then nothing is bootstrapped.
REGISTRY = "LAB_REGISTRY_IMAGE"

# Run inside the image when its packages are there.
FINISH = """\
set -e
mkdir -p /etc/systemd/system/redis-server.service.d
# More open files than a container may have: Debian's unit asks for 65535 and would fail with 205/LIMITS.
printf '[Service]\\nLimitNOFILE=4096\\n' > /etc/systemd/system/redis-server.service.d/lab.conf
# Hosts of the lab are made for one thing at a time: these only take time, or start what a test did not ask for.
for unit in cron redis-server supervisor postgresql; do
    rm -f /etc/systemd/system/multi-user.target.wants/$unit.service
done
# Timers too: one of PHP makes directories below /tmp for a moment, twice an hour, where tests say that nothing changed.
rm -f /etc/systemd/system/timers.target.wants/*
ln -sf /dev/null /etc/systemd/system/systemd-tmpfiles-clean.timer
ln -sf /dev/null /etc/systemd/system/console-getty.service
rm -f /etc/machine-id
touch /etc/machine-id
"""
# What these make units for, such as disks and terminals, no container has. To start them took 55 of the 100 ms of
# processor time of a daemon-reload, and `make molecule` has 1,200 of these.
FINISH_CONTAINER = """\
mkdir -p /etc/systemd/system-generators
for name in cryptsetup debug fstab getty gpt-auto hibernate-resume integritysetup rc-local run system-update sysv \\
    veritysetup; do
    ln -s /dev/null /etc/systemd/system-generators/systemd-$name-generator
done
"""
# The same for a machine. QEMU's network has one address for its guest, so that nothing is asked for at boot. PAM would
# register a session, and start a user's manager that no test expects.
FINISH_MACHINE = """\
printf '/dev/vda / ext4 defaults 0 1\\n' > /etc/fstab
printf '[Match]\\nName=en*\\n[Network]\\nAddress=10.0.2.15/24\\n' > /etc/systemd/network/lab.network
printf 'UsePAM no\\nAuthorizedKeysFile /etc/lab_key\\nUseDNS no\\n' > /etc/ssh/sshd_config.d/lab.conf
mkdir -p /var/log/journal
systemctl enable systemd-networkd ssh
"""


def image_of(name: str, kind: Kind = Kind.CONTAINER) -> str:
    """Builds the image of a suite unless there is one of the same recipe. Returns its name."""
    suites, tag, finish = SUITES, name, FINISH + FINISH_CONTAINER
    if kind is Kind.VM:
        suites, tag, finish = MACHINES, f"vm-{name}", FINISH + FINISH_MACHINE
    if name not in suites:
        raise LabError(f"no suite {name!r} for a {kind.value}, there are {', '.join(suites)}")
    suite = suites[name]
    recipe = hashlib.sha256(repr((suite, finish)).encode()).hexdigest()[:10]
    image = f"localhost/workers-systemd-lab:{tag}-{recipe}"
    if not succeeds("podman", "image", "exists", image):
        print(
            f"building {image}: {len(suite.packages)} packages of Debian and what they need, for a minute or two",
            flush=True,
        )
        if os.environ.get(REGISTRY):
            _build(image, f"{os.environ[REGISTRY]}:{suite.release or name}", suite, finish)
        else:
            _bootstrap(image, suite.release or name, suite, finish)
    return image


def _build(image: str, base: str, suite: Suite, finish: str) -> None:
    packages = " ".join(suite.packages)
    lines = [
        f"FROM {base}",
        f"LABEL {LABEL}=1",
        f"RUN apt-get update && apt-get install -y --no-install-recommends {packages} && apt-get clean",
        "COPY finish.sh /finish.sh",
        "RUN sh /finish.sh && rm /finish.sh",
    ]
    with tempfile.TemporaryDirectory() as directory:
        Path(directory, "finish.sh").write_text(finish)
        Path(directory, "Containerfile").write_text("\n".join(lines) + "\n")
        run("podman", "build", "--quiet", "--tag", image, directory)


def _bootstrap(image: str, release: str, suite: Suite, finish: str) -> None:
    with tempfile.TemporaryDirectory() as directory:
        tar, script = Path(directory, "image.tar"), Path(directory, "finish.sh")
        script.write_text(finish)
        run(
            "mmdebstrap",
            "--quiet",
            "--variant=minbase",
            f"--include={','.join(suite.packages)}",
            f"--customize-hook=copy-in {script} /",
            '--customize-hook=chroot "$1" sh /finish.sh',
            '--customize-hook=rm "$1/finish.sh"',
            *suite.options,
            release,
            str(tar),
            machine.apt_mirror(),
            hint=f"Where a registry can be reached, {REGISTRY}=docker.io/library/debian builds from that instead.",
        )
        run("podman", "import", "--quiet", f"--change=LABEL {LABEL}=1", str(tar), image)
