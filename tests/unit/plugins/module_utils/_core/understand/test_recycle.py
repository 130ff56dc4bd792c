# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool_reader import understand
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.recycle import Recycle, read_recycle
from tests.unit.plugins.module_utils._core.builders import mail

READ: dict[str, tuple[dict[str, t.Any], Recycle]] = {
    "memory": ({"memory": "400M"}, Recycle(400 * 2**20)),
    "memory in bytes": ({"memory": 2**30}, Recycle(2**30)),
    "an age": ({"age": "6h", "memory": None}, Recycle(0, 6 * 3600.0)),
    "both": ({"memory": "1G", "age": "1d"}, Recycle(2**30, 86400.0)),
}
REFUSED: dict[str, tuple[dict[str, t.Any], list[str]]] = {
    "nothing": ({}, [""]),
    "a share of the memory": ({"memory": "50%"}, [".memory"]),
    "hardly any memory": ({"memory": "400"}, [".memory"]),
    "more memory than there is": ({"memory": "9E"}, [".memory"]),
    "words": ({"memory": "much", "age": "long"}, [".memory", ".age"]),
    "no age": ({"age": 0}, [".age"]),
    "an age that a worker needs to load": ({"age": "5s"}, [".age"]),
    "an endless age": ({"age": "infinity"}, [".age"]),
    "an age of years": ({"age": "2y"}, [".age"]),
}


@pytest.mark.parametrize(("given", "read"), READ.values(), ids=READ.keys())
def test_reads(given: dict[str, t.Any], read: Recycle) -> None:
    assert read_recycle(given, [], "recycle") == (read, [])


@pytest.mark.parametrize(("given", "options"), REFUSED.values(), ids=REFUSED.keys())
def test_refuses(given: dict[str, t.Any], options: list[str]) -> None:
    read, problems = read_recycle(given, [], "recycle")
    assert read is None
    assert [problem.where for problem in problems] == [f"recycle{option}" for option in options]


def test_the_kernel_must_not_act_first() -> None:
    given = {
        "name": "mail",
        "command": ["/bin/worker"],
        "recycle": {"memory": "512M"},
        "limits": {"memory_max": "1G", "memory_high": "512M"},
        "per_instance": {"1": {"limits": {"memory_max": "256M"}}},
    }
    _pools, problems = understand([given])
    here = "pools[0] (mail).recycle.memory: found '512M', which is not below"
    assert [str(problem) for problem in problems] == [
        f"{here} limits.memory_max, expected less than 256 MiB (The kernel kills the instance at that limit.)",
        f"{here} limits.memory_high, expected less than 512 MiB "
        "(The kernel holds the instance at that limit, and slows it down.)",
    ]


@pytest.mark.parametrize("limit", ["1G", "50%", "infinity"])
def test_a_limit_above_or_of_another_kind_is_fine(limit: str) -> None:
    assert mail(recycle={"memory": "512M"}, limits={"memory_max": limit}).recycle == Recycle(512 * 2**20)
