# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The disk of the lab keeps what was flushed before a power cut, and nothing else."""

from __future__ import annotations

from tests.vm.machine import Machine

# O_DIRECT goes past the caches of the guest: only the write cache of the disk has the new block.
WRITE = """
import mmap, os
kept = os.open("/var/tmp/kept", os.O_WRONLY)
os.write(kept, b"new")
os.fsync(kept)
block = mmap.mmap(-1, 4096)
block.write(b"new".ljust(4096))
direct = os.open("/var/tmp/direct", os.O_WRONLY | os.O_DIRECT)
open("/var/tmp/lost", "w").write("new")
os.write(direct, block)
"""
PREPARE = """
cd /var/tmp
rm -f lost
printf old > kept
head -c 4096 /dev/zero > direct
sync
"""
# The journal of the file system flushes the disk every few seconds. It may do that between the write and the cut.
TRIES = 3


def test_a_power_cut_loses_what_was_not_flushed(machine: Machine) -> None:
    direct = []
    for _try in range(TRIES):
        machine.sh(f"{PREPARE}python3 - <<'END'\n{WRITE}END")
        machine.cut()
        assert machine.sh("cat /var/tmp/kept") == "new"
        assert machine.sh("ls /var/tmp/lost", check=False) == ""
        direct.append(machine.sh("head -c 3 /var/tmp/direct | tr '\\0' 0"))
        if direct[-1] == "000":
            return
    raise AssertionError(f"a block that was not flushed survived every cut: {direct}")
