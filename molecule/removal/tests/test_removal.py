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


def timer(name: str, **more: t.Any) -> dict[str, t.Any]:
    return {"name": name, "command": "/bin/true", "schedule": "yearly", "secrets": {"TOKEN": "x" * 20}, **more}


def test_purge_removes_timers_that_are_ours_and_not_listed(bare: LabHost) -> None:
    foreign = "/etc/systemd/system/foreign"
    bare.write(f"{foreign}.service", "[Service]\nType=oneshot\nExecStart=/bin/true\n", "0644")
    bare.write(f"{foreign}.timer", "[Timer]\nOnCalendar=yearly\n[Install]\nWantedBy=timers.target\n", "0644")
    bare.sh("systemctl daemon-reload; systemctl enable --quiet --now foreign.timer")
    try:
        assert not bare.deploy(pool("mail"), timers=[timer("report", missed="run"), timer("sync")]).failed
        others = bare.pids("mail")
        assert not bare.deploy(pool("mail"), timers=[timer("sync")]).changed, "without purge an unlisted timer stays"
        result = bare.deploy(pool("mail"), timers=[timer("sync")], purge=True)
        assert ("remove", "/etc/systemd/system/report.timer") in result.plan("report")
        assert traces(bare, "report") == ""
        assert bare.sh("ls /var/lib/systemd/timers | grep report", check=False) == ""
        assert bare.sh("systemctl is-active sync.timer foreign.timer").split() == ["active"] * 2
        assert bare.pids("mail") == others
        assert bare.sh("ls /var/lib/workers.systemd/generations").split() == ["mail", "sync"]
        # A removal that was killed between the units and the files is finished by the next run.
        bare.sh("systemctl disable --quiet --now sync.timer; rm -r /etc/workers.systemd/sync")
        assert not bare.deploy(pool("mail"), purge=True).failed
        assert traces(bare, "sync") == ""
        assert bare.sh("systemctl is-active foreign.timer").strip() == "active"
    finally:
        bare.sh(f"systemctl disable --quiet --now foreign.timer; rm {foreign}.*; systemctl daemon-reload")


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
