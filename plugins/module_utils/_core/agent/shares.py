# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the pools of a host share its capacity: numbers of instances in, numbers of instances out.

1. Each pool has at least as many instances as it always runs, also when these are more than the capacity.
2. Of the rest, each instance goes to the pool that then has the smallest part for its priority, among those that need
   more and whose next instance has room. The part of a pool is that of the instances or that of the memory, whichever
   is larger.
3. What no pool needs goes in the same way to those that would like to keep more.

So a pool with twice the priority of another one gets twice as much, when both need more than there is. What one pool
does not need, the others get. No pool gets more by asking for more than its part (max-min fairness, as in Bertsekas and
Gallager, Data Networks, 6.5.2, and for several resources in Ghodsi et al., Dominant Resource Fairness, NSDI 2011; the
order is that of D'Hondt's method, which never takes an instance away when the number of instances grows).
"""

from __future__ import annotations

import heapq
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.quantities import written
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.capacity import Capacity

Granted = t.Dict[str, int]


class Claim(t.NamedTuple):
    """``least`` instances always run, ``needed`` have work, and the pool would keep ``wanted``: none less than the one
    before. ``costs`` are what one of them takes of the capacity.
    """

    least: int
    needed: int
    wanted: int
    priority: int
    costs: Capacity = Capacity(1)


class Share(t.NamedTuple):
    """``granted`` instances, each with ``costs``, of the ``capacity`` of the host."""

    granted: int
    capacity: Capacity
    costs: Capacity = Capacity(1)

    def __str__(self) -> str:
        of_all = f" of {self.capacity.instances}" if self.costs.instances else ""
        memory = f", with {written(self.costs.memory)} each of {written(self.capacity.memory)}"
        return f"{self.granted}{of_all}{memory if self.costs.memory else ''}"


def shares(capacity: Capacity, claims: t.Mapping[str, Claim]) -> Granted:
    """By pool, how many instances it may have."""
    granted = {name: one.least for name, one in claims.items()}
    for limits in ({n: one.needed for n, one in claims.items()}, {n: one.wanted for n, one in claims.items()}):
        _fill(capacity, claims, granted, limits)
    return granted


def _fill(capacity: Capacity, claims: t.Mapping[str, Claim], granted: Granted, limits: t.Mapping[str, int]) -> None:
    """Up to ``limits``, by pool."""
    taken = (sum(granted[name] * one.costs[at] for name, one in claims.items()) for at in range(len(capacity)))
    left = [most - number for most, number in zip(capacity, taken)]
    queue = [_turn(name, one, granted, capacity) for name, one in claims.items() if granted[name] < limits[name]]
    heapq.heapify(queue)
    while queue:
        name = queue[0][1]
        costs = claims[name].costs
        if all(cost <= rest for cost, rest in zip(costs, left) if cost):
            granted[name] += 1
            left = [rest - cost for cost, rest in zip(costs, left)]
            if granted[name] < limits[name]:
                heapq.heapreplace(queue, _turn(name, claims[name], granted, capacity))
                continue
        # Nothing is given back, so what has no room now will have none.
        heapq.heappop(queue)


def _turn(name: str, claim: Claim, granted: Granted, capacity: Capacity) -> t.Tuple[float, str]:
    """The pool with the smallest one is next. Both parts are multiples of the same unit, so equal parts are equal."""
    part = max(claim.costs.instances * (capacity.memory or 1), claim.costs.memory * (capacity.instances or 1))
    return (granted[name] + 1) * part / claim.priority, name
