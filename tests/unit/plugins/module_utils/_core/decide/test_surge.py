# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Step, Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.surge import with_extra, with_surge
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.instance_names import surge_problems
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool_reader import understand
from tests.unit.plugins.module_utils._core.builders import mail

SURGE = {"surge": True}


def restarts(*numbers: int) -> list[Step]:
    return [Step(Verb.RESTART, f"mail@{number}.service", "is stale") for number in numbers]


# instances, rollout, what restarts; what is added
ADDED: dict[str, tuple[int, dict[str, t.Any], list[Step], list[str]]] = {
    "one for four": (4, SURGE, restarts(1, 2, 3, 4), ["5"]),
    "as many as may be down": (8, {**SURGE, "max_parallel": "50%"}, restarts(*range(1, 9)), ["9", "10", "11", "12"]),
    "no more than restart": (8, {**SURGE, "max_parallel": "50%"}, restarts(3), ["9"]),
    "none when nothing restarts": (4, SURGE, [Step(Verb.START, "mail@2.service", "is inactive (dead)")], []),
    "none without the option": (4, {}, restarts(1, 2, 3, 4), []),
}


@pytest.mark.parametrize(("count", "rollout", "steps", "added"), ADDED.values(), ids=ADDED.keys())
def test_instances_are_added(count: int, rollout: dict[str, t.Any], steps: list[Step], added: list[str]) -> None:
    found = with_surge(mail(instances=count, rollout=rollout), steps)
    names = [f"mail@{name}.service" for name in added]
    assert found[: len(steps)] == tuple(steps)
    assert [(step.verb, step.subject) for step in found[len(steps) :]] == [
        *((Verb.START, name) for name in names),
        *((Verb.LEAVE, name) for name in names),
    ]


def test_they_are_the_canaries_and_others_may_be_down_instead() -> None:
    assert with_extra(Policy(), 2) == Policy(canary=0, max_parallel="2")
    assert with_extra(Policy(), 0) == Policy()


REFUSED: dict[str, tuple[dict[str, t.Any], list[str]]] = {
    "names": ({"instances": ["red", "blue"]}, ["true, for instances with names"]),
    "an environment file of each": (
        {"environment_files": ["/etc/mail", "/etc/mail-%i"]},
        ["true, with /etc/mail-%i"],
    ),
    "a directory of each": ({"working_directory": "/srv/%i"}, ["true, with /srv/%i"]),
    "all of it": (
        {"instances": ["2"], "environment_files": ["/etc/mail-%i"], "working_directory": "/srv/%i"},
        ["true, for instances with names", "true, with /etc/mail-%i", "true, with /srv/%i"],
    ),
    "a count": ({"instances": 3, "working_directory": "/srv", "watch": ["/srv/%i"]}, []),
    "none at all": ({"instances": 0}, []),
}


@pytest.mark.parametrize(("options", "found"), REFUSED.values(), ids=REFUSED.keys())
def test_it_needs_instances_that_are_alike(options: dict[str, t.Any], found: list[str]) -> None:
    pool = {"name": "mail", "command": ["/usr/bin/mail"], **options}
    problems = understand([{**pool, "rollout": SURGE}])[1]
    assert [(problem.where, problem.found) for problem in problems] == [
        ("pools[0] (mail).rollout.surge", one) for one in found
    ]
    assert understand([pool])[1] == []


def test_without_the_option_nothing_is_asked_for() -> None:
    assert list(surge_problems(mail(instances=["red"]))) == []
