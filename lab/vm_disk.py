# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A disk that forgets what was not flushed, as a real one may when its power is cut.

A killed QEMU alone forgets nothing that reached its disk: the kernel of this machine keeps it. So what a guest writes
goes to an overlay that is thrown away, and to a log (QEMU's driver blklogwrites). The log's head counts its entries,
and is written with each flush of the guest alone. Before the next boot the disk gets as many entries as it counts.
"""

from __future__ import annotations

import os
import struct
import typing as t
from pathlib import Path

from lab.shell import LabError, run

# The format is that of dm-log-writes (Documentation/admin-guide/device-mapper/log-writes.rst of Linux).
MAGIC, VERSION = 0x6A736677736872, 1
HEAD = struct.Struct("<QQQI")
ENTRY = struct.Struct("<QQQQ")
DISCARD = 1 << 2
SECTOR = 512
# The head is also written after so many entries. No guest writes as many between two flushes.
ENTRIES_WITHOUT_FLUSH = 1 << 40


class Write(t.NamedTuple):
    """``size`` bytes at ``offset`` of the disk; ``at`` is where they stand in the log, or None where all are zero."""

    offset: int
    size: int
    at: t.Optional[int]


def flushed_writes(log: t.BinaryIO) -> t.Iterator[Write]:
    """What the guest had written before its last flush, in order."""
    head = log.read(HEAD.size)
    if not any(head):
        return
    magic, version, entries, sector = HEAD.unpack(head)
    if (magic, version, sector) != (MAGIC, VERSION, SECTOR):
        raise LabError(f"the log of writes has an unknown head: {head.hex()}")
    place = SECTOR
    for number in range(entries):
        log.seek(place)
        start, count, flags, said = ENTRY.unpack(log.read(ENTRY.size).ljust(ENTRY.size, b"\0"))
        place += SECTOR
        if flags & DISCARD:
            yield Write(start * SECTOR, count * SECTOR, None)
        elif count:
            yield Write(start * SECTOR, count * SECTOR, place)
            place += count * SECTOR
        elif not flags and not said:
            # Its number was taken before a flush that it did not wait for, and the kill came before it was written.
            raise LabError(f"entry {number} of {entries} in the log of writes is torn")


def apply(log: Path, disk: Path) -> None:
    """Writes to a disk what was flushed; the same when it is done again."""
    with log.open("rb") as source, disk.open("r+b") as target:
        for write in flushed_writes(source):
            target.seek(write.offset)
            if write.at is None:
                target.write(bytes(write.size))
            else:
                source.seek(write.at)
                target.write(source.read(write.size))
        target.flush()
        os.fsync(target.fileno())


def begin(log: Path, overlay: Path, disk: Path) -> list[str]:
    """The log and the overlay of a boot, and QEMU's options for the disk that is called ``disk``."""
    log.write_bytes(b"")
    overlay.unlink(missing_ok=True)
    run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", str(disk), str(overlay))
    # Both files live as long as this boot; a flush of the guest need not reach the disk of this machine.
    cache = "cache.no-flush=on"
    return [
        "-blockdev",
        f"driver=qcow2,node-name=seen,{cache},file.driver=file,file.filename={overlay}",
        "-blockdev",
        f"driver=file,node-name=log,{cache},filename={log}",
        "-blockdev",
        "driver=blklogwrites,node-name=disk,file=seen,log=log,"
        f"log-sector-size={SECTOR},log-super-update-interval={ENTRIES_WITHOUT_FLUSH}",
        "-device",
        "virtio-blk-pci,drive=disk,write-cache=on",
    ]


def settle(log: Path, overlay: Path, disk: Path) -> None:
    """Ends a boot, however it ended: the disk gets what was flushed, the rest is gone."""
    if log.exists():
        apply(log, disk)
        log.unlink()
    overlay.unlink(missing_ok=True)
