# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps import table as traps
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.host_facts import LiveProcess
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from tests.unit.plugins.module_utils._core.judge.traps.trap_units import worker

# Bit 14 is signal 15, SIGTERM; bit 1 is SIGINT.
TERM, INT = 0x4000, 0x2
UNREAD = LiveProcess(program="python3.11")
COUNTED = LiveProcess(accounted=True, memory_current=4096, tasks_current=1)
NOT_COUNTED = LiveProcess(accounted=True)

Rows = dict[str, tuple[str, str, LiveProcess]]
CAUGHT: Rows = {
    "TERM is ignored": ("process-ignores-stop-signal", worker(), LiveProcess("sh", TERM, 0)),
    "INT is ignored, and meant": (
        "process-ignores-stop-signal",
        worker("KillSignal=SIGINT"),
        LiveProcess("sh", INT, TERM),
    ),
    "python without a handler": ("process-has-no-handler", worker(), LiveProcess("python3.11", 0, INT)),
    "a handler for another signal": ("process-has-no-handler", worker("KillSignal=INT"), LiveProcess("w", 0, TERM)),
    "memory is not counted": ("limit-is-not-in-force", worker("MemoryMax=1G"), NOT_COUNTED),
    "tasks are not counted": ("limit-is-not-in-force", worker("TasksMax=64"), NOT_COUNTED),
}
MISSED: Rows = {
    "TERM is handled": ("process-ignores-stop-signal", worker(), LiveProcess("python3.11", 0, TERM)),
    "TERM is ignored, and INT is meant": (
        "process-ignores-stop-signal",
        worker("KillSignal=SIGINT"),
        LiveProcess("sh", TERM, INT),
    ),
    "masks that nobody read": ("process-ignores-stop-signal", worker(), UNREAD),
    "a handler": ("process-has-no-handler", worker(), LiveProcess("python3.11", 0, TERM)),
    "an ignored signal is another trap": ("process-has-no-handler", worker(), LiveProcess("sh", TERM, 0)),
    "php proves nothing": ("process-has-no-handler", worker(), LiveProcess("php8.2", 0, 0)),
    "ruby proves nothing": ("process-has-no-handler", worker(), LiveProcess("ruby3.1", 0, 0)),
    "a program without a name": ("process-has-no-handler", worker(), LiveProcess("", 0, 0)),
    "it still loads": ("process-has-no-handler", worker(), LiveProcess("python3.11", 0, INT, loading=True)),
    "no masks": ("process-has-no-handler", worker(), UNREAD),
    "a signal that is none": ("process-has-no-handler", worker("KillSignal=FOO"), LiveProcess("w", 0, 0)),
    "a oneshot": ("process-has-no-handler", worker("Type=oneshot"), LiveProcess("w", 0, 0)),
    "limits in force": ("limit-is-not-in-force", worker("MemoryMax=1G", "TasksMax=64"), COUNTED),
    "no limits": ("limit-is-not-in-force", worker("MemoryMax=infinity"), NOT_COUNTED),
    "counters that nobody asked for": ("limit-is-not-in-force", worker("MemoryMax=1G"), LiveProcess()),
}


def result(text: str, process: LiveProcess) -> set[str]:
    return {finding.id for finding in traps.live_findings(Unit.of("mail.service", text), process, 257)}


@pytest.mark.parametrize(("trap", "text", "process"), CAUGHT.values(), ids=CAUGHT.keys())
def test_is_told(trap: str, text: str, process: LiveProcess) -> None:
    assert result(text, process) == {trap}


@pytest.mark.parametrize(("trap", "text", "process"), MISSED.values(), ids=MISSED.keys())
def test_is_not_told(trap: str, text: str, process: LiveProcess) -> None:
    assert trap not in result(text, process)
