# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a running process is older than what its pool wants. Read from the process, never from memory of a run."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.observed import Process
from ansible_collections.workers.systemd.plugins.module_utils._core.pool_unit import UNIT_MARKER
from ansible_collections.workers.systemd.plugins.module_utils._core.wanted import (
    ENVIRONMENT_MARKER,
    OWN_WATCH_MARKER,
    SECRETS_MARKER,
    WATCH_MARKER,
    by_instance,
)

WHAT = {
    UNIT_MARKER: "unit",
    ENVIRONMENT_MARKER: "environment",
    SECRETS_MARKER: "secrets",
    WATCH_MARKER: "watched files",
    OWN_WATCH_MARKER: "files of its own",
}


def why_stale(process: Process, wanted: t.Mapping[str, str], files_changed: float) -> str:
    """The reason to restart, or an empty text.

    ``files_changed`` is when the pool's environment files last changed, in seconds since the epoch. It only speaks for
    programs that overwrote their environment: then systemd's copy of the unit's digest and the times must do.
    """
    if process.markers is None:
        if process.unit_marker != wanted[UNIT_MARKER]:
            return "started with another unit"
        return "started before its environment files were written" if process.started < files_changed else ""
    other = [what for marker, what in WHAT.items() if process.markers.get(marker, "") != wanted.get(marker, "")]
    return f"started with another {' and another '.join(other)}" if other else ""


def own_markers(environ: t.Mapping[str, str], instance: str) -> t.Dict[str, str]:
    """The markers in the environment of a process of this instance."""
    markers = {marker: environ[marker] for marker in WHAT if marker in environ}
    own = by_instance(markers.pop(OWN_WATCH_MARKER, ""))
    if instance in own:
        markers[OWN_WATCH_MARKER] = own[instance]
    return markers
