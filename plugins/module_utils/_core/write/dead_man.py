# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The switch that lets a host put back its last good versions when the run that was changing it has died.

A transient timer fires when a run has given no sign of life for a while, and two units do the same at boot. All start
the same program, which a run has left on the host, so that nothing is needed from outside.
"""

from __future__ import annotations

import enum
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core import marks
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import as_text
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import render_argv
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import Sections, render
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values import time_span
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import WantedFile

# Transient: a timer and the service that it starts.
SWITCH = marks.DEAD_MAN
TIMER = f"{SWITCH}.timer"
AT_BOOT = f"{marks.RECOVERY}.service"
EARLY_AT_BOOT = f"{marks.RECOVERY_EARLY}.service"
DEFAULT = "60s"
# The run shows that it lives four times in this, and a busy host must not let it look dead.
SHORTEST = 2.0
# The pools wait for it at boot, and nothing else does. Then they start with the files that are there. A busy virtual
# machine without KVM took 82 s.
EARLY_AT_MOST = "5min"
# Each boot passes it, whatever target the host boots to, and the manager of a user has it too.
EVERY_BOOT = "basic.target"


class Occasion(enum.Enum):
    """What has started the program. This is its argument."""

    SWITCH = "switch"
    EARLY = "early"
    BOOT = "boot"


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


def recovery_command(places: Places, python: str, occasion: Occasion, confirm: float = 0.0) -> t.List[str]:
    """``python`` is the interpreter of the host that runs the modules. A run with a sign of life within the last
    ``confirm`` seconds is left alone. At boot there is none.
    """
    return [python, "-I", places.recovery_program, occasion.value, *([f"{confirm:g}"] if confirm else [])]


def trying_again(pause: str) -> t.Dict[str, str]:
    """Settings of a service that could not put everything back, on a full disk say, or was killed itself."""
    return {"Restart": "on-failure", "RestartSec": pause}


def early_unit(places: Places, python: str) -> WantedFile:
    """Puts back the files before systemd starts the first instance: each template is ordered after this unit.

    It starts nothing itself, so it does not wait for a unit that waits for it. A start that waits uses the unit as it
    is after the daemon-reload (measured on 247, 252 and 257). When this unit fails, the pools start all the same, and
    the other unit does the work.
    """
    # A mount with nofail is not ordered before local-fs.target. The files of a user's manager are where its units are.
    mounts = {} if places.user else {"RequiresMountsFor": [places.units, places.configuration, places.state]}
    service = {
        "Type": "oneshot",
        "ExecStart": render_argv(recovery_command(places, python, Occasion.EARLY)),
        "TimeoutStartSec": EARLY_AT_MOST,
    }
    return _unit(
        places,
        EARLY_AT_BOOT,
        {
            "Unit": {
                "Description": "Put back the files of a killed deploy before the pools start",
                "ConditionPathExists": places.journal,
                **mounts,
            },
            "Service": service,
            "Install": {"WantedBy": EVERY_BOOT},
        },
    )


def boot_unit(places: Places, python: str) -> WantedFile:
    """A reboot takes the timer away, so boot asks too."""
    return _unit(
        places,
        AT_BOOT,
        {
            "Unit": {
                "Description": "Undo the unfinished changes of a killed deploy",
                "ConditionPathExists": places.journal,
                "After": EARLY_AT_BOOT,
            },
            "Service": {
                "Type": "oneshot",
                "ExecStart": render_argv(recovery_command(places, python, Occasion.BOOT)),
                **trying_again(DEFAULT),
            },
            "Install": {"WantedBy": places.default_target},
        },
    )


def _unit(places: Places, name: str, sections: Sections) -> WantedFile:
    text = render({**sections, marks.OWNER_SECTION: {marks.SHARED: True}}, [marks.SHARED_HEADER])
    return WantedFile(places.unit(name), text, 0o644)
