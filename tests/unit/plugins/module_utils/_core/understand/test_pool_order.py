# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool_order import order_problems
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool_reader import understand


def read(*pools: dict[str, t.Any]) -> tuple[tuple[Pool, ...], list[str]]:
    found, problems = understand([{"command": ["/bin/true"], **pool} for pool in pools])
    return found, [str(problem) for problem in problems]


def test_pools_and_units_before_a_pool() -> None:
    pools, problems = read({"name": "migrate"}, {"name": "mail", "after": ["migrate", "redis.service", "a@1.service"]})
    assert problems == []
    assert pools[1].after == ("migrate", "redis.service", "a@1.service")
    assert pools[1].pools_before == ("migrate",)


# the list of the second pool, the problem
REFUSED: dict[str, tuple[list[str], str]] = {
    "a misspelled pool": (
        ["migrte"],
        "pools[1] (mail).after: found 'migrte', expected a pool of the same call and the same scope (Did you mean "
        "migrate?)",
    ),
    "a pool of another call": (
        ["db"],
        "pools[1] (mail).after: found 'db', expected a pool of the same call and the same scope (For a pool of another "
        "call, name its target: db.target.)",
    ),
    "no name of a unit": (
        ["-x"],
        "pools[1] (mail).after[0]: found '-x', expected the name of a pool, or of a unit such as redis.service",
    ),
    "a name with a line break": (
        ["a\nb"],
        "pools[1] (mail).after[0]: found 'a\\nb', expected the name of a pool, or of a unit such as redis.service",
    ),
    "a template": (
        ["redis@.service"],
        "pools[1] (mail).after[0]: found 'redis@.service', expected a unit that can be started (A template is never "
        "started itself: name an instance or a target.)",
    ),
    "a name twice": (
        ["migrate", "migrate"],
        "pools[1] (mail).after[1]: found 'migrate', expected a name used once",
    ),
    "itself": (
        ["mail"],
        "pools[1] (mail).after: found mail after mail, expected an order without a circle (None of these pools could "
        "start.)",
    ),
}


@pytest.mark.parametrize(("after", "problem"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(after: list[str], problem: str) -> None:
    assert read({"name": "migrate"}, {"name": "mail", "after": after})[1] == [problem]


def test_an_absent_pool_comes_before_none() -> None:
    problems = read({"name": "migrate", "state": "absent"}, {"name": "mail", "after": ["migrate"]})[1]
    assert problems == ["pools[1] (mail).after: found 'migrate', expected a pool that stays (migrate is absent.)"]


def test_a_pool_of_another_manager_comes_before_none() -> None:
    problems = read({"name": "migrate", "scope": "user", "user": "app"}, {"name": "mail", "after": ["migrate"]})[1]
    assert problems == [
        "pools[1] (mail).after: found 'migrate', expected a pool of the same call and the same scope (migrate runs in "
        "another systemd manager.)"
    ]


def test_each_circle_is_one_problem() -> None:
    problems = read(
        {"name": "a", "after": ["b"]},
        {"name": "b", "after": ["c"]},
        {"name": "c", "after": ["a"]},
        {"name": "behind", "after": ["a"]},
        {"name": "x", "after": ["y"]},
        {"name": "y", "after": ["x"]},
        {"name": "free"},
    )[1]
    assert problems == [
        "pools[0] (a).after: found a after b after c after a, expected an order without a circle (None of these pools "
        "could start.)",
        "pools[4] (x).after: found x after y after x, expected an order without a circle (None of these pools could "
        "start.)",
    ]


@given(st.lists(st.sets(st.integers(0, 6)), min_size=1, max_size=7))
def test_an_order_has_a_problem_exactly_when_not_every_pool_can_start(before: list[set[int]]) -> None:
    pools = [
        Pool(str(i), after=tuple(str(one) for one in names if one < len(before))) for i, names in enumerate(before)
    ]
    started: set[str] = set()
    while ready := [one for one in pools if one.name not in started and started.issuperset(one.after)]:
        started.update(one.name for one in ready)
    assert bool(list(order_problems(pools))) == (len(started) < len(pools))
