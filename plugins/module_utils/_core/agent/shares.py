# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the pools of a host share its capacity: numbers of instances in, numbers of instances out.

1. Each pool has at least as many instances as it always runs, also when these are more than the capacity.
2. Of the rest, each instance goes to the pool that then has the fewest for its priority, among those that need more.
3. What no pool needs goes in the same way to those that would like to keep more.

So a pool with twice the priority of another one gets twice as many instances, when both need more than there are. What
one pool does not need, the others get. No pool gets more by asking for more than its part (max-min fairness, as in
Bertsekas and Gallager, Data Networks, 6.5.2; the order is that of D'Hondt's method, which never takes an instance away
when the capacity grows).
"""

from __future__ import annotations

import heapq
import typing as t


class Claim(t.NamedTuple):
    """``least`` instances always run, ``needed`` have work, and the pool would keep ``wanted``: none less than the one
    before.
    """

    least: int
    needed: int
    wanted: int
    priority: int


class Share(t.NamedTuple):
    """``granted`` of the ``capacity`` of the host, in instances."""

    granted: int
    capacity: int

    def __str__(self) -> str:
        return f"{self.granted} of {self.capacity}"


def shares(capacity: int, claims: t.Mapping[str, Claim]) -> t.Dict[str, int]:
    """By pool, how many instances it may have."""
    granted = {name: one.least for name, one in claims.items()}
    for limits in ({n: one.needed for n, one in claims.items()}, {n: one.wanted for n, one in claims.items()}):
        _fill(capacity, claims, granted, limits)
    return granted


def _fill(capacity: int, claims: t.Mapping[str, Claim], granted: t.Dict[str, int], limits: t.Mapping[str, int]) -> None:
    """Up to ``limits``, by pool."""
    left = capacity - sum(granted.values())
    queue = [_turn(name, one, granted) for name, one in claims.items() if granted[name] < limits[name]]
    heapq.heapify(queue)
    while queue and left > 0:
        name = queue[0][1]
        granted[name] += 1
        left -= 1
        if granted[name] < limits[name]:
            heapq.heapreplace(queue, _turn(name, claims[name], granted))
        else:
            heapq.heappop(queue)


def _turn(name: str, claim: Claim, granted: t.Mapping[str, int]) -> t.Tuple[float, str]:
    """The pool with the smallest one is next."""
    return (granted[name] + 1) / claim.priority, name
