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


# Unlisted means restart: never too little. ``None`` stands for every directive of the section.
# Each row is shown by tests/oracle/test_effects.py on those of systemd 247, 252, 257 and 262 that have the directive:
# changed on disk, daemon-reload, and the running instance met the new behaviour. docs/effects.md tells what was seen.
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
            # Order and stops that are handed on are read from the loaded unit when a job is made. Wants= and Requires=
            # are not here: what they name is started with the next start of the unit only.
            "After",
            "Before",
            "PartOf",
        }
    ),
    "Service": frozenset(
        {
            "Restart",
            "RestartSec",
            "RestartSteps",
            "RestartMaxDelaySec",
            "RestartMode",
            "RestartPreventExitStatus",
            "RestartForceExitStatus",
            "SuccessExitStatus",
            "TimeoutSec",
            "TimeoutStartSec",
            "TimeoutStopSec",
            "TimeoutAbortSec",
            "TimeoutStopFailureMode",
            # The reload itself ends what is older than the new one. WatchdogSec= is not here: what is armed, and what
            # the process was told, is that of its start.
            "RuntimeMaxSec",
            "KillMode",
            "KillSignal",
            "RestartKillSignal",
            "FinalKillSignal",
            "SendSIGKILL",
            "SendSIGHUP",
            "ExecStop",
            "ExecStopPost",
            "ExecReload",
        }
    ),
    "Install": None,
}


# With a newer one, a reload loads a changed limit, shows it, and leaves the cgroup of a running unit as it was until
# something else touches that cgroup. _host/act/limits.py does that, and looks at it. Seen on 257.
LIMITS_ARE_LIVE_UP_TO = 252
LIMITS = frozenset({"MemoryMax", "MemoryHigh", "MemorySwapMax", "CPUQuota", "CPUWeight", "TasksMax", "IOWeight"})


def effect_of(section: str, key: str) -> Effect:
    """The effect of a change of one directive. ``X-`` sections are comments to systemd (systemd.unit(5))."""
    if section.startswith("X-"):
        return Effect.NOTHING
    if section == "Service" and key in LIMITS:
        return Effect.DAEMON_RELOAD
    keys = AFTER_RELOAD.get(section, frozenset())
    return Effect.DAEMON_RELOAD if keys is None or key in keys else Effect.RESTART
