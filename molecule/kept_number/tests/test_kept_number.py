# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent takes no instance from a rollout, and none in place of one that prolongs its stop."""

from __future__ import annotations

import typing as t

import pytest

from tests.helpers.lab_host import LabHost
from tests.helpers.scaled import jobs, said, scaled, with_backlog

GOING = "systemctl list-units --plain --no-legend --state=deactivating 'many@*'"
# Ends when it may, and asks systemd for more time until then.
PROLONGS = """\
#!/usr/bin/python3
import os, signal, socket, time
def tell(text):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
        to.connect(os.environ["NOTIFY_SOCKET"].replace("@", "\\0", 1))
        to.send(text.encode())
stops = []
signal.signal(signal.SIGTERM, lambda *_: stops.append(1))
tell("READY=1")
while not (stops and os.path.exists("/var/tmp/backlog/may-end")):
    if stops:
        tell("EXTEND_TIMEOUT_USEC=5000000")
    time.sleep(0.2)
"""


@pytest.fixture
def hosted(bare: LabHost) -> t.Iterator[LabHost]:
    with with_backlog(bare) as host:
        yield host


def running(host: LabHost) -> int:
    return len(host.sh("systemctl list-units --plain --no-legend --state=running 'many@*'").splitlines())


def test_a_rollout_keeps_what_it_works_on_until_it_ends(hosted: LabHost) -> None:
    """It lasts longer than ``fall_after``, and no instance has work."""
    jobs(hosted, "45")
    assert not hosted.deploy(scaled()).failed
    hosted.until(lambda: len(hosted.pids("many")) == 5)
    jobs(hosted, "0")
    slowly = {"canary": 1, "max_parallel": 1, "min_healthy_time": "2s"}
    result = hosted.deploy(scaled(environment={"RELEASE": "2"}, rollout=slowly))
    assert not result.failed, result.msg
    # Each of them has been restarted, and was up until its verdict.
    assert len(result.result["pools"]["many"]["verdicts"]) == 5
    hosted.until(lambda: sorted(hosted.pids("many")) == ["1", "2"])


def test_a_worker_that_prolongs_its_stop_keeps_its_place_until_it_ends(hosted: LabHost) -> None:
    hosted.write("/usr/local/bin/prolongs", PROLONGS)
    jobs(hosted, "35")
    pool = scaled(command=["/usr/local/bin/prolongs"], drain_timeout="3s", unit={"Service": {"Type": "notify"}})
    del pool["busy_check"]
    result = hosted.deploy(pool)
    assert not result.failed, result.msg
    hosted.until(lambda: running(hosted) == 4)
    jobs(hosted, "0")
    hosted.until(lambda: "many@4.service" in hosted.sh(GOING))
    # Longer than drain_timeout and fall_after: it is not killed, and no other one stops before it has ended.
    hosted.never(lambda: hosted.sh(GOING).split()[:1] != ["many@4.service"] or running(hosted) != 3, 10.0)
    hosted.sh("touch /var/tmp/backlog/may-end")
    hosted.until(lambda: (running(hosted), hosted.sh(GOING)) == (2, ""))
    assert not [line for line in said(hosted) if "killed" in line], said(hosted)
    hosted.remove_pools()
    hosted.sh("rm /usr/local/bin/prolongs")
