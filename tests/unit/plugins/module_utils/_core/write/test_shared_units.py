# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core import marks
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan_shared import after, plan_shared
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import File, ObservedShared
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.write import restart_counter
from ansible_collections.workers.systemd.plugins.module_utils._core.write.dead_man import AT_BOOT, EARLY_AT_BOOT
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pool_unit import GROWING_DELAY_SINCE
from ansible_collections.workers.systemd.plugins.module_utils._core.write.shared_units import UNITS, shared_units

OLD, NEW = GROWING_DELAY_SINCE - 1, GROWING_DELAY_SINCE
SERVICE, TIMER, EARLY, RECOVERY, START_LIMIT, RESTING = (
    SYSTEM.unit(name)
    for name in (
        restart_counter.SERVICE,
        restart_counter.TIMER,
        EARLY_AT_BOOT,
        AT_BOOT,
        f"{marks.START_LIMIT}@.service",
        f"{marks.RESTING}@.service",
    )
)
PYTHON = "/usr/bin/python3"


def host_of(systemd: int, *pools: str) -> ObservedShared:
    """A host on which the shared units of these pools are in place."""
    files = {file.path: File(file.text, file.mode, 0.0) for file in shared_units(SYSTEM, systemd, PYTHON, pools)}
    running = frozenset([restart_counter.TIMER] if TIMER in files else [])
    return ObservedShared(files, active=running, enabled=running | {EARLY_AT_BOOT, AT_BOOT})


STEPS = {
    "nothing on a bare host without pools": (OLD, [], ObservedShared(), []),
    "the revival on an old systemd": (
        OLD,
        ["mail"],
        ObservedShared(),
        [
            (Verb.WRITE, EARLY),
            (Verb.WRITE, RECOVERY),
            (Verb.WRITE, START_LIMIT),
            (Verb.WRITE, RESTING),
            (Verb.ENABLE, EARLY_AT_BOOT),
            (Verb.ENABLE, AT_BOOT),
        ],
    ),
    "nothing where the revival is": (OLD, ["mail", "orders"], host_of(OLD, "mail"), []),
    "service and timer on a new systemd": (
        NEW,
        ["mail"],
        ObservedShared(),
        [
            (Verb.WRITE, EARLY),
            (Verb.WRITE, RECOVERY),
            (Verb.WRITE, SERVICE),
            (Verb.WRITE, TIMER),
            (Verb.ENABLE, restart_counter.TIMER),
            (Verb.START, restart_counter.TIMER),
            (Verb.ENABLE, EARLY_AT_BOOT),
            (Verb.ENABLE, AT_BOOT),
        ],
    ),
    "nothing where they are": (NEW, ["mail"], host_of(NEW, "mail"), []),
    "another pool to look at": (NEW, ["mail", "orders"], host_of(NEW, "mail"), [(Verb.WRITE, SERVICE)]),
    "after the last pool": (
        NEW,
        [],
        host_of(NEW, "mail"),
        [
            (Verb.STOP, restart_counter.TIMER),
            (Verb.DISABLE, restart_counter.TIMER),
            (Verb.DISABLE, EARLY_AT_BOOT),
            (Verb.DISABLE, AT_BOOT),
            (Verb.REMOVE, SERVICE),
            (Verb.REMOVE, TIMER),
            (Verb.REMOVE, EARLY),
            (Verb.REMOVE, RECOVERY),
        ],
    ),
    "after an upgrade of the host": (
        NEW,
        ["mail"],
        host_of(OLD, "mail"),
        [
            (Verb.WRITE, SERVICE),
            (Verb.WRITE, TIMER),
            (Verb.ENABLE, restart_counter.TIMER),
            (Verb.START, restart_counter.TIMER),
            (Verb.REMOVE, RESTING),
            (Verb.REMOVE, START_LIMIT),
        ],
    ),
}


@pytest.mark.parametrize(("systemd", "pools", "observed", "steps"), STEPS.values(), ids=STEPS.keys())
def test_plans(systemd: int, pools: list[str], observed: ObservedShared, steps: list[tuple[Verb, str]]) -> None:
    planned = plan_shared(SYSTEM, shared_units(SYSTEM, systemd, PYTHON, pools), observed)
    assert [(step.verb, step.subject) for step in planned] == steps


FIGURES = ("/srv/textfiles/workers.prom", SYSTEM.metrics)


def test_figures_go_with_the_agent_and_stay_with_it() -> None:
    left = replace(host_of(OLD, "mail"), metrics=FIGURES)
    without, with_agent = (shared_units(SYSTEM, OLD, PYTHON, ["mail"], agent=agent) for agent in (False, True))
    assert [(one.verb, one.subject) for one in plan_shared(SYSTEM, without, left)] == [
        (Verb.REMOVE, path) for path in FIGURES
    ]
    assert Verb.REMOVE not in [one.verb for one in plan_shared(SYSTEM, with_agent, left)]
    # A run whose first part removes them has nothing more to remove in its last.
    assert (after(without, FIGURES).metrics, after(with_agent, FIGURES).metrics) == ((), FIGURES)


def test_every_shared_unit_has_a_known_path() -> None:
    of_both = [
        file.path for systemd in (OLD, NEW) for file in shared_units(SYSTEM, systemd, PYTHON, ["mail"], agent=True)
    ]
    assert set(of_both) == set(map(SYSTEM.unit, UNITS))


@pytest.mark.parametrize("agent", [False, True], ids=["without the agent", "with the agent"])
@pytest.mark.parametrize("systemd", [OLD, NEW])
def test_nothing_is_left_to_do_after_the_steps(systemd: int, agent: bool) -> None:
    files = shared_units(SYSTEM, systemd, PYTHON, ["mail"], agent=agent)
    assert plan_shared(SYSTEM, files, after(files)) == []
