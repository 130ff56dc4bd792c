# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.agent.alert import Alerts
from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import State, as_generation
from ansible_collections.workers.systemd.plugins.module_utils._core.look.kept_metrics import Run
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import Instance, ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.figures import (
    current_starts,
    last_run,
    pool_figures,
    timer_figures,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.metrics import (
    Deployed,
    PoolFigures,
    TimerFigures,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.alert import Alert
from tests.unit.plugins.module_utils._core.builders import in_place, mail, report, running, written

OLD, WANTED = written(mail(instances=3, environment={"A": "1"})), written(mail(instances=3, environment={"A": "2"}))
TIME = "2026-01-31T12:00:00Z"
GOOD = replace(as_generation(WANTED, 4, TIME), state=State.GOOD)
DEPLOYED = Deployed(4, 1769860800.0, True)
FULL = in_place(WANTED)


def figures(pool: ObservedPool, alerts: t.Optional[Alerts] = None, **memory: t.Optional[int]) -> PoolFigures:
    used = {f"mail@{number}.service": size for number, size in memory.items()}
    return pool_figures(SYSTEM, "mail", pool, [GOOD], alerts or Alerts(Alert()), used)


def with_instances(**instances: Instance) -> ObservedPool:
    return replace(FULL, instances={**FULL.instances, **{name[1:]: one for name, one in instances.items()}})


ALL = PoolFigures(3, 3, 0, 0, 0, False, None, DEPLOYED)
POOLS = {
    "all is well": (FULL, ALL),
    "one is dead": (with_instances(_2=Instance("loaded", "failed", "failed", True)), replace(ALL, up=2)),
    "one waits for its restart": (
        with_instances(_2=Instance("loaded", "activating", "auto-restart", True)),
        replace(ALL, up=2),
    ),
    "one has ended and is active": (
        with_instances(_2=Instance("loaded", "active", "exited", True)),
        replace(ALL, up=2),
    ),
    "one is not known": (
        replace(FULL, instances={name: one for name, one in FULL.instances.items() if name != "2"}),
        replace(ALL, up=2),
    ),
    "one has an older version": (with_instances(_2=running(OLD, "2")), replace(ALL, stale=1)),
    "one waits for a unit that the pool is bound to": (
        replace(
            with_instances(_2=Instance("loaded", "inactive", "dead", True)),
            target_active=False,
            down={"broker.service": "inactive"},
        ),
        replace(ALL, up=2, paused=1),
    ),
    "one that is not wanted any more": (with_instances(_9=running(OLD, "9")), ALL),
}


@pytest.mark.parametrize(("pool", "expected"), POOLS.values(), ids=POOLS.keys())
def test_the_figures_of_a_pool(pool: ObservedPool, expected: PoolFigures) -> None:
    assert figures(pool) == expected


def test_current_starts_are_of_instances_that_run_with_the_installed_version() -> None:
    instances = {
        "1": replace(running(WANTED, "1"), invocation="a1"),
        "2": replace(running(OLD, "2"), invocation="a2"),
        "3": replace(Instance("loaded", "failed", "failed", True), invocation="a3"),
        # Without a look at its process: it was current before, and its files are the same.
        "4": Instance("loaded", "active", "running", True, invocation="a4"),
        # systemd has no start of it.
        "5": running(WANTED, "5"),
    }
    found = current_starts(SYSTEM, "mail", replace(FULL, instances=instances))
    assert found == {"mail@1.service": "a1", "mail@4.service": "a4"}


def test_memory_is_that_of_the_instances_that_are_counted() -> None:
    assert figures(FULL, **{"1": 5, "2": None, "3": 7}).memory == 12
    assert figures(FULL, **{"1": None}).memory is None


def test_deaths_are_counted_and_make_a_loop() -> None:
    alerts = Alerts(Alert())
    for restarts in (4, 5, 6):
        alerts.count(float(restarts), {"mail@1.service": (str(restarts), restarts)})
    assert (figures(FULL, alerts).restarts, figures(FULL, alerts).crash_loop) == (2, False)
    alerts.count(7.0, {"mail@1.service": ("7", 7)})
    assert (figures(FULL, alerts).restarts, figures(FULL, alerts).crash_loop) == (3, True)
    # A start on request begins at 0, and takes nothing back.
    alerts.count(8.0, {"mail@1.service": ("8", 0)})
    assert figures(FULL, Alerts(Alert(), alerts.state())).restarts == 3


def test_what_an_earlier_version_has_kept_begins_at_0() -> None:
    state = Alerts(Alert()).state()
    del state["total"]
    assert Alerts(Alert(), state).total == 0


def shown(active: str, result: str, *, ended: str = "Sat 2026-01-31 12:00:00 UTC", status: str = "0") -> dict[str, str]:
    return {
        "ActiveState": active,
        "Result": result,
        "ExecMainStartTimestamp": ended,
        "ExecMainExitTimestamp": ended,
        "ExecMainCode": "1" if ended else "0",
        "ExecMainStatus": status,
    }


BEFORE = Run(1000.0, good=True)
RUNS = {
    "it has succeeded": (shown("inactive", "success"), Run(1769860800.0, good=True)),
    "it has failed": (shown("failed", "exit-code", status="1"), Run(1000.0, good=False)),
    "it runs": (shown("activating", "success", ended=""), BEFORE),
    "it has not run since the boot": (shown("inactive", "success", ended=""), BEFORE),
    "another host has run it": (shown("inactive", "exec-condition"), BEFORE),
    "it took too long": (shown("failed", "timeout"), Run(1000.0, good=False)),
}


@pytest.mark.parametrize(("said", "expected"), RUNS.values(), ids=RUNS.keys())
def test_the_last_run(said: dict[str, str], expected: Run) -> None:
    assert last_run(BEFORE, said) == expected


def test_the_figures_of_a_timer() -> None:
    timer = written(report())
    kept = replace(as_generation(timer, 1, TIME), state=State.BAD)
    files = in_place(timer)
    assert timer_figures(files, [kept], BEFORE) == TimerFigures(False, 1000.0, True, Deployed(1, 1769860800.0, False))
