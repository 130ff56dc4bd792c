# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.alert import Alert
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.capacity import Capacity
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool_reader import understand
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.recycle import Recycle
from ansible_collections.workers.systemd.plugins.module_utils._core.write.duties import (
    Duties,
    asks,
    duties_of,
    needs_agent,
    parse,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pool_unit import group_text
from tests.unit.plugins.module_utils._core.builders import mail, written

LIVENESS = {"command": ["/bin/check", "%i"], "failures": 2}


def test_a_pool_without_duties_says_nothing() -> None:
    target = group_text(SYSTEM, mail())
    assert (asks(target), parse(target), duties_of(mail())) == (False, None, None)


def test_the_target_has_the_duties_and_the_pace_of_the_pool() -> None:
    pool = mail(liveness=LIVENESS, rollout={"max_parallel": 2, "health_check": ["/bin/up"]}, check_user="app")
    target = group_text(SYSTEM, pool)
    read = parse(target)
    assert asks(target)
    assert read == duties_of(pool)
    assert read == Duties(pool.liveness, True, pool.rollout)
    assert read.policy.health_check == ("/bin/up",)


def test_a_dynamic_user_is_another_one_for_each_instance() -> None:
    pool = mail(liveness=LIVENESS, unit={"Service": {"DynamicUser": True}})
    assert parse(group_text(SYSTEM, pool)) == Duties(pool.liveness, False, pool.rollout)


def test_recycling_alone_is_a_duty() -> None:
    pool = mail(recycle={"memory": "400M", "age": "6h"})
    read = parse(group_text(SYSTEM, pool))
    assert read == duties_of(pool) == Duties(None, True, pool.rollout, Recycle(400 * 2**20, 6 * 3600.0))


def test_an_alert_alone_is_a_duty() -> None:
    pool = mail(user="app", alert={"command": ["/bin/page"], "within": "1min"})
    read = parse(group_text(SYSTEM, pool))
    assert read == duties_of(pool)
    assert read == Duties(policy=pool.rollout, alert=Alert(("/bin/page",), within=60.0, user="app"))


def test_a_timer_has_its_alert_in_its_timer_unit() -> None:
    alert = {"command": ["/usr/local/bin/page"], "user": "app"}
    given = {"name": "report", "command": "/bin/true", "schedule": "daily", "expected": "26h", "alert": alert}
    (timer,), problems = understand([], [given])
    assert problems == []
    assert (
        parse(group_text(SYSTEM, timer))
        == duties_of(timer)
        == Duties(alert=timer.alert, one_user=timer.account is not None, expected=93600.0)
    )


def test_figures_for_prometheus_alone_are_a_duty() -> None:
    pool = mail(metrics="/var/lib/prometheus/node-exporter")
    read = parse(group_text(SYSTEM, pool))
    assert (
        read
        == duties_of(pool)
        == Duties(policy=pool.rollout, one_user=False or read is None or read.one_user, metrics=pool.metrics)
    )


def test_what_a_pool_takes_of_the_memory_of_the_host() -> None:
    pool = mail(capacity=Capacity(40, 2**33), limits={"memory_max": "512M"})
    read = parse(group_text(SYSTEM, pool))
    assert read == duties_of(pool) == Duties(policy=pool.rollout, capacity=40, memory=2**33, size=2**29)
    assert duties_of(mail(capacity=Capacity(40), limits={"memory_max": "512M"})) == Duties(
        policy=pool.rollout, capacity=40
    )


NEEDS = {
    "nothing": ({}, False),
    "a capacity, which other pools share": ({"capacity": Capacity(40)}, False),
    "a capacity, and a range": (
        {"capacity": Capacity(40), "instances": {"min": 1, "max": 2, "backlog": ["/bin/waiting"], "each": 1}},
        True,
    ),
    "a check": ({"liveness": LIVENESS}, True),
    "an age": ({"recycle": {"age": "6h"}}, True),
    "figures": ({"metrics": "/var/lib/figures"}, True),
    "an alert": ({"user": "app", "alert": {"command": ["/bin/page"]}}, True),
}


@pytest.mark.parametrize(("options", "needed"), NEEDS.values(), ids=NEEDS)
def test_what_needs_the_agent(options: dict[str, t.Any], needed: bool) -> None:
    assert needs_agent(group_text(SYSTEM, mail(**options))) == needed


def test_duties_restart_no_instance() -> None:
    """They are no part of what a process was started with."""
    assert written(mail(liveness=LIVENESS)).markers == written(mail()).markers


words = st.lists(st.text(st.characters(exclude_characters="\0\n\r", exclude_categories=["Cs", "Cc"])), max_size=3)


@given(words)
def test_any_command_comes_back(more: list[str]) -> None:
    pool = mail(liveness={"command": ["/bin/check", *more]})
    target = group_text(SYSTEM, pool)
    assert parse(target) == duties_of(pool)
    assert len(UnitText.parse(target).values("X-Workers", "Duties")) == 1


BROKEN = [
    "{",
    "[1]",
    "7",
    '{"newer": {}}',
    '{"liveness": 3}',
    '{"liveness": {"command": []}, "policy": []}',
    "null",
    '{"recycle": {"memory": 1}, "policy": 3}',
    "[" * 100000,
    '{"scaling": {"min": 1, "max": 1000000000}}',
    '{"scaling": {"min": -7, "max": -3}}',
    '{"scaling": {"min": 3, "max": 2}}',
    '{"scaling": {"min": 1, "max": 1.5}}',
    '{"scaling": {"min": 1, "max": "9"}}',
]


@pytest.mark.parametrize("line", BROKEN)
def test_another_line_is_refused_and_still_asks_for_the_agent(line: str) -> None:
    target = f"[X-Workers]\nDuties={line}\n"
    assert (asks(target), needs_agent(target)) == (True, True)
    with pytest.raises(ValueError, match=r"cannot be read|Expecting|expected"):
        parse(target)


def test_an_option_of_a_newer_version_is_passed_over() -> None:
    read = parse('[X-Workers]\nDuties={"liveness": {"command": ["/a"], "newer": 1}, "policy": {"newer": 1}}\n')
    assert read is not None
    assert (read.liveness and read.liveness.command, read.policy) == (("/a",), Policy())
