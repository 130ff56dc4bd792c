# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker that loads for long is waited for: not green before it has looked at its arguments, nor told of."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from tests.helpers.lab_host import LabHost
from tests.helpers.queue_load import APPS, FRAMEWORKS

APPLICATIONS = Path(__file__).parents[1] / "apps"
# They import before they handle SIGTERM.
LOADING = {one.preset: one for one in FRAMEWORKS if one.preset in ("celery", "rq")}
NO_HANDLER = "process-has-no-handler"
# Imports for four seconds, of processor time.
SLOW = """\
import signal, sys, time
while time.process_time() < 4:
    pass
if len(sys.argv) > 1:
    sys.exit("no such option: " + sys.argv[1])
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
while True:
    time.sleep(60)
"""


@pytest.fixture
def broker(bare: LabHost) -> t.Iterator[LabHost]:
    bare.sh(f"rm -rf {APPS}; systemctl enable --quiet --now redis-server")
    bare.copy(APPLICATIONS, APPS)
    bare.write(f"{APPS}/slow.py", SLOW, "0644")
    yield bare
    bare.remove_pools()
    bare.sh(f"rm -rf {APPS}; systemctl disable --quiet --now redis-server")


def pool(framework: str, instances: int = 3, options: str = "", **more: t.Any) -> dict[str, t.Any]:
    wanted = {**LOADING[framework].pool(instances), **more}
    return {**wanted, "command": wanted["command"] + options}


@pytest.mark.parametrize("preset", LOADING)
def test_workers_that_are_right_settle_when_they_handle_the_signal(broker: LabHost, preset: str) -> None:
    result = broker.deploy(pool(preset))
    assert not result.failed, result.msg
    masks = [broker.sh(f"grep SigCgt /proc/{pid}/status").split()[1] for pid in broker.pids(preset).values()]
    assert all(int(mask, 16) & 1 << 14 for mask in masks)
    assert NO_HANDLER not in str(result.result)


@pytest.mark.parametrize("more", [{}, {"preset": "generic"}], ids=["by the preset", "by the command"])
def test_workers_with_a_wrong_argument_never_settle(broker: LabHost, more: dict[str, t.Any]) -> None:
    result = broker.deploy(pool("celery", 8, " --no-such-option", **more))
    assert result.failed
    assert "No such option" in result.msg
    verdicts = result.result["pools"]["celery"]["verdicts"]
    assert not [unit for unit, verdict in verdicts.items() if verdict.startswith("settled")]


def test_a_worker_that_never_handles_the_signal_is_judged_by_running_and_told(broker: LabHost) -> None:
    brief = {"min_healthy_time": "300ms", "healthy_deadline": "5s"}
    result = broker.deploy(pool("rq", 1, command="/bin/sleep infinity", rollout=brief))
    assert not result.failed, result.msg
    assert "does not handle SIGTERM" in result.result["pools"]["rq"]["verdicts"]["rq@1.service"]
    assert NO_HANDLER in str(result.result)


def test_a_finding_that_a_later_look_would_take_back_is_not_told(broker: LabHost) -> None:
    result = broker.deploy(pool("rq", 1, preset="generic", command=f"/usr/bin/python3 {APPS}/slow.py"))
    assert not result.failed, result.msg
    assert NO_HANDLER not in str(result.result)
