# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.decide import obstacles
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Step, Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import ObservedPool
from tests.unit.plugins.module_utils._core.builders import in_place, mail, written

WANTED = {"mail": written(mail(instances=2))}
ONE, TWO = "mail@1.service", "mail@2.service"


def test_an_instance_with_a_unit_of_its_own_is_refused() -> None:
    (problem,) = obstacles.hidden(WANTED, {ONE: "/run/systemd/system/mail@1.service"})
    assert problem.where == "pools[0] (mail).instances"
    assert problem.found == "/run/systemd/system/mail@1.service, a unit of its own"


def test_a_mask_is_refused_where_a_step_needs_the_unit() -> None:
    masks = {TWO: "/etc/systemd/system/mail@2.service", ONE: "/run/systemd/system/mail@1.service"}
    start, stop = Step(Verb.START, TWO, "is inactive (dead)"), Step(Verb.STOP, ONE, "not wanted any more")
    (problem,) = obstacles.masked(WANTED, [start, stop], masks)
    assert problem.found == "mail@2.service, masked by /etc/systemd/system/mail@2.service"
    assert "`systemctl unmask mail@2.service`" in problem.hint
    assert obstacles.masked(WANTED, [stop], masks) == []


def leaving(**options: t.Any) -> ObservedPool:
    return in_place(written(replace(mail(**options), name="post")))


# what the pool that goes has, what the wanted pool has; what goes too early
DIRECTORIES: dict[str, tuple[dict[str, t.Any], dict[str, t.Any], str]] = {
    "one of each instance": ({"runtime_directory": "x-%i"}, {"runtime_directory": "x-%i"}, "/run/x-1"),
    "other instances": ({"runtime_directory": "x-%i"}, {"runtime_directory": "x-%i", "instances": ["red"]}, ""),
    "one below it": ({"runtime_directory": "x-%i"}, {"unit": {"Service": {"RuntimeDirectory": "x-1/y"}}}, "/run/x-1/y"),
    "one beside it": ({"runtime_directory": "x-%i"}, {"runtime_directory": "x-10"}, ""),
    "one that stays": ({"runtime_directory": "x"}, {"runtime_directory": "x"}, ""),
    "one that stays in a unit": (
        {"unit": {"Service": {"RuntimeDirectory": "x", "RuntimeDirectoryPreserve": True}}},
        {"runtime_directory": "x"},
        "",
    ),
    "one that goes": ({"unit": {"Service": {"RuntimeDirectory": "w x:link"}}}, {"runtime_directory": "x"}, "/run/x"),
    "one with the name of the pool": (
        {"unit": {"Service": {"RuntimeDirectory": "%p"}}},
        {"unit": {"Service": {"RuntimeDirectory": "%p"}}},
        "",
    ),
    "none": ({}, {"runtime_directory": "x"}, ""),
}


@pytest.mark.parametrize(("old", "new", "path"), DIRECTORIES.values(), ids=DIRECTORIES)
def test_a_directory_that_goes_with_a_removed_pool_is_refused(
    old: dict[str, t.Any], new: dict[str, t.Any], path: str
) -> None:
    problems = obstacles.going_with({"mail": written(mail(**new))}, {"post": leaving(**old)})
    assert [one.found for one in problems] == ([f"{path}, which the stop of post removes"] if path else [])
    assert [one.where for one in problems] == (["pools[0] (mail)"] if path else [])
