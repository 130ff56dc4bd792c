# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What /proc and systemd tell of a process, as values. Nothing that a process made of itself is an error here.

A process chooses its name and its environment, also later (prctl(2), PR_SET_NAME and PR_SET_MM), and may end while
somebody looks at it.
"""

from __future__ import annotations

import re
import typing as t

# Of 64 bits.
NUMBER = re.compile(r"[0-9]{1,20}")
MASK = re.compile(r"[0-9a-f]{1,16}")


class Stat(t.NamedTuple):
    """``state`` is a letter, such as ``D`` for one that waits for a disk, ``ticks`` its start, since boot."""

    state: str
    parent: int
    ticks: int


def cgroups(data: bytes) -> t.Dict[str, str]:
    """Of ``/proc/PID/cgroup``, paths by hierarchy. A user to whom a tree of cgroups is delegated chooses their names,
    but without newlines.
    """
    rows = (line.split(":", 2) for line in _text(data).split("\n"))
    return {row[1]: row[2] for row in rows if len(row) == 3}


def environment(data: bytes) -> t.Dict[str, str]:
    """Of ``/proc/PID/environ``; of a name that is there twice the last value."""
    return dict(pair.partition("=")[::2] for pair in _text(data).split("\0") if "=" in pair)


def stat(data: bytes) -> t.Optional[Stat]:
    """Of ``/proc/PID/stat``; ``None`` for a process that is gone."""
    # proc(5): the command name may hold blanks and parentheses; fields count from behind it.
    fields = _text(data).rpartition(")")[2].split()
    numbers = [fields[at] for at in (1, 19)] if len(fields) > 19 else []
    if not numbers or not all(NUMBER.fullmatch(one) for one in numbers):
        return None
    return Stat(fields[0], int(numbers[0]), int(numbers[1]))


def signal_masks(data: bytes) -> t.Tuple[t.Optional[int], t.Optional[int]]:
    """Of ``/proc/PID/status``, SigIgn and SigCgt: bit 0 is signal 1. Nothing of a process that is gone."""
    fields = dict(line.partition(":\t")[::2] for line in _text(data).split("\n"))
    ignored, caught = (fields.get(name, "") for name in ("SigIgn", "SigCgt"))
    if not MASK.fullmatch(ignored) or not MASK.fullmatch(caught):
        return None, None
    return int(ignored, 16), int(caught, 16)


def extra_fields(data: bytes) -> t.Dict[str, str]:
    """LogExtraFields= as systemd keeps them for journald (unit_export_log_extra_fields()): for each field its length,
    eight bytes little endian, and ``NAME=value``.
    """
    fields: t.Dict[str, str] = {}
    while len(data) > 8:
        end = 8 + int.from_bytes(data[:8], "little")
        name, value = data[8:end].decode(errors="replace").partition("=")[::2]
        fields[name] = value
        data = data[end:]
    return fields


def processor_seconds(data: bytes) -> t.Optional[float]:
    """Of ``/proc/PID/schedstat``, for how long it ran and waited for a processor; ``None`` without accounting."""
    numbers = _text(data).split()[:2]
    if len(numbers) < 2 or not all(NUMBER.fullmatch(one) for one in numbers):
        return None
    return sum(map(int, numbers)) / 1e9


def _text(data: bytes) -> str:
    return data.decode(errors="surrogateescape")
