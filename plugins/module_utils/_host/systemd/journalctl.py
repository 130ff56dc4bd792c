# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The systemd journal. It serves messages, so it is bounded in time and size, and nothing in it is an error."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.journal_query import (
    Entry,
    JournalQuery,
    read_entries,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands

# Seconds. journald that is stopped would be waited for without end.
LONGEST_SYNC = 5
LONGEST_QUERY = 8
# systemd-journald-varlink@.socket
SOCKET = "/run/systemd/journal.{}/io.systemd.journal"
# Bytes. An entry may hold a thousand fields of 4 KiB under one name; the newest entries come first.
MOST = 16 << 20


def entries(query: JournalQuery, uid: t.Optional[int] = None) -> t.List[Entry]:
    """Those of units of the system, or of the manager of the user with this number."""
    if query.fresh:
        # Without a journald that listens, a namespace has nothing to write.
        there = [one for one in query.namespaces if os.path.exists(SOCKET.format(one))]
        for namespace in ([], *([f"--namespace={one}"] for one in there)):
            commands.head(commands.within(LONGEST_SYNC, ["journalctl", "--sync", *namespace]), MOST)
    return read_entries(commands.head(commands.within(LONGEST_QUERY, query.argv(uid)), MOST))
