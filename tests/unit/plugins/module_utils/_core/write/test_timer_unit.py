# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Placed
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pool_places import option_of
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import pool_units
from tests.unit.plugins.module_utils._core.builders import SYSTEMD, report

SERVICE, TIMER = "/etc/systemd/system/report.service", "/etc/systemd/system/report.timer"


def texts(**options: object) -> tuple[UnitText, UnitText]:
    units = pool_units(SYSTEM, report(**options), SYSTEMD)
    assert [file.path for file in units.files] == [SERVICE, TIMER]
    return UnitText.parse(units.template.text), UnitText.parse(units.group.text)


def test_the_service_of_a_job_runs_once() -> None:
    service, _timer = texts(user="app", environment={"A": "1"}, runtime_directory="report")
    assert service.values("Service", "Type") == ["oneshot"]
    assert service.values("Service", "TimeoutStartSec") == ["infinity"]
    assert service.values("Service", "EnvironmentFile") == ["/etc/workers.systemd/report/environment"]
    assert service.values("Service", "NoNewPrivileges") == ["yes"]
    assert service.values("Unit", "StartLimitIntervalSec") == ["0"], "a job that runs often is not refused"
    assert service.values("Unit", "After") == ["network-online.target", "workers-recovery-early.service"]
    for section, key in (("Service", "Restart"), ("Service", "KillMode"), ("Service", "RuntimeDirectoryPreserve")):
        assert service.values(section, key) == []
    assert "%i" not in service.text
    assert not service.values("Install", "WantedBy")


def test_the_timer_starts_at_boot_after_the_files_are_back() -> None:
    _service, timer = texts(schedule=["Mon 03:15", "Sun 04:00"], missed="run", jitter="1min")
    assert timer.values("Timer", "OnCalendar") == ["Mon 03:15", "Sun 04:00"]
    assert timer.values("Timer", "Persistent") == timer.values("Timer", "FixedRandomDelay") == ["yes"]
    assert timer.values("Install", "WantedBy") == ["timers.target"]
    assert timer.values("Unit", "After") == ["workers-recovery-early.service"]
    assert timer.values("X-Workers", "Pool") == ["report"]


def test_what_the_operator_writes_goes_to_the_unit_that_has_the_section() -> None:
    unit = {
        "Service": {"Nice": 5},
        "Unit": {"After": "redis.service"},
        "Timer": {"OnCalendar": "Fri 05:00", "AccuracySec": "1min"},
        "Install": {"WantedBy": "app.target"},
    }
    service, timer = texts(every="1h", schedule=None, unit=unit)
    assert service.values("Service", "Nice") == ["5"]
    assert "redis.service" in service.values("Unit", "After")
    assert not [one for one in service.assignments if one.section in ("Timer", "Install")]
    assert timer.values("Timer", "OnCalendar") == ["Fri 05:00"]
    assert timer.values("Timer", "AccuracySec") == ["1min"]
    assert timer.values("Install", "WantedBy") == ["timers.target", "app.target"]
    assert "redis.service" not in timer.text


OPTIONS = {
    (SERVICE, "Service", "ExecStart", "/x"): "command",
    (SERVICE, "Service", "TimeoutStartSec", "5s"): "timeout",
    (TIMER, "Timer", "OnCalendar", "03:15"): "schedule",
    (TIMER, "Timer", "OnActiveSec", "1h"): "every",
    (TIMER, "Timer", "RandomizedDelaySec", "1h"): "jitter",
    (TIMER, "Timer", "WakeSystem", "maybe"): "unit.Timer.WakeSystem",
}


@pytest.mark.parametrize(("at", "option"), OPTIONS.items())
def test_a_directive_leads_to_its_option(at: tuple[str, str, str, str], option: str) -> None:
    timer = report(unit={"Timer": {"WakeSystem": "maybe"}})
    assert option_of(SYSTEM, timer, Placed(*at, 9)) == f"timers[0] (report).{option}"
