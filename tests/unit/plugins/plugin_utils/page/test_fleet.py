# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.plugin_utils.page.fleet import SYMBOLS, Condition, fleet
from tests.helpers.status_rows import BAD_GENERATION, a_pool, an_instance, of_each_condition


@pytest.mark.parametrize("condition", Condition, ids=lambda one: one.value)
def test_a_pool_has_one_condition(condition: Condition) -> None:
    (pool,) = fleet({"web1": {"pools": {condition.value: of_each_condition()[condition.value]}}}).pools
    assert pool.condition is condition


def test_what_is_worse_hides_what_is_better() -> None:
    stale = an_instance("a@2.service", stale="its unit changed")
    row = a_pool("a", an_instance("a@1.service"), stale, dead=["a@1.service"], generations=[BAD_GENERATION])
    (pool,) = fleet({"web1": {"pools": {"a": row}}}).pools
    assert pool.condition is Condition.DEAD


def test_a_pause_is_no_problem() -> None:
    assert [one for one in Condition if not one.is_a_problem] == [Condition.PAUSED, Condition.WAITING, Condition.UP]


def test_each_condition_has_a_symbol_of_its_own() -> None:
    assert len({SYMBOLS[one] for one in Condition}) == len(Condition)


def test_a_host_without_an_answer_is_in_the_fleet() -> None:
    seen = fleet({"web1": {"pools": {}}, "web2": {"unreachable": True, "msg": "timed out"}, "web3": {"failed": True}})
    assert seen.hosts == ("web1", "web2", "web3")
    assert seen.troubles == {"web2": "timed out", "web3": "no answer"}


def test_the_pools_of_a_fleet_are_counted_and_named() -> None:
    seen = fleet({"web1": {"pools": of_each_condition()}, "web2": {"pools": {"up": a_pool("up")}}})
    assert [seen.count(one) for one in Condition] == [1, 1, 1, 1, 1, 1, 2]
    assert seen.names == sorted(of_each_condition())
    assert [pool.number for pool in seen.of_host("web2")] == [7]
