# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pool starts and stops with a unit of the operator, at any time and at boot, and every run knows of it."""

from __future__ import annotations

import typing as t

import pytest

from tests.helpers.lab_host import LabHost
from tests.helpers.pools import queues, sleeper
from tests.helpers.user_host import HOME, UID, USER, UserHost

UNITS = "/etc/systemd/system"
APP = """
[Service]
ExecStart=/bin/sleep infinity
[Install]
WantedBy=multi-user.target
"""
BOUND = {"bound_to": ["app.service"]}
DOWN = "sleeper@1..2 not started: bound_to: app.service is inactive"


@pytest.fixture
def app(bare: LabHost) -> t.Iterator[LabHost]:
    if isinstance(bare, UserHost):
        bare.sh(f"loginctl enable-linger {USER}; until [ -e /run/user/{UID}/bus ]; do sleep 0.1; done")
    bare.write(f"{UNITS}/app.service", APP, "0644")
    if isinstance(bare, UserHost):
        bare.sh(f"chown -R {USER}: {HOME}")
    bare.sh("systemctl daemon-reload; systemctl start app.service")
    yield bare
    bare.sh(f"systemctl disable --now app.service; rm -f {UNITS}/app.service; systemctl daemon-reload")


def running(lab: LabHost) -> int:
    return len(lab.pids("sleeper"))


def links(lab: LabHost) -> list[str]:
    """What starts the target of the pool."""
    found = lab.sh(f"cd {UNITS}; ls -d *.wants/sleeper.target", check=False).split()
    return [link.partition(".wants/")[0] for link in found]


def states(lab: LabHost) -> list[str]:
    """The states of the generations, the oldest first."""
    info = lab.module("pools_info").result["pools"]
    return [one["state"] for row in info.values() for one in row["generations"]]


def row(lab: LabHost) -> dict[str, t.Any]:
    (found,) = lab.module("pools_info").result["pools"].values()
    return dict(found)


def test_it_starts_stops_and_restarts_with_the_unit(app: LabHost) -> None:
    result = app.deploy(sleeper(**BOUND))
    assert not result.failed, result.msg
    assert (running(app), links(app)) == (2, ["app.service"])
    assert not app.deploy(sleeper(**BOUND)).changed
    pids = app.pids("sleeper")
    app.sh("systemctl restart app.service")
    app.until(lambda: running(app) == 2 and not set(pids.values()) & set(app.pids("sleeper").values()))
    app.sh("systemctl stop app.service")
    app.until(lambda: running(app) == 0)
    app.sh("systemctl start app.service")
    app.until(lambda: running(app) == 2)
    # What is ours still holds beside it.
    app.sh("systemctl stop sleeper.target")
    app.until(lambda: running(app) == 0)
    assert not app.deploy(sleeper(**BOUND)).failed
    assert running(app) == 2


def test_a_deploy_starts_nothing_while_the_unit_is_stopped(app: LabHost) -> None:
    assert not app.deploy(sleeper("a", **BOUND)).failed
    app.sh("systemctl stop app.service")
    app.until(lambda: running(app) == 0)
    result = app.deploy(sleeper("a", **BOUND))
    assert (result.failed, result.changed) == (False, False), result.msg
    assert DOWN in result.msg
    shown = row(app)
    assert (shown["dead"], shown["bound_to"]) == ([], ["app.service"])
    assert {one["paused"]["by"] for one in shown["instances"]} == {"bound_to"}
    table = str(app.module("pools_info").result["table"])
    assert "bound_to: app.service is inactive" in table
    assert "2 waiting" in table
    assert "paused" not in table
    # A new version comes, and no instance proves it before the unit starts.
    checked, result = app.deploy(sleeper("b", **BOUND), check=True), app.deploy(sleeper("b", **BOUND))
    assert not result.failed, result.msg
    assert checked.plan("sleeper") == result.plan("sleeper")
    assert "is not proven: not started" in result.msg
    assert (running(app), states(app)) == (0, ["good", "unproven"])
    app.sh("systemctl start app.service")
    app.until(lambda: running(app) == 2)
    result = app.deploy(sleeper("b", **BOUND))
    assert [verb for verb, _subject in result.plan("sleeper")] == ["judge", "judge"]
    assert (result.failed, states(app)) == (False, ["good", "good"]), result.msg
    assert not app.deploy(sleeper("b", **BOUND)).changed


def test_a_bad_version_that_the_unit_has_started_is_put_back_by_the_next_deploy(app: LabHost) -> None:
    assert not app.deploy(sleeper("a", **BOUND)).failed
    app.sh("systemctl stop app.service")
    app.until(lambda: running(app) == 0)
    bad = sleeper("b", command="/bin/sh -c 'exit 3'", **BOUND)
    assert not app.deploy(bad).failed
    app.sh("systemctl start app.service")
    result = app.deploy(bad)
    assert result.failed
    assert "generation 1" in result.msg
    assert states(app) == ["good", "bad"]
    assert set(queues(app).values()) == {"a"}


def test_a_stop_of_the_unit_in_the_middle_of_a_deploy_is_not_undone(app: LabHost) -> None:
    slow = {"rollout": {"min_healthy_time": "20s", "max_parallel": "1"}, **BOUND}
    assert not app.deploy(sleeper("a", **BOUND)).failed
    with app.deploying(sleeper("b", **slow)) as deploy:
        app.until(lambda: "b" in queues(app).values())
        app.sh("systemctl stop app.service")
        deploy.wait()
    app.until(lambda: running(app) == 0)
    assert row(app)["dead"] == []
    app.sh("systemctl start app.service")
    app.until(lambda: running(app) == 2)
    assert not app.deploy(sleeper("b", **BOUND)).failed
    assert set(queues(app).values()) == {"b"}


def test_a_failure_of_the_unit_stops_no_worker_and_they_roll_on(app: LabHost) -> None:
    """PartOf= carries stops and restarts, and no failure."""
    assert not app.deploy(sleeper("a", **BOUND)).failed
    pids = app.pids("sleeper")
    app.sh("systemctl kill --signal=KILL app.service")
    app.until(lambda: app.sh("systemctl is-active app.service", check=False).strip() == "failed")
    assert app.pids("sleeper") == pids
    result = app.deploy(sleeper("b", **BOUND))
    assert not result.failed, result.msg
    assert set(queues(app).values()) == {"b"}


def test_the_option_comes_and_goes_with_its_links_and_restarts_nobody(app: LabHost) -> None:
    assert not app.deploy(sleeper()).failed
    assert links(app) == ["multi-user.target"]
    pids = app.pids("sleeper")
    for pool, by in ((sleeper(**BOUND), ["app.service"]), (sleeper(), ["multi-user.target"])):
        checked, result = app.deploy(pool, check=True), app.deploy(pool)
        assert checked.plan("sleeper") == result.plan("sleeper") != []
        assert ("reenable", "sleeper.target") in result.plan("sleeper")
        assert (result.failed, links(app), app.pids("sleeper")) == (False, by, pids), result.msg
        assert not app.deploy(pool).changed
    # With a rollback, too.
    result = app.module("rollback", pool="sleeper")
    assert (result.failed, links(app), app.pids("sleeper")) == (False, ["app.service"], pids), result.msg
    result = app.deploy(sleeper(state="absent"))
    assert (result.failed, links(app), running(app)) == (False, [], 0)


def test_a_link_that_an_operator_has_made_stays(app: LabHost) -> None:
    assert not app.deploy(sleeper()).failed
    app.sh("systemctl --quiet add-wants app.service sleeper.target")
    assert not app.deploy(sleeper()).changed
    assert links(app) == ["app.service", "multi-user.target"]


def test_a_rollback_of_a_bound_pool_starts_nothing_while_the_unit_is_stopped(app: LabHost) -> None:
    for version in ("a", "b"):
        assert not app.deploy(sleeper(version, **BOUND)).failed
    app.sh("systemctl stop app.service")
    app.until(lambda: running(app) == 0)
    result = app.module("rollback", pool="sleeper")
    assert (result.failed, running(app)) == (False, 0), result.msg
    assert DOWN in result.msg
    app.sh("systemctl start app.service")
    app.until(lambda: queues(app) == {"1": "a", "2": "a"})


def test_a_pool_that_runs_is_bound_without_a_stop(app: LabHost) -> None:
    """The unit is stopped already, and its next start would start nothing: so the pool stays whole."""
    assert not app.deploy(sleeper("a", instances=1)).failed
    app.sh("systemctl stop app.service")
    result = app.deploy(sleeper("b", **BOUND))
    assert (result.failed, running(app)) == (False, 2), result.msg
    app.sh("systemctl start app.service; systemctl stop app.service")
    app.until(lambda: running(app) == 0)


def test_a_resume_starts_nothing_while_the_unit_is_stopped(app: LabHost) -> None:
    assert not app.deploy(sleeper(**BOUND)).failed
    assert not app.module("pause", pools=["sleeper"]).failed
    app.sh("systemctl stop app.service")
    result = app.module("pause", pools=["sleeper"], state="resumed")
    assert (result.failed, running(app)) == (False, 0), result.msg
    app.sh("systemctl start app.service")
    app.until(lambda: running(app) == 2)


def test_at_boot_it_starts_with_the_unit_alone(app: LabHost) -> None:
    """One unit starts at boot and one does not. A target starts after what it wants: without care, a pool that is bound
    to one that it starts after would be a circle, and systemd would drop a job of it.
    """
    app.sh(f"cp {UNITS}/app.service {UNITS}/off.service; systemctl daemon-reload; systemctl start off.service")
    app.sh("systemctl enable app.service")
    after = {"bound_to": ["basic.target"], "after": ["basic.target"]}
    pools = {"sleeper": BOUND, "off": {"bound_to": ["off.service"]}, "based": after, "free": {}}
    result = app.deploy(*({**sleeper(**more), "name": name} for name, more in pools.items()))
    assert (result.failed, len(app.pids("off"))) == (False, 2), result.msg
    app.reboot()
    app.until(lambda: all(len(app.pids(name)) == 2 for name in ("sleeper", "based", "free")))
    app.until(lambda: app.sh("systemctl list-jobs --no-legend").strip() == "")
    assert app.pids("off") == {}
    assert "ordering cycle" not in app.journal("--boot")
    app.sh(f"rm -f {UNITS}/off.service")


def test_what_cannot_be_is_refused_before_anything_changes(app: LabHost) -> None:
    before = app.tree()
    result = app.deploy(
        sleeper(bound_to=["apq.service"]), {**sleeper(), "name": "other", "bound_to": ["app.service", "other.target"]}
    )
    assert result.failed
    assert "a unit that is not of this pool" in result.msg
    result = app.deploy(sleeper(bound_to=["apq.service"]))
    assert result.failed
    assert "apq.service, which is not there, expected a unit of the host" in result.msg
    assert app.tree() == before
    assert not app.deploy(sleeper(bound_to=["apq.service"]), check=True).failed
