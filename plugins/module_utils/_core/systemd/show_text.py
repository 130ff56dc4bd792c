# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `systemctl show` prints: ``PROPERTY=VALUE`` lines, with an empty line between units."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import lines

Properties = t.Dict[str, str]
# ActiveState= of a unit that runs (UNIT_IS_ACTIVE_OR_RELOADING() of unit-def.h).
UP = ("active", "reloading")


def blocks(printed: str) -> t.List[Properties]:
    """Properties of each unit, in the order of the arguments. A status may hold any character but a newline."""
    return [dict(_pair(line) for line in lines(block)) for block in printed.split("\n\n")]


def _pair(line: str) -> t.Tuple[str, str]:
    name, _equals, value = line.partition("=")
    return name, value


def iso(text: str) -> str:
    """``Tue 2026-11-24 16:36:19 UTC`` -> ``2026-11-24T16:36:19Z``; empty for what never happened."""
    words = text.split()
    return f"{words[1]}T{words[2]}Z" if len(words) == 4 else ""
