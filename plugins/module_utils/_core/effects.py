# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a changed directive needs before it is in force (design: only what must restart restarts)."""

from __future__ import annotations

import enum
import typing as t


class Effect(enum.IntEnum):
    """Ordered: the strongest effect of a change is its effect."""

    NOTHING = 0
    DAEMON_RELOAD = 1
    RESTART = 2


# Unlisted means restart: never too little. ``None`` as key stands for every directive of the section.
# Rows of [Unit] follow the ignore list of NixOS's switch-to-configuration (compare_units); rows of [Service] were
# measured: changed on disk, daemon-reload, and the running process met the new behaviour.
AFTER_RELOAD: t.Mapping[str, t.Optional[t.FrozenSet[str]]] = {
    "Unit": frozenset(
        {
            "Description",
            "Documentation",
            "OnFailure",
            "OnSuccess",
            "CollectMode",
            "SourcePath",
            "StartLimitIntervalSec",
            "StartLimitBurst",
        }
    ),
    "Service": frozenset(
        {
            "Restart",
            "RestartSec",
            "RestartSteps",
            "RestartMaxDelaySec",
            "TimeoutStopSec",
            "KillMode",
            "KillSignal",
            "SendSIGKILL",
            "MemoryMax",
            "MemoryHigh",
            "MemorySwapMax",
            "CPUQuota",
            "CPUWeight",
            "TasksMax",
            "IOWeight",
        }
    ),
    "Install": None,
}


def effect_of(section: str, key: str) -> Effect:
    """The effect of a change of one directive. ``X-`` sections are comments to systemd (systemd.unit(5))."""
    if section.startswith("X-"):
        return Effect.NOTHING
    keys = AFTER_RELOAD.get(section, frozenset())
    return Effect.DAEMON_RELOAD if keys is None or key in keys else Effect.RESTART
