# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The capacity of a host: the pools that were deployed with one share it."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.agent.liveness import Samples
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.shares import Share, shares
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.tended import Tended

Pools = t.Mapping[str, Tended]


def sharing(pools: Pools) -> t.Dict[str, Tended]:
    return {name: one for name, one in pools.items() if one.duties.capacity}


def share_out(pools: Pools) -> t.Dict[str, Share]:
    """What each of the pools that share may have, as the work asks for it."""
    ours = sharing(pools)
    most = _capacity(ours)
    return {name: Share(one, most) for name, one in shares(most, {n: one.claim() for n, one in ours.items()}).items()}


def room(pools: Pools, samples: Samples) -> t.Dict[str, int]:
    """How many instances each of them may have at this moment. ``samples`` are of all of them."""
    ours = sharing(pools)
    return shares(_capacity(ours), {name: one.claim_now(samples) for name, one in ours.items()})


def _capacity(ours: Pools) -> int:
    """The smallest of those that the pools were deployed with."""
    return min((one.duties.capacity for one in ours.values()), default=0)
