# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool_reader import understand
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.scaling import Scaling, read_scaling
from tests.unit.plugins.module_utils._core.builders import mail

COUNT = ["/usr/local/bin/backlog", "mail"]
RANGE: dict[str, t.Any] = {"min": 2, "max": 12, "backlog": COUNT, "each": 50}
BUSY: dict[str, t.Any] = {"min": 2, "max": 12, "busy": "80%"}
READ: dict[str, tuple[dict[str, t.Any], Scaling]] = {
    "a backlog": (RANGE, Scaling(2, 12, tuple(COUNT), 50)),
    "numbers that templates have made texts": (
        {**RANGE, "min": "2", "max": "12", "each": "50", "step": None},
        Scaling(2, 12, tuple(COUNT), 50),
    ),
    "a share of busy instances": (BUSY, Scaling(2, 12, busy=80, every=5.0)),
    "a share that is asked for often": ({**BUSY, "every": "1s"}, Scaling(2, 12, busy=80)),
    "everything": (
        {
            **RANGE,
            "every": "10s",
            "fall_after": "10min",
            "step": 3,
            "keep_free": "500M",
            "rise_after": "0s",
            "priority": 50,
        },
        Scaling(2, 12, tuple(COUNT), 50, 0, 10.0, 600.0, 3, 500 * 2**20, 0.0, 50),
    ),
    "no room": ({**RANGE, "max": 2}, Scaling(2, 2, tuple(COUNT), 50)),
}
REFUSED: dict[str, tuple[dict[str, t.Any], list[str]]] = {
    "nothing": ({}, [".min", ".max", ""]),
    "a word that is no option": ({**RANGE, "maximum": 3}, [".maximum"]),
    "a list": ({**RANGE, "min": [2]}, [".min"]),
    "more at least than at most": ({**RANGE, "min": 13}, [".min"]),
    "none at least": ({**RANGE, "min": 0}, [".min"]),
    "less than none": ({**RANGE, "min": -1}, [".min"]),
    "too many": ({**RANGE, "max": 1001}, [".max"]),
    "words": ({**RANGE, "min": "two", "max": "many"}, [".min", ".max"]),
    "yes": ({**RANGE, "min": True}, [".min"]),
    "no jobs for each": ({**RANGE, "each": 0}, [".each"]),
    "fewer jobs than none": ({**RANGE, "each": -5}, [".each"]),
    "a part of a job": ({**RANGE, "each": 0.5}, [".each"]),
    "no number for each": ({**RANGE, "each": None}, [".each"]),
    "no way to know the work": ({"min": 1, "max": 2}, [""]),
    "two ways to know the work": ({**RANGE, "busy": "80%"}, [""]),
    "a number for each beside busy": ({**BUSY, "each": 5}, [".each"]),
    "a share of nothing": ({**BUSY, "busy": "0%"}, [".busy"]),
    "a share that is a number": ({**BUSY, "busy": 80}, [".busy"]),
    "a command for a shell": ({**RANGE, "backlog": "redis-cli llen mail"}, [".backlog"]),
    "a command that is not absolute": ({**RANGE, "backlog": ["redis-cli"]}, [".backlog[0]"]),
    "a command for each instance": ({**RANGE, "backlog": ["/bin/count", "%i"]}, [".backlog[1]"]),
    "asked all the time": ({**RANGE, "every": "10ms"}, [".every"]),
    "rising after days": ({**RANGE, "rise_after": "2d"}, [".rise_after"]),
    "no priority": ({**RANGE, "priority": 0}, [".priority"]),
    "a priority above all": ({**RANGE, "priority": 10001}, [".priority"]),
    "falling at once": ({**RANGE, "fall_after": 0}, [".fall_after"]),
    "no step": ({**RANGE, "step": 0}, [".step"]),
    "memory in words": ({**RANGE, "keep_free": "some"}, [".keep_free"]),
    "hardly any memory": ({**RANGE, "keep_free": "1K"}, [".keep_free"]),
}


@pytest.mark.parametrize(("given", "read"), READ.values(), ids=READ.keys())
def test_reads(given: dict[str, t.Any], read: Scaling) -> None:
    assert read_scaling(given, "instances", busy_check=True) == (read, [])


@pytest.mark.parametrize(("given", "options"), REFUSED.values(), ids=REFUSED.keys())
def test_refuses(given: dict[str, t.Any], options: list[str]) -> None:
    read, problems = read_scaling(given, "instances", busy_check=True)
    assert read is None
    assert [problem.where[len("instances") :] for problem in problems] == options


def test_busy_needs_a_check() -> None:
    read, (problem,) = read_scaling(BUSY, "instances", busy_check=False)
    assert (read, problem.where, problem.expected) == (None, "instances.busy", "a busy_check beside it")


def test_a_pool_with_a_range() -> None:
    pool = mail(instances=RANGE, per_instance={"12": {"environment": {"A": "b"}}})
    assert pool.scaling == Scaling(2, 12, tuple(COUNT), 50)
    assert (pool.instances, pool.at_boot, pool.names[-1]) == (("1", "2"), ("1", "2"), "12")
    assert list(pool.own) == ["12"]
    assert len(pool.held_units) == 12
    assert mail(instances=3).names == mail(instances=3).at_boot == ("1", "2", "3")


def problems_of(**options: t.Any) -> list[str]:
    given = {"name": "mail", "command": ["/bin/mail"], **options}
    return [problem.where for problem in understand([given])[1]]


def test_what_does_not_go_together() -> None:
    assert problems_of(instances=BUSY) == ["pools[0] (mail).instances.busy"]
    assert problems_of(instances=BUSY, busy_check=["/bin/busy"]) == []
    assert problems_of(instances=RANGE, per_instance={"13": {}}) == ["pools[0] (mail).per_instance.13"]
    assert problems_of(instances={**RANGE, "min": 0}, per_instance={"13": {}}) == ["pools[0] (mail).instances.min"]
    assert problems_of(instances=RANGE, scope="user", user="app") == []
    assert problems_of(instances=3, scope="user", user="app") == []
    # One file for twelve.
    found = problems_of(instances={**RANGE, "min": 1}, liveness={"file": "/run/beat", "max_age": "1min"})
    assert found == ["pools[0] (mail).liveness.file"]
    assert problems_of(instances=RANGE, rollout={"surge": True}) == []
