# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a pause by hand does to a pool, and what a deploy does to a pool that is paused."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import (
    all_paused,
    owed_verdicts,
    paused_after,
    pauses_after,
    plan_pool,
    plan_removal,
    plan_revert,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan_pause import (
    pause_problems,
    pauses_by_hand,
    plan_by_hand,
    unknown_pools,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Step, Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import Instance, ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pause import PauseByHand
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pause import BY_DEPLOY, BY_HAND, Pause
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import Wanted
from tests.unit.plugins.module_utils._core.builders import in_place, mail, written

THEN, NOW = "2026-11-29T07:30:00Z", "2026-11-29T08:00:00Z"
# As a version has it that is on the host.
POOL = replace(mail(instances=3), paused=None)
NAMES = ("1", "2", "3")
DOWN = Instance("loaded", "inactive", "dead", True)


def by_path(*pauses: Pause) -> dict[str, Pause]:
    return {one.path(SYSTEM, "mail"): one for one in pauses}


def hand(instance: str = "", since: str = THEN, reason: str = "") -> Pause:
    return Pause(BY_HAND, instance, since, reason)


def deploy(since: str = THEN) -> Pause:
    return Pause(BY_DEPLOY, "", since)


def order(*instances: str, resume: bool = False, reason: str = "") -> PauseByHand:
    return PauseByHand(("mail",), instances, resume, reason, check_mode=False, diff=False, confirm=60.0)


RESUME = order(resume=True)
# the pauses before, the order, the pauses after it
ORDERS: dict[str, tuple[tuple[Pause, ...], PauseByHand, tuple[Pause, ...]]] = {
    "a pool": ((), order(), (hand(since=NOW),)),
    "two instances, and why": (
        (),
        order("2", "3", reason="a"),
        (hand("2", NOW, "a"), hand("3", NOW, "a")),
    ),
    "what is paused keeps its time": ((hand("2"),), order("2"), (hand("2"),)),
    "and its reason": ((hand(reason="a"),), order(), (hand(reason="a"),)),
    "unless there is another reason": ((hand(reason="a"),), order(reason="b"), (hand(reason="b"),)),
    "an instance of a paused pool": ((hand(),), order("2", reason="b"), (hand(),)),
    "a pool with a paused instance": ((hand("2"),), order(), (hand("2"), hand(since=NOW))),
    "beside the deploy": ((deploy(),), order("2"), (deploy(), hand("2", NOW))),
    "the end for a pool": ((hand(), hand("2"), hand("7")), RESUME, ()),
    "the end for an instance": ((hand("2"), hand("3")), order("2", resume=True), (hand("3"),)),
    "the end for an instance of a paused pool": (
        (hand(reason="a"), hand("3", NOW, "b")),
        order("2", resume=True),
        (hand("1", THEN, "a"), hand("3", NOW, "b")),
    ),
    "the end of nothing": ((), RESUME, ()),
}


@pytest.mark.parametrize(("before", "asked", "after"), ORDERS.values(), ids=ORDERS.keys())
def test_the_pauses_after_an_order(before: tuple[Pause, ...], asked: PauseByHand, after: tuple[Pause, ...]) -> None:
    found = pauses_by_hand(SYSTEM, POOL, by_path(*before), asked, NOW)
    assert found == by_path(*after)
    assert pauses_by_hand(SYSTEM, POOL, found, asked, "later") == found, "a second run changes nothing"


pauses = st.sets(st.builds(Pause, st.sampled_from([BY_HAND, BY_DEPLOY]), st.sampled_from(["", *NAMES]))).map(
    lambda some: by_path(*some)
)
hosts = st.builds(
    lambda seen, there: replace(in_place(written(POOL)), instances=dict(zip(NAMES, seen)), pauses=there),
    st.lists(st.sampled_from([*in_place(written(POOL)).instances.values(), DOWN, Instance()]), min_size=3, max_size=3),
    pauses,
)
orders = st.builds(
    lambda names, resume: order(*sorted(names), resume=resume), st.sets(st.sampled_from(NAMES)), st.booleans()
)


def carried_out(steps: t.Iterable[Step], host: ObservedPool, after: t.Mapping[str, Pause]) -> ObservedPool:
    """The host after the steps: systemd starts nothing that is paused."""
    instances = dict(host.instances)
    runs = in_place(written(POOL)).instances
    for name, unit in ((name, f"mail@{name}.service") for name in NAMES):
        verbs = [step.verb for step in steps if step.subject == unit]
        if Verb.STOP in verbs:
            instances[name] = replace(instances[name], active="inactive", sub="dead", process=None)
        if {Verb.START, Verb.RESTART} & {*verbs}:
            instances[name] = runs[name]
    return replace(host, instances=instances, pauses=after)


@given(hosts, orders)
def test_an_order_touches_what_it_names_and_nothing_else(host: ObservedPool, asked: PauseByHand) -> None:
    after = pauses_by_hand(SYSTEM, POOL, host.pauses, asked, NOW)
    steps = plan_by_hand(POOL, host, after, asked)
    held = paused_after(written(POOL), replace(host, pauses=after))
    meant = {f"mail@{name}.service" for name in asked.instances or NAMES}
    assert {step.subject for step in steps if step.verb in (Verb.START, Verb.RESTART)} <= meant - held.keys()
    assert {step.subject for step in steps if step.verb is Verb.STOP} <= held.keys()
    done = carried_out(steps, host, after)
    assert all(not done.instances[name].running for name in NAMES if f"mail@{name}.service" in held)
    assert all(
        done.instances[name].running for name in NAMES if asked.resume and f"mail@{name}.service" in meant - held.keys()
    )
    assert plan_by_hand(POOL, done, pauses_by_hand(SYSTEM, POOL, after, asked, "later"), asked) == ()


@given(hosts, st.sampled_from([None, True, False]), st.sets(st.sampled_from(NAMES)))
def test_no_run_starts_what_is_paused(host: ObservedPool, state: bool | None, touched: set[str]) -> None:
    wanted = written(replace(POOL, paused=state))
    wanted = replace(wanted, pauses=by_path(deploy(NOW)) if state else {})
    held = paused_after(wanted, host)
    units = {f"mail@{name}.service" for name in touched}
    for steps in (plan_pool(wanted, host), plan_revert(wanted, host, units)):
        starts = {step.subject for step in steps if step.verb in (Verb.START, Verb.RESTART)}
        assert not starts & held.keys()
        stops = {step.subject for step in steps if step.verb is Verb.STOP}
        assert stops == {unit for unit in held if host.instances[unit[5:-8]].running}
    assert not {step.subject for step in owed_verdicts(wanted, (), "killed", held)} & held.keys()
    assert all_paused(wanted, host) == (len(held) == 3)
    by_hand = {path for path, one in host.pauses.items() if one.by == BY_HAND}
    assert by_hand <= pauses_after(wanted, host).keys(), "a deploy ends no pause by hand"


# the state of the pool (none: a version that is put back), the pauses before, those after
STATES: dict[str, tuple[bool | None, tuple[Pause, ...], tuple[Pause, ...]]] = {
    "paused": (True, (), (deploy(NOW),)),
    "paused, and was so": (True, (deploy(),), (deploy(),)),
    "present": (False, (deploy(), hand("2")), (hand("2"),)),
    "not said": (None, (deploy(), hand("2")), (deploy(), hand("2"))),
    "without an instance that was paused": (False, (hand("2"), hand("7")), (hand("2"),)),
}


@pytest.mark.parametrize(("state", "before", "after"), STATES.values(), ids=STATES.keys())
def test_the_pauses_after_a_deploy(state: bool | None, before: tuple[Pause, ...], after: tuple[Pause, ...]) -> None:
    wanted = of_state(state)
    host = replace(in_place(written(POOL)), pauses=by_path(*before))
    assert pauses_after(wanted, host) == by_path(*after)
    steps = plan_pool(wanted, host)
    kept = {path for path, one in by_path(*before).items() if one in after}
    assert {step.subject for step in steps if step.verb is Verb.REMOVE} == by_path(*before).keys() - kept
    assert {step.subject for step in steps if step.verb is Verb.WRITE} == by_path(*after).keys() - kept


def of_state(state: bool | None) -> Wanted:
    wanted = written(replace(POOL, paused=state))
    return replace(wanted, pauses=by_path(deploy(NOW)) if state else {})


def test_another_reason_is_written() -> None:
    host = replace(in_place(written(POOL)), pauses=by_path(hand(reason="a")))
    (first, *_stops) = plan_by_hand(POOL, host, by_path(hand(reason="b")), order())
    assert first == Step(Verb.WRITE, hand().path(SYSTEM, "mail"), "has another reason")


def test_a_pool_that_goes_takes_its_pauses_along() -> None:
    host = replace(in_place(written(POOL)), pauses=by_path(hand(), deploy(), hand("2")))
    removed = [step.subject for step in plan_removal("mail", host, "absent") if step.verb is Verb.REMOVE]
    assert {*host.pauses} < {*removed}
    assert removed[-1] == SYSTEM.unit("mail@.service")


def test_a_pool_without_instances_is_not_paused() -> None:
    assert not all_paused(written(mail(instances=0, state="paused")), ObservedPool(pauses=by_path(deploy())))


def test_what_the_host_does_not_have_is_named() -> None:
    (problem,) = unknown_pools(order(), ["mails"])
    assert (problem.expected, problem.hint) == ("one of mails", "Did you mean mails?")
    assert unknown_pools(order(), [])[0].expected == "a pool of this host, which has none"
    assert unknown_pools(order(), ["mail"]) == []


def test_what_a_pool_does_not_have_is_named() -> None:
    (problem,) = pause_problems(order("1", "4"), POOL, {})
    assert (problem.found, problem.expected) == ("'4'", "one of mail@1..3")
    (problem,) = pause_problems(order("1"), mail(instances=0), {})
    assert problem.expected == "none: mail has no instance"


def test_what_a_deploy_pauses_is_not_resumed_by_hand() -> None:
    paused = by_path(hand(), deploy())
    (problem,) = pause_problems(RESUME, POOL, paused)
    assert problem.found == f"mail, which is paused by the deploy since {THEN}"
    assert list(pause_problems(order(), POOL, paused)) == []
