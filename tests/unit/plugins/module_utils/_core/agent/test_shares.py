# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the pools of a host share its capacity, whatever they ask for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.agent.shares import Claim, Share, shares

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
    assert shares(capacity, {name: Claim(*one) for name, one in claims.items()}) == granted


def test_a_share_in_words() -> None:
    assert str(Share(7, 40)) == "7 of 40"


@st.composite
def claims_of_pools(draw: st.DrawFn) -> dict[str, Claim]:
    found = {}
    for name in "abcde"[: draw(st.integers(1, 5))]:
        least = draw(st.integers(0, 5))
        needed = least + draw(st.integers(0, 20))
        wanted = needed + draw(st.integers(0, 20))
        found[name] = Claim(least, needed, wanted, draw(st.sampled_from([1, 50, 100, 200, 10000])))
    return found


@given(st.integers(0, 60), claims_of_pools())
def test_never_more_than_there_is_and_never_less_than_is_wanted(capacity: int, claims: dict[str, Claim]) -> None:
    granted = shares(capacity, claims)
    assert all(one.least <= granted[name] <= one.wanted for name, one in claims.items())
    least, needed, wanted = (sum(one[which] for one in claims.values()) for which in (0, 1, 2))
    assert sum(granted.values()) == max(least, min(capacity, wanted))
    if needed <= capacity:
        assert all(granted[name] >= one.needed for name, one in claims.items())


@given(st.integers(0, 60), claims_of_pools())
def test_no_pool_has_less_than_its_part(capacity: int, claims: dict[str, Claim]) -> None:
    """One that needs more has at least as much for its priority as any other one has beyond what always runs."""
    granted = shares(capacity, claims)
    for name, one in claims.items():
        for other, that in claims.items():
            if granted[name] < one.needed and granted[other] > that.least:
                assert (granted[name] + 1) / one.priority >= granted[other] / that.priority


@given(st.integers(0, 60), claims_of_pools(), st.integers(1, 20))
def test_more_capacity_takes_nothing_away(capacity: int, claims: dict[str, Claim], more: int) -> None:
    before, after = shares(capacity, claims), shares(capacity + more, claims)
    assert all(before[name] <= after[name] for name in claims)


@given(st.integers(0, 60), claims_of_pools(), st.integers(1, 10**9))
def test_one_that_asks_for_more_gets_no_less_and_the_others_no_more(
    capacity: int, claims: dict[str, Claim], more: int
) -> None:
    name = min(claims)
    one = claims[name]
    asked = {**claims, name: one._replace(needed=one.needed + more, wanted=one.wanted + more)}
    before, after = shares(capacity, claims), shares(capacity, asked)
    assert after[name] >= before[name]
    assert all(after[other] <= before[other] for other in claims if other != name)


@given(st.integers(0, 60), claims_of_pools())
def test_asking_for_ever_more_gains_nothing_beyond_the_part(capacity: int, claims: dict[str, Claim]) -> None:
    """A pool that has not got all that it needs has the same however much more it asks for."""
    name, granted = min(claims), shares(capacity, claims)
    if granted[name] < claims[name].needed:
        assert shares(capacity, {**claims, name: claims[name]._replace(needed=10**9, wanted=10**9)}) == granted
