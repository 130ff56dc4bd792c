# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What check mode says is what then happens, and check mode itself leaves no trace."""

from __future__ import annotations

import typing as t

import pytest

from tests.helpers.lab_host import LabHost

BASE: dict[str, t.Any] = {
    "name": "sleeper",
    "command": ["/bin/sleep", "infinity"],
    "instances": 3,
    "environment": {"QUEUE": "orders"},
    "secrets": {"TOKEN": "a-long-secret-value"},
}
CHANGES: dict[str, list[dict[str, t.Any]]] = {
    "nothing": [BASE],
    "more instances": [{**BASE, "instances": 5}],
    "fewer instances": [{**BASE, "instances": ["2"]}],
    "another environment": [{**BASE, "environment": {"QUEUE": "mail"}}],
    "another secret": [{**BASE, "secrets": {"TOKEN": "another-secret-value"}}],
    "another command": [{**BASE, "command": ["/bin/sleep", "1d"]}],
    "a directive that needs no restart": [{**BASE, "unit": {"Unit": {"Description": "Sleeps"}}}],
    "a second pool": [BASE, {**BASE, "name": "other"}],
    "no pool": [{"name": "sleeper", "state": "absent"}],
}


def what_happens(result: t.Any) -> t.Any:
    pools = {name: (pool.get("generation"), pool["plan"]) for name, pool in result.result["pools"].items()}
    return result.changed, pools, result.result["host_plan"]


def test_on_a_bare_host(bare: LabHost) -> None:
    bare.sh("rm -rf /var/lib/workers.systemd /run/workers.systemd /etc/workers.systemd")
    before = bare.tree()
    said = bare.deploy(BASE, check=True)
    assert bare.tree() == before
    assert bare.sh("ls -d /run/workers.systemd", check=False) == ""

    done = bare.deploy(BASE)
    # The host's key is made by the first run, so the name of the generation cannot be known before.
    assert said.plan("sleeper") == done.plan("sleeper")
    assert said.result["host_plan"] == done.result["host_plan"]
    assert said.changed
    assert done.changed


@pytest.mark.parametrize("pools", CHANGES.values(), ids=CHANGES.keys())
def test_for_a_change(bare: LabHost, pools: list[dict[str, t.Any]]) -> None:
    bare.deploy(BASE)
    before, pids = bare.tree(), bare.pids("sleeper")
    said = bare.deploy(*pools, check=True)
    assert (bare.tree(), bare.pids("sleeper")) == (before, pids)
    assert what_happens(said) == what_happens(bare.deploy(*pools))


def test_the_diff_shows_names_and_no_value(bare: LabHost) -> None:
    said = bare.deploy(BASE, check=True)
    text = str(said.result)
    assert "TOKEN: added" in text
    assert "a-long-secret-value" not in text


def test_what_the_host_lacks_is_a_warning(bare: LabHost) -> None:
    """An earlier task of the play may be about to bring it."""
    said = bare.deploy({**BASE, "user": "not-yet-there"}, check=True)
    assert not said.failed
    assert any("no user 'not-yet-there'" in warning for warning in said.result["warnings"])
