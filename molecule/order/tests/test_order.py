# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pools of one call are brought up in order, a bad pool spares the next, and at boot systemd keeps the order."""

from __future__ import annotations

import typing as t

from tests.helpers.lab_host import LabHost

# A worker that is ready after a second. It says so to systemd.
SLOW = "/bin/sh -c 'sleep 1; systemd-notify --ready; exec sleep infinity'"
NOTIFIES = {"Service": {"Type": "notify", "NotifyAccess": "all"}}
QUICK = {"min_healthy_time": "100ms", "healthy_deadline": "10s"}


def database(**more: t.Any) -> dict[str, t.Any]:
    return {"name": "database", "command": SLOW, "unit": NOTIFIES, "rollout": QUICK, **more}


def mail(**more: t.Any) -> dict[str, t.Any]:
    after = ["database", "systemd-journald.service"]
    return {"name": "mail", "command": "/bin/sleep infinity", "instances": 3, "rollout": QUICK, "after": after, **more}


def last(**more: t.Any) -> dict[str, t.Any]:
    return {"name": "last", "command": "/bin/sleep infinity", "rollout": QUICK, "after": ["mail"], **more}


def entered(lab: LabHost, unit: str, what: str) -> int:
    """When the unit got there, in microseconds since the boot of the kernel."""
    return int(lab.sh(f"systemctl show --value --property={what}TimestampMonotonic {unit}"))


def are_in_order(lab: LabHost) -> bool:
    ready = entered(lab, "database@1.service", "ActiveEnter")
    begun = [entered(lab, f"mail@{one}.service", "InactiveExit") for one in (1, 2, 3)]
    return 0 < ready <= min(begun)


def test_a_pool_starts_when_the_pool_before_it_has_settled(bare: LabHost) -> None:
    """The list has another order, and the target of a pool starts none of its instances early."""
    result = bare.deploy(last(), mail(), database())
    assert not result.failed
    assert are_in_order(bare)
    settled = max(entered(bare, f"mail@{one}.service", "ActiveEnter") for one in (1, 2, 3))
    assert settled < entered(bare, "last@1.service", "InactiveExit")
    assert not bare.deploy(last(), mail(), database()).changed


def test_a_bad_pool_spares_the_next_and_their_files_go_back(bare: LabHost) -> None:
    assert not bare.deploy(database(), mail(), last()).failed
    pids = {pool: bare.pids(pool) for pool in ("mail", "last")}
    files = {pool: bare.files(pool) for pool in ("database", "mail", "last")}
    new = {"environment": {"VERSION": "2"}}
    bad = database(**new, command="/bin/sh -c 'exit 3'", unit={})
    result = bare.deploy(bad, mail(**new), last(**new))
    assert result.failed
    assert "mail: is not rolled out, because database did not settle" in result.msg
    assert "last: is not rolled out, because database did not settle" in result.msg
    assert "mail: generation 2" in result.msg
    assert "was not tried, generation 1" in result.msg
    assert {pool: bare.pids(pool) for pool in ("mail", "last")} == pids
    assert {pool: bare.files(pool) for pool in ("database", "mail", "last")} == files
    # The repaired pool lets the others follow.
    result = bare.deploy(database(**new), mail(**new), last(**new))
    assert not result.failed
    assert are_in_order(bare)
    assert not set(pids["mail"].values()) & set(bare.pids("mail").values())


def test_the_first_deploy_of_a_bad_pool_starts_no_pool_after_it(bare: LabHost) -> None:
    before = bare.sh("journalctl --lines=0 --show-cursor").partition("cursor: ")[2].strip()
    result = bare.deploy(database(command="/bin/false", unit={}), mail())
    assert result.failed
    assert bare.pids("mail") == {}
    assert "mail: generation 1" in result.msg
    assert "it was the first version, and its files are removed" in result.msg
    assert bare.journal(f"'--after-cursor={before}' UNIT=mail@1.service") == "", "it never started"


def test_a_pool_without_changes_waits_for_none_and_a_new_order_restarts_none(bare: LabHost) -> None:
    assert not bare.deploy(database(), mail(after=[])).failed
    pids = bare.pids("mail")
    result = bare.deploy(database(), mail())
    assert (result.failed, result.changed) == (False, True)
    assert bare.pids("mail") == pids
    assert "After=database.target" in bare.sh("systemctl cat mail@1.service")


def test_the_order_holds_at_boot(bare: LabHost) -> None:
    assert not bare.deploy(database(), mail(), last()).failed
    bare.reboot()
    bare.until(lambda: len(bare.pids("mail")) == 3)
    assert are_in_order(bare)


def test_a_wrong_order_is_refused_before_anything_changes(bare: LabHost) -> None:
    before = bare.tree()
    result = bare.deploy(database(after=["mail"]), mail(), last(after=["mial"]))
    assert result.failed
    assert "database after mail after database, expected an order without a circle" in result.msg
    assert "Did you mean mail?" in result.msg
    assert bare.tree() == before
