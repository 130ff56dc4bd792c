# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pool takes over units that somebody wrote by hand, and every way back brings them back, running."""

from __future__ import annotations

import contextlib
import json
import typing as t
from functools import partial
from pathlib import Path

import pytest

from tests.helpers.lab_host import LabHost
from tests.helpers.queue_load import APPS, FRAMEWORKS, Load

UNITS, SHIPPED = "/etc/systemd/system", "/lib/systemd/system"
SECRET = "hunter2-hunter2-hunter2"
BY_HAND = f"""\
# Written by hand; the password is {SECRET}.
[Service]
User=nobody
ExecStart=/bin/sleep infinity
Environment="API_TOKEN={SECRET}" COLOUR=red
Restart=always
[Install]
WantedBy=multi-user.target
"""
DROP_IN = "[Service]\nEnvironment=SIZE=big\n"
APP = Path(__file__).parents[2] / "no_lost_jobs/apps/rq_app.py"
RQ = next(one for one in FRAMEWORKS if one.preset == "rq")
BY_HAND_RQ = RQ.plain_unit("rq").replace(RQ.plain, "Restart=always\nKillMode=mixed\nTimeoutStopSec=60")
# The variables are those of the unit, so the process is the same.
SAME = {"user": "nobody", "hardening": "off", "environment": {"API_TOKEN": SECRET, "COLOUR": "red", "SIZE": "big"}}


def pool(**more: t.Any) -> dict[str, t.Any]:
    return {"name": "sleeper", "command": "/bin/sleep infinity", "instances": 3, "adopt": True, **more}


same = partial(pool, **SAME)


def written(lab: LabHost, template: str = f"{UNITS}/sleeper@.service") -> None:
    lab.sh(f"mkdir -p {UNITS}/sleeper@.service.d {UNITS}/sleeper@2.service.d {UNITS}/extra.target.wants")
    lab.write(template, BY_HAND, "0640")
    lab.write(f"{UNITS}/sleeper@.service.d/override.conf", DROP_IN, "0644")
    lab.write(f"{UNITS}/sleeper@2.service.d/override.conf", "[Service]\nNice=1\n", "0644")
    lab.sh("systemctl daemon-reload; systemctl enable --now --quiet sleeper@1 sleeper@2")
    lab.sh("systemctl enable --quiet sleeper@9; systemctl start sleeper@3")
    lab.sh(f"ln -s {template} {UNITS}/extra.target.wants/sleeper@3.service")


@pytest.fixture
def by_hand(bare: LabHost) -> t.Iterator[LabHost]:
    """Two enabled instances, one of them with a drop-in; one that has a link of its own; one that is only enabled."""
    written(bare)
    yield bare
    bare.remove_pools()
    bare.sh(f"rm -rf {UNITS}/extra.target.wants {SHIPPED}/sleeper@.service {UNITS}/sleeper*; systemctl daemon-reload")


def links(lab: LabHost) -> list[str]:
    return sorted(lab.sh(f"cd {UNITS}; ls -d *.wants/sleeper@*", check=False).split())


def units(lab: LabHost) -> str:
    """All files and links of units, and which of them are up; not what starts a dead instance again for a while."""
    found = f"find {UNITS} -mindepth 1 ! -name '*.wants'"
    listed = "systemctl list-units --plain --no-legend --state=active 'sleeper*' 'workers-*'"
    listed += " | awk '{print $1}' | grep -v -e revival@ -e resting@ || true"
    return lab.sh(f"{found} -printf '%p %m %u %l\\n' | sort; {found} -type f | sort | xargs -r sha256sum; {listed}")


def comes_back(lab: LabHost, before: str) -> None:
    with contextlib.suppress(AssertionError):
        lab.until(lambda: units(lab) == before)
    assert units(lab) == before


def test_without_the_option_it_is_refused_and_the_option_is_named(by_hand: LabHost) -> None:
    before, pids = units(by_hand), by_hand.pids("sleeper")
    result = by_hand.deploy(pool(adopt=False))
    assert result.failed
    assert "`adopt: true`" in result.msg
    assert (units(by_hand), by_hand.pids("sleeper")) == (before, pids)


def test_the_units_are_taken_over_and_given_back(by_hand: LabHost) -> None:
    before, pids = units(by_hand), by_hand.pids("sleeper")
    checked = by_hand.deploy(pool(), check=True)
    assert (units(by_hand), by_hand.pids("sleeper")) == (before, pids)
    result = by_hand.deploy(pool())
    assert not result.failed, result.msg
    assert result.plan("sleeper") == checked.plan("sleeper")
    assert ("remove", f"{UNITS}/sleeper@.service.d/override.conf") in result.plan("sleeper")
    shown = json.dumps(checked.result["diff"])
    assert SECRET not in json.dumps([checked.result, result.result])
    assert "ExecStart=/bin/sleep infinity" in shown
    assert "override.conf" in shown
    after = by_hand.pids("sleeper")
    assert sorted(after) == ["1", "2", "3"]
    assert not set(after.values()) & set(pids.values())
    assert links(by_hand) == [f"sleeper.target.wants/sleeper@{name}.service" for name in "123"]
    assert by_hand.sh(f"ls {UNITS} | grep sleeper").split() == [
        "sleeper.target",
        "sleeper.target.wants",
        "sleeper@.service",
    ]
    assert not by_hand.deploy(pool()).changed
    rows = by_hand.module("pools_info").result["pools"]["sleeper"]["generations"]
    assert [(row["number"], row["state"]) for row in rows] == [(0, "good"), (1, "good")]

    back = by_hand.module("rollback", pool="sleeper", generation="0")
    assert not back.failed, back.msg
    assert SECRET not in json.dumps(back.result)
    assert units(by_hand) == before
    assert set(by_hand.pids("sleeper")) == {"1", "2", "3"}
    assert by_hand.deploy(pool(adopt=False)).failed
    assert not by_hand.deploy(pool()).failed


def test_a_process_that_would_be_the_same_goes_on(by_hand: LabHost) -> None:
    pids = by_hand.pids("sleeper")
    result = by_hand.deploy(same())
    assert not result.failed, result.msg
    after = by_hand.pids("sleeper")
    # Instance 2 has another nice level from its drop-in.
    assert {name for name in pids if after[name] == pids[name]} == {"1", "3"}
    assert not by_hand.deploy(same()).changed
    assert not by_hand.deploy(same(drain_timeout="5min")).failed
    assert by_hand.pids("sleeper") == after, "a policy restarts nothing"
    assert not by_hand.deploy(same(limits={"memory_max": "1G"}, group="nogroup")).failed
    assert not set(by_hand.pids("sleeper").values()) & set(after.values())
    by_hand.sh("systemctl kill --signal=KILL sleeper@1")
    by_hand.until(lambda: len(by_hand.pids("sleeper")) == 3)


def test_a_unit_that_changed_after_the_start_of_its_process_says_nothing(by_hand: LabHost) -> None:
    pids = by_hand.pids("sleeper")
    by_hand.sh(f"touch {UNITS}/sleeper@.service.d/override.conf")
    assert not by_hand.deploy(same()).failed
    assert not set(by_hand.pids("sleeper").values()) & set(pids.values())


def test_a_pool_that_does_not_settle_brings_everything_back(by_hand: LabHost) -> None:
    before, pids = units(by_hand), by_hand.pids("sleeper")
    result = by_hand.deploy(pool(command="/bin/false"))
    assert result.failed
    assert "generation 0" in result.msg
    comes_back(by_hand, before)
    after = by_hand.pids("sleeper")
    assert set(after) == {"1", "2", "3"}
    assert len(set(after.values()) & set(pids.values())) == 2, "only what the run had restarted is restarted"


@pytest.mark.parametrize("moment", ["before the first restart", "after it"])
def test_a_run_that_is_killed_is_undone_by_the_host(by_hand: LabHost, moment: str) -> None:
    before, pids = units(by_hand), by_hand.pids("sleeper")
    slow = pool(rollout={"min_healthy_time": "20s", "max_parallel": "1"})
    with by_hand.deploying(slow, workers_confirm="2s") as deploy:
        if moment == "after it":
            by_hand.until(lambda: by_hand.pids("sleeper") != pids)
        else:
            by_hand.until(lambda: "X-Workers" in by_hand.sh(f"cat {UNITS}/sleeper@.service"))
        by_hand.sh("pkill -KILL -f '[A]nsiballZ_'")
        deploy.wait()
    by_hand.until(lambda: units(by_hand) == before and set(by_hand.pids("sleeper")) == {"1", "2", "3"})
    assert not by_hand.deploy(pool()).failed


def test_the_template_of_a_package_stays_where_it_is(bare: LabHost) -> None:
    shipped = f"{SHIPPED}/sleeper@.service"
    try:
        bare.write(shipped, BY_HAND, "0644")
        bare.sh("systemctl daemon-reload; systemctl enable --now --quiet sleeper@1 sleeper@2")
        before = units(bare)
        result = bare.deploy(pool(command="/bin/false"))
        assert result.failed
        assert (units(bare), set(bare.pids("sleeper"))) == (before, {"1", "2"}), result.msg
        assert not bare.deploy(pool()).failed
        assert set(bare.pids("sleeper")) == {"1", "2", "3"}
        assert bare.sh(f"cat {shipped}") == BY_HAND
        assert not bare.module("rollback", pool="sleeper").failed
        assert (units(bare), set(bare.pids("sleeper"))) == (before, {"1", "2"})
    finally:
        bare.remove_pools()
        bare.sh(f"rm -f {shipped}; systemctl daemon-reload")


def test_what_is_no_template_is_refused_with_the_commands(bare: LabHost) -> None:
    bare.write(f"{UNITS}/sleeper.service", BY_HAND, "0644")
    try:
        bare.sh("systemctl daemon-reload; systemctl enable --now --quiet sleeper")
        result = bare.deploy(pool())
        assert result.failed
        assert "disable --now sleeper.service" in result.msg
        assert not bare.deploy(pool(adopt=False)).failed
        bare.sh("systemctl disable --now --quiet sleeper.service")
        assert not bare.deploy(pool()).changed
    finally:
        bare.sh(f"systemctl disable --now --quiet sleeper.service; rm {UNITS}/sleeper.service", check=False)


def test_no_job_is_lost_on_the_way_there_and_back(bare: LabHost) -> None:
    try:
        bare.sh(f"mkdir -p {APPS}; systemctl start redis-server; redis-cli flushall")
        bare.copy(APP, f"{APPS}/rq_app.py")
        bare.write(f"{UNITS}/rq@.service", BY_HAND_RQ + "[Install]\nWantedBy=multi-user.target\n", "0644")
        bare.sh("systemctl daemon-reload; systemctl enable --now --quiet rq@1 rq@2 rq@3")
        load = Load(bare, {"rq": RQ.producer}, 400)
        load.start()
        result = bare.deploy({**RQ.pool(3), "adopt": True})
        assert not result.failed, result.msg
        assert bare.deploy({**RQ.pool(3), "command": "/bin/false"}).failed
        back = bare.module("rollback", pool="rq", generation="0")
        assert not back.failed, back.msg
        (tally,) = load.tallies().values()
        assert (len(tally.sent), tally.lost, tally.twice) == (400, [], [])
    finally:
        bare.sh("systemctl stop 'produce-*' redis-server", check=False)
        bare.remove_pools()
        bare.sh(f"rm -rf {APPS}")
