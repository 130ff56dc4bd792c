# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problems
from ansible_collections.workers.systemd.plugins.plugin_utils.placing import chosen, placed

HOSTS = ["web1", "web2", "web3"]
NAMES = [f"job-{number}" for number in range(60)]
REPORT: dict[str, t.Any] = {"name": "report", "command": "/bin/true", "schedule": "daily", "on_one_of": "workers"}


def test_a_timer_is_on_one_host_and_absent_on_the_others() -> None:
    on = {host: placed([REPORT, {"name": "b"}], {"workers": HOSTS}, host) for host in [*HOSTS, "elsewhere"]}
    assert all(timers[1] == {"name": "b"} for timers in on.values()), "another timer is as it was"
    whole = {key: value for key, value in REPORT.items() if key != "on_one_of"}
    assert [host for host, timers in on.items() if timers[0] == whole] == [chosen("report", HOSTS)]
    assert sum(timers[0] == {"name": "report", "state": "absent"} for timers in on.values()) == 3


def test_one_in_the_manager_of_a_user_is_absent_there() -> None:
    timer = {**REPORT, "scope": "user", "user": "app", "state": "paused"}
    (found,) = placed([timer], {"workers": HOSTS}, "elsewhere")
    assert found == {"name": "report", "scope": "user", "user": "app", "state": "absent"}


def test_the_choice_is_the_same_in_any_order_and_spreads() -> None:
    on = [chosen(name, HOSTS) for name in NAMES]
    assert on == [chosen(name, HOSTS[::-1]) for name in NAMES]
    assert min(map(on.count, HOSTS)) > 10


def test_only_the_timers_of_a_host_that_leaves_move() -> None:
    for name in NAMES:
        before, after = chosen(name, HOSTS), chosen(name, HOSTS[1:])
        assert after == before or before == "web1"


def test_groups_without_hosts_are_told_at_once() -> None:
    timers = [REPORT, {**REPORT, "on_one_of": "worker"}, {**REPORT, "on_one_of": "empty"}]
    with pytest.raises(Problems) as result:
        placed(timers, {"workers": HOSTS, "empty": []}, "web1")
    assert [str(one) for one in result.value.problems] == [
        "timers[1].on_one_of: found 'worker', expected a group of the inventory that has hosts (Did you mean workers?)",
        "timers[2].on_one_of: found 'empty', expected a group of the inventory that has hosts",
    ]


@pytest.mark.parametrize("timers", [None, "text", ["text"], [{"name": "a"}]])
def test_all_else_is_for_the_module_to_judge(timers: t.Any) -> None:
    assert placed(timers, {}, "web1") == timers
