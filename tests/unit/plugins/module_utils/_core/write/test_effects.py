# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.write.effects import Effect, effect_of

EFFECTS = {
    "a new description restarts nobody": ("Unit", "Description", Effect.DAEMON_RELOAD),
    "a restart policy is in force after a reload": ("Service", "RestartSec", Effect.DAEMON_RELOAD),
    "a way to stop is in force after a reload": ("Service", "ExecStop", Effect.DAEMON_RELOAD),
    "an order is in force after a reload": ("Unit", "After", Effect.DAEMON_RELOAD),
    "a unit that has to be started first restarts": ("Unit", "Requires", Effect.RESTART),
    "a watchdog is that of the start": ("Service", "WatchdogSec", Effect.RESTART),
    "a limit is brought in force without a restart": ("Service", "MemoryMax", Effect.DAEMON_RELOAD),
    "a limit of another section is nothing we bring in force": ("Slice", "MemoryMax", Effect.RESTART),
    "an install directive never restarts": ("Install", "WantedBy", Effect.DAEMON_RELOAD),
    "a new command restarts": ("Service", "ExecStart", Effect.RESTART),
    "a directive nobody listed restarts": ("Service", "NewInSystemd300", Effect.RESTART),
    "a section nobody listed restarts": ("Timer", "OnCalendar", Effect.RESTART),
    "an X- section is a comment": ("X-Workers", "Pool", Effect.NOTHING),
}


@pytest.mark.parametrize(("section", "key", "effect"), EFFECTS.values(), ids=EFFECTS.keys())
def test_a_changed_directive_has_an_effect(section: str, key: str, effect: Effect) -> None:
    assert effect_of(section, key) is effect
