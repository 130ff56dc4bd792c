# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pool takes over what the PM2 of a user runs, and gives it back."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from tests.helpers import npm
from tests.helpers.lab_host import LabHost
from tests.helpers.queue_load import APPS, FRAMEWORKS, Load
from tests.helpers.taking_over import imported, run

OF_PM2 = Path(__file__).parents[1] / "apps"
OF_BULLMQ = Path(__file__).parents[2] / "no_lost_jobs/apps/bullmq"
BULLMQ = next(one for one in FRAMEWORKS if one.preset == "bullmq")
USER, HOME = "deploy", "/home/deploy"
PM2 = "/usr/local/bin/pm2"
SLOW = 180.0
AS_USER = f"runuser -u {USER} -- env HOME={HOME}"
APP: dict[str, t.Any] = {
    "name": "bull",
    "script": f"{APPS}/bullmq/worker.js",
    "instances": 2,
    "exec_mode": "fork",
    "kill_timeout": 60000,
    "env": {"QUEUE": "bullmq"},
}
OTHER: dict[str, t.Any] = {"name": "other", "script": "/bin/sleep", "args": "infinity", "interpreter": "none"}
POOL: dict[str, t.Any] = {
    **BULLMQ.pool(2),
    "name": "bull",
    "user": USER,
    "replaces": {"manager": "pm2", "program": "bull"},
}


@pytest.fixture(scope="module")
def node(lab: LabHost, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[LabHost]:
    """The host with a broker, the application, and PM2."""
    lab.remove_pools()
    lab.sh(f"rm -rf {APPS}; mkdir -p {APPS}; systemctl start redis-server; useradd --create-home {USER}")
    lab.copy(OF_BULLMQ, f"{APPS}/bullmq")
    lab.copy(npm.installed(OF_PM2, tmp_path_factory.mktemp("pm2")), f"{APPS}/bullmq/node_modules")
    lab.sh(f"chmod +x {APPS}/bullmq/node_modules/pm2/bin/pm2; ln -s {APPS}/bullmq/node_modules/pm2/bin/pm2 {PM2}")
    yield lab
    lab.sh(f"systemctl stop redis-server; userdel --remove {USER}; rm -rf {APPS} {PM2}", check=False)


@pytest.fixture
def old(node: LabHost) -> t.Iterator[LabHost]:
    """PM2 runs consumers and an app that nobody takes over, and starts both again at boot."""
    clean(node)
    node.write(f"{HOME}/apps.json", json.dumps({"apps": [APP, OTHER]}), "0644")
    start(node, f"{PM2} start {HOME}/apps.json && {PM2} save")
    node.until(lambda: sorted(running(node)) == ["bull", "bull", "other"])
    # `pm2 save` comes after it.
    node.until(lambda: '"other"' in node.sh(f"cat {HOME}/.pm2/dump.pm2", check=False))
    yield node
    clean(node)


def clean(lab: LabHost) -> None:
    lab.remove_pools()
    lab.sh(
        f"systemctl stop lab-pm2 lab-false 'produce-*'; pkill -KILL -u {USER};"
        f" rm -rf {HOME}/.pm2 {HOME}/bin /var/lib/workers.systemd/replaced; redis-cli flushall",
        check=False,
    )


def start(lab: LabHost, script: str) -> None:
    """As a service of the user, in which the daemon stays."""
    lab.sh("systemctl stop lab-pm2; systemctl reset-failed lab-pm2", check=False)
    stays = "--property=RemainAfterExit=yes"
    lab.sh(f"systemd-run --quiet --unit=lab-pm2 --uid={USER} --setenv=HOME={HOME} {stays} sh -c '{script}'")


def apps(lab: LabHost) -> list[dict[str, t.Any]]:
    """What PM2 knows. Without a daemon, and beside one that does not listen yet, it would start another one here."""
    if f"{HOME}/.pm2/rpc.sock" not in lab.sh("cat /proc/net/unix"):
        return []
    said = lab.sh(f"{AS_USER} {PM2} jlist 2>/dev/null", check=False)
    found: list[dict[str, t.Any]] = json.loads(said[said.find("[{") :]) if "[{" in said else []
    return found


def running(lab: LabHost) -> list[str]:
    return [one["name"] for one in apps(lab) if one["pm2_env"]["status"] == "online"]


def at_boot(lab: LabHost) -> dict[str, str]:
    """What PM2 starts at boot."""
    return {one["name"]: one["status"] for one in json.loads(lab.sh(f"cat {HOME}/.pm2/dump.pm2"))}


def test_no_job_is_lost_from_pm2_to_the_imported_pool_and_back(old: LabHost, tmp_path: Path) -> None:
    (found,) = (one for one in imported(old, tmp_path) if one["name"] == "bull")
    assert (found["user"], found["instances"], found["replaces"]) == (USER, 2, POOL["replaces"])
    pool = {**found, "rollout": POOL["rollout"]}
    (other,) = (one["pid"] for one in apps(old) if one["name"] == "other")
    load = Load(old, {"bullmq": BULLMQ.producer}, 300)
    load.start()
    taken = run(old, pool)
    assert taken.status == 0, taken.said
    assert running(old) == ["other"]
    assert len(old.pids("bull")) == 2
    assert at_boot(old) == {"bull": "stopped", "other": "online"}
    assert "changed=0" in run(old, pool).said
    back = run(old, pool, undo=True)
    assert back.status == 0, back.said
    assert sorted(running(old)) == ["bull", "bull", "other"]
    assert (old.pids("bull"), at_boot(old)) == ({}, {"bull": "online", "other": "online"})
    assert [one["pid"] for one in apps(old) if one["name"] == "other"] == [other]
    (tally,) = load.tallies().values()
    assert (len(tally.sent), tally.lost, tally.twice) == (300, [], [])


def test_what_is_taken_over_does_not_start_with_pm2(old: LabHost) -> None:
    assert run(old, POOL).status == 0
    start(old, f"{PM2} resurrect")
    old.until(lambda: running(old) == ["other"])
    # Somebody starts it by hand, and another run stops it.
    old.sh(f"{AS_USER} {PM2} start bull")
    workers = old.pids("bull")
    assert run(old, POOL).status == 0
    assert (running(old), old.pids("bull")) == (["other"], workers)


def test_what_may_run_only_once_runs_under_pm2_again_when_the_pool_fails(old: LabHost) -> None:
    broken = ["/bin/sh", "-c", "sleep 0.2; exit 1"]
    once = {**POOL, "command": broken, "preset": "generic", "replaces": {**POOL["replaces"], "once": True}}
    failed = run(old, once)
    assert (failed.status, "the program bull of PM2 of deploy runs again" in failed.said) == (2, True), failed.said
    assert (sorted(running(old)), old.pids("bull")) == (["bull", "bull", "other"], {})
    assert at_boot(old) == {"bull": "online", "other": "online"}


def test_a_run_that_is_killed_leaves_the_app_to_pm2(old: LabHost) -> None:
    once = {**POOL, "rollout": {"min_healthy_time": "60s"}, "replaces": {**POOL["replaces"], "once": True}}
    with old.deploying(once, workers_confirm="10s", workers_take_over="now") as deploy:
        # Each call of pm2 starts node, which takes seconds on a busy machine.
        old.until(lambda: bool(old.pids("bull")), SLOW)
        old.sh("pkill -KILL -f '[A]nsiballZ_'")
        deploy.wait()
    old.until(lambda: sorted(running(old)) == ["bull", "bull", "other"] and not old.pids("bull"), SLOW)
    old.until(lambda: at_boot(old) == {"bull": "online", "other": "online"}, SLOW)
    # The daemon is not a part of the run that has ended.
    old.until(lambda: old.sh("ls /var/lib/workers.systemd/replaced", check=False) == "")
    assert sorted(running(old)) == ["bull", "bull", "other"]


def test_what_pm2_does_not_run_is_refused(old: LabHost) -> None:
    """And no second PM2 starts as a part of the run."""
    other = run(old, {**POOL, "replaces": {"manager": "pm2", "program": "bill"}})
    assert (other.status, "it has no app of this name" in other.said) == (2, True), other.said
    absent = run(old, {**POOL, "replaces": {"manager": "pm2", "program": "bull", "user": "games"}})
    assert (absent.status, "PM2 of games does not run" in absent.said) == (2, True), absent.said
    assert old.sh("pgrep -u games", check=False) == ""
    assert sorted(running(old)) == ["bull", "bull", "other"]


# The program of a user who has a process with the title of the daemon.
HOSTILE = f"""\
#!/bin/sh
id -u >> {HOME}/bin/who
env >> {HOME}/bin/seen
for one in $(seq 50); do setsid sleep 600 & done
exec yes
"""


def test_the_program_of_a_hostile_user_costs_only_the_own_pool(old: LabHost) -> None:
    old.sh(f"systemctl stop lab-pm2; pkill -KILL -u {USER}", check=False)
    old.sh(f"mkdir -p {HOME}/bin; cp /bin/cat {HOME}/bin/node; mkfifo {HOME}/bin/fifo")
    old.write(f"{HOME}/bin/pm2", HOSTILE)
    title = f"PM2 v1: God Daemon ({HOME}/.pm2)"
    old.write(f"{HOME}/bin/daemon", f'#!/bin/bash\nexec -a "{title}" {HOME}/bin/node <>{HOME}/bin/fifo\n')
    old.sh(f"chown -R {USER} {HOME}/bin; systemd-run --quiet --unit=lab-false --uid={USER} {HOME}/bin/daemon")
    refused = run(old, POOL)
    assert (refused.status, "`pm2 id bull` did not end within 30 s" in refused.said) == (2, True), refused.said
    assert set(old.sh(f"cat {HOME}/bin/who").split()) == {old.sh(f"id -u {USER}").strip()}
    assert "ANSIBLE" not in old.sh(f"cat {HOME}/bin/seen")
    old.until(lambda: old.sh(f"pgrep -u {USER} -f 'sleep 600'", check=False) == "")
