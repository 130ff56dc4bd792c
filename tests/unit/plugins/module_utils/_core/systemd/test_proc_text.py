# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import proc_text
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.proc_text import Stat

STAT = b"7 (a (b) c) S 1 7 7 0 -1 4194560 1 0 0 0 1 2 0 0 20 0 1 0 12345 8192 1 184 0"
NONE = (None, None)
# What reads it, what is read, what it means.
READ: dict[str, tuple[t.Callable[[bytes], t.Any], bytes, t.Any]] = {
    "a cgroup of v2": (proc_text.cgroups, b"0::/system.slice/a.service\n", {"": "/system.slice/a.service"}),
    "cgroups of v1, and one with colons": (
        proc_text.cgroups,
        b"2:cpu,cpuacct:/a\n1:name=systemd:/b:c\n",
        {"cpu,cpuacct": "/a", "name=systemd": "/b:c"},
    ),
    "no cgroups": (proc_text.cgroups, b"", {}),
    "half a line of cgroups": (proc_text.cgroups, b"1:name\n", {}),
    "an environment": (proc_text.environment, b"A=1\0B=x=y\0\0C\0D=\xff\0", {"A": "1", "B": "x=y", "D": "\udcff"}),
    "a stat": (proc_text.stat, STAT, Stat("S", 1, 12345)),
    "a stat of a process that names itself like one": (
        proc_text.stat,
        STAT.replace(b"a (b) c", b") S 9 9 9 9 9 9"),
        Stat("S", 1, 12345),
    ),
    "no stat": (proc_text.stat, b"", None),
    "half a stat": (proc_text.stat, STAT[:40], None),
    "a stat with words": (proc_text.stat, STAT.replace(b"12345", b"x"), None),
    "a stat with a number of too many digits": (proc_text.stat, STAT.replace(b"12345", b"1" * 5000), None),
    "mounts, and one with a blank": (
        proc_text.mount_points,
        b"22 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n40 22 0:9 / /srv/my\\040files\\134 rw - nfs server:/x rw\n",
        ["/", "/srv/my files\\"],
    ),
    "half a line of mounts": (proc_text.mount_points, b"22 1 8:1 /", []),
    "masks": (proc_text.signal_masks, b"Name:\tx\nSigIgn:\t01\nSigCgt:\tff\n", (1, 255)),
    "masks of a process that names itself like one": (
        proc_text.signal_masks,
        b"Name:\tx\x0bSigCgt:\t4002\nSigIgn:\t01\nSigCgt:\t00\n",
        (1, 0),
    ),
    "no masks": (proc_text.signal_masks, b"", NONE),
    "masks that are no numbers": (proc_text.signal_masks, b"SigIgn:\t01\nSigCgt:\t-1\n", NONE),
    "fields": (proc_text.extra_fields, b"\3\0\0\0\0\0\0\0A=1\5\0\0\0\0\0\0\0B=2=3", {"A": "1", "B": "2=3"}),
    "a field that is longer than all": (proc_text.extra_fields, b"\xff" * 8 + b"A=1", {"A": "1"}),
    "a field of no length": (proc_text.extra_fields, b"\0" * 16, {"": ""}),
    "time of a processor": (proc_text.processor_seconds, b"1500000000 500000000 7\n", 2.0),
    "no time of a processor": (proc_text.processor_seconds, b"0", None),
    "a time that is no number": (proc_text.processor_seconds, b"1 -2 3", None),
}


@pytest.mark.parametrize(("read", "data", "means"), READ.values(), ids=READ.keys())
def test_reads(read: t.Callable[[bytes], t.Any], data: bytes, means: t.Any) -> None:
    assert read(data) == means


READERS = (
    proc_text.cgroups,
    proc_text.environment,
    proc_text.stat,
    proc_text.signal_masks,
    proc_text.extra_fields,
    proc_text.processor_seconds,
)
BYTES = st.binary() | st.lists(st.sampled_from([b"1", b":", b"\n", b") ", b"=", b"\0", b"9" * 5000, STAT])).map(
    b"".join
)


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
@given(BYTES)
def test_nothing_that_is_read_is_an_error(read: t.Callable[[bytes], t.Any], data: bytes) -> None:
    read(data)


def test_the_kernel_tells_it_so() -> None:
    mine = Path("/proc/self")
    assert proc_text.cgroups((mine / "cgroup").read_bytes())
    assert proc_text.environment((mine / "environ").read_bytes())
    read = proc_text.stat((mine / "stat").read_bytes())
    assert read is not None
    assert (read.state, read.parent) == ("R", os.getppid())
    assert proc_text.signal_masks((mine / "status").read_bytes()) != NONE
