# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a disk has after a power cut: all that was flushed, in order, and nothing else."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from lab.shell import LabError
from lab.vm_disk import DISCARD, ENTRY, HEAD, MAGIC, SECTOR, VERSION, apply

FLUSH = 1


def write(sector: int, letter: str, sectors: int = 1) -> bytes:
    return ENTRY.pack(sector, sectors, 0, 0).ljust(SECTOR, b"\0") + letter.encode() * SECTOR * sectors


def flush() -> bytes:
    return ENTRY.pack(0, 0, FLUSH, 0).ljust(SECTOR, b"\0")


def discard(sector: int, sectors: int = 1) -> bytes:
    return ENTRY.pack(sector, sectors, DISCARD, 0).ljust(SECTOR, b"\0")


def head(entries: int, version: int = VERSION) -> bytes:
    return HEAD.pack(MAGIC, version, entries, SECTOR).ljust(SECTOR, b"\0")


TORN = bytes(SECTOR)
DISKS = {
    "nothing happened": (b"", "...."),
    "nothing was flushed": (bytes(SECTOR) + write(0, "a"), "...."),
    "flushed": (head(2) + write(1, "a") + flush(), ".a.."),
    "the rest is gone": (head(2) + write(1, "a") + flush() + write(1, "b") + write(2, "c"), ".a.."),
    "the last write counts": (head(3) + write(1, "a") + write(1, "b") + flush(), ".b.."),
    "several sectors": (head(3) + write(1, "a", 3) + write(2, "b") + flush(), ".aba"),
    "what follows several flushes": (head(4) + write(0, "a") + flush() + write(1, "b") + flush(), "ab.."),
    "a discard": (head(3) + write(0, "a", 4) + discard(1, 2) + flush(), "a00a"),
    "the log ends in a torn entry that was not flushed": (head(2) + write(1, "a") + flush() + b"\1", ".a.."),
}


def after(tmp_path: Path, log: bytes, times: int) -> str:
    """The first letters of four sectors."""
    disk, file = tmp_path / "disk", tmp_path / "log"
    disk.write_bytes(b"." * SECTOR * 4)
    file.write_bytes(log)
    for _time in range(times):
        apply(file, disk)
    data = disk.read_bytes()
    sectors = [data[place : place + SECTOR] for place in range(0, len(data), SECTOR)]
    assert all(len(set(sector)) == 1 for sector in sectors)
    return "".join(chr(sector[0]) for sector in sectors).replace("\0", "0")


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize(("log", "disk"), DISKS.values(), ids=DISKS.keys())
def test_the_disk_gets_what_was_flushed(tmp_path: Path, log: bytes, disk: str, times: int) -> None:
    assert after(tmp_path, log, times) == disk


@pytest.mark.parametrize(
    ("log", "said"),
    [
        (head(2, version=2), "unknown head"),
        (struct.pack("<Q", 1).ljust(SECTOR, b"\0"), "unknown head"),
        (head(3) + write(1, "a") + TORN + flush(), "entry 1 of 3 in the log of writes is torn"),
        (head(1), "entry 0 of 1 in the log of writes is torn"),
    ],
)
def test_a_log_that_cannot_be_read_is_told(tmp_path: Path, log: bytes, said: str) -> None:
    with pytest.raises(LabError, match=said):
        after(tmp_path, log, 1)
