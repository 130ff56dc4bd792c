# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import render_argv
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.write.dead_man import (
    boot_unit,
    read_confirm,
    recovery_command,
)

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
    unit = UnitText.parse(boot_unit(SYSTEM, "/usr/bin/python3").text)
    assert unit.values("Service", "ExecStart") == [render_argv(recovery_command(SYSTEM, "/usr/bin/python3"))]
    assert unit.values("Unit", "ConditionPathExists") == ["/var/lib/workers.systemd/journal"]
    assert unit.values("Install", "WantedBy") == ["multi-user.target"]
