# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ``rollout`` options of a pool: how instances restart, and when an instance counts as settled."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import as_text
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import argv_problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values import time_span
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.user_scope import ACCOUNT

# The options in the form of Ansible's argument spec.
OPTIONS: t.Dict[str, t.Dict[str, t.Any]] = {
    "canary": {"type": "int", "default": 1},
    "max_parallel": {"type": "str", "default": "25%"},
    "min_healthy_time": {"type": "str", "default": "3s"},
    "healthy_deadline": {"type": "str", "default": "5m"},
    "progress_deadline": {"type": "str", "default": "0"},
    "order": {"type": "str", "choices": ["ascending", "descending"], "default": "ascending"},
    "on_failure": {"type": "str", "choices": ["rollback", "stop"], "default": "rollback"},
    "health_check": {"type": "list", "elements": "str"},
}
COUNT_OR_PERCENT = re.compile(r"[1-9][0-9]{0,4}|(?:[1-9][0-9]?|100)%")


@dataclass(frozen=True)
class Policy:
    """Times are in seconds.

    ``canary`` instances restart before all others; with 0, the pool has no canary. ``max_parallel`` is a count, or a
    percentage ending in ``%``. With ``surge``, so many extra instances serve during the rollout. A
    ``progress_deadline`` of 0 is off. An empty ``health_check`` or ``busy_check`` is no check. ``check_user`` is the
    user of the checks; when it is empty, they run as the user of the service. ``patience`` is how long the rollout
    waits for a busy instance to become idle; then it stops the instance. ``awaits`` is the signal that an instance
    handles as soon as it has loaded (see readiness.py). It is empty when no such signal is known.
    """

    canary: int = 1
    max_parallel: str = "25%"
    min_healthy_time: float = 3.0
    healthy_deadline: float = 300.0
    progress_deadline: float = 0.0
    order: str = "ascending"
    on_failure: str = "rollback"
    surge: bool = False
    health_check: t.Tuple[str, ...] = ()
    busy_check: t.Tuple[str, ...] = ()
    check_user: str = ""
    patience: float = 90.0
    awaits: str = ""

    def batch_size(self, count: int) -> int:
        """How many of ``count`` instances may be down at the same time: at least 1. A percentage is rounded down."""
        if self.max_parallel.endswith("%"):
            return max(1, count * int(self.max_parallel[:-1]) // 100)
        return max(1, int(self.max_parallel))


def read_policy(given: t.Mapping[str, t.Any], where: str) -> t.Tuple[Policy, t.List[Problem]]:
    """The policy in the ``rollout`` option, and its problems. An option that has a problem gets its default."""
    problems: t.List[Problem] = []
    read = {option: value for option, value in given.items() if value is not None}
    for option in ("min_healthy_time", "healthy_deadline", "progress_deadline"):
        if option in read:
            try:
                read[option] = time_span.seconds(as_text(read[option]))
            except ValueError:
                found = repr(as_text(read.pop(option)))
                problems.append(Problem(f"{where}.{option}", found, "a time span such as 3s or 500ms"))
    if "max_parallel" in read:
        read["max_parallel"] = as_text(read["max_parallel"])
        if not COUNT_OR_PERCENT.fullmatch(read["max_parallel"]):
            found = repr(read.pop("max_parallel"))
            problems.append(Problem(f"{where}.max_parallel", found, "a count from 1, or a percentage from 1% to 100%"))
    if read.get("canary", 0) < 0:
        problems.append(Problem(f"{where}.canary", repr(read.pop("canary")), "a count from 0 (no canary)"))
    if not ACCOUNT.fullmatch(read.get("check_user", "root")):
        problems.append(Problem(f"{where}.check_user", repr(read.pop("check_user")), "the name or number of a user"))
    if "health_check" in read:
        read["health_check"], found_wrong = read_check(read["health_check"], f"{where}.health_check")
        problems.extend(found_wrong)
    known = {option: value for option, value in read.items() if option in Policy.__dataclass_fields__}
    policy = Policy(**known)
    if policy.healthy_deadline <= policy.min_healthy_time:
        problems.append(_too_short(policy, where))
    return policy, problems


def read_check(given: t.Sequence[t.Any], where: str) -> t.Tuple[t.Tuple[str, ...], t.List[Problem]]:
    """The words of a check command, and its problems. A command with problems has no words."""
    words = tuple(as_text(word) for word in given)
    problems = argv_problems(words, where) if words else []
    return () if problems else words, problems


def read_spans(
    read: t.Mapping[str, t.Any], bounds: t.Mapping[str, t.Tuple[float, float]], default: type, where: str, such_as: str
) -> t.Tuple[t.Dict[str, float], t.List[Problem]]:
    """The seconds of each option in ``bounds``, which has the shortest and the longest, and the problems.

    ``default`` has an attribute for each option that is not given. ``such_as`` are examples for the reader.
    """
    spans, problems = {}, []
    for option, (shortest, longest) in bounds.items():
        text = as_text(read[option]) if option in read else ""
        span = time_span.seconds_within(text, shortest, longest) if option in read else float(getattr(default, option))
        if span is None:
            expected = f"a time span from {shortest:g} s to {longest:g} s, such as {such_as}"
            problems.append(Problem(f"{where}.{option}", repr(text), expected))
        spans[option] = shortest if span is None else span
    return spans, problems


def _too_short(policy: Policy, where: str) -> Problem:
    return Problem(
        f"{where}.healthy_deadline",
        f"{policy.healthy_deadline:g} s",
        f"more than min_healthy_time, which is {policy.min_healthy_time:g} s",
        "An instance must start and run for min_healthy_time within it.",
    )
