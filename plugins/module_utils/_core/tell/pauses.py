# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run says of pauses."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.decision import PoolsDecision
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import folded
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pause import BY_BOND, BY_HAND, Pause


def paused_lines(decision: PoolsDecision) -> t.List[str]:
    """What does not run after the run because it is paused, and each version that no instance proves because of that.

    Instances of a pool with the same pause are one line.
    """
    lines = []
    for name in decision.wanted:
        paused = decision.paused(name)
        lines += held_lines(paused)
        change = decision.versions.changes.get(name)
        if change and name in decision.versions.unproven:
            why = "paused" if any(one.by != BY_BOND for one in paused.values()) else "not started"
            lines.append(f"{name}: generation {change.new} is not proven: {why}")
    return lines


def left_alone(decision: PoolsDecision) -> t.List[str]:
    """The warnings of a deploy about what was paused by hand."""
    paused = [(unit, one) for name in decision.wanted for unit, one in decision.paused(name).items()]
    return held_lines({unit: one for unit, one in paused if one.by == BY_HAND})


def held_lines(paused: t.Mapping[str, Pause]) -> t.List[str]:
    """``mail@2..3 not started: paused by hand since 2026-11-29T07:30:00Z: the broker moves``"""
    alike: t.Dict[str, t.List[str]] = {}
    for unit, pause in paused.items():
        alike.setdefault(str(pause), []).append(unit)
    return [f"{', '.join(folded(units))} not started: {pause}" for pause, units in alike.items()]
