# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pools share the memory of their host by priority, and a host with little memory gets no more instances."""

from __future__ import annotations

import typing as t

import pytest

from tests.helpers.lab_host import LabHost, TaskResult
from tests.helpers.queues import jobs, number, pool, with_queues
from tests.helpers.scaled import said, status

# More than any host has.
ALL_MEMORY = "1024T"


@pytest.fixture
def hosted(bare: LabHost) -> t.Iterator[LabHost]:
    with with_queues(bare) as host:
        yield host


def deploy(host: LabHost, *pools: t.Mapping[str, t.Any], memory: str = "1800M") -> TaskResult:
    return host.module("pools", pools=list(pools), capacity={"memory": memory})


def of_size(name: str, size: str, **more: t.Any) -> dict[str, t.Any]:
    return pool(name, limits={"memory_max": size}, **more)


def test_the_memory_of_the_host_is_shared_by_priority(hosted: LabHost) -> None:
    left, right = of_size("left", "100M"), of_size("right", "400M")
    refused = deploy(hosted, pool("left"), pool("right", limits={"memory_max": "50%"}), pool("web", instances=2))
    assert {one["where"]: one["found"] for one in refused.result["problems"]} == {
        "pools[0] (left).limits.memory_max": "nothing",
        "pools[1] (right).limits.memory_max": "'50%'",
        "pools[2] (web).limits.memory_max": "nothing",
    }
    web = of_size("web", "100M", instances=2)
    refused = deploy(hosted, left, right, web, memory="600M")
    assert "capacity.memory: found 600M, expected at least 700M" in refused.msg
    assert "left 100M, right 400M, web 200M" in refused.msg
    assert number(hosted, "web") == 0
    # 1600M are left for the ranges.
    planned = hosted.module("pools", pools=[left, right, web], capacity={"memory": "1800M"}, check=True)
    assert (planned.failed, planned.result.get("warnings", [])) == (False, [])
    planned = hosted.module("pools", pools=[left], capacity={"memory": ALL_MEMORY}, check=True)
    assert planned.result["warnings"][0].startswith("capacity.memory: found 1P, and the host has ")
    result = deploy(hosted, left, right, web)
    assert not result.failed, result.msg
    assert not deploy(hosted, left, right, web).changed
    jobs(hosted, "left", "9" * 15)
    hosted.until(lambda: number(hosted, "left") == 12)
    # Each of the large ones waits for four of the small ones.
    jobs(hosted, "right", "100")
    hosted.until(lambda: (number(hosted, "left"), number(hosted, "right")) == (8, 2))
    row = status(hosted, "right")
    assert (row["agent"]["capacity"], row["agent"]["capacity_memory"]) == (0, 1800 * 2**20)
    assert (row["scaling"]["share"], row["scaling"]["wanted"]) == (2, 20)
    assert row["scaling"]["trouble"].endswith(": 20 instances are wanted, and its share is 2, with 400M each of 1800M")
    hosted.never(lambda: (number(hosted, "left"), number(hosted, "right")) != (8, 2), 3.0)
    # Three times the priority is about three times the memory.
    first = of_size("right", "400M", range={"priority": 300})
    assert not deploy(hosted, left, first, web).failed
    hosted.until(lambda: (number(hosted, "left"), number(hosted, "right")) == (4, 3))
    # What one does not need, the other one gets.
    jobs(hosted, "right", "0")
    hosted.until(lambda: (number(hosted, "left"), number(hosted, "right")) == (12, 1))


FIGURES = "/var/tmp/queues/figures"


def figures(host: LabHost) -> dict[str, str]:
    """Of the pool ``left``, by name."""
    lines = host.sh(f"cat {FIGURES}/workers.prom", check=False).splitlines()
    return {line.partition("{")[0]: line.split()[-1] for line in lines if 'pool="left"' in line}


def test_a_host_with_little_memory_gets_no_more_instances_and_says_so(hosted: LabHost) -> None:
    hosted.sh(f"mkdir {FIGURES}")
    result = hosted.module("pools", pools=[pool("left", range={"keep_free": ALL_MEMORY})], metrics=FIGURES)
    assert not result.failed, result.msg
    jobs(hosted, "left", "9")
    hosted.until(lambda: status(hosted, "left")["scaling"]["trouble"] != "")
    told = "the host has less free memory than keep_free, so no instance is added: 9 instances are wanted"
    row = status(hosted, "left")["scaling"]
    assert (row["trouble"], row["wanted"], row["running"], row["decisions"]) == (told, 9, 1, [])
    assert f"left: {told}" in hosted.module("pools_info").result["table"]
    assert f"left: {told}" in said(hosted)
    hosted.until(lambda: figures(hosted).get("workers_pool_instances_asked") == "9")
    assert (figures(hosted)["workers_pool_instances_up"], figures(hosted)["workers_pool_backlog"]) == ("1", "9")
    hosted.never(lambda: number(hosted, "left") != 1, 3.0)
    # The host has as much now. The pool at most doubles with each look.
    assert not hosted.module("pools", pools=[pool("left", range={"keep_free": "1M"})], metrics=FIGURES).failed
    hosted.until(lambda: number(hosted, "left") == 9)
    assert [line.split(": ")[1] for line in said(hosted) if " -> " in line] == ["1 -> 2", "2 -> 4", "4 -> 8", "8 -> 9"]
    hosted.until(lambda: status(hosted, "left")["scaling"]["trouble"] == "")
    assert not hosted.module("pools", pools=[pool("left")]).failed
