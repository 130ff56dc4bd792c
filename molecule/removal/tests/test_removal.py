# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing of a removed pool stays, and nothing of anybody else goes."""

from __future__ import annotations

import typing as t

import pytest

from tests.helpers.lab_host import LabHost

FOREIGN = """\
[Service]
ExecStart=/bin/sleep infinity
[Install]
WantedBy=multi-user.target
"""


def pool(name: str) -> dict[str, t.Any]:
    return {"name": name, "command": ["/bin/sleep", "infinity"], "instances": 2, "secrets": {"TOKEN": "x" * 20}}


def traces(lab: LabHost, name: str) -> str:
    return lab.sh(
        f"find /etc/systemd /etc/workers.systemd -name '*{name}*';"
        f" systemctl list-units --all --plain --no-legend '{name}*'"
    )


@pytest.fixture
def foreign(bare: LabHost) -> t.Iterator[LabHost]:
    bare.write("/etc/systemd/system/foreign@.service", FOREIGN, "0644")
    bare.sh("systemctl daemon-reload; systemctl enable --now foreign@1 foreign@2 2>/dev/null")
    yield bare
    bare.sh("systemctl disable --now foreign@1 foreign@2 2>/dev/null; rm /etc/systemd/system/foreign@.service")
    bare.sh("systemctl daemon-reload")


def test_an_absent_pool_leaves_nothing(bare: LabHost) -> None:
    bare.deploy(pool("mail"), pool("orders"))
    others = bare.pids("orders")
    bare.sh("systemctl kill -s KILL mail@1")
    bare.deploy({"name": "mail", "state": "absent"}, pool("orders"))
    assert traces(bare, "mail") == ""
    assert bare.sh("systemctl --failed --plain --no-legend") == ""
    assert bare.pids("orders") == others
    assert not bare.deploy({"name": "mail", "state": "absent"}).changed


def test_purge_removes_what_is_ours_and_not_listed(foreign: LabHost) -> None:
    foreign.deploy(pool("mail"), pool("orders"))
    foreigners, orders = foreign.pids("foreign"), foreign.pids("orders")
    assert foreigners

    assert not foreign.deploy(pool("orders")).changed, "without purge an unlisted pool stays"
    result = foreign.deploy(pool("orders"), purge=True)
    assert ("remove", "/etc/systemd/system/mail@.service") in result.plan("mail")
    assert traces(foreign, "mail") == ""
    assert foreign.pids("foreign") == foreigners
    assert foreign.pids("orders") == orders


def test_two_lists_that_purge_in_turn_leave_the_pools_of_the_last(bare: LabHost) -> None:
    for _round in range(2):
        for listed, other in (("mail", "orders"), ("orders", "mail")):
            result = bare.deploy(pool(listed), purge=True)
            assert not result.failed, result.msg
            assert traces(bare, other) == ""
            assert len(bare.pids(listed)) == 2
    assert not bare.deploy(pool("orders"), purge=True).changed
    assert bare.sh("ls /var/lib/workers.systemd/generations") == "orders\n"


def test_a_foreign_unit_of_the_same_name_is_not_touched(foreign: LabHost) -> None:
    before = foreign.pids("foreign")
    result = foreign.deploy(pool("foreign"))
    assert result.failed
    assert "is not from this collection" in result.msg
    assert not foreign.deploy({"name": "foreign", "state": "absent"}).changed
    assert foreign.pids("foreign") == before
    assert foreign.sh("cat /etc/systemd/system/foreign@.service") == FOREIGN


def test_the_last_pool_takes_the_shared_unit_with_it(bare: LabHost) -> None:
    bare.deploy(pool("mail"))
    bare.deploy({"name": "mail", "state": "absent"})
    assert bare.sh("find /etc/systemd /etc/workers.systemd -name '*workers*' ! -name workers.systemd") == ""


def test_a_removal_that_was_killed_is_finished_by_the_next_run(bare: LabHost) -> None:
    bare.deploy(pool("mail"))
    # What a run leaves that is killed between the units and the files.
    bare.sh(
        "systemctl stop mail.target 'mail@*'; systemctl disable mail@1 2>/dev/null; rm -r /etc/workers.systemd/mail"
    )
    bare.deploy(purge=True)
    assert traces(bare, "mail") == ""
