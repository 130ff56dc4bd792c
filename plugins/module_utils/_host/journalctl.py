# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The systemd journal."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.journal_query import (
    Entry,
    JournalQuery,
    is_forged,
    with_common_names,
)
from ansible_collections.workers.systemd.plugins.module_utils._host import commands


def entries(query: JournalQuery, uid: t.Optional[int] = None) -> t.List[Entry]:
    """Those of units of the system, or of the manager of the user with this number."""
    if query.fresh:
        commands.run(["journalctl", "--sync"])
    out = commands.run(query.argv(uid))[1]
    read = (json.loads(line) for line in out.splitlines() if line.startswith("{"))
    return [with_common_names(entry) for entry in read if not is_forged(entry)]
