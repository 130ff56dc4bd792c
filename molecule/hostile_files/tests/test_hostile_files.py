# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whoever owns a file that root looks at, reads or runs gains nothing by it, and holds nobody up."""

from __future__ import annotations

import time
import typing as t
from pathlib import Path

import pytest

from tests.helpers.lab_host import LabHost

HOME = "/srv/hostile"
WATCHED = f"{HOME}/watched"
# What a worker may make of its own file. 15 TB of nothing take hours to read, and a FIFO whoever waits for a writer.
TRICKS = {
    "endless": f"truncate -s 15T {WATCHED}",
    "a FIFO": f"rm -f {WATCHED}; mkfifo {WATCHED}",
}


@pytest.fixture
def home(bare: LabHost) -> LabHost:
    """With the user ``app``, who has a directory of his own with a file that is watched."""
    bare.sh("id app >/dev/null 2>&1 || useradd --system --no-create-home app")
    bare.sh(f"rm -rf {HOME}; mkdir -p {HOME}; echo 1 > {WATCHED}; chown -R app: {HOME}")
    return bare


def watcher(command: t.Sequence[str] = ("/bin/sleep", "infinity"), **more: t.Any) -> dict[str, t.Any]:
    return {
        "name": "watcher",
        "command": list(command),
        "user": "app",
        "instances": 2,
        "hardening": "off",
        "watch": [WATCHED],
        "rollout": {"min_healthy_time": "300ms", "max_parallel": "1"},
        **more,
    }


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS.keys())
def test_what_a_worker_makes_of_its_file_holds_nobody_up(home: LabHost, trick: str) -> None:
    assert not home.deploy(watcher()).failed
    pids = home.pids("watcher")
    began = time.monotonic()
    result = home.deploy(watcher(["/bin/sh", "-c", f"{trick}; exit 3"]))
    assert result.failed
    assert "generation 1" in result.msg
    assert "is put back" in result.msg
    assert home.pids("watcher")["2"] == pids["2"]
    # The next one sees the trick from its beginning.
    assert not home.deploy(watcher()).failed
    # Hours less than reading it takes, on a machine of any load.
    assert time.monotonic() - began < 300


def test_the_host_puts_back_without_a_look_at_what_a_worker_owns(home: LabHost) -> None:
    home.deploy(watcher())
    new = ["/bin/sh", "-c", f"{TRICKS['endless']}; exec sleep infinity"]
    with home.deploying(watcher(new, rollout={"min_healthy_time": "5s"}), workers_confirm="2s") as deploy:
        home.until(lambda: home.sh(f"stat -c %s {WATCHED}").strip() != "2")
        home.sh("pkill -KILL -f '[A]nsiballZ_'")
        deploy.kill()
        deploy.wait()
    home.until(lambda: '"undone"' in home.sh("cat /var/lib/workers.systemd/journal"))
    assert "exec sleep" not in home.sh("cat /etc/systemd/system/watcher@.service")
    assert all(home.pids("watcher").values())


TELLS = f"""#!/bin/sh
{{
    id -un; id -Gn; pwd; umask
    tr '\\0' '\\n' < /proc/$$/environ
    ls /proc/$$/fd
}} > {HOME}/$1.new && mv {HOME}/$1.new {HOME}/$1
exit $2
"""


def test_checks_run_as_the_worker_and_get_nothing_of_ours(home: LabHost) -> None:
    home.sh("groupadd --force extra && usermod --append --groups extra app")
    home.write("/usr/local/bin/tells", TELLS)
    asking = watcher(
        environment={"VERSION": "1"},
        busy_check=["/usr/local/bin/tells", "busy-%i", "1"],
        rollout={"min_healthy_time": "300ms", "health_check": ["/usr/local/bin/tells", "healthy-%i", "0"]},
    )
    task = {"workers.systemd.pools": {"pools": [asking]}, "environment": {"VAULT_TOKEN": "hvs.secret"}}
    home.raw([task])
    home.raw([{**task, "workers.systemd.pools": {"pools": [{**asking, "environment": {"VERSION": "2"}}]}}])
    for check in ("busy-1", "healthy-1", "healthy-2"):
        user, groups, directory, umask, *rest = home.sh(f"cat {HOME}/{check}").splitlines()
        assert (user, set(groups.split()), directory, umask) == ("app", {"app", "extra"}, "/", "0022")
        names = {line.partition("=")[0] for line in rest if "=" in line}
        assert names <= {"PATH", "LANG", "HOME", "USER", "LOGNAME", "SHELL", "PWD"}
        # From 10 on are those of the shell itself.
        assert {int(line) for line in rest if line.isdigit() and int(line) < 10} == {0, 1, 2}


def test_a_check_of_a_user_that_systemd_makes_up_runs_as_that(home: LabHost) -> None:
    home.write("/usr/local/bin/tells", TELLS.replace(HOME, "/run/tells"))
    home.sh("rm -rf /run/tells; mkdir -m 1777 /run/tells")
    asking = watcher(
        user=None,
        watch=[],
        unit={"Service": {"DynamicUser": True}},
        rollout={"min_healthy_time": "300ms", "health_check": ["/usr/local/bin/tells", "healthy-%i", "0"]},
    )
    assert not home.deploy(asking).failed
    uid = home.sh("systemctl show -P UID watcher@1").strip()
    assert home.sh("stat -c %u /run/tells/healthy-1").strip() == uid != "0"


def test_root_runs_no_check_that_a_worker_may_change(home: LabHost) -> None:
    assert not home.deploy(watcher()).failed
    home.sh(f"printf '#!/bin/sh\\ntouch /run/was-root\\n' > {HOME}/check; chmod 755 {HOME}/check; rm -f /run/was-root")
    before = home.tree()
    for words in ([f"{HOME}/check"], ["/bin/sh", f"{HOME}/check"], ["/bin/sh", "-c", f"true; {HOME}/check"]):
        for check in ({"busy_check": words}, {"rollout": {"min_healthy_time": "300ms", "health_check": words}}):
            result = home.module("pools", pools=[watcher(["/bin/sleep", "1d"], check_user="root", **check)])
            assert result.failed
            assert f"{HOME}/check, which root would run, and {HOME} belongs to app" in result.msg
    result = home.module(
        "instances",
        units=["watcher@1"],
        state="restarted",
        rollout={"health_check": [f"{HOME}/check"], "check_user": "root"},
    )
    assert "which root would run" in result.msg
    assert home.tree() == before
    assert home.sh("ls /run/was-root", check=False) == ""


def test_no_worker_gets_the_secrets_of_another_through_a_file_of_its_own(home: LabHost) -> None:
    home.deploy({"name": "rich", "command": ["/bin/sleep", "infinity"], "secrets": {"TOKEN": "of-the-other-pool"}})
    home.sh(f"echo A=1 > {HOME}/.env; chown app: {HOME}/.env; rm -rf /srv/ours; mkdir /srv/ours")
    # The worker replaces its file, a directory, or what a link of root leads to.
    home.sh(f"mkdir -p {HOME}/conf; cp {HOME}/.env {HOME}/conf/; ln -sfn {HOME}/conf /srv/ours/conf")
    home.sh("install -m 600 -o app -g app /dev/null /srv/ours/.env; echo A=1 > /srv/ours/.env")
    before = home.tree()
    for path in (f"{HOME}/.env", f"{HOME}/conf/.env", "/srv/ours/conf/.env"):
        result = home.deploy(watcher(environment_files=[path]))
        assert f"{path}, which systemd reads as root, and {HOME} belongs to app" in result.msg
        assert home.deploy(watcher(environment_files=[path]), check=True).result["warnings"]
    for unit in ({"LoadCredential": f"key:{HOME}/.env"}, {"StandardInput": f"file:{HOME}/.env"}):
        result = home.deploy(watcher(unit={"Service": unit}))
        assert f"{HOME}/.env, which systemd reads as root, and {HOME} belongs to app" in result.msg
    assert home.tree() == before
    # In a directory of root's nobody puts a link in the place of a file, whoever may write into it ...
    assert not home.deploy(watcher(environment_files=["/srv/ours/.env"])).failed
    # ... which is enough to be root where anything runs as root with these variables.
    for root in ({"user": "root"}, {"unit": {"Service": {"ExecStartPre": "+/bin/true"}}}):
        result = home.deploy(watcher(environment_files=["/srv/ours/.env"], **root))
        assert "/srv/ours/.env, which systemd reads as root, and /srv/ours/.env belongs to app" in result.msg


DEAD = "/mnt/dead"
SERVER = Path(__file__).parents[3] / "tests/helpers/dead_file_system.py"
# A unit without a path there.
UNIT = "[Service]\nExecStart=/bin/sleep 1d\nUser=app\n"


@pytest.fixture
def dead(home: LabHost) -> t.Iterator[LabHost]:
    """With a file system whose server has taken each request and answers none: SIGKILL ends no look at it."""
    if "fuse" not in home.sh("ls /dev"):
        pytest.skip("the kernel of this machine has no FUSE")
    home.copy(SERVER, "/root/dead_file_system.py")
    home.sh(f"mkdir -p {DEAD}; systemd-run --unit=dead-server python3 /root/dead_file_system.py {DEAD}")
    home.until(lambda: home.sh(f"grep -c ' {DEAD} ' /proc/mounts", check=False).strip() == "1")
    yield home
    # With its server all looks end.
    home.sh(f"systemctl stop dead-server; umount {DEAD}; rmdir {DEAD}; rm -f /etc/systemd/system/on-*.service")


def test_a_dead_server_costs_a_deploy_its_patience_and_no_more(dead: LabHost) -> None:
    dead.sh(f"ln -sfn {DEAD}/app {HOME}/current")
    named = {
        "command": f"{DEAD}/bin/worker --fast",
        "working_directory": f"{DEAD}/app",
        "environment_files": [f"-{DEAD}/env-%i"],
        "watch": [f"{HOME}/current"],
        "writable_paths": [f"{DEAD}/spool"],
        "busy_check": ["/bin/sh", f"{DEAD}/busy"],
        "rollout": {"health_check": [f"{DEAD}/check"]},
    }
    before = dead.tree()
    for check in (False, True):
        began = time.monotonic()
        result = dead.deploy({"name": "watcher", "user": "app", "instances": 1, **named}, check=check)
        assert result.failed
        for option, path in {
            "command": f"{DEAD}/bin/worker",
            "working_directory": f"{DEAD}/app",
            "environment_files[0]": f"{DEAD}/env-1",
            "watch[0]": f"{HOME}/current",
            "writable_paths": f"{DEAD}/spool",
            "busy_check": f"{DEAD}/busy",
            "rollout.health_check": f"{DEAD}/check",
        }.items():
            assert f"pools[0] (watcher).{option}: found {path}, which does not answer" in result.msg
        assert time.monotonic() - began < 120
    assert dead.tree() == before
    # The looks still wait in the kernel, and hold neither the lock nor the next run.
    assert not dead.deploy(watcher()).failed


def test_lint_and_unit_file_name_the_path_and_judge_the_rest(dead: LabHost) -> None:
    for name, text in {"on-disk": f"{UNIT}Nice=99\n", "on-server": f"{UNIT}ExecStop={DEAD}/stop\n"}.items():
        dead.write(f"/etc/systemd/system/{name}.service", text, mode="0644")
    result = dead.module("lint_info", units=["on-*.service"])
    found = [(row["unit"], row["id"]) for row in result.result["findings"]]
    assert [unit for unit, finding in found if finding == "path-does-not-answer"] == ["on-server.service"]
    assert {unit for unit, _finding in found} == {"on-disk.service", "on-server.service"}
    result = dead.module("lint_info", units=[f"{DEAD}/*.service"])
    assert f"units[0]: found {DEAD}/*.service, which does not answer" in result.msg
    result = dead.module("unit_file", name="on-file.service", content=f"{UNIT}EnvironmentFile={DEAD}/env\n")
    assert result.failed
    assert "path-does-not-answer" in result.msg


def test_a_server_that_dies_during_a_rollout_fails_a_check_and_not_the_run(dead: LabHost) -> None:
    """execve(2) of the check waits in the kernel: the version is rolled back all the same."""
    check, other = "/usr/local/bin/is-up", "/usr/local/bin/is-up.other"
    # ln(1) would look at what it links to.
    dead.sh(
        f"""ln -sfn /bin/true {check}; rm -f {other}; python3 -c 'import os; os.symlink("{DEAD}/true", "{other}")'"""
    )
    version = {
        "name": "watcher",
        "user": "root",
        "instances": 2,
        "hardening": "off",
        "rollout": {
            "min_healthy_time": "300ms",
            "max_parallel": 1,
            "health_check": [check],
            "healthy_deadline": "15s",
        },
    }
    good = ["/bin/sh", "-c", f"rm -f {check}; ln -s /bin/true {check}; exec sleep 1d"]
    bad = ["/bin/sh", "-c", "cd /usr/local/bin; mv -fT is-up.other is-up; exec sleep 1d"]
    assert not dead.deploy({**version, "command": good}).failed
    pids = dead.pids("watcher")
    result = dead.deploy({**version, "command": bad})
    assert result.failed
    assert "did not end within 10 s" in result.msg
    assert "generation 1" in result.msg
    assert "is put back" in result.msg
    assert dead.pids("watcher")["2"] == pids["2"]
    assert "is-up.other" not in dead.sh("cat /etc/systemd/system/watcher@.service")
