# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker that hangs is restarted by the host itself: that one alone, and only when it is the worker's fault."""

from __future__ import annotations

import json
import typing as t
from functools import partial

import pytest

from tests.helpers.lab_host import LabHost

# Answers on a socket. After SIGUSR1 it still takes connections and never answers, and it takes no SIGTERM either.
WORKER = """\
#!/usr/bin/python3
import os, signal, socket, sys
stop = lambda *_: sys.exit(0)
def hang(*_):
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    while True:
        signal.pause()
signal.signal(signal.SIGTERM, stop)
signal.signal(signal.SIGUSR1, hang)
server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", 7000 + int(os.environ["WORKERS_INSTANCE"])))
server.listen()
while True:
    connection, _ = server.accept()
    # The broker of all workers.
    if not os.path.exists("/run/hang/broker-is-down"):
        connection.sendall(b"ok")
    connection.close()
"""
# It starts at once, also on a busy machine.
CHECK = """\
#!/bin/bash
[ $UID = 1 ] && [ -z "$NOTIFY_SOCKET" ] || exit 3
grep -q /workers-checks-1.scope /proc/self/cgroup || exit 4
exec 3<>/dev/tcp/127.0.0.1/700$1 && read -r -N 2 answer <&3 && [ "$answer" = ok ]
"""
AGENT = "workers-agent.service"
LIVENESS = {"command": ["/usr/local/bin/answers", "%i"], "every": "1s", "timeout": "4s", "failures": 2}


def pool(name: str = "sock", **more: t.Any) -> dict[str, t.Any]:
    return {
        "name": name,
        "command": ["/usr/local/bin/sock-worker"],
        "user": "daemon",
        "instances": 3,
        "drain_timeout": "5s",
        "liveness": LIVENESS,
        **more,
    }


beating = partial(
    pool,
    "beat",
    command=["/bin/sh", "-c", "while :; do touch /run/hang/$WORKERS_INSTANCE.beat; sleep 0.3; done"],
    liveness={"file": "/run/hang/%i.beat", "max_age": "3s"},
)


@pytest.fixture
def hosted(bare: LabHost) -> LabHost:
    """A host with the worker and its check."""
    bare.sh("rm -rf /run/hang; mkdir -m 777 /run/hang; journalctl --rotate --vacuum-time=1s -q")
    for name, text in (("sock-worker", WORKER), ("answers", CHECK)):
        bare.write(f"/usr/local/bin/{name}", text)
    bare.sh("chmod 755 /usr/local/bin/sock-worker /usr/local/bin/answers")
    return bare


def said(lab: LabHost) -> list[str]:
    """The lines of the agent."""
    out = lab.sh(f"journalctl -u {AGENT} -o json --output-fields=MESSAGE,_COMM", check=False)
    return [str(one["MESSAGE"]) for one in map(json.loads, out.splitlines()) if one.get("_COMM") != "systemd"]


def test_a_worker_that_hangs_is_restarted_and_no_other(hosted: LabHost, host: t.Any) -> None:
    planned = hosted.deploy(pool(), check=True)
    assert ("start", AGENT) in [(row["verb"], row["subject"]) for row in planned.result["host_plan"]]
    result = hosted.deploy(pool())
    assert not result.failed, result.msg
    hosted.until(lambda: host.service(AGENT).is_running)
    assert host.service(AGENT).is_enabled
    before = hosted.pids("sock")
    hosted.until(lambda: bool(hosted.sh("systemctl list-units --no-legend 'workers-checks-*.scope'")))
    hosted.sh(f"kill -USR1 {before['2']}")
    hosted.until(lambda: hosted.pids("sock").get("2") not in (before["2"], None))
    hosted.until(lambda: any("settled" in line or "killed-at-stop" in line for line in said(hosted)))
    after = hosted.pids("sock")
    assert {name: pid for name, pid in after.items() if before[name] == pid}.keys() == {"1", "3"}
    acts = [line for line in said(hosted) if "is restarted" in line]
    assert len(acts) == 1, said(hosted)
    assert "sock@2.service hangs: its check failed 2 times in a row" in acts[0]
    assert "did not end within 4 s" in acts[0]
    assert not hosted.deploy(pool()).changed


def test_a_check_that_leaves_processes_behind_takes_none_from_other_users(hosted: LabHost) -> None:
    """Its user may fill the limit of tasks of its scope. Checks of other users have another one."""
    leave = "/bin/sh -c 'for i in 1 2 3 4 5 6 7 8 9; do setsid sleep 600 & done; exit 0'"
    hosted.write("/usr/local/bin/leaves", f"#!/bin/sh\nexec {leave}\n")
    liveness = {**LIVENESS, "command": ["/usr/local/bin/leaves"]}
    greedy = pool("greedy", command=["/bin/sleep", "infinity"], user="games", liveness=liveness)
    assert not hosted.deploy(pool(), greedy).failed
    scope = "workers-checks-5.scope"
    hosted.until(lambda: hosted.sh(f"systemctl is-active {scope}", check=False).strip() == "active")
    hosted.sh(f"systemctl set-property --runtime {scope} TasksMax=20")
    hosted.until(lambda: int(hosted.sh(f"systemctl show --value -p TasksCurrent {scope}")) >= 20)
    before = hosted.pids("sock")
    hosted.sh(f"kill -USR1 {before['2']}")
    hosted.until(lambda: hosted.pids("sock").get("2") not in (before["2"], None))
    assert {name: pid for name, pid in hosted.pids("sock").items() if before[name] == pid}.keys() == {"1", "3"}


def test_a_check_for_which_systemd_has_no_scope_says_nothing_about_the_worker(hosted: LabHost) -> None:
    drop_in = "/run/systemd/system/workers-checks-1.scope.d"
    lines = "[Unit]\\nAssertPathExists=/run/hang/scopes"
    hosted.sh(f"systemctl stop workers-checks-1.scope; mkdir {drop_in}; printf '{lines}' > {drop_in}/a.conf")
    hosted.sh("systemctl daemon-reload")
    try:
        assert not hosted.deploy(pool(instances=1)).failed
        pids = hosted.pids("sock")
        hosted.until(lambda: "systemd did not start a scope" in "".join(said(hosted)))
        # A check that waits for its scope would have failed twice by then.
        hosted.never(lambda: hosted.pids("sock") != pids, 12)
        assert "is restarted" not in "".join(said(hosted))
    finally:
        hosted.sh(f"rm -r {drop_in}; systemctl daemon-reload")
    hosted.until(lambda: said(hosted)[-1].endswith("all is well again"))
    hosted.sh("systemctl kill --signal=USR1 sock@1")
    hosted.until(lambda: hosted.pids("sock") not in ({}, pids))


@pytest.mark.parametrize("failures", [1, 2])
def test_when_no_worker_answers_the_host_restarts_none(hosted: LabHost, failures: int) -> None:
    """The broker is down: a restart would only lose jobs. One failure is no evidence when the broker comes back."""
    assert not hosted.deploy(pool(liveness={**LIVENESS, "failures": failures})).failed
    before = hosted.pids("sock")
    hosted.sh("touch /run/hang/broker-is-down")
    hosted.until(lambda: any("no instance answers" in line for line in said(hosted)))
    hosted.never(lambda: hosted.pids("sock") != before, 3.0)
    hosted.sh("rm /run/hang/broker-is-down")
    hosted.until(lambda: any("well again" in line for line in said(hosted)))
    assert not [line for line in said(hosted) if "is restarted" in line and "no instance" not in line]


def test_a_worker_that_is_stopped_touches_no_file_and_hostile_files_stop_nothing(hosted: LabHost) -> None:
    result = hosted.deploy(pool(), beating())
    assert not result.failed, result.msg
    before = {**hosted.pids("beat"), **{f"s{name}": pid for name, pid in hosted.pids("sock").items()}}
    # The user of the pool owns these paths.
    hosted.sh("rm -f /run/hang/2.beat; mkfifo /run/hang/2.beat; ln -sf /dev/zero /run/hang/3.beat")
    hosted.sh(f"kill -STOP {before['1']}")
    hosted.until(lambda: hosted.pids("beat").get("1") not in (before["1"], None))
    assert any("beat@1.service hangs: /run/hang/1.beat has not been touched" in line for line in said(hosted))
    assert {f"s{name}": pid for name, pid in hosted.pids("sock").items()}.items() <= before.items()


def test_the_agent_holds_up_no_deploy_and_workers_do_not_need_it(hosted: LabHost, host: t.Any) -> None:
    assert not hosted.deploy(pool()).failed
    before = hosted.pids("sock")
    hosted.until(lambda: host.service(AGENT).is_running)
    # Killed at any moment, the next one goes on from what systemd shows.
    hosted.sh(f"kill -USR1 {before['2']}; sleep 2; systemctl kill --signal=KILL {AGENT}")
    hosted.until(lambda: hosted.pids("sock").get("2") not in (before["2"], None))
    assert hosted.pids("sock").items() >= {name: before[name] for name in "13"}.items()
    # Stalled in the moment in which it has the lock: systemd ends it, and the deploy goes on.
    hold = "flock /run/workers.systemd/lock sleep 3"
    hosted.sh(f"""printf '{{"token": "agent"}}' > /run/workers.systemd/lock; systemd-run -q {hold}""")
    result = hosted.deploy(pool(environment={"A": "b"}))
    assert not result.failed, result.msg
    hosted.sh(f"systemctl stop {AGENT}")
    assert len(hosted.pids("sock")) == 3
    assert not hosted.sh("systemctl list-units --no-legend 'workers-checks-*.scope'").strip()


def test_the_agent_goes_with_the_last_pool_that_asks(hosted: LabHost, host: t.Any) -> None:
    assert not hosted.deploy(pool(), beating()).failed
    hosted.until(lambda: host.service(AGENT).is_running)
    assert not hosted.deploy(pool(liveness=None), beating()).failed
    assert host.file(f"/etc/systemd/system/{AGENT}").exists
    assert not hosted.module("rollback", pool="sock").failed
    assert "Duties=" in host.file("/etc/systemd/system/sock.target").content_string
    result = hosted.deploy(pool(liveness=None), purge=True)
    assert not result.failed, result.msg
    assert not host.file(f"/etc/systemd/system/{AGENT}").exists
    assert not host.service(AGENT).is_running
    # A bad version with it goes back to the one without.
    result = hosted.deploy(pool(command=["/bin/false"]))
    assert result.failed
    assert not host.file(f"/etc/systemd/system/{AGENT}").exists
    hosted.until(lambda: not host.service(AGENT).is_running)
