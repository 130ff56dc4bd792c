# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many instances the pools of a host share, as an operator writes it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.understand.capacity import (
    MOST,
    Standing,
    differing,
    read_capacity,
    too_small,
)


@pytest.mark.parametrize(("given", "number"), [(None, 0), ({"instances": 1}, 1), ({"instances": MOST}, MOST)])
def test_a_number_of_instances(given: t.Optional[dict[str, int]], number: int) -> None:
    assert read_capacity(given) == (number, [])


@pytest.mark.parametrize("number", [0, -1, MOST + 1, True])
def test_another_number_is_refused(number: int) -> None:
    read, problems = read_capacity({"instances": number})
    assert (read, [one.where for one in problems]) == (0, ["capacity.instances"])
    assert problems[0].found == repr(number)


ALWAYS = "expected at least 11 (So many instances always run: a 6, b 5. Count pools without a range too.)"
TABLE: dict[str, tuple[dict[str, tuple[int, int]], dict[str, tuple[int, int]], str]] = {
    "just as many as there are": ({"a": (10, 6), "b": (10, 4)}, {}, ""),
    "more than there are": (
        {"a": (10, 6), "b": (10, 5)},
        {},
        f"capacity.instances: found 10, {ALWAYS}",
    ),
    "with those of the host": (
        {"b": (10, 5)},
        {"a": (10, 6)},
        f"capacity.instances: found 10, {ALWAYS}",
    ),
    "the smallest counts": (
        {"b": (20, 5)},
        {"a": (10, 6)},
        f"capacity.instances: found 10, the number of a, {ALWAYS}",
    ),
    "a run without a capacity is not refused": ({}, {"a": (10, 6), "b": (10, 5)}, ""),
}


def standing(pools: dict[str, tuple[int, int]]) -> dict[str, Standing]:
    return {name: Standing(*one) for name, one in pools.items()}


@pytest.mark.parametrize(("new", "others", "expected"), TABLE.values(), ids=TABLE.keys())
def test_what_always_runs_must_fit(
    new: dict[str, tuple[int, int]], others: dict[str, tuple[int, int]], expected: str
) -> None:
    assert "".join(map(str, too_small(standing(new), standing(others)))) == expected


def test_pools_of_another_number_are_named() -> None:
    new = standing({"c": (30, 1)})
    assert differing(new, standing({"a": (10, 1), "b": (40, 1), "d": (30, 1)})) == [
        "capacity.instances: other than that of a, b. Until all pools have the same, 10 counts"
    ]
    assert differing(new, standing({"d": (30, 1)})) == differing({}, standing({"a": (10, 1)})) == []
