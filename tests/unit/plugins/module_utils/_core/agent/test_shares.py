# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the pools of a host share its capacity, whatever they ask for."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.agent.shares import Claim, Share, shares
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.capacity import Capacity

TABLE: dict[str, tuple[int, dict[str, tuple[int, ...]], dict[str, int]]] = {
    "there is enough for all": (40, {"a": (1, 10, 10, 100), "b": (1, 20, 20, 100)}, {"a": 10, "b": 20}),
    "equal priorities share equally": (40, {"a": (1, 99, 99, 100), "b": (1, 99, 99, 100)}, {"a": 20, "b": 20}),
    "what one does not want the other one gets": (40, {"a": (2, 99, 99, 100), "b": (2, 5, 5, 100)}, {"a": 35, "b": 5}),
    "twice the priority is twice as much": (30, {"a": (1, 99, 99, 200), "b": (1, 99, 99, 100)}, {"a": 20, "b": 10}),
    "three share by their priorities": (
        40,
        {"a": (1, 99, 99, 500), "b": (1, 99, 99, 200), "c": (1, 99, 99, 100)},
        {"a": 25, "b": 10, "c": 5},
    ),
    "those that always run count": (10, {"a": (8, 99, 99, 100), "b": (1, 99, 99, 100)}, {"a": 8, "b": 2}),
    "those that always run are more than there is": (5, {"a": (8, 99, 99, 100), "b": (2, 9, 9, 100)}, {"a": 8, "b": 2}),
    "the last one goes by the name": (3, {"b": (1, 9, 9, 100), "a": (1, 9, 9, 100)}, {"a": 2, "b": 1}),
    "a small priority has what always runs": (9, {"a": (1, 99, 99, 10000), "b": (1, 99, 99, 1)}, {"a": 8, "b": 1}),
    "spare ones go when another one needs them": (10, {"a": (1, 2, 9, 100), "b": (1, 8, 8, 100)}, {"a": 2, "b": 8}),
    "spare ones stay when no pool needs them": (10, {"a": (1, 2, 9, 100), "b": (1, 3, 3, 100)}, {"a": 7, "b": 3}),
    "no pool": (9, {}, {}),
}


@pytest.mark.parametrize(("capacity", "claims", "granted"), TABLE.values(), ids=TABLE.keys())
def test_the_shares(capacity: int, claims: dict[str, tuple[int, ...]], granted: dict[str, int]) -> None:
    asked = {name: Claim(*one) for name, one in claims.items()}
    assert shares(Capacity(capacity), asked) == granted
    # Memory is shared in the same way, when all instances have the same limit.
    of_memory = {name: one._replace(costs=Capacity(0, 2**29)) for name, one in asked.items()}
    assert shares(Capacity(0, capacity * 2**29), of_memory) == granted


# Memory in GB: by pool, the instances that always run, those that have work, the priority, and the size of each.
MEMORY: dict[str, tuple[tuple[int, int], dict[str, tuple[int, int, int, int]], dict[str, int]]] = {
    "equal priorities share the memory equally": (
        (0, 12),
        {"a": (1, 99, 100, 1), "b": (1, 99, 100, 3)},
        {"a": 6, "b": 2},
    ),
    "twice the priority is twice the memory": ((0, 12), {"a": (1, 99, 100, 2), "b": (1, 99, 200, 4)}, {"a": 2, "b": 2}),
    "where a large one has no room, small ones have": (
        (0, 10),
        {"a": (1, 99, 100, 1), "b": (1, 9, 100, 4)},
        {"a": 6, "b": 1},
    ),
    "the instances are used up": ((4, 99), {"a": (1, 99, 100, 1), "b": (1, 99, 100, 1)}, {"a": 2, "b": 2}),
    "the memory is used up": ((99, 8), {"a": (1, 99, 100, 1), "b": (1, 99, 100, 1)}, {"a": 4, "b": 4}),
    "a pool of many small ones and one of few large ones": (
        (12, 24),
        {"a": (1, 99, 100, 1), "b": (1, 99, 100, 3)},
        {"a": 7, "b": 5},
    ),
    "those that always run are more than there is": (
        (0, 4),
        {"a": (3, 9, 100, 2), "b": (1, 9, 100, 1)},
        {"a": 3, "b": 1},
    ),
}


@pytest.mark.parametrize(("most", "claims", "granted"), MEMORY.values(), ids=MEMORY.keys())
def test_the_shares_of_memory(
    most: tuple[int, int], claims: dict[str, tuple[int, int, int, int]], granted: dict[str, int]
) -> None:
    asked = {
        name: Claim(least, needed, needed, priority, Capacity(bool(most[0]), size))
        for name, (least, needed, priority, size) in claims.items()
    }
    assert shares(Capacity(*most), asked) == granted


def test_a_share_in_words() -> None:
    assert str(Share(7, Capacity(40))) == "7 of 40"
    assert str(Share(3, Capacity(0, 2**33), Capacity(0, 2**29))) == "3, with 512M each of 8G"
    assert str(Share(3, Capacity(40, 2**33), Capacity(1, 2**29))) == "3 of 40, with 512M each of 8G"


OF_INSTANCES = st.just(Capacity(1))


@st.composite
def claims_of_pools(draw: st.DrawFn, costs: st.SearchStrategy[Capacity] = OF_INSTANCES) -> dict[str, Claim]:
    found = {}
    for name in "abcde"[: draw(st.integers(1, 5))]:
        least = draw(st.integers(0, 5))
        needed = least + draw(st.integers(0, 20))
        wanted = needed + draw(st.integers(0, 20))
        priority = draw(st.sampled_from([1, 50, 100, 200, 10000]))
        found[name] = Claim(least, needed, wanted, priority, draw(costs))
    return found


# Pools that share instances, memory, or both. Each takes of one at least.
COSTS = st.tuples(st.integers(0, 1), st.integers(0, 9)).filter(any).map(Capacity._make)
CAPACITIES = st.builds(Capacity, st.integers(0, 60), st.integers(0, 200))
OF_BOTH = claims_of_pools(COSTS)


def taken(claims: dict[str, Claim], numbers: dict[str, int]) -> tuple[int, ...]:
    return tuple(sum(one.costs[at] * numbers[name] for name, one in claims.items()) for at in range(2))


def fits(capacity: Capacity, claims: dict[str, Claim], numbers: dict[str, int]) -> bool:
    return all(number <= most for number, most in zip(taken(claims, numbers), capacity))


@given(CAPACITIES, OF_BOTH)
def test_never_more_than_there_is_and_never_less_than_is_wanted(capacity: Capacity, claims: dict[str, Claim]) -> None:
    granted = shares(capacity, claims)
    assert all(one.least <= granted[name] <= one.wanted for name, one in claims.items())
    least = taken(claims, {name: one.least for name, one in claims.items()})
    assert all(number <= max(most, always) for number, most, always in zip(taken(claims, granted), capacity, least))
    for kind in ("needed", "wanted"):
        asked = {name: getattr(one, kind) for name, one in claims.items()}
        if fits(capacity, claims, asked):
            assert all(granted[name] >= asked[name] for name in claims)


@given(CAPACITIES, OF_BOTH)
def test_nothing_is_idle_while_a_pool_wants_more(capacity: Capacity, claims: dict[str, Claim]) -> None:
    """Each pool that has less than it wants has no room for one more instance."""
    granted = shares(capacity, claims)
    left = [most - number for most, number in zip(capacity, taken(claims, granted))]
    for name, one in claims.items():
        if granted[name] < one.wanted:
            assert any(cost > rest for cost, rest in zip(one.costs, left) if cost)


def part(capacity: Capacity, claim: Claim, number: float) -> float:
    """Of the host, of what it takes most of, for its priority."""
    return max(cost * number / max(1, most) for cost, most in zip(claim.costs, capacity)) / claim.priority


@given(CAPACITIES, OF_BOTH)
def test_no_pool_has_less_than_its_part(capacity: Capacity, claims: dict[str, Claim]) -> None:
    """One that needs more has at least as much for its priority as any other one has beyond what always runs.

    What is too small for its next instance may go to smaller ones, and what it does not take to those that do.
    """
    granted = shares(capacity, claims)
    left = [most - number for most, number in zip(capacity, taken(claims, granted))]
    for name, one in claims.items():
        lacks = [at for at, cost in enumerate(one.costs) if cost > max(0, left[at])]
        for other, that in claims.items():
            if granted[name] < one.needed and all(that.costs[at] for at in lacks):
                number = granted[other] - max(one.costs[at] / that.costs[at] for at in lacks)
                if number > that.least:
                    assert part(capacity, one, granted[name] + 1) >= part(capacity, that, number) * (1 - 1e-9)


@given(st.integers(0, 60), claims_of_pools())
def test_of_instances_alone_no_pool_has_less_than_its_part_at_all(capacity: int, claims: dict[str, Claim]) -> None:
    granted = shares(Capacity(capacity), claims)
    for name, one in claims.items():
        for other, that in claims.items():
            if granted[name] < one.needed and granted[other] > that.least:
                assert (granted[name] + 1) / one.priority >= granted[other] / that.priority


@given(st.integers(0, 60), claims_of_pools(), st.integers(1, 20))
def test_more_capacity_takes_nothing_away(capacity: int, claims: dict[str, Claim], more: int) -> None:
    before, after = shares(Capacity(capacity), claims), shares(Capacity(capacity + more), claims)
    assert all(before[name] <= after[name] for name in claims)


@given(CAPACITIES, OF_BOTH, st.integers(1, 10**9))
def test_one_that_asks_for_more_gets_no_less(capacity: Capacity, claims: dict[str, Claim], more: int) -> None:
    name = min(claims)
    assume(all(most for most, cost in zip(capacity, claims[name].costs) if cost))
    one = claims[name]
    asked = {**claims, name: one._replace(needed=one.needed + more, wanted=one.wanted + more)}
    assert shares(capacity, asked)[name] >= shares(capacity, claims)[name]


@given(st.integers(0, 60), claims_of_pools(), st.integers(1, 10**9))
def test_what_one_gets_more_of_the_others_get_no_more_of(capacity: int, claims: dict[str, Claim], more: int) -> None:
    name = min(claims)
    one = claims[name]
    asked = {**claims, name: one._replace(needed=one.needed + more, wanted=one.wanted + more)}
    before, after = shares(Capacity(capacity), claims), shares(Capacity(capacity), asked)
    assert all(after[other] <= before[other] for other in claims if other != name)


@given(CAPACITIES, OF_BOTH)
def test_asking_for_ever_more_gains_nothing_beyond_the_part(capacity: Capacity, claims: dict[str, Claim]) -> None:
    """A pool that has not got all that it needs has the same however much more it asks for."""
    name, granted = min(claims), shares(capacity, claims)
    if granted[name] < claims[name].needed:
        assert shares(capacity, {**claims, name: claims[name]._replace(needed=10**9, wanted=10**9)}) == granted
