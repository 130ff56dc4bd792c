# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the pools of a host share, as an operator writes it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.understand.capacity import (
    MOST,
    MOST_MEMORY,
    Capacity,
    Standing,
    beyond,
    differing,
    read_capacity,
    too_small,
)

GIVEN: dict[str, tuple[t.Any, t.Optional[Capacity]]] = {
    "none": (None, None),
    "one instance": ({"instances": 1, "memory": None}, Capacity(1)),
    "many instances": ({"instances": MOST}, Capacity(MOST)),
    "memory": ({"memory": "8G"}, Capacity(0, 8 * 2**30)),
    "memory as a number of bytes": ({"memory": 2**30}, Capacity(0, 2**30)),
    "both": ({"instances": 40, "memory": "1536M"}, Capacity(40, 1536 * 2**20)),
}


@pytest.mark.parametrize(("given", "read"), GIVEN.values(), ids=GIVEN.keys())
def test_a_capacity(given: t.Any, read: t.Optional[Capacity]) -> None:
    assert read_capacity(given) == (read, [])


WRONG: dict[str, tuple[dict[str, t.Any], dict[str, str]]] = {
    "nothing of it": ({}, {"capacity": "neither instances nor memory"}),
    "no instance": ({"instances": 0}, {"capacity.instances": "0"}),
    "less than none": ({"instances": -1}, {"capacity.instances": "-1"}),
    "too many": ({"instances": MOST + 1}, {"capacity.instances": str(MOST + 1)}),
    "a truth": ({"instances": True}, {"capacity.instances": "True"}),
    "a part of a host": ({"memory": "50%"}, {"capacity.memory": "'50%'"}),
    "no limit": ({"memory": "infinity"}, {"capacity.memory": "'infinity'"}),
    "too little": ({"memory": "1K"}, {"capacity.memory": "'1K'"}),
    "too much": ({"memory": MOST_MEMORY + 1}, {"capacity.memory": repr(str(MOST_MEMORY + 1))}),
    "not a number": ({"memory": "NaN"}, {"capacity.memory": "'NaN'"}),
    "both": ({"instances": 0, "memory": ""}, {"capacity.instances": "0", "capacity.memory": "''"}),
}


@pytest.mark.parametrize(("given", "found"), WRONG.values(), ids=WRONG.keys())
def test_another_one_is_refused(given: dict[str, t.Any], found: dict[str, str]) -> None:
    read, problems = read_capacity(given)
    assert (read, {one.where: one.found for one in problems}) == (None, found)


ALWAYS = "expected at least 11 (So many instances always run: a 6, b 5. Count pools without a range too.)"
HAVE = "expected at least 2560M (Instances that always run may have so much (limits.memory_max): a 2G, b 512M."
Row = tuple[int, int, int, int]
TABLE: dict[str, tuple[dict[str, Row], dict[str, Row], str]] = {
    "just as many as there are": ({"a": (10, 0, 6, 0), "b": (10, 0, 4, 0)}, {}, ""),
    "more than there are": (
        {"a": (10, 0, 6, 0), "b": (10, 0, 5, 0)},
        {},
        f"capacity.instances: found 10, {ALWAYS}",
    ),
    "with those of the host": (
        {"b": (10, 0, 5, 0)},
        {"a": (10, 0, 6, 0)},
        f"capacity.instances: found 10, {ALWAYS}",
    ),
    "the smallest counts": (
        {"b": (20, 0, 5, 0)},
        {"a": (10, 0, 6, 0)},
        f"capacity.instances: found 10, the number of a, {ALWAYS}",
    ),
    "a run without a capacity is not refused": ({}, {"a": (10, 0, 6, 0), "b": (10, 0, 5, 0)}, ""),
    "just as much memory as there is": ({"a": (0, 5, 4, 1), "b": (0, 5, 1, 1)}, {}, ""),
    "more memory than there is": (
        {"a": (0, 4, 4, 1), "b": (0, 4, 1, 1)},
        {},
        f"capacity.memory: found 2G, {HAVE} Count pools without a range too.)",
    ),
    "a pool that shares instances takes no memory": ({"a": (0, 4, 4, 1)}, {"b": (9, 0, 1, 0)}, ""),
}


def standing(pools: dict[str, Row]) -> dict[str, Standing]:
    """Memory is in units of 512M."""
    return {
        name: Standing(Capacity(instances, memory * 2**29), least, size * 2**29)
        for name, (instances, memory, least, size) in pools.items()
    }


@pytest.mark.parametrize(("new", "others", "expected"), TABLE.values(), ids=TABLE.keys())
def test_what_always_runs_must_fit(new: dict[str, Row], others: dict[str, Row], expected: str) -> None:
    assert "".join(map(str, too_small(standing(new), standing(others)))) == expected


def test_pools_of_another_number_are_named() -> None:
    new = standing({"c": (30, 0, 1, 0)})
    others = standing({"a": (10, 0, 1, 0), "b": (40, 0, 1, 0), "d": (30, 0, 1, 0)})
    assert list(differing(new, others)) == [
        "capacity.instances: other than that of a, b. Until all pools have the same, 10 counts"
    ]
    assert not list(differing(new, standing({"d": (30, 0, 1, 0)})))
    assert not list(differing({}, standing({"a": (10, 0, 1, 0)})))


def test_pools_that_do_not_share_it_yet_are_named() -> None:
    assert list(differing(standing({"c": (0, 8, 1, 1)}), standing({"a": (10, 0, 1, 0), "b": (10, 6, 1, 1)}))) == [
        "capacity.memory: other than that of b. Until all pools have the same, 3G counts",
        "capacity.memory: these pools share it from their next deploy with it: a",
    ]


def test_more_memory_than_the_host_has_is_warned_of() -> None:
    new = standing({"a": (0, 8, 1, 1)})
    assert list(beyond(new, "MemTotal:        2097152 kB\nMemFree: 1 kB\n")) == [
        "capacity.memory: found 4G, and the host has 2048M, which other programs need too"
    ]
    assert not list(beyond(new, "MemTotal:        4194304 kB\n"))
    assert not list(beyond(new, ""))
    assert not list(beyond(standing({"a": (40, 0, 1, 0)}), "MemTotal:        1 kB\n"))
    assert not list(beyond({}, "MemTotal:        1 kB\n"))
