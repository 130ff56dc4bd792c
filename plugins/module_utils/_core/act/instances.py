# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of a run over services of somebody else."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.act.work import PoolWork
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan_instances import InstancesDecision


def work_of(decision: InstancesDecision) -> t.List[PoolWork]:
    """One for each group."""
    return [
        PoolWork(name, group.steps, wanted=group.wanted, policy=decision.policies[name])
        for name, group in decision.groups.items()
    ]
