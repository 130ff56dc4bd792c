# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody has done to units of a pool by hand is named before anything changes, and no way back breaks by it."""

from __future__ import annotations

import typing as t
from functools import partial

import pytest

from tests.helpers.lab_host import LabHost
from tests.helpers.pools import sleeper

UNITS = "/etc/systemd/system"
FORMER = """\
[Service]
ExecStart=/bin/sleep infinity
[Install]
WantedBy=multi-user.target
"""
# Once, as somebody who looks at the host at the wrong moment.
MASKS = """\
#!/bin/sh
for unit in $MASKED; do [ -e /etc/systemd/system/$unit ] || systemctl --quiet mask $unit; done
exit 1
"""
three = partial(sleeper, instances=3)


@pytest.fixture
def running(bare: LabHost) -> t.Iterator[LabHost]:
    assert not bare.deploy(three()).failed
    yield bare
    bare.sh(
        f"rm -rf /etc/systemd/system.control/sleeper* {UNITS}/sleeper* /run/systemd/system/sleeper*"
        " /run/systemd/system.control/sleeper*; systemctl daemon-reload"
    )


def links(lab: LabHost) -> list[str]:
    return sorted(lab.sh(f"cd {UNITS}; ls -d *.wants/sleeper@*", check=False).split())


@pytest.mark.parametrize("where", ["", "--runtime"])
@pytest.mark.parametrize("runs", [True, False], ids=["running", "stopped"])
def test_a_masked_instance_is_named_before_anything_changes(running: LabHost, where: str, runs: bool) -> None:
    running.sh(f"systemctl mask {where} sleeper@2" + ("" if runs else "; systemctl stop sleeper@2"))
    before, pids = running.tree(), running.pids("sleeper")
    new = three(environment={"A": "2"})
    for result in (running.deploy(new), running.deploy(new, check=True)):
        assert result.failed
        assert "nothing was changed" in result.msg
        assert "sleeper@2.service, masked by" in result.msg
        assert "`systemctl unmask sleeper@2.service`" in result.msg
    assert (running.tree(), running.pids("sleeper")) == (before, pids)
    running.sh(f"systemctl unmask {where} sleeper@2")
    assert not running.deploy(new).failed


def test_with_nothing_to_do_for_it_a_masked_instance_is_a_warning(running: LabHost) -> None:
    pids = running.pids("sleeper")
    running.sh("systemctl mask sleeper@2")
    result = running.deploy(three())
    assert (result.failed, result.changed) == (False, False)
    assert "sleeper@2.service is masked by" in str(result.result["warnings"])
    # Fewer of them: one that is masked can be stopped, and nothing of the pool stays of it but the mask.
    assert not running.deploy(three(instances=1)).failed
    assert running.pids("sleeper") == {"1": pids["1"]}
    assert links(running) == ["sleeper.target.wants/sleeper@1.service"]


def test_instances_that_are_masked_meanwhile_are_passed_over_on_the_way_back(running: LabHost) -> None:
    running.write("/usr/local/bin/masks", MASKS.replace("$MASKED", "sleeper@1.service sleeper@3.service"))
    before = running.pids("sleeper")
    check = {
        "min_healthy_time": "100ms",
        "healthy_deadline": "3s",
        "health_check": ["/usr/local/bin/masks"],
        "canary": 2,
    }
    bad = three(environment={"A": "bad"}, rollout={**check, "max_parallel": "2"})
    result = running.deploy(bad)
    assert result.failed
    assert "sleeper@1.service is masked by /etc/systemd/system/sleeper@1.service and stays as it is" in result.msg
    after = running.pids("sleeper")
    assert after["3"] == before["3"]
    assert "A" not in running.environments("sleeper")["2"], "the others are put back"
    running.sh("systemctl unmask sleeper@1 sleeper@3")
    assert not running.deploy(three()).failed
    assert "A" not in running.environments("sleeper")["1"]


def test_a_rollback_passes_a_masked_instance_over(running: LabHost) -> None:
    assert not running.deploy(three(environment={"A": "2"})).failed
    before = running.pids("sleeper")
    running.sh("systemctl mask sleeper@2")
    result = running.module("rollback", pool="sleeper")
    assert not result.failed, result.msg
    assert "sleeper@2.service is masked by" in str(result.result["warnings"])
    after = running.pids("sleeper")
    assert [after[name] == before[name] for name in "123"] == [False, True, False]


def test_a_pool_with_a_masked_instance_can_be_removed(running: LabHost) -> None:
    running.sh("systemctl mask sleeper@2")
    assert not running.deploy(three(state="absent")).failed
    assert running.pids("sleeper") == {}
    assert running.sh(f"cd {UNITS}; find . -name 'sleeper*'").split() == ["./sleeper@2.service"], "the mask alone"


@pytest.mark.parametrize(
    ("done", "path"),
    [
        (
            "mkdir {units}/sleeper@.service.d; echo '[Service]\nNice=5' > {units}/sleeper@.service.d/override.conf",
            "/etc/systemd/system/sleeper@.service.d/override.conf",
        ),
        (
            "systemctl set-property sleeper@2 TasksMax=77",
            "/etc/systemd/system.control/sleeper@2.service.d/50-TasksMax.conf",
        ),
        ("systemctl set-property --runtime sleeper@2 TasksMax=77", "/run/systemd/system.control/sleeper@2.service.d/"),
    ],
    ids=["edit", "set-property", "set-property at runtime"],
)
def test_what_somebody_changed_beside_the_pool_is_named(running: LabHost, done: str, path: str) -> None:
    running.sh(done.format(units=UNITS) + "; systemctl daemon-reload")
    pids = running.pids("sleeper")
    result = running.deploy(three())
    assert not result.failed
    assert path in str(result.result["warnings"])
    assert running.pids("sleeper") == pids


@pytest.mark.parametrize("link", [False, True], ids=["a file", "systemctl link"])
def test_an_instance_with_a_unit_of_its_own_is_refused(running: LabHost, link: bool) -> None:
    place = "/srv/sleeper@2.service" if link else f"{UNITS}/sleeper@2.service"
    running.write(place, FORMER, "0644")
    running.sh((f"systemctl link {place}; " if link else "") + "systemctl daemon-reload")
    pids = running.pids("sleeper")
    result = running.deploy(three(environment={"A": "2"}))
    assert result.failed
    assert f"{UNITS}/sleeper@2.service, a unit of its own" in result.msg
    assert running.pids("sleeper") == pids


def test_what_was_stopped_and_disabled_by_hand_is_in_the_plan(running: LabHost) -> None:
    running.sh("systemctl disable --now --quiet sleeper@2")
    result = running.deploy(three(), check=True)
    assert result.plan("sleeper") == [("enable", "sleeper@2.service"), ("start", "sleeper@2.service")]
    assert not running.deploy(three()).failed
    assert sorted(running.pids("sleeper")) == ["1", "2", "3"]


def test_a_unit_of_somebody_else_is_taken_over_by_the_commands_of_the_refusal(bare: LabHost) -> None:
    bare.write(f"{UNITS}/sleeper@.service", FORMER, "0644")
    bare.sh("systemctl daemon-reload; systemctl enable --now --quiet sleeper@1 sleeper@2 sleeper@4")
    result = bare.deploy(three())
    assert result.failed
    command = result.msg.split("take it over: `")[1].split("`")[0]
    assert command == f"rm -r {UNITS}/sleeper@.service && systemctl daemon-reload"
    bare.sh(command)
    result = bare.deploy(three())
    assert not result.failed, result.msg
    assert links(bare) == [f"sleeper.target.wants/sleeper@{name}.service" for name in "123"]
    assert sorted(bare.pids("sleeper")) == ["1", "2", "3"]
    bare.sh("systemctl stop sleeper.target; systemctl start sleeper.target")
    assert sorted(bare.pids("sleeper")) == ["1", "2", "3"]
    assert not bare.deploy(three()).changed


@pytest.mark.parametrize("unit", ["sleeper@.service", "sleeper.target"])
def test_what_systemd_refuses_is_told_in_its_words(bare: LabHost, unit: str) -> None:
    """The target starts the instances as well, so they run. Without its job nobody would look after them."""
    bare.sh(f"mkdir {UNITS}/{unit}.d")
    bare.write(f"{UNITS}/{unit}.d/hands-off.conf", "[Unit]\nRefuseManualStart=yes\n", "0644")
    bare.sh("systemctl daemon-reload")
    deployed = bare.deploy(three())
    assert deployed.failed
    assert "systemd refused to start it, and said: Operation refused" in deployed.msg
    assert not bare.pids("sleeper")
    bare.sh(f"rm -r {UNITS}/{unit}.d; systemctl daemon-reload")
    assert not bare.deploy(three()).failed
