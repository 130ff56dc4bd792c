# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts that systemd did not wait for any longer, read from the journal: the next start hides all else."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.act.stops import TIMEOUT
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.journal_query import Entry, taken


def timed_out(entries: t.Iterable[Entry], formers: t.Mapping[str, str], until: float) -> t.Set[str]:
    """Of units that were never up since their restart, those whose start took longer than TimeoutStartSec= allows.

    ``entries`` are the results of units, ``formers`` the invocations that the restarts ended, whose stops may have
    timed out as well. ``until`` is when instances began to be put back, in seconds since the epoch.
    """
    return {
        unit
        for entry in entries
        for unit in [entry.get("UNIT", "")]
        if unit in formers
        and entry.get("UNIT_RESULT") == TIMEOUT
        and entry.get("INVOCATION_ID", "") not in ("", formers[unit])
        and taken(entry) <= until
    }
