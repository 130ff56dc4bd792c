# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host keeps figures for Prometheus, whatever the owner of their directory does to it."""

from __future__ import annotations

import re
import typing as t

import pytest

from tests.helpers.lab_host import LabHost, TaskResult

AGENT = "workers-agent.service"
# As on Debian: the directory is root's, and the one above it belongs to the user that Prometheus runs as.
ABOVE = "/srv/prometheus"
DIRECTORY = f"{ABOVE}/node-exporter"
TEXTFILE, NEW = f"{DIRECTORY}/workers.prom", f"{DIRECTORY}/.workers.prom.new"
POOL = {"name": "mail", "command": "/bin/sleep infinity", "user": "daemon", "instances": 3, "rollout": {"canary": 0}}
TIMER = {"name": "report", "command": ["/usr/local/bin/report"], "user": "daemon", "schedule": "yearly"}
REPORT = "#!/bin/sh\nexec test ! -e /run/figures/fail\n"
ALERT = {"command": ["/bin/true"]}


@pytest.fixture
def hosted(bare: LabHost) -> t.Iterator[LabHost]:
    bare.sh(f"rm -rf {ABOVE} /run/figures; install -d -o daemon {ABOVE}; mkdir {DIRECTORY} /run/figures")
    bare.sh("journalctl --rotate --vacuum-time=1s -q")
    bare.write("/usr/local/bin/report", REPORT)
    yield bare
    bare.remove_pools()
    bare.sh(f"umount {DIRECTORY} 2>/dev/null; rm -rf {ABOVE} /run/figures /usr/local/bin/report", check=False)


def deployed(lab: LabHost, *pools: dict[str, t.Any], metrics: str | None = DIRECTORY, **more: t.Any) -> TaskResult:
    result = lab.module("pools", pools=list(pools), metrics=metrics, **more)
    assert not result.failed, result.msg
    return result


def figures(lab: LabHost) -> dict[str, float]:
    """``{'workers_pool_instances_up mail': 3.0}``"""
    text = lab.sh(f"cat {TEXTFILE} 2>/dev/null || true")
    found = re.findall(r'^(\w+)(?:\{\w+="([^"]*)"\})? (\S+)$', text, re.MULTILINE)
    return {f"{name} {label}".strip(): float(value) for name, label, value in found}


def shows(lab: LabHost, **wanted: float) -> bool:
    """``pool_instances_up__mail=3``"""
    found = figures(lab)
    return {key: found.get(f"workers_{key.replace('__', ' ')}") for key in wanted} == wanted


def at_once(lab: LabHost) -> None:
    """A new agent writes at once, and need not be waited for."""
    lab.sh(f"systemctl restart {AGENT}")


def said(lab: LabHost) -> str:
    """By the agent that runs now. The one before it may have met the same trouble just before its end."""
    now = f"_SYSTEMD_INVOCATION_ID=$(systemctl show --value -p InvocationID {AGENT})"
    return lab.sh(f"journalctl -o cat {now}", check=False)


def test_the_figures_follow_the_host(hosted: LabHost, host: t.Any) -> None:
    planned = hosted.module("pools", pools=[POOL], timers=[TIMER], metrics=DIRECTORY, check=True)
    assert ("start", AGENT) in [(row["verb"], row["subject"]) for row in planned.result["host_plan"]]
    assert not host.file(TEXTFILE).exists
    deployed(hosted, POOL, timers=[TIMER])
    hosted.until(lambda: shows(hosted, pool_instances_wanted__mail=3, pool_instances_up__mail=3))
    hosted.until(lambda: shows(hosted, pool_generation__mail=1, pool_last_deploy_successful__mail=1))
    assert "workers_timer_last_run_successful report" not in figures(hosted)
    file = host.file(TEXTFILE)
    assert (file.user, file.mode) == ("root", 0o644)
    row = hosted.module("pools_info").result
    assert row["pools"]["mail"]["agent"]["metrics"] == row["timers"]["report"]["agent"]["metrics"] == DIRECTORY
    assert not deployed(hosted, POOL, timers=[TIMER]).changed
    # One dies again and again, one is paused, and a job fails.
    paused = hosted.module("pause", pools=["mail"], instances=["3"], reason="a test")
    assert not paused.failed, paused.msg
    hosted.sh("systemctl start report; touch /run/figures/fail")
    at_once(hosted)
    hosted.until(lambda: shows(hosted, timer_last_run_successful__report=1, pool_instances_paused__mail=1))
    succeeded = figures(hosted)["workers_timer_last_success_timestamp_seconds report"]
    hosted.sh("systemctl start report", check=False)
    for _death in range(3):
        before = hosted.pids("mail")["1"]
        hosted.sh("systemctl kill --signal=KILL mail@1")
        hosted.until(lambda before=before: hosted.pids("mail").get("1", before) != before)  # type: ignore[misc]
    hosted.until(lambda: shows(hosted, pool_crash_loop__mail=1, pool_restarts_total__mail=3))
    hosted.until(lambda: shows(hosted, timer_last_run_successful__report=0, pool_instances_up__mail=2))
    # Killed, the agent still knows of the success that systemd has forgotten.
    hosted.sh(f"systemctl kill --signal=KILL {AGENT}; rm {TEXTFILE}")
    hosted.until(lambda: shows(hosted, timer_last_success_timestamp_seconds__report=succeeded))


def test_the_jobs_that_wait_and_the_instances_for_them(hosted: LabHost) -> None:
    """A pool that cannot count its jobs has no such figure, and keeps its instances."""
    hosted.write("/usr/local/bin/report", f"{REPORT.replace('exec ', '')}[ $? -eq 0 ] && echo 130\n")
    counts = {"min": 1, "max": 3, "backlog": ["/usr/local/bin/report"], "each": 50}
    deployed(hosted, {**POOL, "instances": counts})
    hosted.until(lambda: shows(hosted, pool_backlog__mail=130, pool_instances_up__mail=3))
    hosted.sh("touch /run/figures/fail")
    hosted.until(lambda: "workers_pool_backlog mail" not in figures(hosted))
    assert shows(hosted, pool_instances_up__mail=3)


def test_a_file_that_changes_under_workers_that_run(hosted: LabHost) -> None:
    """The agent looks at a process once, and again when the files of its pool are others."""
    deployed(hosted, {**POOL, "environment": {"COLOR": "red"}})
    hosted.until(lambda: shows(hosted, pool_instances_up__mail=3, pool_instances_stale__mail=0))
    written = figures(hosted)["workers_metrics_timestamp_seconds"]
    hosted.until(lambda: figures(hosted)["workers_metrics_timestamp_seconds"] > written)
    # In place, so the time of the directory stays.
    installed = "/etc/workers.systemd/mail/environment"
    hosted.sh(f"cp -a {installed} /run/figures/; sed 's/[0-9a-f]\\{{16,\\}}/0/' /run/figures/environment > {installed}")
    hosted.until(lambda: shows(hosted, pool_instances_stale__mail=3))
    hosted.sh("systemctl restart mail@2")
    hosted.until(lambda: shows(hosted, pool_instances_stale__mail=2, pool_restarts_total__mail=0))
    hosted.sh(f"cat /run/figures/environment > {installed}")
    hosted.until(lambda: shows(hosted, pool_instances_stale__mail=1))


def test_a_version_that_was_put_back(hosted: LabHost) -> None:
    deployed(hosted, POOL)
    result = hosted.module("pools", pools=[{**POOL, "command": "/bin/false"}], metrics=DIRECTORY)
    assert result.failed
    at_once(hosted)
    hosted.until(lambda: shows(hosted, pool_last_deploy_successful__mail=0, pool_generation__mail=1))


def test_the_file_goes_with_the_last_pool_that_asks_for_it(hosted: LabHost, host: t.Any) -> None:
    deployed(hosted, POOL, {**POOL, "name": "other", "alert": ALERT}, timers=[TIMER])
    hosted.until(lambda: shows(hosted, pool_instances_up__mail=3, pool_instances_up__other=3))
    # The agent stays for the alert, and removes the file.
    other = {**POOL, "name": "other", "alert": ALERT}
    deployed(hosted, POOL, other, timers=[TIMER], metrics=None)
    hosted.until(lambda: not host.file(TEXTFILE).exists and not host.file("/var/lib/workers.systemd/metrics").exists)
    hosted.until(lambda: host.service(AGENT).is_running)
    # Another directory.
    hosted.sh(f"mkdir {ABOVE}/second")
    deployed(hosted, POOL, timers=[TIMER], metrics=f"{ABOVE}/second", purge=True)
    hosted.until(lambda: host.file(f"{ABOVE}/second/workers.prom").exists)
    # With the last duty, the run removes it.
    planned = hosted.module("pools", pools=[POOL], metrics=None, purge=True, check=True)
    assert ("remove", f"{ABOVE}/second/workers.prom") in [
        (row["verb"], row["subject"]) for row in planned.result["host_plan"]
    ]
    deployed(hosted, POOL, metrics=None, purge=True)
    assert hosted.sh(f"find {ABOVE} -type f; ls /var/lib/workers.systemd | grep -x metrics || true") == ""
    assert not deployed(hosted, POOL, metrics=None, purge=True).changed
    # With the last pool too.
    deployed(hosted, POOL)
    hosted.until(lambda: host.file(TEXTFILE).exists)
    deployed(hosted, purge=True)
    assert hosted.sh(f"find {ABOVE} -type f") == ""


def test_what_is_no_directory_holds_up_no_deploy(hosted: LabHost) -> None:
    wrong = hosted.module("pools", pools=[POOL, {**POOL, "name": "2", "instances": 0}], metrics="node/workers.prom")
    assert [one["where"] for one in wrong.result["problems"]][-1] == "metrics"
    result = deployed(hosted, POOL, metrics=f"{ABOVE}/none")
    assert any(f"{ABOVE}/none" in line for line in result.result["warnings"])
    hosted.until(lambda: f"{ABOVE}/none" in said(hosted))
    hosted.sh(f"mkdir {ABOVE}/none")
    at_once(hosted)
    hosted.until(lambda: hosted.sh(f"ls -A {ABOVE}/none").split() == ["workers.prom"])


# By the owner of the directory above, or of the directory. Each is over when its second script has run.
HOSTILE = {
    "a link to a directory of root": (
        f"mv {DIRECTORY} {ABOVE}/old; ln -s /root/victim {DIRECTORY}; chown -h daemon {DIRECTORY}",
        f"rm {DIRECTORY}; mv {ABOVE}/old {DIRECTORY}",
    ),
    "a FIFO for the directory": (
        f"mv {DIRECTORY} {ABOVE}/old; mkfifo {DIRECTORY}",
        f"rm {DIRECTORY}; mv {ABOVE}/old {DIRECTORY}",
    ),
    "a directory for the file": (
        f"mkdir -p {TEXTFILE}.x; rm -f {TEXTFILE}; mv {TEXTFILE}.x {TEXTFILE}",
        f"rmdir {TEXTFILE}",
    ),
    "a directory for the new file": (
        f"mkdir -p {NEW}/x",
        f"rm -r {NEW}",
    ),
    "a full disk": (
        f"mount -t tmpfs -o size=4k tmpfs {DIRECTORY}; head -c 4096 /dev/zero > {DIRECTORY}/full",
        f"umount {DIRECTORY}",
    ),
}
# These are replaced at once, and nothing else is touched.
REPLACED = {
    "a FIFO for the file": f"rm -f {TEXTFILE}; mkfifo {TEXTFILE}",
    "a link to a file of root": f"ln -sf /root/victim/file {TEXTFILE}; ln -sf /root/victim/file {NEW}",
    "a hard link to a file of root": f"ln -f {ABOVE}/roots {TEXTFILE}; ln -f {ABOVE}/roots {NEW}",
    "a FIFO for the new file": f"mkfifo {NEW}",
}


def test_a_hostile_owner_of_the_directory(hosted: LabHost) -> None:
    hosted.sh("rm -rf /root/victim; mkdir /root/victim; echo roots > /root/victim/file")
    # It hangs from the beginning, and is restarted all the time.
    beat = {**POOL, "name": "beat", "instances": 1, "liveness": {"file": "/run/figures/none", "max_age": "2s"}}
    deployed(hosted, POOL, beat)
    hosted.until(lambda: shows(hosted, pool_instances_up__mail=3))
    hosted.sh(f"chown daemon {DIRECTORY}; echo roots > {ABOVE}/roots")
    for what, attack in REPLACED.items():
        hosted.sh(attack)
        at_once(hosted)
        hosted.until(lambda: hosted.sh(f"stat -c '%U %a %h %F' {TEXTFILE}") == "root 644 1 regular file\n")
        assert hosted.sh(f"cat {ABOVE}/roots /root/victim/file; ls -A /root/victim") == "roots\nroots\nfile\n", what
    for what, (attack, end) in HOSTILE.items():
        hosted.sh(attack)
        at_once(hosted)
        # The other duties go on.
        hosted.until(lambda: "metrics: " in said(hosted) and "beat@1.service hangs" in said(hosted))
        assert hosted.sh("ls -A /root/victim").split() == ["file"], what
        hosted.sh(end)
    # By the same agent.
    hosted.until(lambda: "metrics: all is well again" in said(hosted), 180)
    assert hosted.sh(f"ls -A {DIRECTORY}").split() == ["workers.prom"]
    # A file that cannot be removed holds up no run.
    hosted.sh(f"mv {DIRECTORY} {ABOVE}/old; ln -s /root/victim {DIRECTORY}; chown -h daemon {DIRECTORY}")
    hosted.sh("touch /root/victim/workers.prom")
    deployed(hosted, purge=True, metrics=None)
    assert hosted.sh("ls -A /root/victim").split() == ["file", "workers.prom"]
    assert not deployed(hosted, purge=True, metrics=None).changed
    hosted.sh("rm -r /root/victim")
