# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user with one pool does what he can with his own files and processes. It costs him his own pools, and nobody else
anything.
"""

from __future__ import annotations

import typing as t

import pytest

from tests.helpers.lab_host import LabHost, TaskResult
from tests.helpers.pools import SLEEP, sleeper
from tests.helpers.user_host import HOME, UID, USER, in_scope

OURS = {"name": "plain", "command": SLEEP, "instances": 1}
RUN = f"/run/user/{UID}/workers.systemd"
STATE = f"{HOME}/.local/state/workers.systemd"
CONFIG = f"{HOME}/.config/workers.systemd"
UNITS = f"{HOME}/.config/systemd/user"


def his(**more: t.Any) -> dict[str, t.Any]:
    return {**in_scope(sleeper(instances=1, secrets={"TOKEN": "abcdefgh"})), **more}


def as_user(clean: LabHost, script: str) -> str:
    return clean.sh(f"runuser -u {USER} -- env XDG_RUNTIME_DIR=/run/user/{UID} sh -c '{script}'")


# What works as him, and nothing else of his.
WORKS_AS_HIM = "'^[^ ]+ -I -c import sys; .* /proc/self/fd/'"
FOUND = f"pgrep -u {USER} -f {WORKS_AS_HIM}"


def always(clean: LabHost, unit: str, script: str, user: str = USER) -> None:
    """He, or somebody else, does it until he is stopped."""
    clean.sh(
        f'systemctl stop {unit} 2>/dev/null; systemd-run --quiet --collect --unit={unit} --uid={user} sh -c "{script}"'
    )


def by_itself(result: TaskResult) -> None:
    """His pools have failed, in his name, and those of the system have not."""
    assert result.failed
    assert f"the manager of {USER}: " in result.msg
    assert "plain: " in result.msg


HARMLESS = f"""
mkfifo {UNITS}/zz@.service
ln -s /nothing {UNITS}/zy@.service
ln -s /dev/zero {UNITS}/zx@.service
mkdir {UNITS}/zw@.service
mkfifo {CONFIG}/sleeper/zz {UNITS}/zz.target
rm {STATE}/catalogue {STATE}/recovery.pyz; mkfifo {STATE}/catalogue {STATE}/recovery.pyz
"""
# What it does, and how it is taken away.
HARMFUL = {
    "a FIFO as the key": (f"mv {STATE}/key {STATE}/kept; mkfifo {STATE}/key", f"mv {STATE}/kept {STATE}/key"),
    "a key without an end": (
        f"mv {STATE}/key {STATE}/kept; ln -s /dev/zero {STATE}/key",
        f"mv {STATE}/kept {STATE}/key",
    ),
    "a FIFO as the journal": (f"mkfifo {STATE}/journal", f"rm {STATE}/journal"),
    "an endless journal": (f"truncate -s 9G {STATE}/journal", f"rm {STATE}/journal"),
    "a broken generation": (
        f"mv {STATE}/generations/sleeper/1/manifest {STATE}/kept; mkfifo {STATE}/generations/sleeper/1/manifest",
        f"mv {STATE}/kept {STATE}/generations/sleeper/1/manifest",
    ),
    "a FIFO as the lock": (f"rm {RUN}/lock; mkfifo {RUN}/lock", f"rm {RUN}/lock"),
    "his own unit of the same name": (
        f"mv {UNITS}/sleeper@.service {UNITS}/kept; mkfifo {UNITS}/sleeper@.service",
        f"mv {UNITS}/kept {UNITS}/sleeper@.service",
    ),
}


def test_what_he_plants_fails_his_own_pools_at_most(clean: LabHost) -> None:
    assert not clean.deploy(OURS, his()).failed
    as_user(clean, HARMLESS)
    for number, (what, (done, undone)) in enumerate({"nothing harmful": ("", ""), **HARMFUL}.items()):
        as_user(clean, done)
        result = clean.deploy({**OURS, "environment": {"N": str(number)}}, his(environment={"N": str(number)}))
        assert "was killed" not in result.msg, f"{what}: the run has waited for it until its deadline"
        assert result.plan("plain"), what
        if done:
            by_itself(result)
        else:
            assert not result.failed, result.msg
        as_user(clean, undone)
    assert clean.module("pools_info").result["pools"]["plain"]["summary"]["running"] == 1
    assert not clean.deploy(OURS, his()).failed


def test_what_is_wrong_with_the_input_refuses_all_and_what_he_took_away_fails_his(clean: LabHost) -> None:
    result = clean.deploy(OURS, his(unit={"Service": {"Retsart": "no"}}))
    assert result.failed
    assert result.msg.startswith("1 problem, nothing was changed:")
    assert clean.sh("ls /etc/systemd/system/plain@.service 2>&1", check=False).endswith("No such file or directory\n")
    result = clean.deploy(OURS, his(command=[f"{HOME}/gone"]))
    by_itself(result)
    assert f"(sleeper).command: found {HOME}/gone is not there" in result.msg
    assert clean.sh("systemctl is-active plain@1").strip() == "active"


def changed(number: int, **more: t.Any) -> dict[str, t.Any]:
    return {**OURS, "environment": {"N": str(number)}, "rollout": {"min_healthy_time": "300ms"}, **more}


def version_of(clean: LabHost) -> str:
    """Of the pool of the system, as its process has it."""
    return clean.sh("tr '\\0' '\\n' < /proc/$(systemctl show -P MainPID plain@1)/environ | sed -n s/^N=//p").strip()


def is_done(clean: LabHost) -> bool:
    """That of the system, so that nothing can put it back."""
    left = clean.sh(
        "ls /var/lib/workers.systemd/journal /run/systemd/transient/workers-dead-man.* 2>/dev/null", check=False
    )
    return not left


WORKER_DOES = {
    "stops the process that works as him": f"kill -STOP $({FOUND})",
    "plants a FIFO and kills it": f"mkfifo {UNITS}/zz@.service; kill -KILL $({FOUND})",
}


@pytest.mark.parametrize("does", WORKER_DOES.values(), ids=WORKER_DOES.keys())
def test_what_his_worker_does_in_the_middle_of_a_run_puts_nothing_of_the_system_back(clean: LabHost, does: str) -> None:
    assert not clean.deploy(changed(1)).failed
    # `$(` is a shell's, and systemd's `$` is doubled by the collection.
    worker = his(command=["/bin/sh", "-c", f"{does}; exec sleep infinity"], rollout={"min_healthy_time": "2s"})
    result = clean.module("pools", pools=[changed(2), worker], confirm="2s")
    by_itself(result)
    assert "was killed" in result.msg
    assert is_done(clean)
    clean.never(lambda: (version_of(clean), is_done(clean)) != ("2", True), seconds=5)


# His service, asked by the check, leaves processes behind.
LEAVES = """\
#!/bin/sh
for one in $(seq 30); do setsid sleep 600 & done
"""


def test_a_check_that_fills_a_limit_of_tasks_fails_his_pool_alone(clean: LabHost) -> None:
    """The system pool has its new version, and after the run none of the processes is there."""
    few = "systemd-run --quiet --scope --property=TasksMax=4"
    if clean.sh(f"{few} sh -c 'for one in 1 2 3 4 5 6; do sleep 1 & done; wait' && echo all", check=False) == "all\n":
        pytest.skip("this systemd limits no tasks here: it does not know cgroup v1")
    limit = "/etc/systemd/system.conf.d/tasks.conf"
    clean.write("/usr/local/bin/leaves", LEAVES)
    clean.sh("mkdir -p /etc/systemd/system.conf.d")
    his_own = {"name": "leaving", "command": SLEEP, "user": USER, "instances": 3}
    his_own["rollout"] = {"health_check": ["/usr/local/bin/leaves"], "healthy_deadline": "10s"}
    assert not clean.deploy(changed(1)).failed
    clean.write(limit, "[Manager]\nDefaultTasksMax=40\n", "0644")
    clean.sh("systemctl daemon-reload")
    try:
        result = clean.deploy(changed(2), his_own)
    finally:
        clean.sh(f"rm {limit}; systemctl daemon-reload")
    assert result.failed
    assert "leaving@" in result.msg, result.msg
    assert "exited with status" in result.msg, result.msg
    assert version_of(clean) == "2"
    assert is_done(clean)
    clean.until(lambda: clean.sh(f"pgrep -u {USER} -f 'sleep 600'", check=False) == "")
    clean.until(lambda: clean.sh("systemctl list-units --all --no-legend 'workers-run-*'") == "")


def test_a_lock_that_he_holds_is_his_alone(clean: LabHost) -> None:
    assert not clean.deploy(changed(1), his()).failed
    always(clean, "holder", f"exec flock {RUN}/lock sleep infinity")
    by_itself(clean.deploy(changed(2), his(environment={"N": "2"})))
    by_itself(clean.deploy(changed(3), purge=True))
    assert version_of(clean) == "3"
    clean.sh("systemctl stop holder")
    assert not clean.deploy(changed(3), purge=True).failed


def test_who_stops_whatever_looks_at_his_pools_hides_nobody(clean: LabHost) -> None:
    assert not clean.deploy(changed(1), his()).failed
    always(clean, "stopper", f"while :; do kill -STOP \\$({FOUND}) 2>/dev/null; done")
    try:
        seen = clean.module("pools_info").result
    finally:
        clean.sh("systemctl stop stopper")
    assert [*seen["pools"]] == ["plain"]
    assert f"the manager of {USER}: " in seen["warnings"][0]
    assert clean.sh(FOUND, check=False) == "", "what he stopped is ended"


def test_a_stop_that_takes_him_for_ever_holds_nobody_else_up(clean: LabHost) -> None:
    deaf = ["/bin/sh", "-c", "trap : TERM; while :; do sleep 1; done"]
    assert not clean.deploy(changed(1), his(command=deaf)).failed
    as_user(clean, f"mkdir {UNITS}/sleeper@.service.d")
    clean.write(f"{UNITS}/sleeper@.service.d/a.conf", "[Service]\nTimeoutStopSec=infinity\n", "0644")
    state = f"runuser -u {USER} -- env XDG_RUNTIME_DIR=/run/user/{UID} systemctl --user show -P ActiveState sleeper@1"
    with clean.deploying(changed(2), his(command=deaf, environment={"N": "2"})):
        clean.until(lambda: "deactivating" in clean.sh(state))
        result = clean.deploy(changed(3))
        assert not result.failed, result.msg
        assert version_of(clean) == "3"
        by_itself(clean.deploy(changed(4), his(command=deaf, environment={"N": "4"})))
    clean.sh(f"pkill -KILL -u {USER} -f {WORKS_AS_HIM}", check=False)


def test_nothing_of_the_environment_of_the_task_reaches_him(clean: LabHost) -> None:
    # A child of the module, which has become him to ask the kernel something, still has root's environment until it
    # ends or runs a program. The kernel shows it to root alone, as this spy is.
    child = "grep -qs AnsiballZ /proc/\\$pid/cmdline"
    see = f"{child} || tr '\\0' '\\n' < /proc/\\$pid/environ"
    always(
        clean,
        "spy",
        f"while :; do for pid in \\$(pgrep -u {USER}); do {see}; done 2>/dev/null >> /run/seen; done",
        "root",
    )
    given = {"pools": [changed(1), his()]}
    clean.raw([{"workers.systemd.pools": given, "environment": {"VAULT_TOKEN": "of-the-operator"}}])
    clean.sh("systemctl stop spy")
    seen = clean.sh("cat /run/seen; rm /run/seen")
    assert f"HOME={HOME}" in seen
    assert "of-the-operator" not in seen
