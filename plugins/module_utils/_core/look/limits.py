# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a cgroup has a limit that systemd has loaded for its unit. Of cgroup v2: v1 has other files."""

from __future__ import annotations

import typing as t

# By the property of the unit, org.freedesktop.systemd1(5): the file of its cgroup, of the kernel's cgroup-v2.rst.
FILES: t.Mapping[str, str] = {
    "MemoryMax": "memory.max",
    "MemoryHigh": "memory.high",
    "MemorySwapMax": "memory.swap.max",
    "TasksMax": "pids.max",
    "CPUQuotaPerSecUSec": "cpu.max",
    "CPUWeight": "cpu.weight",
    "IOWeight": "io.weight",
}
# How a property says that there is no limit, and what the kernel then has for a weight.
UNSET, DEFAULT_WEIGHT = 2**64 - 1, 100
# CPUWeight=idle is in another file, cpu.idle.
IDLE = 0
# The kernel counts memory in pages; larger ones are on no machine that runs workers.
LARGEST_PAGE = 2**16
# The kernel has a quota in whole microseconds of each period, which is a tenth of a second or less.
INEXACT = 0.01


def in_force(name: str, loaded: int, text: str) -> bool:
    """Whether the file of the property ``name``, which says ``text``, goes by the value ``loaded``."""
    words = text.split()
    if name.endswith("Weight"):
        # io.weight has a line for each device after that of all.
        said = words[1:2] if words[:1] == ["default"] else words[:1]
        return loaded == IDLE or said == [str(DEFAULT_WEIGHT if loaded == UNSET else loaded)]
    if loaded == UNSET or words[:1] == ["max"]:
        return loaded == UNSET and words[:1] == ["max"]
    if not words or not all(word.isdecimal() for word in words):
        return False
    numbers = [int(word) for word in words]
    if name.startswith("CPUQuota"):
        # Microseconds of each second.
        share = numbers[0] * 1_000_000 / numbers[1] if len(numbers) == 2 and numbers[1] else -1.0
        return abs(share - loaded) <= loaded * INEXACT
    rounding = LARGEST_PAGE if name.startswith("Memory") else 1
    return 0 <= loaded - numbers[0] < rounding
