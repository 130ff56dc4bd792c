# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the texts of /proc and systemd about a process. No text that the process itself has chosen raises an error.

A process can change its name and its environment at any time (prctl(2), PR_SET_NAME and PR_SET_MM). It may also end
while this collection reads the files.
"""

from __future__ import annotations

import re
import typing as t

# Numbers of 64 bits.
NUMBER = re.compile(r"[0-9]{1,20}")
MASK = re.compile(r"[0-9a-f]{1,16}")
# mangle() of the kernel: blanks, tabs, newlines, backslashes and # in names.
OCTAL = re.compile(rb"\\([0-3][0-7][0-7])")


class Stat(t.NamedTuple):
    """``state`` is a letter, such as ``D`` for a process that waits for a disk. ``ticks`` is its start, since boot."""

    state: str
    parent: int
    ticks: int


def cgroups(data: bytes) -> t.Dict[str, str]:
    """The path for each hierarchy in ``/proc/PID/cgroup``.

    A user with a delegated tree of cgroups can choose their names. The names cannot contain newlines.
    """
    rows = (line.split(":", 2) for line in _text(data).split("\n"))
    return {row[1]: row[2] for row in rows if len(row) == 3}


def environment(data: bytes) -> t.Dict[str, str]:
    """The variables in ``/proc/PID/environ``. When a name appears twice, the last value counts."""
    return dict(pair.partition("=")[::2] for pair in _text(data).split("\0") if "=" in pair)


def stat(data: bytes) -> t.Optional[Stat]:
    """The values in ``/proc/PID/stat``; ``None`` when the process has ended."""
    # proc(5): the command name may contain blanks and parentheses. The fields are counted after the name.
    fields = _text(data).rpartition(")")[2].split()
    numbers = [fields[at] for at in (1, 19)] if len(fields) > 19 else []
    if not numbers or not all(NUMBER.fullmatch(one) for one in numbers):
        return None
    return Stat(fields[0], int(numbers[0]), int(numbers[1]))


def signal_masks(data: bytes) -> t.Tuple[t.Optional[int], t.Optional[int]]:
    """SigIgn and SigCgt in ``/proc/PID/status``: bit 0 is signal 1. Both are ``None`` when the process has ended."""
    fields = dict(line.partition(":\t")[::2] for line in _text(data).split("\n"))
    ignored, caught = (fields.get(name, "") for name in ("SigIgn", "SigCgt"))
    if not MASK.fullmatch(ignored) or not MASK.fullmatch(caught):
        return None, None
    return int(ignored, 16), int(caught, 16)


def extra_fields(data: bytes) -> t.Dict[str, str]:
    """LogExtraFields= in the format in which systemd keeps them for journald (unit_export_log_extra_fields()).

    Each field is its length, as eight bytes in little endian, and then ``NAME=value``.
    """
    fields: t.Dict[str, str] = {}
    while len(data) > 8:
        end = 8 + int.from_bytes(data[:8], "little")
        name, value = data[8:end].decode(errors="replace").partition("=")[::2]
        fields[name] = value
        data = data[end:]
    return fields


def processor_seconds(data: bytes) -> t.Optional[float]:
    """How long the process ran and waited for a processor (``/proc/PID/schedstat``); ``None`` without accounting."""
    numbers = _text(data).split()[:2]
    if len(numbers) < 2 or not all(NUMBER.fullmatch(one) for one in numbers):
        return None
    return sum(map(int, numbers)) / 1e9


def mount_points(data: bytes) -> t.List[str]:
    """The directories in ``/proc/PID/mountinfo``, where a blank is ``\\040``."""
    rows = (line.split(b" ") for line in data.split(b"\n"))
    return [_text(OCTAL.sub(lambda found: bytes([int(found[1], 8)]), row[4])) for row in rows if len(row) > 4]


def _text(data: bytes) -> str:
    return data.decode(errors="surrogateescape")
