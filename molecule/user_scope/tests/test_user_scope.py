# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pool in the manager of a user is that user's alone: no process, no file and no right of root is in it."""

from __future__ import annotations

import typing as t

import pytest

from tests.helpers.lab_host import LabHost
from tests.helpers.pools import SLEEP, sleeper
from tests.helpers.user_host import HOME, UID, USER, in_scope

SECRET = "a-secret-that-nobody-sees"
pytestmark = pytest.mark.user_scope


def his(**more: t.Any) -> dict[str, t.Any]:
    return {**in_scope(sleeper(secrets={"TOKEN": SECRET})), **more}


GONE = his(state="absent")


def lingers(clean: LabHost) -> bool:
    return USER in clean.sh("ls /var/lib/systemd/linger")


def test_the_pool_is_the_users_own_and_leaves_as_it_came(clean: LabHost) -> None:
    result = clean.deploy(his())
    assert not result.failed, result.msg
    pids = clean.sh("pgrep -f '^/bin/sleep infinity'").split()
    assert len(pids) == 2
    assert clean.sh(f"stat -c %U {' '.join(f'/proc/{pid}' for pid in pids)}").split() == [USER, USER]
    assert f"user@{UID}.service" in clean.sh(f"cat /proc/{pids[0]}/cgroup")
    assert clean.sh(f"find {HOME} ! -user {USER}") == "", "root has written where the user may plant a link"
    holders = clean.sh(
        f"grep -rl {SECRET} /home /etc /var/lib/workers.systemd /run/user/{UID} 2>/dev/null", check=False
    )
    assert len(holders.split()) == 2, "the live file and that of its generation"
    assert set(clean.sh(f"stat -c %a {' '.join(holders.split())}").split()) == {"600"}
    assert clean.sh("find /etc/systemd/system -name 'sleeper*' ! -type d") == ""
    assert lingers(clean)
    assert not clean.deploy(his()).changed
    info = clean.module("pools_info").result
    assert (info["pools"]["app/sleeper"]["scope"], info["pools"]["app/sleeper"]["user"]) == ("user", USER)
    assert info["table"][1].split()[:3] == ["app/sleeper", "2/2", "up"]

    result = clean.deploy(GONE)
    assert ("disable-linger", USER) in [(step["verb"], step["subject"]) for step in result.result["host_plan"]]
    assert clean.sh("pgrep -f '^/bin/sleep infinity'", check=False) == ""
    assert clean.sh(f"grep -rl sleeper {HOME}", check=False) == ""
    assert not lingers(clean)
    assert clean.sh("ls /var/lib/workers.systemd/users") == ""
    assert not clean.deploy(GONE).changed


def test_a_timer_is_the_users_own_and_leaves_as_it_came(clean: LabHost) -> None:
    timer = {
        "name": "report",
        "command": ["/bin/sh", "-c", 'echo "$(id -un) $TOKEN" >> ran'],
        "working_directory": HOME,
        "schedule": "*:*:0/2",
        "secrets": {"TOKEN": SECRET},
    }
    timer = in_scope(timer)

    def seen() -> dict[str, t.Any]:
        found: dict[str, t.Any] = clean.module("pools_info").result["timers"]["app/report"]
        return found

    result = clean.deploy(timers=[timer])
    assert not result.failed, result.msg
    clean.until(lambda: f"{USER} {SECRET}" in clean.sh(f"cat {HOME}/ran", check=False))
    assert clean.sh("find /etc/systemd/system -name 'report*'") == ""
    assert not clean.deploy(timers=[timer]).changed
    # A run may be under way.
    clean.until(lambda: seen()["result"] == "success")
    row = seen()
    assert (row["scope"], row["user"], row["dead"]) == ("user", USER, False)
    assert row["last_run"] != ""
    result = clean.deploy(timers=[{**timer, "state": "absent"}])
    assert not result.failed, result.msg
    assert clean.sh(f"find {HOME} /var/lib/workers.systemd/users -name '*report*'") == ""
    assert not lingers(clean)


def test_lingering_that_was_there_stays(clean: LabHost) -> None:
    clean.sh(f"loginctl enable-linger {USER}")
    result = clean.deploy(his(), his(name="other"))
    assert "linger" not in str(result.result["host_plan"])
    clean.deploy(GONE, his(name="other", state="absent"))
    assert lingers(clean)


def test_a_manager_that_does_not_run_is_told_once_and_a_deploy_starts_it(clean: LabHost) -> None:
    clean.deploy(his(), his(name="other"))
    # A manager without lingering ends at any time. This one still runs.
    clean.sh(f"rm /var/lib/systemd/linger/{USER}")
    (ends,) = clean.module("pools_info").result["warnings"]
    assert ends.startswith(f"the manager of {USER}: ends with the last session")
    clean.sh(f"loginctl disable-linger {USER}; systemctl stop user@{UID}.service")
    (gone,) = clean.module("pools_info").result["warnings"]
    assert gone.startswith(f"the manager of {USER}: does not run")
    command = f"loginctl enable-linger {USER}"
    assert command in gone
    paused = clean.module("pause", pools=["sleeper"], scope="user", user=USER)
    assert paused.failed
    assert command in paused.msg
    assert clean.deploy(his(), his(name="other")).changed
    info = clean.module("pools_info").result
    assert not info.get("warnings")
    assert [info["pools"][f"{USER}/{name}"]["summary"]["running"] for name in ("sleeper", "other")] == [2, 2]


def test_a_check_on_a_bare_host_tells_everything_and_does_nothing(clean: LabHost) -> None:
    result = clean.deploy(his(), check=True)
    assert result.changed, result.msg
    assert ("enable-linger", USER) in [(step["verb"], step["subject"]) for step in result.result["host_plan"]]
    assert ("start", "sleeper@2.service") in [(one["verb"], one["subject"]) for one in row_of(result)["plan"]]
    assert not lingers(clean)
    assert clean.sh(f"ls -A {HOME} | grep -v -e bash -e profile; ls /run/user", check=False) == ""
    assert SECRET not in str(result.result)


def row_of(result: t.Any) -> dict[str, t.Any]:
    row: dict[str, t.Any] = result.result["pools"]["app/sleeper"]
    return row


PLANTED = {
    "for the environment": f"mkdir -p {HOME}/.config; ln -s /victim {HOME}/.config/workers.systemd",
    "for the units": f"mkdir -p {HOME}/.config/systemd; ln -s /victim {HOME}/.config/systemd/user",
    "for what is remembered": f"mkdir -p {HOME}/.local/state; ln -s /victim {HOME}/.local/state/workers.systemd",
}


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED.keys())
def test_a_link_that_the_user_planted_does_not_lead_root_astray(clean: LabHost, planted: str) -> None:
    clean.sh("rm -rf /victim; mkdir /victim; echo keep > /victim/key")
    clean.sh(f"{planted}; chown -hR {USER} {HOME}")
    result = clean.deploy(his())
    assert result.failed
    assert "Permission denied" in result.msg or "that no other user can write to" in result.msg
    assert clean.sh("ls -A /victim; cat /victim/key").split() == ["key", "keep"]
    assert not lingers(clean), "what this run switched on is off again"


REFUSED = {
    "nobody of that name": ({"user": "nobody-here"}, "user: found no user 'nobody-here' on the host"),
    "root": ({"user": "root"}, "user: found 'root'"),
    "no user": ({"user": None}, "user: found nothing"),
    "a user without a home": ({"user": "daemon"}, "user: found daemon, "),
    "a group": ({"group": "www-data"}, "group: found 'www-data'"),
    "capabilities": (
        {"unit": {"Service": {"CapabilityBoundingSet": "CAP_CHOWN"}}},
        "unit.Service.CapabilityBoundingSet: found CapabilityBoundingSet",
    ),
    "an alert as another user": (
        {"alert": {"command": ["/bin/true"], "user": "daemon"}},
        "alert.user: found 'daemon', expected no user, for scope: user, where the command runs as that user",
    ),
    "a journal": ({"logs": {"keep": "7d", "at_most": "1G"}}, "logs: found given, expected no logs"),
}
# It speaks to the manager of its user.
WATCHED = """\
#!/usr/bin/python3
import os, socket, time
manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
manager.connect(os.environ["NOTIFY_SOCKET"].replace("@", "\\0", 1))
manager.send(b"READY=1")
while True:
    manager.send(b"WATCHDOG=1")
    time.sleep(0.3)
"""


def test_what_cannot_be_is_refused_at_once_and_changes_nothing(clean: LabHost) -> None:
    pools = [his(name=f"p{index}", **more) for index, (more, _found) in enumerate(REFUSED.values())]
    result = clean.deploy(*pools, {"name": "plain", "command": SLEEP})
    assert result.failed
    for index, (_more, found) in enumerate(REFUSED.values()):
        assert f"- pools[{index}] (p{index}).{found}" in result.msg
    assert result.msg.startswith(f"{len(REFUSED)} problems, nothing was changed:")
    assert clean.sh(f"find /etc/systemd/system -name 'plain*'; ls -A {HOME} | grep config", check=False) == ""
    assert not lingers(clean)


def test_the_alert_of_all_pools_leaves_out_those_of_users(clean: LabHost) -> None:
    result = clean.module("pools", pools=[his()], alert={"command": ["/bin/true"], "user": "daemon"})
    assert not result.failed, result.msg
    assert clean.sh("ls /etc/systemd/system/workers-agent.service", check=False) == ""
    assert clean.module("pools_info").result["pools"]["app/sleeper"]["agent"] is None


def test_a_worker_that_hangs_is_restarted_by_the_manager_of_its_user(clean: LabHost) -> None:
    clean.write("/usr/local/bin/watched-worker", WATCHED)
    pool = his(command=["/usr/local/bin/watched-worker"], watchdog="8s", drain_timeout="2s")
    result = clean.deploy(pool, skip_traps=["watchdog-too-short"])
    assert not result.failed, result.msg

    def pids() -> list[str]:
        return clean.sh("pgrep -f '^/usr/bin/python3 /usr/local/bin/watched-worker'", check=False).split()

    hung, other = pids()
    clean.sh(f"kill -STOP {hung}")
    clean.until(lambda: hung not in pids() and len(pids()) == 2)
    assert other in pids()
    assert not clean.deploy(pool, skip_traps=["watchdog-too-short"]).changed


def test_both_managers_in_one_deploy(clean: LabHost) -> None:
    ours = sleeper(instances=1)
    result = clean.deploy(ours, his())
    assert set(result.result["pools"]) == {"sleeper", "app/sleeper"}
    assert clean.sh("pgrep -fc '^/bin/sleep infinity'").strip() == "3"
    result = clean.deploy(purge=True)
    assert not result.failed, result.msg
    assert clean.sh("pgrep -f '^/bin/sleep infinity'", check=False) == ""
    assert not lingers(clean)


def test_where_users_see_their_own_processes_alone(clean: LabHost) -> None:
    """proc(5), hidepid=2."""
    clean.sh("mount -o remount,hidepid=2 /proc")
    try:
        assert not clean.deploy(his(instances=1)).failed
        assert not clean.deploy(his(instances=1)).changed
        result = clean.deploy(his(instances=1, secrets={"TOKEN": f"{SECRET}-2"}))
        assert ("restart", "sleeper@1.service") in [(one["verb"], one["subject"]) for one in row_of(result)["plan"]]
        assert not result.failed, result.msg
        (row,) = clean.module("pools_info").result["pools"]["app/sleeper"]["instances"]
        assert (row["sub_state"], row["stale"]) == ("running", "")
    finally:
        clean.sh("mount -o remount,hidepid=0 /proc")


def running(clean: LabHost) -> dict[str, int]:
    """How many run as whom."""
    names = clean.sh("ps -o user= -p $(pgrep -d, -f '^/bin/sleep infinity') 2>/dev/null", check=False).split()
    return {name: names.count(name) for name in names}


def test_a_scope_that_is_changed_leaves_nothing_behind(clean: LabHost) -> None:
    ours = sleeper(instances=1)
    assert not clean.deploy(ours).failed
    result = clean.deploy(his())
    assert result.failed
    assert "- pools[0] (sleeper).scope: found that of the system, which keeps running" in result.msg
    assert running(clean) == {"root": 1}
    result = clean.deploy(his(), {**ours, "state": "absent"})
    assert not result.failed, result.msg
    assert running(clean) == {USER: 2}

    result = clean.deploy(ours)
    assert result.failed
    assert f"- pools[0] (sleeper).scope: found that of the manager of {USER}, which keeps running" in result.msg
    assert running(clean) == {USER: 2}
    result = clean.deploy(sleeper(command=["/bin/false"]), purge=True)
    assert result.failed
    assert "not removed, because the run failed: sleeper" in result.msg
    assert running(clean) == {USER: 2}, "its successor has failed"
    assert lingers(clean)
    result = clean.deploy(ours, purge=True)
    assert not result.failed, result.msg
    assert running(clean) == {"root": 1}
    assert not lingers(clean)
