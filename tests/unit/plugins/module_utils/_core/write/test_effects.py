# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.write.effects import (
    LIMITS_ARE_LIVE_UP_TO,
    Effect,
    effect_of,
)

EFFECTS = {
    "a new description restarts nobody": ("Unit", "Description", Effect.DAEMON_RELOAD),
    "a restart policy is in force after a reload": ("Service", "RestartSec", Effect.DAEMON_RELOAD),
    "a way to stop is in force after a reload": ("Service", "ExecStop", Effect.DAEMON_RELOAD),
    "an order is in force after a reload": ("Unit", "After", Effect.DAEMON_RELOAD),
    "a unit that has to be started first restarts": ("Unit", "Requires", Effect.RESTART),
    "a watchdog is that of the start": ("Service", "WatchdogSec", Effect.RESTART),
    "an install directive never restarts": ("Install", "WantedBy", Effect.DAEMON_RELOAD),
    "a new command restarts": ("Service", "ExecStart", Effect.RESTART),
    "a directive nobody listed restarts": ("Service", "NewInSystemd300", Effect.RESTART),
    "a section nobody listed restarts": ("Timer", "OnCalendar", Effect.RESTART),
    "an X- section is a comment": ("X-Workers", "Pool", Effect.NOTHING),
}


@pytest.mark.parametrize(("section", "key", "effect"), EFFECTS.values(), ids=EFFECTS.keys())
def test_a_changed_directive_has_an_effect(section: str, key: str, effect: Effect) -> None:
    assert {effect_of(section, key, systemd) for systemd in (247, LIMITS_ARE_LIVE_UP_TO, 257, 262)} == {effect}


@pytest.mark.parametrize(
    ("systemd", "effect"),
    [(247, Effect.DAEMON_RELOAD), (252, Effect.DAEMON_RELOAD), (253, Effect.RESTART), (257, Effect.RESTART)],
    ids=["247 applies it", "252 applies it", "nobody has looked", "257 leaves the cgroup alone"],
)
def test_a_limit_is_live_where_systemd_applies_it(systemd: int, effect: Effect) -> None:
    assert effect_of("Service", "MemoryMax", systemd) is effect
    assert effect_of("Slice", "MemoryMax", systemd) is Effect.RESTART
