# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pools share the capacity of their host: a burst in one queue, honest or not, leaves the others their share."""

from __future__ import annotations

import typing as t

import pytest

from tests.helpers.lab_host import LabHost, TaskResult
from tests.helpers.queues import jobs, number, pool, with_queues
from tests.helpers.scaled import AGENT, said, status

CAPACITY = 8


WEB = pool("web", instances=2)


@pytest.fixture
def hosted(bare: LabHost) -> t.Iterator[LabHost]:
    with with_queues(bare) as host:
        yield host


def deploy(host: LabHost, *pools: t.Mapping[str, t.Any], capacity: t.Optional[int] = CAPACITY) -> TaskResult:
    return host.module("pools", pools=list(pools), **({"capacity": {"instances": capacity}} if capacity else {}))


def has(host: LabHost, **numbers: int) -> bool:
    found = {name: number(host, name) for name in ("left", "right", "web")}
    assert sum(found.values()) <= CAPACITY, found
    return found == {"web": 2, **numbers}


def test_pools_of_fixed_numbers_need_no_agent(hosted: LabHost) -> None:
    result = deploy(hosted, WEB)
    assert not result.failed, result.msg
    assert hosted.sh(f"ls /etc/systemd/system/{AGENT}", check=False) == ""
    assert "workers-agent" not in str(hosted.module("pools_info").result["table"])
    assert not deploy(hosted, pool("left")).failed
    hosted.until(lambda: hosted.sh(f"systemctl is-active {AGENT}", check=False).strip() == "active")
    jobs(hosted, "left", "99")
    # The fixed pool counts.
    hosted.until(lambda: has(hosted, left=6, right=0))
    assert not hosted.deploy({"name": "left", "state": "absent"}).failed
    assert hosted.sh(f"ls /etc/systemd/system/{AGENT}", check=False) == ""


def test_a_burst_takes_no_more_than_its_share(hosted: LabHost) -> None:
    refused = deploy(hosted, pool("left"), pool("right"), WEB, capacity=3)
    assert refused.failed
    assert "capacity.instances: found 3, expected at least 4" in refused.msg
    assert "left 1, right 1, web 2" in refused.msg
    assert number(hosted, "web") == 0
    result = deploy(hosted, pool("left"), pool("right"), WEB)
    assert not result.failed, result.msg
    # Its owner says what he likes.
    jobs(hosted, "left", "9" * 15)
    hosted.until(lambda: has(hosted, left=5, right=1))
    jobs(hosted, "right", "100")
    hosted.until(lambda: has(hosted, left=3, right=3))
    row = status(hosted, "right")["scaling"]
    assert (row["share"], row["priority"], row["wanted"]) == (3, 100, 20)
    assert row["trouble"].endswith(": 20 instances are wanted, and its share is 3 of 8")
    assert "left: 5 -> 3: 999999999999999 jobs wait, 1 for each instance, and its share of the capacity is 3 of 8" in (
        said(hosted)
    )
    # A count that fails keeps what the pool has, and no more than its share.
    hosted.sh("rm /var/tmp/queues/left")
    hosted.never(lambda: not has(hosted, left=3, right=3), 3.0)
    jobs(hosted, "right", "0")
    hosted.until(lambda: has(hosted, left=3, right=1))
    jobs(hosted, "right", "4")
    hosted.until(lambda: has(hosted, left=3, right=3))
    jobs(hosted, "left", "9")
    # A deploy of one pool leaves the others as they are, and a larger number waits until all have it.
    before = hosted.pids("left")
    newer = deploy(hosted, pool("right", environment={"RELEASE": "2"}), capacity=20)
    assert not newer.failed, newer.msg
    assert newer.result["warnings"] == [
        "capacity.instances: other than that of left, web. Until all pools have the same, 8 counts"
    ]
    hosted.never(lambda: not has(hosted, left=3, right=3), 3.0)
    assert hosted.pids("left") == before
    # Priorities count from the next deploy on.
    first = pool("left")
    first["instances"]["priority"] = 400
    assert not deploy(hosted, first, pool("right")).failed
    jobs(hosted, "right", "9")
    hosted.until(lambda: has(hosted, left=5, right=1))
    # A pool that is deployed without it does not share any more.
    assert not deploy(hosted, pool("right"), capacity=None).failed
    hosted.until(lambda: number(hosted, "right") == 9)
    hosted.until(lambda: number(hosted, "left") == 6)
    assert (number(hosted, "web"), status(hosted, "right")["scaling"]["share"]) == (2, None)
