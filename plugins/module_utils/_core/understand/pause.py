# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the module ``pause``."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import value_problems

# In characters. It stands in the table of the playbook ``status``, and in lines of progress.
LONGEST_REASON = 200
EXPECTED = "names of pools"


@dataclass(frozen=True)
class PauseByHand:
    """The order to pause ``instances`` of ``pools``, or with ``resume`` to end their pause. Without instances, all of
    them are meant. ``reason`` may be empty. orders.py has the other orders.
    """

    pools: t.Tuple[str, ...]
    instances: t.Tuple[str, ...]
    resume: bool
    reason: str
    check_mode: bool
    diff: bool
    confirm: float


def understand(
    params: t.Mapping[str, t.Any], *, check_mode: bool, diff: bool, confirm: float
) -> t.Tuple[PauseByHand, t.List[Problem]]:
    """The order, and all problems of the input."""
    problems: t.List[Problem] = []
    reason, resume = (params.get("reason") or "").strip(), params.get("state") == "resumed"
    pools = _names(params.get("pools") or [], "pools", unit_name.POOL_NAME.fullmatch, EXPECTED, problems)
    given = params.get("instances")
    instances = _names(given or [], "instances", unit_name.INSTANCE_NAME.fullmatch, "names of instances", problems)
    if not pools:
        problems.append(Problem("pools", "an empty list", EXPECTED))
    if given is not None and not given:
        problems.append(Problem("instances", "an empty list", "names of instances", "Leave it out for all of them."))
    if resume and reason:
        problems.append(Problem("reason", "given", "none, to resume", "Only a pause has a reason."))
    problems.extend(value_problems(reason, "reason"))
    if len(reason) > LONGEST_REASON:
        found = f"{len(reason)} characters"
        problems.append(Problem("reason", found, f"at most {LONGEST_REASON} characters"))
    return PauseByHand(pools, instances, resume, reason, check_mode, diff, confirm), problems


def _names(
    given: t.Sequence[str],
    option: str,
    may_be: t.Callable[[str], t.Any],
    expected: str,
    problems: t.List[Problem],
) -> t.Tuple[str, ...]:
    """Each name once. A text that Ansible has split at its commas may have blanks around them."""
    names = [name.strip() for name in given]
    for index, name in enumerate(names):
        if not may_be(name):
            problems.append(Problem(f"{option}[{index}]", repr(name), expected))
    return tuple(dict.fromkeys(names))
