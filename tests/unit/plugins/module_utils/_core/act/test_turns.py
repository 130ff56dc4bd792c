# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.act.health import Health
from ansible_collections.workers.systemd.plugins.module_utils._core.act.rollout import Done
from ansible_collections.workers.systemd.plugins.module_utils._core.act.turns import Turns
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import Verdict

GOOD = Done({"a@1.service": Verdict(Health.SETTLED, "")}, (), (), 1)
BAD = Done({"a@1.service": Verdict(Health.FAILED, "")}, (), (), 0)
LEFT = Done({}, (), ("a@2.service",), 1)

# the order, the end of the rollout of each pool, what begins in each turn, what is held
ORDERS: dict[str, tuple[dict[str, list[str]], dict[str, Done], list[list[str]], dict[str, str]]] = {
    "pools without an order begin together": ({"a": [], "b": []}, {}, [["a", "b"]], {}),
    "a pool begins when the pool before it has settled": ({"a": [], "b": ["a"]}, {}, [["a"], ["b"]], {}),
    "a pool waits for every pool before it": (
        {"a": [], "b": ["a"], "c": ["a", "b"]},
        {},
        [["a"], ["b"], ["c"]],
        {},
    ),
    "a pool of another run does not count": ({"b": ["a"]}, {}, [["b"]], {}),
    "a bad pool holds the next": ({"a": [], "b": ["a"]}, {"a": BAD}, [["a"]], {"b": "a"}),
    "a pool that is not complete holds the next": ({"a": [], "b": ["a"]}, {"a": LEFT}, [["a"]], {"b": "a"}),
    "a held pool holds the next, with the first cause": (
        {"c": ["b"], "b": ["a"], "a": []},
        {"a": BAD},
        [["a"]],
        {"b": "a", "c": "a"},
    ),
    "a pool that follows two bad pools is held once": (
        {"a": [], "b": [], "c": ["a", "b"]},
        {"a": BAD, "b": BAD},
        [["a", "b"]],
        {"c": "b"},
    ),
    "others go on": (
        {"a": [], "b": ["a"], "c": [], "d": ["c"]},
        {"a": BAD},
        [["a", "c"], ["d"]],
        {"b": "a"},
    ),
}


@pytest.mark.parametrize(("order", "bad", "turns", "held"), ORDERS.values(), ids=ORDERS)
def test_the_order_of_rollouts(
    order: dict[str, list[str]], bad: dict[str, Done], turns: list[list[str]], held: dict[str, str]
) -> None:
    turn, ends, seen = Turns(order), {}, []
    while names := turn.begin(ends):
        seen.append(names)
        ends.update({name: bad.get(name, GOOD) for name in names})
    assert (seen, turn.held) == (turns, held)


@given(st.lists(st.tuples(st.sets(st.integers(0, 9)), st.sampled_from([GOOD, BAD, LEFT])), max_size=10))
def test_each_pool_begins_once_or_is_held(pools: list[tuple[set[int], Done]]) -> None:
    """Without circles: a pool follows pools with a lower number only."""
    order = {str(number): [str(one) for one in before if one < number] for number, (before, _end) in enumerate(pools)}
    turn, ends = Turns(order), {}
    while names := turn.begin(ends):
        for name in names:
            assert all(one in ends and ends[one].complete for one in order[name]), "before its turn"
            assert name not in ends
        ends.update({name: pools[int(name)][1] for name in names})
    assert {*ends, *turn.held} == set(order)
    assert not ends.keys() & turn.held.keys()
    assert not turn.waiting
