# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The capacity of a host: the pools that were deployed with one share it."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.agent.liveness import Samples
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.shares import Share, shares
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.tended import Tended
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.capacity import smallest

Pools = t.Mapping[str, Tended]


def sharing(pools: Pools) -> t.Dict[str, Tended]:
    return {name: one for name, one in pools.items() if any(one.duties.shared)}


def share_out(pools: Pools) -> t.Dict[str, Share]:
    """What each of the pools that share may have, as the work asks for it."""
    ours = sharing(pools)
    most = smallest(one.duties.shared for one in ours.values())
    granted = shares(most, {name: one.claim() for name, one in ours.items()})
    return {name: Share(number, most, ours[name].costs) for name, number in granted.items()}


def room(pools: Pools, samples: Samples) -> t.Dict[str, int]:
    """How many instances each of them may have at this moment. ``samples`` are of all of them."""
    ours = sharing(pools)
    most = smallest(one.duties.shared for one in ours.values())
    return shares(most, {name: one.claim_now(samples) for name, one in ours.items()})
