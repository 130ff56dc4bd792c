# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Timers that are on one host of a group. Only the controller knows the groups, so its action chooses the host."""

from __future__ import annotations

import hashlib
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems, did_you_mean

OPTION = "on_one_of"
# What a timer that is absent has beside its name.
OF_ABSENT = ("name", "scope", "user")


def placed(timers: t.Any, groups: t.Mapping[str, t.Sequence[str]], host: str) -> t.Any:
    """The option ``timers`` for a host. A timer that is on another host is absent here. Raises ``Problems`` with
    groups that have no hosts. The module judges all else.
    """
    if not isinstance(timers, list):
        return timers
    problems = [
        Problem(f"timers[{index}].{OPTION}", repr(one[OPTION]), "a group of the inventory that has hosts", hint)
        for index, one in enumerate(timers)
        if _asks(one) and not groups.get(str(one[OPTION]))
        for hint in [did_you_mean(str(one[OPTION]), {name for name in groups if groups[name]})]
    ]
    if problems:
        raise Problems(problems)
    return [_on(one, groups, host) if _asks(one) else one for one in timers]


def _asks(timer: t.Any) -> bool:
    return isinstance(timer, dict) and timer.get(OPTION) is not None


def _on(timer: t.Dict[str, t.Any], groups: t.Mapping[str, t.Sequence[str]], host: str) -> t.Dict[str, t.Any]:
    if chosen(str(timer.get("name")), groups[str(timer[OPTION])]) == host:
        return {option: value for option, value in timer.items() if option != OPTION}
    return {**{option: timer[option] for option in OF_ABSENT if option in timer}, "state": "absent"}


def chosen(name: str, hosts: t.Sequence[str]) -> str:
    """The host with the highest score for this name (rendezvous hashing).

    When a host leaves, only its timers move. When a host joins, only the timers move that it gets.
    """
    return max(hosts, key=lambda host: hashlib.sha256(f"{name}\n{host}".encode()).digest())
