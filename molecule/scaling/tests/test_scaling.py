# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scaling starts and stops instances, and never touches those that stay."""

from __future__ import annotations

import typing as t

from tests.helpers.lab_host import LabHost


def pool(instances: t.Any) -> dict[str, t.Any]:
    return {"name": "sleeper", "command": ["/bin/sleep", "infinity"], "instances": instances}


def test_survivors_keep_their_processes_on_the_way_down_and_up(bare: LabHost) -> None:
    bare.deploy(pool(4))
    four = bare.pids("sleeper")

    down = bare.deploy(pool(2))
    two = bare.pids("sleeper")
    assert two == {"1": four["1"], "2": four["2"]}
    assert not down.result["daemon_reloaded"] or ("disable", "sleeper@3.service") in down.plan("sleeper")

    bare.deploy(pool(6))
    six = bare.pids("sleeper")
    assert sorted(six) == ["1", "2", "3", "4", "5", "6"]
    assert {name: six[name] for name in two} == two


def test_what_is_surplus_is_stopped_and_disabled_and_forgotten(bare: LabHost) -> None:
    bare.deploy(pool(3))
    # A surplus instance that had failed must not stay behind as failed.
    bare.sh("systemctl kill -s KILL sleeper@3; systemctl stop sleeper@2")
    bare.deploy(pool(1))
    assert list(bare.pids("sleeper")) == ["1"]
    assert bare.sh("ls /etc/systemd/system/sleeper.target.wants").split() == ["sleeper@1.service"]
    assert bare.sh("systemctl list-units --all --plain --no-legend 'sleeper@*'").split()[0::1][0] == "sleeper@1.service"
    assert "sleeper@3" not in bare.sh("systemctl list-units --all --plain --no-legend 'sleeper@*'")


def test_from_names_to_a_count(bare: LabHost) -> None:
    bare.deploy(pool(["red", "blue", "1"]))
    named = bare.pids("sleeper")
    assert sorted(named) == ["1", "blue", "red"]

    bare.deploy(pool(2))
    counted = bare.pids("sleeper")
    assert sorted(counted) == ["1", "2"]
    assert counted["1"] == named["1"]


def test_none_at_all_keeps_the_pool(bare: LabHost) -> None:
    bare.deploy(pool(2))
    bare.deploy(pool(0))
    assert bare.pids("sleeper") == {}
    assert bare.module("pools_info").result["pools"]["sleeper"]["summary"]["instances"] == 0
    assert not bare.deploy(pool(0)).changed
