# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pause import PauseByHand, understand


def understood(**options: t.Any) -> tuple[PauseByHand, list[Problem]]:
    return understand({"pools": ["mail"], **options}, check_mode=False, diff=True, confirm=60.0)


def test_an_order_without_options_pauses_the_whole_pool() -> None:
    order, problems = understood()
    assert problems == []
    assert order == PauseByHand(("mail",), (), False, "", check_mode=False, diff=True, confirm=60.0)


def test_names_are_taken_once_and_without_blanks() -> None:
    order, problems = understood(pools=["mail", " sms", "mail"], instances=["2", " 3"], state="resumed")
    assert problems == []
    assert (order.pools, order.instances, order.resume) == (("mail", "sms"), ("2", "3"), True)


# the options, the place of the problem
WRONG: dict[str, tuple[dict[str, t.Any], list[str]]] = {
    "no pool": ({"pools": []}, ["pools"]),
    "no instance": ({"instances": []}, ["instances"]),
    "the name of no pool": ({"pools": ["mail", "a/b"]}, ["pools[1]"]),
    "the name of no instance": ({"instances": ["../x", "", "*"]}, ["instances[0]", "instances[1]", "instances[2]"]),
    "a reason of two lines": ({"reason": "a\nb"}, ["reason"]),
    "a reason that would join the next line": ({"reason": "a\\"}, ["reason"]),
    "a reason without an end": ({"reason": "a" * 201}, ["reason"]),
    "a reason to resume": ({"reason": "a", "state": "resumed"}, ["reason"]),
    "everything at once": ({"pools": [], "instances": [], "reason": "a\0b"}, ["pools", "instances", "reason"]),
}


@pytest.mark.parametrize(("options", "places"), WRONG.values(), ids=WRONG.keys())
def test_what_is_refused(options: dict[str, t.Any], places: list[str]) -> None:
    assert [problem.where for problem in understood(**options)[1]] == places
