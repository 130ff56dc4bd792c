# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user has an agent of their own. It looks after the pools of that user, and disturbs no other agent."""

from __future__ import annotations

import json
import typing as t

import pytest

from tests.helpers.lab_host import LabHost
from tests.helpers.pools import SLEEP
from tests.helpers.scaled import AGENT, jobs, said
from tests.helpers.user_host import UID, USER, in_scope

pytestmark = pytest.mark.user_scope
AGENT_FILE = f"/etc/systemd/system/{AGENT}"
# An instance hangs as long as a file says so. Another file counts the jobs.
HUNG, TOLD = "/var/tmp/backlog/hung", "/var/tmp/backlog/told"
PROGRAMS = {
    "answers": f'#!/bin/sh\ngrep -q "/workers-checks-$(id -u).scope" /proc/self/cgroup || exit 1\n'
    f"test ! -e {HUNG}-$(id -un)-$1\n",
    "waiting": '#!/bin/sh\n[ "$TOKEN" = s3cret ] || exit 1\ncat /var/tmp/backlog/jobs\n',
    "page": f'#!/bin/sh\ngrep -q "/workers-alerts-$(id -u).scope" /proc/self/cgroup || exit 1\n'
    f'echo "$(id -un) $WORKERS_ALERT_INSTANCE $WORKERS_ALERT_REASON $WORKERS_ALERT_STATE" >> {TOLD}\n',
}
LIVENESS = {"command": ["/usr/local/bin/answers", "%i"], "every": "1s", "timeout": "4s", "failures": 2}
INSTANCES = {"min": 1, "max": 3, "backlog": ["/usr/local/bin/waiting"], "each": 10, "fall_after": "5s"}


def sock(**more: t.Any) -> dict[str, t.Any]:
    return {"name": "sock", "command": SLEEP, "user": "daemon", "instances": 3, "liveness": LIVENESS, **more}


def many(**more: t.Any) -> dict[str, t.Any]:
    return in_scope({"name": "many", "command": SLEEP, "instances": INSTANCES, "secrets": {"TOKEN": "s3cret"}, **more})


def old(**more: t.Any) -> dict[str, t.Any]:
    return in_scope({"name": "old", "command": SLEEP, "recycle": {"age": "30s", "memory": "1G"}, **more})


@pytest.fixture
def hosted(clean: LabHost) -> t.Iterator[LabHost]:
    clean.sh("rm -rf /var/tmp/backlog; mkdir -m 777 /var/tmp/backlog; journalctl --rotate --vacuum-time=1s -q")
    for name, text in PROGRAMS.items():
        clean.write(f"/usr/local/bin/{name}", text)
    jobs(clean, "0")
    yield clean
    clean.sh(f"systemctl stop holder; rm -rf /var/tmp/backlog; cd /usr/local/bin; rm {' '.join(PROGRAMS)}", check=False)


def test_each_agent_looks_after_its_own_pools(hosted: LabHost, lab: LabHost) -> None:
    """``hosted`` is the manager of the system, and ``lab`` that of the user. Both have a pool of the same name."""

    def restarts(where: LabHost, before: dict[str, int]) -> None:
        """Of the second instance, because it hangs, and of no other one of these two pools."""
        other = lab if where is hosted else hosted
        others, lines = other.pids("sock"), said(other)
        name = "daemon" if where is hosted else USER
        hosted.sh(f"touch {HUNG}-{name}-2")
        hosted.until(lambda: where.pids("sock").get("2") not in (before["2"], None))
        hosted.sh(f"rm {HUNG}-{name}-2")
        assert {one: pid for one, pid in where.pids("sock").items() if before[one] == pid}.keys() == {"1", "3"}
        assert any(line.startswith("sock@2.service hangs: its check failed 2 times") for line in said(where))
        assert (other.pids("sock"), said(other)) == (others, lines)

    his = in_scope(sock(alert={"command": ["/usr/local/bin/page"], "within": "30s"}))
    result = hosted.deploy(sock(), his, many(), old())
    assert not result.failed, result.msg
    # Of cgroup v2 alone.
    controllers = f"/sys/fs/cgroup/user.slice/user-{UID}.slice/user@{UID}.service/cgroup.controllers"
    counts = "memory" in hosted.sh(f"cat {controllers}", check=False).split()
    assert any("recycle: memory restarts no instance" in one for one in result.result["warnings"]) is not counts
    for each in (hosted, lab):
        hosted.until(lambda manager=each: "active" in manager.sh(f"systemctl is-active {AGENT}", check=False).split())
    restarts(lab, lab.pids("sock"))
    hosted.until(lambda: f"{USER} 2 hung raised" in hosted.sh(f"cat {TOLD}", check=False).splitlines())
    # What the user owns stops nothing of root: the agent stands still, and another process has the lock.
    hosted.sh(f"systemd-run -q --unit=holder --uid={USER} flock /run/user/{UID}/workers.systemd/lock sleep infinity")
    lab.sh(f"systemctl kill --signal=STOP {AGENT}")
    restarts(hosted, hosted.pids("sock"))
    hosted.sh("systemctl stop holder")
    # The next agent goes on from what systemd shows.
    lab.sh(f"systemctl kill --signal=KILL {AGENT}")
    jobs(hosted, "25")
    hosted.until(lambda: len(lab.pids("many")) == 3)
    planned = hosted.deploy(sock(), his, many(), old(), check=True)
    assert planned.result["pools"][f"{USER}/many"]["instances"] == "3 of 1 to 3"
    result = hosted.deploy(sock(), his, many(environment={"RELEASE": "2"}), old())
    assert not result.failed, result.msg
    assert len(result.result["pools"][f"{USER}/many"]["verdicts"]) == 3
    assert len(lab.pids("many")) == 3
    hosted.until(lambda: any(line.startswith("old@1.service has run for") for line in said(lab)))
    # At boot, systemd starts the smallest number, and the agent of the user the others.
    hosted.reboot()
    hosted.until(lambda: len(lab.pids("many")) == 3)
    row = hosted.module("pools_info").result["pools"][f"{USER}/many"]
    assert (row["agent"]["runs"], row["scaling"]["min"], row["scaling"]["wanted"]) == (True, 1, 3)
    assert any(one["text"].startswith("many: 1 -> 3: 25 jobs wait") for one in row["agent"]["said"])
    assert not [line for line in said(hosted) if "many" in line]
    assert set(hosted.sh(f"cut -d' ' -f1 {TOLD}").split()) == {USER}
    jobs(hosted, "0")
    hosted.until(lambda: list(lab.pids("many")) == ["1"])
    # It goes with the last pool that asks for it, and that of root stays.
    result = hosted.deploy(sock(), in_scope(sock(liveness=None)), many(instances=1), old(recycle=None))
    assert not result.failed, result.msg
    assert lab.sh(f"ls {AGENT_FILE} 2>&1; systemctl is-active {AGENT}", check=False).split()[-1] == "inactive"
    assert lab.sh("systemctl list-units --no-legend 'workers-*.scope'") == ""
    assert hosted.sh(f"ls {AGENT_FILE}; systemctl is-active {AGENT}").split() == [AGENT_FILE, "active"]


def test_what_a_user_writes_for_the_agent_floods_nothing(hosted: LabHost, lab: LabHost) -> None:
    result = hosted.deploy(many(liveness=LIVENESS, alert={"command": ["/usr/local/bin/page"]}))
    assert not result.failed, result.msg
    lab.sh(f"systemctl stop {AGENT}")
    alarms = {f"a{number}": {"first": 1e300, "last": 0, "tries": 1, "why": "x" * 50} for number in range(20_000)}
    alarms["hung"] = {"first": 1e300, "last": 0, "tries": 1, "why": "x" * 10**6}
    alerts = {"many": {"counts": {}, "deaths": {}, "alarms": alarms}}
    for name, text in {"alerts": json.dumps(alerts), "scales": "[" * 100_000}.items():
        path = f"/run/workers.systemd/{name}"
        lab.write(path, text, "0600")
        hosted.sh(f"chown {USER} {lab.meant(path)}")
    # A kept version that says so would be as many names in memory, for which a look has 30 seconds.
    kept = f"/home/{USER}/.local/state/workers.systemd/generations/many"
    hosted.sh(f'sed -i \'s/"max": 3/"max": 3000000/\' {kept}/*/many.target; grep -q 3000000 {kept}/*/many.target')
    shown = hosted.module("pools_info").result
    assert (shown.get("warnings"), list(shown["pools"])) == (None, [f"{USER}/many"])
    assert [one["reason"] for one in shown["pools"][f"{USER}/many"]["agent"]["alerts"]] == ["hung"]
    assert max(map(len, shown["table"])) < 2000
    assert len(shown["table"]) < 10
