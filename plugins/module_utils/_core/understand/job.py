# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a timer cannot have of what a pool may have."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool

# Options that are directives themselves, by section; giving both would leave one of them unheard.
SAME_AS_OPTION: t.Mapping[str, t.Mapping[str, str]] = {
    "Service": {
        "TimeoutStartSec": "timeout",
        "TimeoutSec": "timeout",
        "Restart": "retry",
        "RestartSec": "retry",
        "ExecCondition": "lock",
    },
    "Timer": {
        "OnCalendar": "schedule",
        "OnActiveSec": "every",
        "OnUnitActiveSec": "every",
        "RandomizedDelaySec": "jitter",
        "Persistent": "missed",
        "DeferReactivation": "overlap",
    },
}
# What a run of a job is to this collection, with what breaks without it.
ALWAYS_OURS = {
    ("Service", "Type"): "A run lasts until its command has ended, which is Type=oneshot.",
    ("Service", "RemainAfterExit"): "A service that stays active is never started again by its timer.",
    ("Service", "RuntimeMaxSec"): "It has no effect on Type=oneshot. Use timeout.",
    ("Timer", "Unit"): "The timer starts the service of its own name.",
}
# systemd.service(5), "COMMAND LINES"
PREFIXES = ("@", "-", ":", "+", "!", "|")
# The specifier of an instance, but not behind another percent sign.
OF_INSTANCE = re.compile(r"(?<!%)(?:%%)*%[iI]")


def unit_problems(pool: Pool, params: t.Mapping[str, t.Any]) -> t.Iterator[Problem]:
    for section, directives in pool.unit.items():
        for directive in directives:
            place, hint = f"{pool.where}.unit.{section}.{directive}", ALWAYS_OURS.get((section, directive))
            option = SAME_AS_OPTION.get(section, {}).get(directive)
            if hint:
                yield Problem(place, directive, "a directive that a timer may change", hint)
            elif option and params.get(option) is not None:
                yield Problem(place, "given both ways", f"the option `{option}` alone")


def retry_problems(pool: Pool) -> t.Iterator[Problem]:
    """What the shell that tries the command again cannot do, see retry.py."""
    if pool.exec_start.startswith(PREFIXES):
        found, hint = f"the prefix {pool.exec_start[0]}", "With retry, a shell starts the command, and not systemd."
        yield Problem(f"{pool.where}.command", found, "a command without a prefix of systemd", hint)
    elif "$" in pool.executable:
        # systemd expands it in an argument, and not in the first word.
        yield Problem(f"{pool.where}.command", repr(pool.executable), "a path without $ beside retry")
    if "KillMode" in pool.unit.get("Service", {}):
        hint = "A stop has to signal the command and the shell that tries it again, which is the default."
        yield Problem(f"{pool.where}.unit.Service.KillMode", "given", "nothing beside retry", hint)


def instance_problems(pool: Pool) -> t.Iterator[Problem]:
    """``%i`` would be an empty text, for a timer has no instances. In a list it is just two characters."""
    given = {
        "command": pool.exec_start,
        "working_directory": pool.working_directory or "",
        **{f"environment_files[{index}]": path for index, path in enumerate(pool.environment_files)},
        **{f"writable_paths[{index}]": path for index, path in enumerate(pool.writable_paths)},
        **{_option(directive): name for directive, name in pool.directories.items()},
    }
    for option, text in given.items():
        if OF_INSTANCE.search(text):
            yield Problem(f"{pool.where}.{option}", "%i", "no instance: a timer has none", "Write the path in full.")


def _option(directive: str) -> str:
    """``StateDirectory`` -> ``state_directory``"""
    return f"{directive[: -len('Directory')].lower()}_directory"
