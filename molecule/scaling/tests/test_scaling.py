# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scaling starts and stops instances, and never touches those that stay."""

from __future__ import annotations

import pytest

from tests.helpers.lab_host import LabHost
from tests.helpers.pools import sleeper


@pytest.mark.user_scope
def test_survivors_keep_their_processes_on_the_way_down_and_up(bare: LabHost) -> None:
    bare.deploy(sleeper(instances=4))
    four = bare.pids("sleeper")

    down = bare.deploy(sleeper(instances=2))
    two = bare.pids("sleeper")
    assert two == {"1": four["1"], "2": four["2"]}
    assert not down.result["daemon_reloaded"] or ("disable", "sleeper@3.service") in down.plan("sleeper")

    bare.deploy(sleeper(instances=6))
    six = bare.pids("sleeper")
    assert sorted(six) == ["1", "2", "3", "4", "5", "6"]
    assert {name: six[name] for name in two} == two


def test_what_is_surplus_is_stopped_and_disabled_and_forgotten(bare: LabHost) -> None:
    bare.deploy(sleeper(instances=3))
    # A surplus instance that had failed must not stay behind as failed.
    bare.sh("systemctl kill -s KILL sleeper@3; systemctl stop sleeper@2")
    bare.deploy(sleeper(instances=1))
    assert list(bare.pids("sleeper")) == ["1"]
    assert bare.sh("ls /etc/systemd/system/sleeper.target.wants").split() == ["sleeper@1.service"]
    assert bare.sh("systemctl list-units --all --plain --no-legend 'sleeper@*'").split()[0::1][0] == "sleeper@1.service"
    assert "sleeper@3" not in bare.sh("systemctl list-units --all --plain --no-legend 'sleeper@*'")


def test_from_names_to_a_count(bare: LabHost) -> None:
    bare.deploy(sleeper(instances=["red", "blue", "1"]))
    named = bare.pids("sleeper")
    assert sorted(named) == ["1", "blue", "red"]

    bare.deploy(sleeper(instances=2))
    counted = bare.pids("sleeper")
    assert sorted(counted) == ["1", "2"]
    assert counted["1"] == named["1"]


def test_none_at_all_keeps_the_pool(bare: LabHost) -> None:
    bare.deploy(sleeper(instances=2))
    bare.deploy(sleeper(instances=0))
    assert bare.pids("sleeper") == {}
    assert bare.module("pools_info").result["pools"]["sleeper"]["summary"]["instances"] == 0
    assert not bare.deploy(sleeper(instances=0)).changed


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
    result = bare.deploy(OWN)
    assert not result.failed, result.msg
    pids = bare.pids("own")
    for name, pid in pids.items():
        assert bare.sh(f"readlink /proc/{pid}/cwd").strip() == f"/srv/own/{name}"

    bare.sh("echo COLOUR=azure > /etc/default/own-blue")
    assert bare.deploy(OWN).plan("own")[-1] == ("restart", "own@blue.service")
    after = bare.pids("own")
    assert after["red"] == pids["red"]
    assert bare.environments("own")["blue"]["COLOUR"] == "azure"
    assert not bare.deploy(OWN).changed

    bare.sh("rm /etc/default/own-blue; chmod 0700 /srv/own/red; rm /opt/own/red/is-up; mkdir /etc/default/own-red")
    refused = bare.deploy(OWN)
    found = {problem["where"].partition(").")[2]: problem["found"] for problem in refused.result["problems"]}
    assert found == {
        "working_directory": "/srv/own/red, which www-data may not enter",
        "rollout.health_check": "/opt/own/red/is-up is not there",
        "environment_files[0]": "/etc/default/own-red is no file",
    }
    bare.sh("rmdir /etc/default/own-red; " + PREPARE)
    assert bare.deploy(OWN).plan("own")[-1] == ("restart", "own@blue.service"), "the file that has gone"


def test_a_list_is_exact_and_says_so(bare: LabHost) -> None:
    result = bare.deploy({**sleeper(instances=1), "command": ["/bin/sh", "-c", "exec sleep infinity", "own-%i"]})
    assert any(".command[3]: found %i, which the program gets unchanged" in line for line in result.result["warnings"])


# To a shell, an option parser, a glob, a path or a list of one of the tools each of them is something else.
NAMES = ["mail:high", "1:2:3", "-", "--help", "...", ".a", "a.service", "a_b-c.d", ":", "0", "00", "-1"]


def test_every_name_that_is_accepted_works_with_every_tool(bare: LabHost) -> None:
    named = {
        "name": "a.b-c_d.service",
        "command": "/bin/sh -c 'exec sleep infinity' %i",
        "state_directory": "named/%i",
        "environment": {"A": "1"},
        "hardening_max_exposure": 9.9,
    }
    result = bare.deploy({**named, "instances": NAMES})
    assert not result.failed, result.msg
    before = bare.pids("a.b-c_d.service")
    assert set(before) == set(NAMES)
    assert sorted(bare.sh("ls -A /var/lib/named").split()) == sorted(NAMES)
    assert not bare.deploy({**named, "instances": NAMES}).changed

    shown = bare.module("pools_info").result["pools"]["a.b-c_d.service"]["instances"]
    units = [f"a.b-c_d.service@{name}.service" for name in NAMES]
    assert {one["unit"]: one["state"] for one in shown} == dict.fromkeys(units, "active")
    assert not bare.module("instances", units=units, state="restarted").failed
    again = bare.deploy({**named, "environment": {"A": "2"}, "instances": NAMES[:6]})
    assert not again.failed, again.msg
    assert set(bare.pids("a.b-c_d.service")) == set(NAMES[:6])
    assert not bare.module("rollback", pool="a.b-c_d.service").failed
    assert not bare.deploy(purge=True).failed
    assert bare.sh("ls /etc/systemd/system | grep a.b-c", check=False) == ""


FOREIGN = r"""
cd /etc/systemd/system
printf '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n' > 'far\x2dout:x@.service'
systemctl daemon-reload
"""


def test_and_so_does_every_name_of_somebody_else(bare: LabHost) -> None:
    bare.sh(FOREIGN)
    template, names = "far\\x2dout:x@.service", ["mail:high", "a\\x2db", "x@y", "-", "a.service"]
    try:
        result = bare.module("instances", template=template, instances=names, state="started", enabled=True)
        assert not result.failed, result.msg
        again = bare.module("instances", template=template, instances=names, state="started", enabled=True)
        assert not again.changed
        linted = bare.module("lint_info", units=[template], fail_on="never")
        assert "findings" in linted.result, linted.msg
        units = [f"far\\x2dout:x@{name}.service" for name in names]
        assert not bare.module("instances", units=units, state="restarted").failed
        drop_in = bare.module(
            "unit_file", name=units[0], drop_in="50-x:y", sections={"Service": {"Nicee": 5}}, state="present"
        )
        assert "sections.Service.Nicee" in drop_in.msg
        drop_in = bare.module(
            "unit_file", name=units[0], drop_in="50-x:y", sections={"Service": {"Nice": 5}}, state="present"
        )
        assert not drop_in.failed, drop_in.msg
        assert not bare.module("instances", template=template, instances=0, state="started").failed
        assert bare.sh("systemctl list-units --plain --no-legend 'far*'") == ""
    finally:
        bare.sh("systemctl stop 'far*@*'; rm -rf /etc/systemd/system/far* /etc/systemd/system/*.wants/far*")
