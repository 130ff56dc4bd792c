# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.workers.systemd.plugins.module_utils._core import marks
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM, of_user
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.write.agent_unit import (
    SERVICE,
    agent_unit,
)


def test_the_agent_is_bounded_and_watched() -> None:
    file = agent_unit(SYSTEM, "/usr/bin/python3")
    written = UnitText.parse(file.text)
    asked = ("Type", "ExecStart", "Restart", "WatchdogSec", "WatchdogSignal", "MemoryMax")
    assert [written.values("Service", one) for one in asked] == [
        ["notify"],
        ['"/usr/bin/python3" "-I" "/var/lib/workers.systemd/recovery.pyz" "agent"'],
        ["always"],
        ["60s"],
        ["SIGKILL"],
        ["64M"],
    ]
    assert (file.path, file.mode) == (SYSTEM.unit(SERVICE), 0o644)
    assert written.values(marks.OWNER_SECTION, marks.SHARED)


def test_in_the_manager_of_a_user_it_has_no_guard_that_a_check_would_notice() -> None:
    places = of_user("app", "/home/app", 1000)
    file = agent_unit(places, "/usr/bin/python3")
    written, of_system = UnitText.parse(file.text), UnitText.parse(agent_unit(SYSTEM, "/usr/bin/python3").text)
    keys, more = ({one.key for one in text.assignments} for text in (written, of_system))
    assert more - keys == {
        "LockPersonality",
        "ProtectClock",
        "ProtectHostname",
        "ProtectKernelLogs",
        "ProtectKernelModules",
        "RestrictRealtime",
    }
    assert not keys - more
    assert written.values("Unit", "After") == ["workers-recovery-early.service"]
    assert written.values("Install", "WantedBy") == ["default.target"]
    assert file.path == "/home/app/.config/systemd/user/workers-agent.service"


def test_no_two_users_and_no_check_and_alert_share_a_scope() -> None:
    names = {marks.scope_of(name, uid) for name in (marks.CHECKS, marks.ALERTS) for uid in (0, 1, 1000, 65534)}
    assert len(names) == 8
    assert marks.scope_of(marks.CHECKS, 1000) == "workers-checks-1000.scope"
