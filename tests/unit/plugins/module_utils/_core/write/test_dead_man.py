# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM, Places, of_user
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import render_argv
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.write.dead_man import (
    EARLY_AT_BOOT,
    Occasion,
    boot_unit,
    early_unit,
    read_confirm,
    recovery_command,
)

PYTHON = "/usr/bin/python3"
TAKEN = {"60s": 60, "2s": 2, "1min 30s": 90, 5: 5, "1.5m": 90}
REFUSED = {"nothing": "", "off": "0", "too short for a busy host": "1s", "no span": "soon", "for ever": "infinity"}


@pytest.mark.parametrize(("given", "seconds"), TAKEN.items(), ids=str)
def test_confirm_is_a_time_span(given: t.Any, seconds: float) -> None:
    assert read_confirm(given) == (seconds, [])


@pytest.mark.parametrize("given", REFUSED.values(), ids=REFUSED.keys())
def test_confirm_cannot_be(given: str) -> None:
    seconds, (problem,) = read_confirm(given)
    assert (seconds, problem.where, problem.found) == (60, "confirm", repr(given))


def test_boot_starts_the_program_only_when_a_run_left_something() -> None:
    unit = UnitText.parse(boot_unit(SYSTEM, PYTHON).text)
    assert unit.values("Service", "ExecStart") == [render_argv(recovery_command(SYSTEM, PYTHON, Occasion.BOOT))]
    assert unit.values("Unit", "ConditionPathExists") == ["/var/lib/workers.systemd/journal"]
    assert unit.values("Install", "WantedBy") == ["multi-user.target"]


@pytest.mark.parametrize(
    ("places", "mounts"),
    [
        (SYSTEM, ["/etc/systemd/system", "/etc/workers.systemd", "/var/lib/workers.systemd"]),
        (of_user("app", "/home/app", 1000), []),
    ],
    ids=["of the system", "of a user"],
)
def test_the_early_unit_delays_the_pools_for_a_limited_time(places: Places, mounts: list[str]) -> None:
    """All boots pass its target, and the other unit follows it."""
    unit = UnitText.parse(early_unit(places, PYTHON).text)
    assert unit.values("Service", "ExecStart") == [render_argv(recovery_command(places, PYTHON, Occasion.EARLY))]
    assert unit.values("Unit", "ConditionPathExists") == [places.journal]
    assert unit.values("Unit", "RequiresMountsFor") == mounts
    assert unit.values("Service", "TimeoutStartSec") == ["5min"]
    assert unit.values("Install", "WantedBy") == ["basic.target"]
    assert UnitText.parse(boot_unit(places, PYTHON).text).values("Unit", "After") == [EARLY_AT_BOOT]


def test_the_switch_says_how_old_a_sign_of_life_may_be_and_boot_does_not() -> None:
    without = recovery_command(SYSTEM, PYTHON, Occasion.SWITCH)
    assert recovery_command(SYSTEM, PYTHON, Occasion.SWITCH, 2.5) == [*without, "2.5"]
