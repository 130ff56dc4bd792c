# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.exposure import (
    Exposure,
    Judged,
    over_limit,
    parse,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.hardening import read_limit

# systemd 252, shortened; the second unit is without a finding that has a cost.
SAID = """\
  NAME                                       DESCRIPTION                                         EXPOSURE
+ SystemCallFilter=~@swap                    System call allow list defined for service                   \x20
- RestrictNamespaces=~user                   Service may create user namespaces                       0.3
- PrivateNetwork=                            Service has access to the host's network                 0.5
- RestrictNamespaces=~pid                    Service may create process namespaces                    0.1
- PrivateUsers=                              Service has access to other users                        0.2

-> Overall exposure level for a@b.c@i.service: 1.8 OK :-)
+ PrivateNetwork=                            Service has no access to the host's network                  \x20

-> Overall exposure level for _mail@test_instance.service: 0.0 SAFE :-}
"""
LOOSE = Exposure(1.8, {"PrivateNetwork": 0.5, "RestrictNamespaces": 0.4, "PrivateUsers": 0.2})


def test_each_unit_has_its_score_and_what_is_missing() -> None:
    said = parse(SAID)
    assert said == {
        "a@b.c@i.service": Exposure(1.8, pytest.approx(LOOSE.missing)),
        "_mail@test_instance.service": Exposure(0.0),
    }
    assert list(said["a@b.c@i.service"].missing) == list(LOOSE.missing)


@pytest.mark.parametrize("said", ["", "Failed to load a@i.service: Invalid argument\n"], ids=["nothing", "a failure"])
def test_what_is_no_score_is_none(said: str) -> None:
    assert parse(said) == {}


@pytest.mark.parametrize(("given", "limit"), [(None, None), (2, 2.0), (1.8, 1.8), (0.0, 0.0), ("10", 10.0)])
def test_a_limit_is_a_score(given: t.Any, limit: float | None) -> None:
    assert read_limit(given, "here") == (limit, [])


@pytest.mark.parametrize("given", [-1, 10.1, "nan", "inf", "low", True, "1e1", ""])
def test_what_is_no_limit_is_one_problem(given: t.Any) -> None:
    limit, problems = read_limit(given, "here")
    assert limit is None
    assert [problem.where for problem in problems] == ["here"]


@pytest.mark.parametrize(("limit", "refused"), [(1.8, False), (2.0, False), (1.7, True), (0.0, True)])
def test_a_unit_over_its_limit_is_one_problem(limit: float, refused: bool) -> None:
    assert [problem.where for problem in over_limit("here", limit, LOOSE)] == ["here"] * refused


def test_the_problem_names_what_would_bring_most() -> None:
    (problem,) = over_limit("here", 1.0, LOOSE)
    assert (problem.found, problem.expected) == ("an exposure of 1.8", "at most 1")
    assert (
        problem.hint == "The most important missing directives: "
        "PrivateNetwork= (0.5), RestrictNamespaces= (0.4), PrivateUsers= (0.2)."
    )


def test_a_limit_without_a_score_is_a_problem() -> None:
    (problem,) = over_limit("here", 10.0, None)
    assert problem.found.startswith("no score")


@pytest.mark.parametrize(
    ("judged", "worse", "text"),
    [
        (Judged(1.8), False, "1.8"),
        (Judged(1.8, 1.8), False, "1.8 -> 1.8"),
        (Judged(1.8, 9.2), False, "9.2 -> 1.8"),
        (Judged(9.2, 1.8), True, "1.8 -> 9.2"),
    ],
    ids=["a new pool", "as before", "better", "worse"],
)
def test_a_pool_that_gets_worse_is_known(judged: Judged, worse: bool, text: str) -> None:
    assert (judged.worse, str(judged)) == (worse, text)
