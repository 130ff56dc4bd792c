# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy, read_policy

READ: dict[str, tuple[dict[str, t.Any], Policy]] = {
    "nothing": ({}, Policy()),
    "options that are not given": (dict.fromkeys(Policy.__dataclass_fields__), Policy()),
    "times": (
        {"min_healthy_time": "1min", "healthy_deadline": "2min", "progress_deadline": "500ms"},
        Policy(min_healthy_time=60.0, healthy_deadline=120.0, progress_deadline=0.5),
    ),
    "a count as a number": ({"max_parallel": 2}, Policy(max_parallel="2")),
    "all at once": ({"max_parallel": "100%"}, Policy(max_parallel="100%")),
    "no canary": ({"canary": 0}, Policy(canary=0)),
    "the other choices": (
        {"order": "descending", "on_failure": "rollback"},
        Policy(order="descending", on_failure="rollback"),
    ),
    "a health check": ({"health_check": ["/bin/check", "%i", 1]}, Policy(health_check=("/bin/check", "%i", "1"))),
    "a user for the health check": ({"check_user": "app"}, Policy(check_user="app")),
    "an empty health check": ({"health_check": []}, Policy()),
    "what somebody else refuses": ({"canry": 1}, Policy()),
}
REFUSED: dict[str, tuple[dict[str, t.Any], str]] = {
    "a window that is none": ({"min_healthy_time": "soon"}, "min_healthy_time"),
    "a deadline that is none": ({"healthy_deadline": "late"}, "healthy_deadline"),
    "a negative deadline": ({"progress_deadline": "-1s"}, "progress_deadline"),
    "a deadline within the window": ({"min_healthy_time": "3s", "healthy_deadline": "3s"}, "healthy_deadline"),
    "a window beyond the usual deadline": ({"min_healthy_time": "1h"}, "healthy_deadline"),
    "nothing at once": ({"max_parallel": "0"}, "max_parallel"),
    "nothing in percent": ({"max_parallel": "0%"}, "max_parallel"),
    "more than all": ({"max_parallel": "101%"}, "max_parallel"),
    "less than no canary": ({"canary": -1}, "canary"),
    "a health check from a PATH": ({"health_check": ["curl", "x"]}, "health_check[0]"),
    "a user who can be nobody": ({"check_user": "a b"}, "check_user"),
    "a health check with a NUL": ({"health_check": ["/bin/check", "a\0"]}, "health_check[1]"),
}


@pytest.mark.parametrize(("given_", "policy"), READ.values(), ids=READ.keys())
def test_reads(given_: dict[str, t.Any], policy: Policy) -> None:
    assert read_policy(given_, "rollout") == (policy, [])


@pytest.mark.parametrize(("given_", "option"), REFUSED.values(), ids=REFUSED.keys())
def test_refuses(given_: dict[str, t.Any], option: str) -> None:
    _policy, problems = read_policy(given_, "rollout")
    assert [problem.where for problem in problems] == [f"rollout.{option}"]


def test_tells_everything_at_once() -> None:
    wrong = {option: refused for given_, option in list(REFUSED.values())[:3] for refused in [given_[option]]}
    assert len(read_policy({**wrong, "canary": -1, "max_parallel": "half"}, "rollout")[1]) == 5


@pytest.mark.parametrize(
    ("parallel", "count", "size"),
    [
        ("25%", 4, 1),
        ("25%", 7, 1),
        ("25%", 8, 2),
        ("100%", 3, 3),
        ("1%", 3, 1),
        ("2", 9, 2),
        ("5", 3, 5),
        ("25%", 0, 1),
    ],
)
def test_a_percentage_rounds_down_and_never_to_nothing(parallel: str, count: int, size: int) -> None:
    assert Policy(max_parallel=parallel).batch_size(count) == size


@given(st.integers(1, 100), st.integers(0, 500))
def test_a_percentage_never_allows_more_than_it_says(percent: int, count: int) -> None:
    size = Policy(max_parallel=f"{percent}%").batch_size(count)
    assert size == 1 or size * 100 <= count * percent
