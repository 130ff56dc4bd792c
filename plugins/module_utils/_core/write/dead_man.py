# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The switch that lets a host put back its last good versions when the run that was changing it has died.

A transient timer fires when a run has given no sign of life for a while, and a unit does the same at boot. Both start
the same program, which a run has left on the host, so that nothing is needed from outside.
"""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core import marks
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import as_text
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import render_argv
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import render
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values import time_span
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import WantedFile

# Transient: NAME.timer and the service that it starts.
SWITCH = marks.DEAD_MAN
AT_BOOT = f"{marks.RECOVERY}.service"
DEFAULT = "60s"
# The run shows that it lives four times in this, and a busy host must not let it look dead.
SHORTEST = 2.0


def read_confirm(given: t.Any) -> t.Tuple[float, t.List[Problem]]:
    """Seconds without a sign of life after which a run is dead, and what is wrong with the option ``confirm``."""
    try:
        span = time_span.seconds(as_text(given))
        if span >= SHORTEST:
            return span, []
    except ValueError:
        pass
    return time_span.seconds(DEFAULT), [
        Problem("confirm", repr(as_text(given)), f"a time span of {SHORTEST:g} s or more, such as {DEFAULT}")
    ]


def recovery_command(places: Places, python: str) -> t.List[str]:
    """``python`` is the interpreter of the host that runs the modules."""
    return [python, "-I", places.recovery_program]


def trying_again(pause: str) -> t.Dict[str, str]:
    """Settings of a service that could not put everything back, on a full disk say, or was killed itself."""
    return {"Restart": "on-failure", "RestartSec": pause}


def boot_unit(places: Places, python: str) -> WantedFile:
    """A reboot takes the timer away, so boot asks too."""
    return WantedFile(
        path=places.unit(AT_BOOT),
        text=render(
            {
                "Unit": {
                    "Description": "Undo the unfinished changes of a killed deploy",
                    "ConditionPathExists": places.journal,
                },
                "Service": {
                    "Type": "oneshot",
                    "ExecStart": render_argv(recovery_command(places, python)),
                    **trying_again(DEFAULT),
                },
                "Install": {"WantedBy": places.default_target},
                marks.OWNER_SECTION: {marks.SHARED: True},
            },
            [marks.SHARED_HEADER],
        ),
        mode=0o644,
    )
