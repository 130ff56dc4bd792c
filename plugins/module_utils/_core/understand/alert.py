# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``alert`` of a pool: what the agent of the host reports, and with which command."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import as_text
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import read_check, read_spans
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.user_scope import ACCOUNT, ROOT

# The options in the form of Ansible's argument spec.
OPTIONS: t.Dict[str, t.Dict[str, t.Any]] = {
    "command": {"type": "list", "elements": "str", "required": True},
    "crashes": {"type": "int", "default": 3},
    "within": {"type": "str", "default": "10min"},
    "repeat": {"type": "str", "default": "4h"},
    "user": {"type": "str"},
}
# The shortest and the longest of each time span, in seconds. The agent looks three times in the shortest.
SPANS = {"within": (30.0, 86400.0), "repeat": (60.0, 31 * 86400.0)}
MOST_CRASHES = 100


@dataclass(frozen=True)
class Alert:
    """Times are in seconds. An instance that dies ``crashes`` times ``within`` this time is in a crash loop. What lasts
    is reported again after ``repeat``. An empty ``user`` is that of the pool.
    """

    command: t.Tuple[str, ...] = ()
    crashes: int = 3
    within: float = 600.0
    repeat: float = 14400.0
    user: str = ""


def read_alert(
    given: t.Mapping[str, t.Any], account: t.Optional[str], where: str
) -> t.Tuple[t.Optional[Alert], t.List[Problem]]:
    """The option with its user, and its problems. With problems there is none. ``account`` is the user of the pool."""
    read = {option: value for option, value in given.items() if value is not None}
    command, problems = read_check(read.get("command") or (), f"{where}.command")
    if not command and not problems:
        problems = [Problem(f"{where}.command", "nothing", "a command, such as [/usr/local/bin/page]")]
    crashes = read.get("crashes", Alert.crashes)
    if not 1 <= crashes <= MOST_CRASHES:
        problems.append(Problem(f"{where}.crashes", repr(crashes), f"a number from 1 to {MOST_CRASHES}"))
    spans, wrong = read_spans(read, SPANS, Alert, where, "10min or 4h")
    problems += wrong
    user = as_text(read["user"]) if "user" in read else account or ""
    if "user" in read and not ACCOUNT.fullmatch(user):
        problems.append(Problem(f"{where}.user", repr(user), "the name or number of a user"))
    elif "user" not in read and (not user or user in ROOT):
        who = "root" if user else "a user that only systemd knows"
        hint = "The command runs as that user. Name root only for a command that needs it."
        problems.append(Problem(f"{where}.user", "nothing", f"a user, for a pool that runs as {who}", hint))
    return (None, problems) if problems else (Alert(command, crashes, spans["within"], spans["repeat"], user), [])
