# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A unit that runs one more worker of a pool for a while, to be watched, under as much hardening as is to be tried."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.command import PREFIXES
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import render_argv
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import Value, render
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import hardening

# Stops until somebody who watches lets it go on, and becomes the worker: the process, and so its number, is the same.
GATE = ("/bin/sh", "-c", 'kill -STOP $$; exec "$0" "$@"')
SECTIONS = ("Unit", "Service")
# It starts and ends apart from its pool, once, nothing comes of it, and it is forgotten then.
ITS_OWN = frozenset(
    {
        "CollectMode",
        "FailureAction",
        "OnFailure",
        "OnSuccess",
        "PartOf",
        "Restart",
        "RestartMaxDelaySec",
        "RestartSec",
        "RestartSteps",
        "RuntimeDirectoryPreserve",
        "RuntimeMaxSec",
        "StartLimitAction",
        "StartLimitBurst",
        "StartLimitIntervalSec",
        "SuccessAction",
    }
)
GUARDS = frozenset({guard.directive for profile in hardening.PROFILES.values() for guard in profile}) | {
    # What else a proposal says.
    "AmbientCapabilities",
    "ReadWritePaths",
}
SPECIFIER = re.compile("%(.)")


def name(pool: str, token: str) -> str:
    """The prefix of the unit. systemd has never loaded one of this name, so it needs no daemon-reload."""
    return f"workers-harden-{token}-{pool}"


def text(unit: Unit, guards: t.Mapping[str, Value], longest: int, path: str) -> str:
    """From an instance of a pool with its drop-ins. systemd ends it after ``longest`` seconds, if nothing else does,
    and removes the file that it is in.
    """
    sections: t.Dict[str, t.Dict[str, t.List[str]]] = {section: {} for section in SECTIONS}
    for one in unit.assignments():
        if one.section in SECTIONS and one.key not in GUARDS | ITS_OWN | {"ExecStart"}:
            value = _expanded(one.value, unit.name.prefix, unit.name.instance or "")
            sections[one.section].setdefault(one.key, []).append(value)
    command = _expanded(unit.value("Service", "ExecStart"), unit.name.prefix, unit.name.instance or "")
    return render(
        {
            "Unit": {**sections["Unit"], "CollectMode": "inactive-or-failed"},
            "Service": {
                **sections["Service"],
                "ExecStart": f"{render_argv(GATE)} {command.lstrip(PREFIXES)}",
                "ExecStopPost": [*sections["Service"].get("ExecStopPost", []), f"+-/bin/rm -f {path}"],
                "RuntimeMaxSec": longest,
                # What it is called in the pool's name, an instance that runs may be using.
                "RuntimeDirectoryPreserve": "yes",
                **guards,
            },
        },
        ["A worker that is being watched (workers.systemd.harden)."],
    )


def _expanded(value: str, pool: str, instance: str) -> str:
    """With what the unit's own name stands for; the instance is the same."""
    own = {
        **dict.fromkeys("pP", pool),
        **dict.fromkeys("jJ", pool.rpartition("-")[2]),
        "n": unit_name.instance(pool, instance),
        "N": f"{pool}@{instance}",
    }
    return SPECIFIER.sub(lambda found: own.get(found.group(1), found.group(0)), value)
