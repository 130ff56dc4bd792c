# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service that looks after the pools that ask for it. Workers do not depend on it."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core import marks
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import render_argv
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import Sections, Value, render
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import WantedFile

SERVICE = f"{marks.AGENT}.service"
# The argument of the program that is kept on the host.
ARGUMENT = "agent"
GUARDS = (
    "LockPersonality",
    "ProtectClock",
    "ProtectHostname",
    "ProtectKernelLogs",
    "ProtectKernelModules",
    "RestrictRealtime",
)


def agent_unit(places: Places, python: str) -> WantedFile:
    """The checks of the operator inherit the guards of this service. So it has none that a program of a user, or of
    root, would notice: the agent itself never runs what a user may change as root.

    In the manager of a user it has none at all. There, each of them needs a right of root, or sets NoNewPrivileges=
    (systemd.exec(5)), so that a check could not use sudo.
    """
    service: t.Dict[str, Value] = {
        "Type": "notify",
        "ExecStart": render_argv([python, "-I", places.recovery_program, ARGUMENT]),
        "Restart": "always",
        "RestartSec": "1s",
        "WatchdogSec": f"{marks.WATCHDOG}s",
        # It has no state to save, and a stopped process gets no other signal.
        "WatchdogSignal": "SIGKILL",
        "TimeoutStopSec": "5s",
        # Of the agent alone: its checks run in scopes of their own.
        "MemoryMax": "64M",
        "TasksMax": 64,
        **({} if places.user else dict.fromkeys(GUARDS, True)),
    }
    sections: Sections = {
        "Unit": {
            "Description": "Look after workers between deploys",
            "After": f"{marks.RECOVERY_EARLY}.service",
            "ConditionPathExists": places.recovery_program,
            "StartLimitIntervalSec": 0,
        },
        "Service": service,
        "Install": {"WantedBy": places.default_target},
        marks.OWNER_SECTION: {marks.SHARED: True},
    }
    return WantedFile(places.unit(SERVICE), render(sections, [marks.SHARED_HEADER]), 0o644)
