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


OWN = {
    "name": "own",
    "command": "/opt/own/%i/worker --name own-%i",
    "user": "www-data",
    "instances": ["red", "blue"],
    "working_directory": "/srv/own/%i",
    "environment_files": ["-/etc/default/own-%i"],
    "busy_check": ["/opt/own/%i/idle", "%i"],
    "rollout": {"health_check": ["/opt/own/%i/is-up", "%i"], "min_healthy_time": "300ms"},
}
PREPARE = """
rm -rf /srv/own /opt/own /etc/default/own-*
for name in red blue; do
    mkdir -p /srv/own/$name /opt/own/$name
    chmod 0711 /srv/own/$name
    printf '#!/bin/sh\\nexec sleep infinity\\n' > /opt/own/$name/worker
    printf '#!/bin/sh\\ntest "$1" = %s || exit 3\\n' $name > /opt/own/$name/is-up
    printf '#!/bin/sh\\nexit 1\\n' > /opt/own/$name/idle
    chmod +x /opt/own/$name/*
done
"""


def test_what_each_instance_has_for_itself(bare: LabHost) -> None:
    """In every option ``%i`` is the name of the instance; a directory that is only entered need not be readable."""
    bare.sh(PREPARE)
    told = bare.deploy(OWN)
    assert not told.failed, told.msg
    pids = bare.pids("own")
    for name, pid in pids.items():
        assert bare.sh(f"readlink /proc/{pid}/cwd").strip() == f"/srv/own/{name}"

    bare.sh("echo COLOUR=azure > /etc/default/own-blue")
    assert bare.deploy(OWN).plan("own")[-1] == ("restart", "own@blue.service")
    after = bare.pids("own")
    assert after["red"] == pids["red"]
    assert "COLOUR=azure" in bare.sh(f"tr '\\0' '\\n' < /proc/{after['blue']}/environ")
    assert not bare.deploy(OWN).changed

    bare.sh("rm /etc/default/own-blue; chmod 0700 /srv/own/red; rm /opt/own/red/is-up; mkdir /etc/default/own-red")
    refused = bare.deploy(OWN)
    found = {problem["where"].partition(").")[2]: problem["found"] for problem in refused.result["problems"]}
    assert found == {
        "working_directory": "/srv/own/red, which www-data may not enter",
        "rollout.health_check": "/opt/own/red/is-up is not there, or cannot be executed",
        "environment_files[0]": "/etc/default/own-red is no file",
    }
    bare.sh("rmdir /etc/default/own-red; " + PREPARE)
    assert bare.deploy(OWN).plan("own")[-1] == ("restart", "own@blue.service"), "the file that has gone"


def test_a_list_is_exact_and_says_so(bare: LabHost) -> None:
    told = bare.deploy({**pool(1), "command": ["/bin/sh", "-c", "exec sleep infinity", "own-%i"]})
    assert any(".command[3]: found %i, which the program gets as it is" in line for line in told.result["warnings"])
