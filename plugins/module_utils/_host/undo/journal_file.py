# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal of the run that is changing the host. One that is there when a run begins was left by a killed one."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.look.run_journal import (
    RunJournal,
    journal_text,
    parse_journal,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._host import foreign_files
from ansible_collections.workers.systemd.plugins.module_utils._host.files import remove, write_atomically


def left(places: Places) -> t.Optional[RunJournal]:
    """Raises ``Problems`` when it is broken."""
    try:
        text = foreign_files.read(places.journal, foreign_files.LARGEST_OF_OURS).decode("utf-8", "replace")
        return parse_journal(text, places.journal)
    except FileNotFoundError:
        return None


def write(places: Places, journal: RunJournal) -> None:
    write_atomically(places.journal, journal_text(journal).encode(), mode=0o600)


def close(places: Places) -> None:
    """Ends the run for everybody. Raises ``OSError`` when it is still there: then the host will undo the run."""
    try:
        remove(places.journal)
    except OSError:
        # Only its name may come back when the power goes, which is no reason to call a good run bad.
        if os.path.lexists(places.journal):
            raise
