# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a running process is older than what its pool wants.

Read from the process, and from what systemd and root keep of its start: a worker can write anything into its own
environment, and what it says there can only make it older.
"""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import Process
from ansible_collections.workers.systemd.plugins.module_utils._core.write.markers import (
    UNIT_MARKER,
    WHAT,
)


def why_stale(process: Process, wanted: t.Mapping[str, str], files_changed: float) -> str:
    """The reason to restart, or an empty text.

    ``files_changed`` is when the pool's environment files last changed, in seconds since the epoch. It only speaks for
    programs that overwrote their environment, of which nothing else is known: then systemd's copy of the unit's digest
    and the times must do.
    """
    known = started_with(process)
    if known is None:
        if process.unit_marker != wanted.get(UNIT_MARKER, ""):
            return "started with another unit"
        return "started before its environment files were written" if process.started < files_changed else ""
    said = known if process.markers is None else process.markers
    other = [
        what
        for marker, what in WHAT.items()
        if {said.get(marker, ""), known.get(marker, "")} != {wanted.get(marker, "")}
    ]
    return f"started with another {' and another '.join(other)}" if other else ""


def started_with(process: Process) -> t.Optional[t.Mapping[str, str]]:
    """Its markers as the host knows them, and else as the process says; ``None`` when both are silent."""
    if process.files is None:
        if process.markers is None:
            return None
        return {**process.markers, UNIT_MARKER: process.unit_marker or process.markers.get(UNIT_MARKER, "")}
    said = process.markers or {}
    return {**process.files, UNIT_MARKER: process.unit_marker or said.get(UNIT_MARKER, "")}
