# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import (
    all_paused,
    paused_after,
    plan_pool,
    plan_revert,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan_pause import plan_by_hand
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import Instance, ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pause import PauseByHand
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pause import BY_HAND, Pause
from tests.unit.plugins.module_utils._core.builders import in_place, mail, running, written

POOL = mail(instances=2, bound_to=["app.service"])
WANTED, FREE = written(POOL), written(mail(instances=2))
STOPPED = Instance("loaded", "inactive", "dead", True)
DOWN = {"app.service": "inactive"}
ALL = {"mail@1.service", "mail@2.service"}
BOUND, AT_BOOT = frozenset({"app.service.wants/mail.target"}), frozenset({"multi-user.target.wants/mail.target"})


def host(**more: t.Any) -> ObservedPool:
    """All is in place, and stopped with the unit."""
    stopped = dict.fromkeys(("1", "2"), STOPPED)
    return replace(in_place(WANTED), **{"instances": stopped, "target_active": False, "down": DOWN, **more})


def test_what_is_stopped_with_its_unit_stays_so() -> None:
    assert plan_pool(WANTED, host()) == ()
    assert plan_revert(WANTED, host(), ALL) == ()
    waiting = paused_after(WANTED, host())
    assert waiting.keys() == ALL
    assert {str(one) for one in waiting.values()} == {"bound_to: app.service is inactive"}
    assert all_paused(WANTED, host())


def test_it_starts_while_its_unit_runs() -> None:
    steps = plan_pool(WANTED, host(down={}))
    assert {step.subject for step in steps if step.verb is Verb.START} == {*ALL, "mail.target"}
    assert paused_after(WANTED, host(down={})) == {}


# The state of one instance, and whether it waits.
STATES = {
    "inactive": True,
    "failed": True,
    # It finishes its job, and its unit is stopped already.
    "deactivating": True,
    "activating": False,
    "active": False,
}


@pytest.mark.parametrize(("state", "waits"), STATES.items())
def test_what_an_operator_has_started_by_hand_is_rolled_out(state: str, waits: bool) -> None:
    seen = replace(running(FREE, "1"), active=state, enabled=True)
    one = host(instances={"1": seen, "2": STOPPED})
    assert ("mail@1.service" in paused_after(WANTED, one)) is waits
    assert all_paused(WANTED, one) is waits


def test_a_pool_whose_target_is_up_is_up() -> None:
    """After a failure of the unit, or when the pool was bound while the unit was stopped."""
    up = host(target_active=True)
    assert paused_after(WANTED, up) == {}
    assert {step.subject for step in plan_pool(WANTED, up)} == ALL


def test_a_pause_by_hand_is_named_first_and_its_end_starts_nothing() -> None:
    pause = Pause(BY_HAND, since="2026-11-29T07:30:00Z")
    paused = host(pauses={"/x": pause})
    assert set(paused_after(WANTED, paused).values()) == {pause}
    order = PauseByHand(("mail",), (), resume=True, reason="", check_mode=False, diff=False, confirm=0.0)
    assert [step.verb for step in plan_by_hand(POOL, paused, {}, order)] == [Verb.REMOVE]
    assert {step.verb for step in plan_by_hand(POOL, replace(paused, down={}), {}, order)} == {
        Verb.REMOVE,
        Verb.START,
    }


# What there is, the links that enable the target, what is wanted, and what happens to the target.
LINKS = {
    "is bound now": (FREE, AT_BOOT, WANTED, [Verb.REENABLE]),
    "is not bound any more": (WANTED, BOUND, FREE, [Verb.REENABLE]),
    "is bound, in a run that was killed": (WANTED, AT_BOOT, WANTED, [Verb.REENABLE]),
    "has a link that another version made": (WANTED, BOUND | AT_BOOT, FREE, [Verb.REENABLE]),
    "is bound": (WANTED, BOUND, WANTED, []),
    "has a link of an operator, too": (FREE, BOUND | AT_BOOT, FREE, []),
    "has links that are not known": (FREE, None, WANTED, []),
    "has no links": (FREE, frozenset(), WANTED, [Verb.ENABLE]),
}


@pytest.mark.parametrize(("there", "links", "now", "verbs"), LINKS.values(), ids=LINKS.keys())
def test_the_target_gets_the_links_of_its_version(there: t.Any, links: t.Any, now: t.Any, verbs: list[Verb]) -> None:
    seen = replace(in_place(there), links=links, target_enabled=links != frozenset())
    steps = [step for step in plan_pool(now, seen) if step.subject == "mail.target"]
    assert [step.verb for step in steps] == verbs
    assert not [step for step in plan_pool(now, seen) if step.verb in (Verb.RESTART, Verb.STOP)]
    if verbs == [Verb.REENABLE]:
        assert steps[0].because == f"starts with {'multi-user.target' if now is FREE else 'app.service'}"


def test_a_target_that_is_not_there_has_made_no_link() -> None:
    seen = replace(in_place(WANTED), files={}, links=BOUND)
    assert [step.verb for step in plan_pool(WANTED, seen) if step.subject == "mail.target"] == []
