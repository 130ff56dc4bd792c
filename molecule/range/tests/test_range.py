# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A range of instances comes and goes, through deploys, pauses, rollbacks and a reboot."""

from __future__ import annotations

import typing as t

import pytest

from tests.helpers.lab_host import LabHost
from tests.helpers.scaled import jobs, said, scaled, with_backlog


@pytest.fixture
def hosted(bare: LabHost) -> t.Iterator[LabHost]:
    with with_backlog(bare) as host:
        yield host


def test_idle_ones_go_and_the_range_can_come_and_go(hosted: LabHost) -> None:
    jobs(hosted, "1000")
    assert not hosted.deploy({**scaled(), "instances": 3}).failed
    three = hosted.pids("many")
    planned = hosted.deploy(scaled(), check=True)
    assert planned.result["pools"]["many"]["instances"] == "3 of 2 to 5"
    assert ("disable", "many@3.service") in planned.plan("many")
    result = hosted.deploy(scaled())
    assert not result.failed, result.msg
    hosted.until(lambda: len(hosted.pids("many")) == 5)
    assert {name: hosted.pids("many")[name] for name in three} == three
    # The busy one stays, and the idle ones go.
    hosted.sh("touch /var/tmp/backlog/5.busy")
    jobs(hosted, "0")
    hosted.until(lambda: sorted(hosted.pids("many")) == ["1", "2", "5"])
    assert not hosted.deploy(scaled()).changed
    assert sorted(hosted.pids("many")) == ["1", "2", "5"]
    hosted.sh("rm /var/tmp/backlog/5.busy")
    # What is paused stays stopped, and another one works in its place.
    assert not hosted.module("pause", pools=["many"], instances=["3"]).failed
    jobs(hosted, "45")
    hosted.until(lambda: sorted(hosted.pids("many")) == ["1", "2", "4", "5"])
    assert not hosted.module("pause", pools=["many"]).failed
    hosted.never(lambda: bool(hosted.pids("many")), 3.0)
    assert not hosted.module("pause", pools=["many"], state="resumed").failed
    hosted.until(lambda: len(hosted.pids("many")) == 5)
    # An operator who stops the pool has the last word.
    hosted.sh("systemctl stop many.target")
    hosted.never(lambda: bool(hosted.pids("many")), 3.0)
    hosted.sh("systemctl start many.target")
    hosted.until(lambda: len(hosted.pids("many")) == 5)
    # Back to a fixed number, and back to the range by a rollback.
    assert not hosted.deploy({**scaled(), "instances": 1}).failed
    assert list(hosted.pids("many")) == ["1"]
    back = hosted.module("rollback", pool="many")
    assert not back.failed, back.msg
    hosted.until(lambda: len(hosted.pids("many")) == 5)
    assert hosted.sh("ls /etc/systemd/system/many.target.wants").split() == ["many@1.service", "many@2.service"]
    assert not hosted.module("pools", pools=[], purge=True).failed
    assert hosted.pids("many") == {}


def test_a_bad_version_is_put_back_with_the_number_that_ran(hosted: LabHost) -> None:
    jobs(hosted, "45")
    assert not hosted.deploy(scaled()).failed
    # One that starts still would start with the new version.
    running = "systemctl list-units --plain --no-legend --state=running 'many@*' | wc -l"
    hosted.until(lambda: hosted.sh(running).strip() == "5")
    before = hosted.pids("many")
    result = hosted.deploy(scaled(command=["/bin/false"]))
    assert result.failed
    after = hosted.pids("many")
    assert after.keys() == before.keys()
    assert len([name for name, pid in after.items() if before[name] != pid]) == 1
    # After a reboot, systemd starts the smallest number, and the agent starts the others.
    hosted.sh("journalctl --rotate --vacuum-time=1s -q")
    hosted.reboot()
    hosted.until(lambda: len(hosted.pids("many")) == 5)
    assert any(line.startswith("many: 2 -> 5: 45 jobs wait") for line in said(hosted)), said(hosted)
