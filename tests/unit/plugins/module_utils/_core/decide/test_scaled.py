# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A deploy of a pool with a range keeps the number of its instances."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import BY_NEED, pauses_after, plan_pool
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.scaled import at_present, wanted_instances
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Step, Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.surge import with_surge
from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import (
    State,
    as_generation,
    content_of,
    installed_content,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import Instance, ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pause import BY_HAND, Pause
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import Wanted
from tests.unit.plugins.module_utils._core.builders import in_place, mail, running, written

RANGE: dict[str, t.Any] = {"min": 2, "max": 6, "backlog": ["/bin/count"], "each": 50}
DOWN = Instance("loaded", "inactive", "dead")

SEEN: dict[str, tuple[dict[str, Instance], tuple[str, ...]]] = {
    "nothing": ({}, ("1", "2")),
    "one that runs": ({"4": Instance("loaded", "active", "running")}, ("1", "2", "4")),
    "one that starts": ({"4": Instance("loaded", "activating", "auto-restart")}, ("1", "2", "4")),
    "one that goes": ({"4": Instance("loaded", "deactivating", "stop-sigterm")}, ("1", "2")),
    "one that failed": ({"4": Instance("loaded", "failed", "failed")}, ("1", "2")),
    "one above the range": ({"7": Instance("loaded", "active", "running")}, ("1", "2")),
    "one with a name": ({"red": Instance("loaded", "active", "running")}, ("1", "2")),
}


@pytest.mark.parametrize(("seen", "names"), SEEN.values(), ids=SEEN.keys())
def test_which_instances_a_run_leaves(seen: dict[str, Instance], names: tuple[str, ...]) -> None:
    assert at_present(mail(instances=RANGE), ObservedPool(instances=seen)).instances == names


def test_those_that_were_asked_for_are_left_too() -> None:
    assert at_present(mail(instances=RANGE), ObservedPool(), ("5", "9")).instances == ("1", "2", "5")


def test_a_pool_without_a_range_stays_as_it_is() -> None:
    pool = mail(instances=3)
    assert at_present(pool, ObservedPool()) is pool


def scaled(*up: int, **options: t.Any) -> tuple[Wanted, ObservedPool]:
    """The pool in place, with these instances beside those that always run."""
    wanted = written(mail(instances=RANGE, **options))
    names = ["1", "2", *map(str, up)]
    seen = {name: replace(running(wanted, name), enabled=name in ("1", "2")) for name in names}
    observed = replace(in_place(wanted), instances=seen)
    return replace(wanted, pool=at_present(wanted.pool, observed)), observed


def steps(wanted: Wanted, observed: ObservedPool) -> list[tuple[Verb, str]]:
    return [(step.verb, step.subject) for step in plan_pool(wanted, observed)]


@given(st.sets(st.integers(3, 6)))
def test_a_deploy_of_what_is_there_does_nothing(up: set[int]) -> None:
    wanted, observed = scaled(*up)
    assert plan_pool(wanted, observed) == ()
    assert content_of(wanted) == installed_content(observed)


@given(st.sets(st.integers(3, 6)))
def test_a_new_version_restarts_what_runs(up: set[int]) -> None:
    _wanted, observed = scaled(*up)
    newer, _observed = scaled(*up, environment={"A": "b"})
    found = [subject for verb, subject in steps(newer, observed) if verb is Verb.RESTART]
    assert found == [f"mail@{number}.service" for number in sorted({1, 2, *up})]
    assert not {verb for verb, _subject in steps(newer, observed)} & {Verb.STOP, Verb.START, Verb.ENABLE, Verb.DISABLE}


def test_from_a_fixed_number_to_a_range() -> None:
    wanted, observed = scaled(3, 4)
    fixed = replace(observed, instances={name: replace(one, enabled=True) for name, one in observed.instances.items()})
    assert plan_pool(wanted, fixed) == (
        Step(Verb.DISABLE, "mail@3.service", BY_NEED),
        Step(Verb.DISABLE, "mail@4.service", BY_NEED),
    )


def test_from_a_range_to_a_fixed_number() -> None:
    wanted, observed = scaled(3, 5)
    fixed = replace(written(mail(instances=4)), files=wanted.files)
    assert steps(fixed, observed) == [
        (Verb.ENABLE, "mail@3.service"),
        (Verb.ENABLE, "mail@4.service"),
        (Verb.START, "mail@4.service"),
        (Verb.STOP, "mail@5.service"),
        (Verb.FORGET, "mail@5.service"),
    ]


def test_what_is_above_a_smaller_range_goes() -> None:
    wanted, observed = scaled(3, 6)
    smaller = written(mail(instances={**RANGE, "max": 4}))
    smaller = replace(smaller, pool=at_present(smaller.pool, observed), files=wanted.files)
    assert steps(smaller, observed) == [(Verb.STOP, "mail@6.service"), (Verb.FORGET, "mail@6.service")]


def test_one_that_the_agent_stops_is_left_to_it() -> None:
    wanted, observed = scaled(3)
    going = Instance("loaded", "deactivating", "stop-sigterm")
    assert steps(wanted, replace(observed, instances={**observed.instances, "5": going})) == []
    found = steps(wanted, replace(observed, instances={**observed.instances, "5": replace(going, enabled=True)}))
    assert found[0] == (Verb.DISABLE, "mail@5.service")
    found = steps(wanted, replace(observed, instances={**observed.instances, "7": going}))
    assert found[0] == (Verb.STOP, "mail@7.service")


def test_after_a_reboot_only_the_smallest_number_is_missing() -> None:
    wanted, observed = scaled()
    booted = replace(observed, instances={name: replace(DOWN, enabled=True) for name in ("1", "2")})
    assert steps(wanted, booted) == [(Verb.START, "mail@1.service"), (Verb.START, "mail@2.service")]


def test_a_pause_of_one_that_does_not_run_stays() -> None:
    wanted, observed = scaled()
    pause = Pause(BY_HAND, "5")
    path = pause.path(SYSTEM, "mail")
    assert pauses_after(wanted, replace(observed, pauses={path: pause})) == {path: pause}


def test_instances_for_the_meantime_have_numbers_above_the_range() -> None:
    wanted, _observed = scaled(5, rollout={"surge": True, "max_parallel": "1"})
    found = with_surge(wanted.pool, (Step(Verb.RESTART, "mail@1.service", ""),))
    assert [step.subject for step in found if step.verb is Verb.LEAVE] == ["mail@7.service"]


def test_a_version_knows_its_range() -> None:
    wanted, observed = scaled(4)
    one = as_generation(wanted, 1, "2026-01-31T12:00:00Z")
    assert (one.instances, one.content) == (("1", "2"), content_of(wanted))
    assert one.as_pool().scaling == wanted.pool.scaling
    assert at_present(one.as_pool(), observed).instances == ("1", "2", "4")


def test_a_version_whose_range_cannot_be_read_has_what_starts_at_boot() -> None:
    wanted, _observed = scaled(4)
    broken = tuple(replace(one, text=one.text.replace("Duties={", "Duties=[")) for one in wanted.files)
    assert as_generation(replace(wanted, files=broken), 1, "").as_pool().names == ("1", "2")


def test_wanted_are_those_of_the_good_version_that_run_or_start_at_boot() -> None:
    wanted, observed = scaled(4)
    good = replace(as_generation(wanted, 1, "2026-01-31T12:00:00Z"), state=State.GOOD)
    assert wanted_instances([good], observed) == ("1", "2", "4")


def test_without_a_version_the_enabled_ones_are_wanted() -> None:
    _wanted, observed = scaled(4)
    assert wanted_instances([], observed) == ["1", "2"]
