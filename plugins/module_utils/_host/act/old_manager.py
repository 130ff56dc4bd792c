# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stops what another manager runs, asks that manager not to start it again, and takes both back.

Each manager has a file of its own beside this one, with the same functions.
"""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.understand.replaces import (
    CRON,
    PM2,
    SUPERVISORD,
    Replaces,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.write.replaced import Record
from ansible_collections.workers.systemd.plugins.module_utils._host.act import old_cron, old_pm2, old_supervisord


class OldManager(t.Protocol):
    """What a manager of another kind can be asked for."""

    def look(self, replaces: Replaces, run: str) -> Record:
        """What there is to take over. Raises ``ManagerError`` or ``OSError`` when it cannot be."""

    def still_runs(self, record: Record) -> bool:
        """Whether the other manager runs some of it: a run was killed before it had stopped all, or somebody started
        it again. Raises ``ManagerError`` or ``OSError`` when that cannot be seen.
        """

    def take(self, record: Record) -> None:
        """Stops it, so that it does not start again by itself. Raises ``ManagerError`` when some of it still runs."""

    def give_back(self, record: Record) -> None:
        """Starts again what ran. Raises ``ManagerError`` when that does not run."""


MANAGERS: t.Mapping[str, OldManager] = {SUPERVISORD: old_supervisord, CRON: old_cron, PM2: old_pm2}


def of(replaces: Replaces) -> OldManager:
    return MANAGERS[replaces.manager]
