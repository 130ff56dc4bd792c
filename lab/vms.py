# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that are virtual machines: a kernel and a disk of their own, a real boot, and power that can be cut.

The disk is made from an image like those of the containers; QEMU gets the kernel from beside it, so that there is
neither boot loader nor partition. Without KVM everything works, ten to twenty times slower.
"""

from __future__ import annotations

import functools
import os
import platform
import shutil
import signal
import socket
import time
from pathlib import Path

from lab import images, ssh, vm_disk
from lab.shell import LabError, run, succeeds
from lab.suites import Kind

HERE = Path(__file__).parents[1] / ".cache" / "lab" / "vm"
QEMU = "qemu-system-x86_64"
DISK_SIZE = "8G"
# Set to tcg to do without KVM where it is.
ACCELERATOR = "LAB_ACCELERATOR"
# A machine that is virtual itself may show a register that it does not let be set: "failed to set MSR 0x10a".
KVM = ("-accel", "kvm", "-cpu", "host,arch-capabilities=off")
TCG = ("-accel", "tcg,thread=multi", "-cpu", "max")
SHAPE = ("-machine", "q35", "-smp", "2", "-m", "1536", "-device", "virtio-rng-pci", "-display", "none", "-daemonize")
# Seconds that a boot may take.
BOOT_WITH_KVM, BOOT = 120, 900
# A unit of Debian may take longer than systemd's 90 s where everything takes twenty times as long.
SLOW = "systemd.default_timeout_start_sec=20min"
# By root, or as root of the user's own namespace: files of the image have many owners.
AS_ROOT = () if os.geteuid() == 0 else ("podman", "unshare")
UNPACK = """\
set -e
root=$(podman image mount "$1")
cp "$root"/boot/vmlinuz-* "$2/kernel"
cp "$root"/boot/initrd.img-* "$2/initrd"
mke2fs -q -t ext4 -d "$root" "$2/disk" "$3"
podman image unmount "$1" > /dev/null
"""


def up(name: str, suite: str) -> None:
    """Boots a host, or leaves one of the same image that runs."""
    image = images.image_of(suite, Kind.VM)
    here = HERE / "hosts" / name
    if not exists(name) or (here / "image").read_text() != image:
        down(name)
        here.mkdir(parents=True)
        run("cp", "--sparse=always", "--reflink=auto", str(_base(image) / "disk"), str(here / "disk"))
        _give_key(here / "disk")
        (here / "image").write_text(image)
    if not _pid(name):
        _power_on(name)
    _wait_for(name, former="")


def reboot(name: str) -> None:
    """`systemctl reboot`, and a wait for what comes after it."""
    former = _boot_id(name)
    # The connection may end before the answer.
    succeeds(*ssh.command(name, "systemctl reboot"))
    _wait_for(name, former)


def crash(name: str) -> None:
    """`reboot -f`: the kernel starts again at once. No unit is stopped, and no connection is closed."""
    former = _boot_id(name)
    succeeds(*ssh.command(name, "systemd-run --quiet reboot -f -f"))
    _wait_for(name, former)


def cut(name: str) -> None:
    """A power cut: nothing of the guest lives on but what it has flushed to its disk."""
    _kill(name)


def down(*names: str) -> None:
    """Removes hosts."""
    for name in names:
        _kill(name)
        ssh.forget(name)
        shutil.rmtree(HERE / "hosts" / name, ignore_errors=True)


def prune() -> None:
    """Removes all machines and images of machines."""
    down(*(path.name for path in HERE.glob("hosts/*")))
    shutil.rmtree(HERE, ignore_errors=True)


def exists(name: str) -> bool:
    return (HERE / "hosts" / name / "image").exists()


def _base(image: str) -> Path:
    """Where the disk, the kernel and the initrd are that an image is booted with, made at the first question."""
    if platform.machine() != "x86_64":
        raise LabError(f"virtual machines of the lab are of x86_64, and this machine is {platform.machine()}")
    ready = HERE / "images" / image.rpartition(":")[2]
    if not ready.exists():
        print(f"making the disk of {image}", flush=True)
        making = ready.with_name(f"{ready.name}.{os.getpid()}")
        making.mkdir(parents=True)
        run(*AS_ROOT, "sh", "-c", UNPACK, "sh", image, str(making), DISK_SIZE)
        making.rename(ready)
    return ready


def _give_key(disk: Path) -> None:
    """Lets who runs this in, and names localhost, which an image that podman has built cannot."""
    ssh.set_up()
    hosts = disk.with_name("etc-hosts")
    hosts.write_text("127.0.0.1 localhost\n")
    files = {"/etc/lab_key": ssh.KEY.with_suffix(".pub"), "/etc/hosts": hosts}
    lines = [f"rm {there}\nwrite {here} {there}\nsif {there} uid 0\nsif {there} gid 0" for there, here in files.items()]
    run("debugfs", "-w", "-f", "-", str(disk), stdin="\n".join(lines) + "\n")


def _power_on(name: str) -> None:
    here = HERE / "hosts" / name
    base = _base((here / "image").read_text())
    log, overlay, disk = here / "log", here / "overlay", here / "disk"
    vm_disk.settle(log, overlay, disk)
    port = _free_port()
    kernel = f"root=/dev/vda rw console=ttyS0 systemd.hostname={name}"
    options = {
        "-name": name,
        "-kernel": str(base / "kernel"),
        "-initrd": str(base / "initrd"),
        "-append": kernel if _has_kvm() else f"{kernel} {SLOW}",
        "-nic": f"user,model=virtio-net-pci,restrict=on,hostfwd=tcp:127.0.0.1:{port}-:22",
        "-serial": f"file:{here / 'console'}",
        "-pidfile": str(here / "pid"),
    }
    words = [word for pair in options.items() for word in pair]
    run(QEMU, *(KVM if _has_kvm() else TCG), *SHAPE, *words, *vm_disk.begin(log, overlay, disk))
    ssh.reach(name, port)


def _wait_for(name: str, former: str) -> None:
    """Until the host has booted, and is not in its ``former`` boot. Raises ``LabError`` with what failed."""
    end = time.monotonic() + (BOOT_WITH_KVM if _has_kvm() else BOOT)
    while _boot_id(name) in ("", former):
        if not _pid(name) or time.monotonic() > end:
            console = (HERE / "hosts" / name / "console").read_text(errors="replace")
            raise LabError(f"{name} does not come up\n{console[-2000:]}")
        if former:
            # A connection to the former boot would be waited for in vain.
            ssh.hang_up(name)
        time.sleep(0.5)
    if not succeeds(*ssh.command(name, "systemctl is-system-running --wait")):
        failed = run(*ssh.command(name, "systemctl is-system-running; systemctl --failed --no-legend; true"))
        raise LabError(f"{name} does not come up\n{failed}".rstrip())


def _boot_id(name: str) -> str:
    """That of the boot which answers; empty where none does."""
    try:
        return run(*ssh.command(name, "cat /proc/sys/kernel/random/boot_id")).strip()
    except LabError:
        return ""


def _kill(name: str) -> None:
    pid = _pid(name)
    ssh.hang_up(name)
    while pid and _pid(name):
        os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


def _pid(name: str) -> int:
    """The process of a machine, or 0 where it is off."""
    file = HERE / "hosts" / name / "pid"
    pid = int(file.read_text()) if file.exists() else 0
    command = Path(f"/proc/{pid}/cmdline")
    return pid if pid and command.exists() and f"-name\0{name}\0".encode() in command.read_bytes() else 0


@functools.lru_cache(maxsize=None)
def _has_kvm() -> bool:
    """Whether a machine runs with KVM.

    The device alone says too little: without the processor's own support a guest stops in the middle of its boot
    ("KVM internal error"), and some machines refuse to begin.
    """
    if os.environ.get(ACCELERATOR):
        return os.environ[ACCELERATOR] == "kvm"
    if not {"vmx", "svm"} & set(Path("/proc/cpuinfo").read_text().split()):
        return False
    options = ("-machine", "q35", "-S", "-nodefaults", "-display", "none", "-monitor", "stdio")
    try:
        run(QEMU, *KVM, *options, stdin="quit\n")
    except LabError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
