# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many instances a pool with a range has at present: the agent decides that, and a run keeps it."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import (
    Generation,
    State,
    installed_content,
    last_good,
    present,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import Instance, ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool


def at_present(pool: Pool, observed: ObservedPool, also: t.Container[str] = ()) -> Pool:
    """The pool with the instances that a run leaves running: those that always run, those that run now as far as the
    range has them, and ``also`` these. A pool without a range stays as it is.
    """
    if pool.scaling is None:
        return pool
    up = {name for name, seen in observed.instances.items() if _is_up(seen)}
    names = [one for one in pool.names if one in pool.at_boot or one in up or one in also]
    return replace(pool, instances=tuple(names))


def _is_up(seen: Instance) -> bool:
    """Also one that systemd is about to start again. One that is on its way out is not wanted any more."""
    return seen.running or seen.active == "activating"


def wanted_instances(generations: t.Sequence[Generation], observed: ObservedPool) -> t.Collection[str]:
    """Those of the last good version, or of the installed version when it is not proved yet. Without either, those
    that are enabled. ``generations`` are those of one pool, the newest last.
    """
    proving = observed.pauses or observed.down
    installed = present(generations, installed_content(observed)) if proving else None
    good = installed if installed and installed.state is State.UNPROVEN else last_good(generations)
    if good:
        return at_present(good.as_pool(), observed).instances
    return [name for name, seen in observed.instances.items() if seen.enabled]
