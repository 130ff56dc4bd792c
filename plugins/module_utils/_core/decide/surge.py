# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances for the meantime: the new version starts beside the old one, and the pool is never smaller than wanted.

systemd runs one process for each instance, so no instance can start its new process before its old one has ended. A
pool of four gets a fifth instance instead. It is the first to prove the new version; when it has settled, another may
be down; and it goes when the rollout has ended, however that ended. A run that is killed leaves it to the next one, to
which it is an instance that is not wanted.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Step, Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.instance_names import numbered
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool


def with_surge(pool: Pool, steps: t.Sequence[Step]) -> t.Tuple[Step, ...]:
    """The steps of a pool with those of its instances for the meantime, as many as restart at once."""
    restarts = sum(step.verb is Verb.RESTART for step in steps)
    count = len(pool.instances)
    more = min(restarts, pool.rollout.batch_size(count)) if pool.rollout.surge else 0
    # The agent may start any instance of a range.
    last = len(pool.names)
    extra = [unit_name.instance(pool.name, name) for name in numbered(last + 1, last + more)]
    starts = [Step(Verb.START, unit, "serves while others restart") for unit in extra]
    leaves = [Step(Verb.LEAVE, unit, "has served while others restarted") for unit in extra]
    return (*steps, *starts, *leaves)


def with_extra(policy: Policy, extra: int) -> Policy:
    """How a pool rolls with so many instances for the meantime: they prove the version, as canaries would, and when
    they serve as many others may be down.
    """
    return replace(policy, canary=0, max_parallel=str(extra)) if extra else policy
