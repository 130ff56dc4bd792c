# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a plan."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Verb(enum.Enum):
    """In the order in which a run carries them out."""

    WRITE = "write"
    ENABLE = "enable"
    REENABLE = "reenable"
    DISABLE = "disable"
    # A link that enabled a unit of somebody else.
    LINK = "link"
    RELOAD = "daemon-reload"
    # The journald of a namespace, when it runs.
    TRY_RESTART = "try-restart"
    STOP = "stop"
    FORGET = "reset-failed"
    REMOVE = "remove"
    RELOAD_UNIT = "reload"
    START = "start"
    RESTART = "restart"
    JUDGE = "judge"
    # Another manager stops the work of a pool, or starts it again.
    REPLACE = "replace"
    # Stops what ran for the time of the rollout only.
    LEAVE = "leave"


@dataclass(frozen=True)
class Step:
    """``subject`` is a path for write and remove, else a unit; of a reload it is the manager."""

    verb: Verb
    subject: str
    because: str
