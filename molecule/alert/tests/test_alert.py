# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host tells an operator of troubles: once for a pool, and once more when they are over."""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

import pytest

from tests.helpers.lab_host import LabHost

DOCS = Path(__file__).parents[3] / "docs" / "alerts.md"
PROGRAMS = re.compile(r"^```(?:sh|python)\n(#!.*?\n# /usr/local/bin/(page-[a-z-]+):.*?)^```", re.MULTILINE | re.DOTALL)
# A server that keeps what it gets, and a sendmail that does.
RECEIVER = """\
import http.server
class Keep(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        with open("/run/pages/received", "a") as file:
            print(self.path, body, file=file)
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", 8123), Keep).serve_forever()
"""
SENDMAIL = """\
#!/bin/sh
[ "$1" = -t ] && cat >> /run/pages/received
"""
AGENT = "workers-agent.service"
PAGES = "/run/pages"
# Dies while its file is there, and prints a secret before that.
WORKER = """\
#!/bin/sh
if [ -e /run/pages/die ]; then echo "the token is $TOKEN"; exit 7; fi
[ -e /run/pages/hog ] && [ "$WORKERS_INSTANCE" = 1 ] && tail /dev/zero
exec sleep infinity
"""
# Writes what it was given, and who it is.
PAGE = """\
#!/bin/sh
if [ -e /run/pages/hang ]; then sleep 600; fi
number=$(ls /run/pages | grep -c json$)
cat > /run/pages/.new
env > /run/pages/$number.env
id -un > /run/pages/$number.user
cat /proc/self/cgroup > /run/pages/$number.cgroup
mv /run/pages/.new /run/pages/$number.json
"""
ALERT = {"command": ["/usr/local/bin/page"], "crashes": 2, "within": "30s", "repeat": "1h"}


def pool(name: str = "frail", **more: t.Any) -> dict[str, t.Any]:
    return {
        "name": name,
        "command": ["/usr/local/bin/frail-worker"],
        "user": "daemon",
        "instances": 10,
        "secrets": {"TOKEN": "hunter2-and-more"},
        "rollout": {"min_healthy_time": "300ms", "max_parallel": "100%", "canary": 0},
        "unit": {"Service": {"RestartSec": "1s"}},
        "alert": ALERT,
        **more,
    }


@pytest.fixture
def hosted(bare: LabHost) -> t.Iterator[LabHost]:
    bare.sh(f"rm -rf {PAGES}; mkdir -m 777 {PAGES}; journalctl --rotate --vacuum-time=1s -q")
    bare.write("/usr/local/bin/frail-worker", WORKER)
    bare.write("/usr/local/bin/page", PAGE)
    yield bare
    bare.remove_pools()
    bare.sh(f"rm -rf {PAGES} /usr/local/bin/frail-worker /usr/local/bin/page")


def pages(lab: LabHost) -> list[dict[str, t.Any]]:
    """All that was told, in order."""
    out = lab.sh(f"cd {PAGES}; for one in $(ls | grep json$ | sort -n); do cat $one; echo; done")
    return [json.loads(line) for line in out.splitlines() if line]


def said(lab: LabHost) -> str:
    return lab.sh(f"journalctl -u {AGENT} -o cat", check=False)


def result(lab: LabHost) -> list[tuple[str, str, str]]:
    return [(one["pool"], one["reason"], one["state"]) for one in pages(lab)]


def test_a_storm_is_two_messages_without_secrets(hosted: LabHost, host: t.Any) -> None:
    storm = pool(instances=20, hardening="off", unit={"Service": {"RestartSec": "500ms"}})
    planned = hosted.deploy(storm, check=True)
    assert ("start", AGENT) in [(row["verb"], row["subject"]) for row in planned.result["host_plan"]]
    deployed = hosted.deploy(storm)
    assert not deployed.failed, deployed.msg
    hosted.until(lambda: host.service(AGENT).is_running)
    hosted.until(lambda: "alerts" in hosted.sh("ls /run/workers.systemd"))
    # All die, over and over.
    hosted.sh(f"touch {PAGES}/die; systemctl kill --signal=KILL 'frail@*'")
    hosted.until(lambda: len(pages(hosted)) == 1)
    (first,) = pages(hosted)
    assert (first["pool"], first["reason"], first["state"]) == ("frail", "crash-loop", "raised")
    assert first["exit"] == "exit status 7"
    assert first["unit"] == f"frail@{first['instance']}.service"
    assert any("the token is ********" in line for line in first["journal"])
    assert "hunter2" not in json.dumps(first)
    assert host.file(f"{PAGES}/0.user").content_string.strip() == "daemon"
    assert "/workers-alerts-1.scope" in host.file(f"{PAGES}/0.cgroup").content_string
    environment = host.file(f"{PAGES}/0.env").content_string
    assert "WORKERS_ALERT_REASON=crash-loop\n" in environment
    assert "NOTIFY_SOCKET" not in environment
    # Killed, the next agent tells it no second time.
    hosted.until(lambda: "alert crash-loop raised: delivered" in said(hosted))
    hosted.sh(f"systemctl kill --signal=KILL {AGENT}")
    hosted.never(lambda: len(pages(hosted)) > 1, 5.0)
    shown = hosted.module("pools_info", names=["frail"]).result["pools"]["frail"]["agent"]
    assert [(one["reason"], one["delivered"]) for one in shown["alerts"]] == [("crash-loop", True)]
    hosted.until(lambda: sum(map(int, hosted.sh("systemctl show --value -p NRestarts 'frail@*'").split())) >= 100)
    assert len(pages(hosted)) == 1
    hosted.sh(f"rm {PAGES}/die")
    hosted.until(lambda: len(pages(hosted)) == 2)
    assert result(hosted)[1:] == [("frail", "crash-loop", "resolved")]


def test_what_is_not_delivered_is_shown_and_tried_again(hosted: LabHost) -> None:
    """A command that hangs holds up nothing: the other pool has its own, and liveness goes on."""
    other = pool(
        "other",
        secrets={},
        instances=1,
        command=["/bin/sh", "-c", "touch /run/pages/beat; sleep infinity"],
        liveness={"file": "/run/pages/beat", "max_age": "4s"},
        alert={**ALERT, "user": "nobody"},
    )
    deployed = hosted.deploy(pool(instances=1), other)
    assert not deployed.failed, deployed.msg
    hosted.sh(f"touch {PAGES}/hang")
    hosted.until(lambda: "alert hung raised: did not end within 30 s" in said(hosted))
    assert said(hosted).count("hangs: /run/pages/beat") > 1, "the agent goes on while the command hangs"
    info = hosted.module("pools_info").result
    (shown,) = info["pools"]["other"]["agent"]["alerts"]
    assert (shown["reason"], shown["delivered"], shown["trouble"]) == ("hung", False, "did not end within 30 s")
    assert "other: the alert hung is not delivered: did not end within 30 s" in info["table"]
    hosted.sh(f"rm {PAGES}/hang")
    hosted.until(lambda: ("other", "hung", "raised") in result(hosted))
    assert hosted.sh(f"cat {PAGES}/0.user").strip() == "nobody"


def test_an_instance_that_the_kernel_has_killed_for_its_memory(hosted: LabHost, host: t.Any) -> None:
    if not host.file("/sys/fs/cgroup/cgroup.controllers").exists:
        pytest.skip("with cgroup v1, systemd does not know that the kernel has killed")
    deployed = hosted.deploy(pool(instances=2, limits={"memory_max": "30M"}, alert={**ALERT, "crashes": 9}))
    assert not deployed.failed, deployed.msg
    hosted.until(lambda: "alerts" in hosted.sh("ls /run/workers.systemd"))
    hosted.sh(f"touch {PAGES}/hog; systemctl kill --signal=KILL frail@1; sleep 4; rm {PAGES}/hog")
    hosted.until(lambda: ("frail", "out-of-memory", "raised") in result(hosted))


# Finishes no job when it is told to stop.
DEAF = ["/bin/bash", "-c", "trap : TERM; while :; do sleep 1 & wait; done"]


def test_an_instance_that_was_killed_at_its_stop(hosted: LabHost) -> None:
    deaf, quick = pool("deaf", command=DEAF, instances=2, drain_timeout="2s"), pool("quick", instances=2)
    assert not hosted.deploy(deaf, quick).failed
    # The agent has seen the starts that are stopped then.
    hosted.until(lambda: '"deaf@2.service"' in hosted.sh("cat /run/workers.systemd/alerts", check=False))
    hosted.sh("systemctl restart deaf@2 quick@1")
    hosted.until(lambda: result(hosted) == [("deaf", "killed-at-stop", "raised")])
    (page,) = pages(hosted)
    assert (page["instance"], page["text"]) == (
        "2",
        "did not end in time and was killed at its stop: its job may be lost",
    )
    hosted.never(lambda: len(result(hosted)) > 1, 16)


def test_a_version_that_the_host_has_put_back(hosted: LabHost) -> None:
    """A deploy dies while an instance of the new version proves itself, and nobody is there to see it."""
    deployed = hosted.deploy(pool(instances=1))
    assert not deployed.failed, deployed.msg
    before = hosted.pids("frail")
    new = pool(instances=1, environment={"A": "b"}, rollout={"min_healthy_time": "60s", "healthy_deadline": "120s"})
    with hosted.deploying(new, workers_confirm="2s") as deploy:
        hosted.until(lambda: hosted.environments("frail").get("1", {}).get("A") == "b")
        hosted.sh("pkill -KILL -f '[A]nsiballZ_'")
        deploy.kill()
        deploy.wait()
    hosted.until(lambda: ("frail", "put-back", "raised") in result(hosted))
    (page,) = [one for one in pages(hosted) if one["reason"] == "put-back"]
    assert "the host put back what it had changed: frail (1 to 2)" in page["text"]
    assert "A" not in hosted.environments("frail")["1"]
    assert hosted.pids("frail") != before


def test_all_problems_of_an_alert_at_once(hosted: LabHost) -> None:
    wrong = hosted.deploy(
        pool("one", user="root", alert=ALERT),
        pool("two", alert={**ALERT, "user": "nobody-here"}),
        pool("three", alert={**ALERT, "command": ["/usr/local/bin/none"], "user": "root"}),
        pool("four", alert={**ALERT, "crashes": 0, "within": "soon"}),
    )
    assert wrong.failed
    places = [problem["where"] for problem in wrong.result["problems"]]
    assert "pools[0] (one).alert.user" in places
    assert "pools[3] (four).alert.crashes" in places
    assert "pools[3] (four).alert.within" in places
    wrong = hosted.deploy(
        pool("two", alert={**ALERT, "user": "nobody-here"}),
        pool("three", alert={**ALERT, "command": ["/usr/local/bin/none"], "user": "root"}),
    )
    places = [problem["where"] for problem in wrong.result["problems"]]
    assert "pools[0] (two).alert.user" in places
    assert "pools[1] (three).alert.command" in places


def test_one_alert_for_all_pools(hosted: LabHost, host: t.Any) -> None:
    pools = [pool(alert=None), pool("own", alert={**ALERT, "crashes": 5})]
    told_all = hosted.module("pools", pools=pools, alert=ALERT)
    assert not told_all.failed, told_all.msg
    assert '"crashes": 2' in host.file("/etc/systemd/system/frail.target").content_string
    assert '"crashes": 5' in host.file("/etc/systemd/system/own.target").content_string


def test_a_job_that_fails(hosted: LabHost, host: t.Any) -> None:
    job = {"name": "nightly", "command": ["/usr/local/bin/frail-worker"], "user": "daemon", "schedule": "yearly"}
    quick = {**job, "command": ["/usr/local/bin/frail-job"], "secrets": {"TOKEN": "hunter2-and-more"}, "alert": ALERT}
    hosted.write("/usr/local/bin/frail-job", WORKER.replace("exec sleep infinity", "exit 0"))
    deployed = hosted.deploy(timers=[quick, {**job, "name": "other", "command": ["/bin/false"]}])
    assert not deployed.failed, deployed.msg
    hosted.until(lambda: host.service(AGENT).is_running)
    hosted.until(lambda: "alerts" in hosted.sh("ls /run/workers.systemd"))
    hosted.sh(f"touch {PAGES}/die; systemctl start nightly other", check=False)
    hosted.until(lambda: len(pages(hosted)) == 1)
    (first,) = pages(hosted)
    assert (first["pool"], first["reason"], first["state"]) == ("nightly", "failed", "raised")
    assert (first["unit"], first["exit"]) == ("nightly.service", "exit status 7")
    assert any("the token is ********" in line for line in first["journal"])
    (shown,) = hosted.module("pools_info").result["timers"]["nightly"]["agent"]["alerts"]
    assert (shown["reason"], shown["text"]) == ("failed", "the last run of the job has failed")
    # The next run is a good one.
    hosted.sh(f"rm {PAGES}/die; systemctl start nightly")
    hosted.until(lambda: result(hosted)[1:] == [("nightly", "failed", "resolved")])
    # With its last duty, the agent goes.
    gone = hosted.deploy(timers=[{**quick, "state": "absent"}])
    assert not gone.failed, gone.msg
    assert not host.service(AGENT).is_running
    hosted.sh("rm /usr/local/bin/frail-job")


def test_a_job_that_does_not_run(hosted: LabHost) -> None:
    job = {"name": "rare", "command": ["/bin/true"], "user": "daemon", "schedule": "yearly", "alert": ALERT}
    planned = hosted.deploy(timers=[{**job, "expected": "2min", "alert": None}])
    assert [one["where"] for one in planned.result["problems"]] == ["timers[0] (rare).expected"]
    deployed = hosted.deploy(timers=[{**job, "expected": "40s"}, {**job, "name": "often", "expected": "1d"}])
    assert not deployed.failed, deployed.msg
    # What stops the timer does not stop the alert.
    hosted.sh("systemctl stop rare.timer")
    hosted.never(lambda: bool(pages(hosted)), 20.0)
    # The agent is away at that time, and reports it when it is back.
    hosted.sh(f"systemctl stop {AGENT}")
    hosted.never(lambda: bool(pages(hosted)), 25.0)
    hosted.sh(f"systemctl start {AGENT}")
    hosted.until(lambda: result(hosted) == [("rare", "missed", "raised")])
    assert pages(hosted)[0]["text"] == "the job has not run for 40 s"
    hosted.sh("systemctl start rare.service")
    hosted.until(lambda: result(hosted)[1:] == [("rare", "missed", "resolved")])


TROUBLE = {
    "reason": "crash-loop",
    "state": "raised",
    "host": "web1",
    "pool": "mail",
    "instance": "2",
    "unit": "mail@2.service",
    "since": "2026-11-24T16:36:19Z",
    "text": "died 3 times within 600 s",
    "exit": "exit status 1",
    "journal": ["no broker"],
}


def test_the_programs_of_the_documentation_deliver(hosted: LabHost) -> None:
    programs = {name: text for text, name in PROGRAMS.findall(DOCS.read_text())}
    assert list(programs) == ["page-by-mail", "page-to-chat", "page-to-alertmanager", "page-to-healthchecks"]
    hosted.write("/usr/local/bin/page-receiver", RECEIVER)
    hosted.sh("systemd-run -q --unit=page-receiver python3 /usr/local/bin/page-receiver; mkdir -p /etc/page")
    hosted.write("/usr/sbin/sendmail", SENDMAIL)
    for place in ("chat", "alertmanager", "healthchecks"):
        hosted.write(f"/etc/page/{place}", f"http://127.0.0.1:8123/{place}\n", "0644")
    for name, text in programs.items():
        hosted.write(f"/usr/local/bin/{name}", text)
    hosted.until(lambda: hosted.sh("ss -ltn sport = :8123 | grep -c LISTEN || true").strip() == "1")
    received = {}
    for name in programs:
        for state in ("raised", "resolved"):
            trouble = {**TROUBLE, "state": state}
            variables = " ".join(f"WORKERS_ALERT_{key.upper()}='{trouble[key]}'" for key in TROUBLE if key != "journal")
            hosted.sh(f"rm -f {PAGES}/received; echo '{json.dumps(trouble)}' > {PAGES}/given; chmod 644 {PAGES}/given")
            hosted.sh(f"setpriv --reuid=daemon --clear-groups env {variables} /usr/local/bin/{name} < {PAGES}/given")
            received[name, state] = hosted.sh(f"cat {PAGES}/received; rm {PAGES}/received")
    hosted.sh("systemctl stop page-receiver; rm -rf /etc/page /usr/sbin/sendmail /usr/local/bin/page-*")
    assert "Subject: raised: mail crash-loop on web1" in received["page-by-mail", "raised"]
    assert "mail@2.service crash-loop, died 3 times" in received["page-to-chat", "raised"]
    path, _, body = received["page-to-alertmanager", "resolved"].partition(" ")
    (alert,) = json.loads(body)
    assert (path, alert["labels"]["alertname"]) == ("/alertmanager/api/v2/alerts", "worker-crash-loop")
    assert alert["startsAt"] < alert["endsAt"]
    assert received["page-to-healthchecks", "raised"].startswith("/healthchecks/fail {")
    assert received["page-to-healthchecks", "resolved"].startswith("/healthchecks {")
