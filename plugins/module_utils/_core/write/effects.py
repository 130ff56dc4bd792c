# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The effect of a changed directive: the action that puts it in force. Only instances that need a restart restart."""

from __future__ import annotations

import enum
import typing as t


class Effect(enum.IntEnum):
    """In the order of strength. The effect of a change is the strongest effect of its directives."""

    NOTHING = 0
    DAEMON_RELOAD = 1
    RESTART = 2


# A directive that is not listed needs a restart, so that no effect is too weak. ``None`` stands for all directives of
# the section. tests/oracle/test_effects.py proves each row on those of systemd 247, 252, 257 and 262 that have the
# directive: it changes the directive on disk, runs daemon-reload, and sees the new behaviour of the running instance.
# docs/effects.md has the results.
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
            # systemd reads the order, and the stops that it passes on, from the loaded unit when it makes a job. Wants=
            # and Requires= are not here: systemd starts the units that they name only with the next start of the unit.
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
            # The reload itself ends an instance that is older than the new RuntimeMaxSec=. WatchdogSec= is not here:
            # the armed watchdog and the environment of the process keep the value of the start.
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


# A newer systemd loads and shows a changed limit with a daemon-reload, but does not change the cgroup of a running unit
# until something else changes that cgroup. _host/act/limits.py changes the cgroup, and checks it. Seen on 257.
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
