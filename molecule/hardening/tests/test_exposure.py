# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The score of `systemd-analyze security`: told, kept below a limit, and missed when it gets worse."""

from __future__ import annotations

import typing as t

import pytest

from tests.helpers.lab_host import LabHost

MAIL = {"name": "mail", "command": "/bin/sleep infinity", "user": "www-data"}
STANDARD, OFF = pytest.approx(2.0, abs=0.21), pytest.approx(9.2, abs=0.21)


def exposure(host: LabHost, pool: str = "mail") -> t.Any:
    return host.module("pools_info").result["pools"][pool]["exposure"]


def aside(host: LabHost) -> str:
    """What was made to ask systemd about a unit that is not installed."""
    return host.sh("ls -d /run/systemd/system/workers-* /run/workers.systemd.* 2>/dev/null; true")


def test_a_score_is_told_before_a_deploy_and_after_it(bare: LabHost) -> None:
    result = bare.deploy(MAIL, check=True)
    assert result.result["pools"]["mail"]["exposure"] == {"score": STANDARD, "before": None}
    assert f"mail: exposure {result.result['pools']['mail']['exposure']['score']}" in result.msg
    bare.deploy(MAIL)
    assert exposure(bare) == STANDARD
    again = bare.deploy(MAIL)
    assert "exposure" not in again.result["pools"]["mail"]
    assert again.msg == "mail: nothing to do"
    assert not aside(bare)


@pytest.mark.parametrize("check", [True, False], ids=["in check mode", "in a run"])
def test_a_pool_over_its_limit_is_refused(bare: LabHost, check: bool) -> None:
    bare.deploy(MAIL)
    before, pids = bare.tree(), bare.pids("mail")
    result = bare.deploy({**MAIL, "hardening": "off", "hardening_max_exposure": 2}, check=check)
    assert result.failed
    (problem,) = result.result["problems"]
    assert (problem["where"], problem["expected"]) == ("pools[0] (mail).hardening_max_exposure", "at most 2")
    assert problem["found"].startswith("an exposure of 9.")
    assert "CapabilityBoundingSet=" in problem["hint"]
    assert (bare.tree(), bare.pids("mail")) == (before, pids)
    assert not aside(bare)


def test_a_limit_holds_for_a_pool_that_is_not_changed(bare: LabHost) -> None:
    bare.deploy(MAIL)
    assert bare.deploy({**MAIL, "hardening_max_exposure": 1.0}).failed
    result = bare.deploy({**MAIL, "hardening_max_exposure": 2.1})
    assert (result.failed, result.changed, result.msg) == (False, False, "mail: nothing to do")
    assert result.result["pools"]["mail"]["exposure"] == {"score": STANDARD, "before": STANDARD}


def test_a_pool_that_gets_worse_is_warned_of(bare: LabHost) -> None:
    bare.deploy(MAIL)
    result = bare.deploy({**MAIL, "hardening": "off"})
    assert not result.failed
    (warning,) = (text for text in result.result["warnings"] if "exposed" in text)
    assert warning.startswith("pools[0] (mail): gets more exposed, ")
    assert exposure(bare) == OFF
    better = bare.deploy(MAIL)
    assert not [text for text in better.result.get("warnings", []) if "exposed" in text]


def test_a_drop_in_of_the_administrator_counts(bare: LabHost) -> None:
    if bare.systemd < 250:
        pytest.skip("before 250 a stand-in is judged, which has another name")
    bare.sh("mkdir -p /etc/systemd/system/mail@.service.d")
    bare.write("/etc/systemd/system/mail@.service.d/tight.conf", "[Service]\nPrivateNetwork=yes\n", "0644")
    try:
        result = bare.deploy(MAIL)
        assert result.result["pools"]["mail"]["exposure"]["score"] < 1.7
        assert exposure(bare) < 1.7
    finally:
        bare.sh("rm -r /etc/systemd/system/mail@.service.d")


@pytest.mark.parametrize("limit", [-1, 11], ids=["below 0", "above 10"])
def test_what_is_no_score_is_one_problem(bare: LabHost, limit: float) -> None:
    result = bare.deploy({**MAIL, "hardening_max_exposure": limit})
    (problem,) = result.result["problems"]
    assert problem["where"] == "pools[0] (mail).hardening_max_exposure"
