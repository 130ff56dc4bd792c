# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A scheduled job runs at its times, and no deploy ends a run, repeats a run, or starts one whose time is over."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.plugin_utils.placing import chosen
from tests.helpers.lab_host import LabHost
from tests.helpers.pools import sleeper

UNITS, CONFIG = "/etc/systemd/system", "/etc/workers.systemd"
SECRET = "s3cr3t-of-the-report"
# Notes each run, with its version, and waits as long as it is told to.
JOB = """\
#!/bin/sh
echo "$1 $VERSION ${TOKEN:-none}" >> /run/report/runs
while [ -e /run/report/wait ]; do sleep 0.05; done
echo "$1 $VERSION" >> /run/report/ends
"""


@pytest.fixture
def lab(bare: LabHost) -> LabHost:
    bare.sh("rm -rf /run/report; install -d -o www-data /run/report")
    bare.write("/usr/local/bin/report", JOB)
    return bare


def report(**more: t.Any) -> dict[str, t.Any]:
    """A job that comes once a year, unless it says otherwise."""
    given = {
        "name": "report",
        "command": ["/usr/local/bin/report", "100%"],
        "user": "www-data",
        "schedule": "*-01-01 03:15",
        "environment": {"VERSION": "1"},
    }
    return {**given, **more}


def runs(lab: LabHost, what: str = "runs") -> list[str]:
    return lab.sh(f"cat /run/report/{what} 2>/dev/null", check=False).splitlines()


def row(lab: LabHost) -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", lab.module("pools_info").result["timers"]["report"])


def shown(lab: LabHost, unit: str, name: str) -> str:
    return lab.sh(f"systemctl show --value -p {name} {unit}").strip()


def started(lab: LabHost) -> str:
    """Starts a run that waits, and returns its main process."""
    lab.sh("touch /run/report/wait; systemctl start --no-block report")
    lab.until(lambda: bool(runs(lab)))
    return shown(lab, "report.service", "MainPID")


def released(lab: LabHost) -> None:
    lab.sh("rm -f /run/report/wait")
    lab.until(lambda: shown(lab, "report.service", "ActiveState") in ("inactive", "failed"))


def test_it_runs_at_its_times_with_what_it_was_given(lab: LabHost) -> None:
    often = report(schedule=None, every="500ms", secrets={"TOKEN": SECRET})
    result = lab.deploy(timers=[often])
    assert not result.failed, result.msg
    assert "report: runs every 500ms" in result.msg
    lab.until(lambda: len(runs(lab)) > 2)
    assert set(runs(lab)) == {f"100% 1 {SECRET}"}
    assert not lab.deploy(timers=[often]).changed

    assert lab.sh(f"stat -c '%a %U' {CONFIG}/report/*").splitlines() == ["600 root", "600 root"]
    told_there = lab.sh(f"cat {UNITS}/report.*; journalctl --no-pager -b; systemctl show report.service report.timer")
    assert SECRET not in told_there + str(result.result)
    assert lab.sh("systemctl is-enabled report.timer").strip() == "enabled"
    assert (row(lab)["dead"], row(lab)["failed"], row(lab)["last_run"][:2]) == (False, False, "20")
    lab.sh("systemctl stop report.timer")
    lab.until(lambda: shown(lab, "report.service", "ActiveState") == "inactive")
    stopped = row(lab)
    assert (stopped["state"], stopped["dead"], stopped["result"]) == ("stopped", True, "success")


def test_status_counts_times_without_a_run_and_knows_the_last_run_after_a_reboot(lab: LabHost) -> None:
    failing = report(command=["/bin/sh", "-c", "exit 3"], schedule=["*:*:0/2", "2020-01-01"])
    assert not lab.deploy(timers=[failing]).failed
    lab.until(lambda: row(lab)["result"] == "exit status 3")
    lab.sh("systemctl stop report.timer")
    # More than come while a busy host is asked how it is.
    many = 12
    lab.until(lambda: (row(lab)["missed"] or 0) >= many)
    lab.sh("systemctl start report.service", check=False)
    assert (row(lab)["missed"] or 0) < many
    # The journal of a container goes with it, unlike that of a machine.
    kept, there = "/srv/before.journal", "/var/log/journal/$(cat /etc/machine-id)"
    lab.sh(f"systemctl disable report.timer; journalctl --sync; cp {there}/system.journal {kept}")
    lab.reboot()
    assert (row(lab)["result"], row(lab)["last_run"]) == ("", "")
    lab.sh(f"mv {kept} {there}/")
    lab.until(lambda: (row(lab)["missed"] or 0) >= 2)
    assert (row(lab)["result"], row(lab)["failed"], row(lab)["last_run"][:2]) == ("exit status 3", True, "20")
    table = lab.module("pools_info").result["table"]
    assert "of its schedule passed without a run since the last one" in str(table)


def test_a_check_tells_the_next_three_times_and_changes_nothing(lab: LabHost) -> None:
    lab.sh("timedatectl set-timezone Asia/Tokyo")
    try:
        before = lab.tree()
        result = lab.deploy(timers=[report(schedule="*-*-* 03:15:00")], check=True)
        assert (result.changed, result.failed, lab.tree()) == (True, False, before)
        times = result.result["pools"]["report"]["next_runs"]
        assert len(times) == 3
        assert all(time.endswith(" 03:15:00 JST") for time in times), "the clock of the host"
        assert f"report: next runs: {', '.join(times)}" in result.msg
    finally:
        lab.sh("timedatectl set-timezone Etc/UTC")
    result = lab.deploy(timers=[report(schedule="2020-01-01")], check=True)
    assert "timers[0] (report).schedule: never comes" in str(result.result["warnings"])

    slow = report(command=["/bin/sleep", "2.5"])
    assert not lab.deploy(timers=[slow]).failed
    lab.sh("systemctl start report")
    assert not lab.deploy(timers=[slow], check=True).result.get("warnings")
    result = lab.deploy(timers=[{**slow, "schedule": "*:*:*"}], check=True)
    assert "timers[0] (report).schedule: the job comes every 1 s, and its last run took" in str(
        result.result["warnings"]
    )


def test_a_deploy_leaves_a_run_alone_and_says_so(lab: LabHost) -> None:
    assert not lab.deploy(timers=[report()]).failed
    process = started(lab)
    newer = report(environment={"VERSION": "2"}, schedule="*-*-* 00:00")
    result = lab.deploy(timers=[newer])
    assert not result.failed, result.msg
    assert "report: a run is under way, and goes on to its end with its version" in result.msg
    assert (shown(lab, "report.service", "MainPID"), runs(lab)) == (process, ["100% 1 none"])

    refused = lab.deploy(timers=[{**newer, "timeout": "1ms"}])
    assert "timers[0] (report).timeout: found 1ms, which ends the run that began" in refused.msg
    assert shown(lab, "report.service", "MainPID") == process
    released(lab)
    assert runs(lab, "ends") == ["100% 1"], "it was not stopped"
    lab.sh("systemctl start report")
    assert runs(lab)[-1] == "100% 2 none"


def test_a_time_that_is_over_starts_no_run(lab: LabHost) -> None:
    """systemd counts from the last run, so that another schedule could be due at once."""
    timer = report(missed="run")
    assert not lab.deploy(timers=[timer]).failed
    # As if it had run yesterday, in the manager and on the disk.
    lab.sh("systemctl stop report.timer; touch -d yesterday /var/lib/systemd/timers/stamp-report.timer")
    lab.sh("systemctl start report.timer")
    assert not runs(lab)
    over = lab.sh("date -d '-1 hour' +%H:%M").strip()
    result = lab.deploy(timers=[{**timer, "schedule": over}])
    assert ("stop", "report.timer") in result.plan("report")
    assert shown(lab, "report.timer", "ActiveState") == "active"
    lab.never(lambda: bool(runs(lab)), 2)


def test_what_was_missed_while_the_host_was_off(lab: LabHost) -> None:
    kinds = [{**report(missed=kind, schedule="*-*-* 00:00"), "name": f"report-{kind}"} for kind in ("run", "skip")]
    kinds = [{**one, "command": ["/bin/sh", "-c", f"echo {one['name']} >> /var/tmp/ran"]} for one in kinds]
    try:
        assert not lab.deploy(timers=kinds).failed
        lab.sh("rm -f /var/tmp/ran; touch -d '2 days ago' /var/lib/systemd/timers/stamp-report-run.timer")
        # Its stop must not touch the file again.
        lab.cut()
        lab.until(lambda: "report-run" in lab.sh("cat /var/tmp/ran", check=False))
        assert lab.sh("cat /var/tmp/ran").split() == ["report-run"]
        assert lab.sh("systemctl is-active report-run.timer report-skip.timer").split() == ["active"] * 2
    finally:
        lab.sh("rm -f /var/tmp/ran")


REMEMBERS = ["/bin/sh", "-c", 'echo "$VERSION" >> /var/tmp/ran; [ ! -e /var/tmp/wait ] || sleep infinity']


def test_a_boot_while_a_job_runs_and_while_one_is_due(lab: LabHost) -> None:
    """The run that the boot ends is not begun again, and a time that comes during the boot is that of ``missed``."""
    soon = "*:*:0/2"
    names = {"long": {}, "run": {"missed": "run", "schedule": soon}, "skip": {"schedule": soon}}
    timers = [report(name=f"report-{name}", command=REMEMBERS, **more) for name, more in names.items()]
    # Nothing but the boot decides when these two run.
    timers[1]["environment"], timers[2]["environment"] = {"VERSION": "run"}, {"VERSION": "skip"}
    lab.sh("rm -f /var/tmp/ran; touch /var/tmp/wait; chmod 666 /var/tmp/wait; install -m 666 /dev/null /var/tmp/ran")
    try:
        assert not lab.deploy(timers=timers).failed
        lab.sh("systemctl start --no-block report-long")
        # All three run, and the next times of two of them come while they do.
        lab.until(lambda: {*lab.sh("cat /var/tmp/ran").split()} == {"1", "run", "skip"})
        before = lab.sh("cat /var/tmp/ran").split()
        assert len(before) == 3, "a time that is due starts no second run"
        lab.sh("rm /var/tmp/wait")
        lab.reboot()
        lab.until(lambda: {*lab.sh("cat /var/tmp/ran").split()[3:]} == {"run", "skip"})
        assert "1" not in lab.sh("cat /var/tmp/ran").split()[3:]
        found = lab.module("pools_info").result["timers"]
        assert (found["report-long"]["state"], found["report-long"]["dead"]) == ("waiting", False)
        assert found["report-long"]["failed"] is False
    finally:
        lab.sh("rm -f /var/tmp/ran /var/tmp/wait")


def test_a_removed_timer_leaves_nothing_but_the_run_that_is_under_way(lab: LabHost) -> None:
    assert not lab.deploy(timers=[report(missed="run", secrets={"TOKEN": SECRET})]).failed
    process = started(lab)
    result = lab.deploy(timers=[{"name": "report", "state": "absent"}])
    assert "report: a run is under way, and goes on to its end" in result.msg
    assert shown(lab, "report.service", "MainPID") == process
    released(lab)
    assert runs(lab, "ends") == ["100% 1"]
    assert lab.sh(f"ls -d {UNITS}/report* {CONFIG}/report /var/lib/systemd/timers/*report*", check=False) == ""
    assert not lab.deploy(timers=[{"name": "report", "state": "absent"}]).changed
    assert lab.sh("systemctl list-units --all --plain --no-legend 'report*'") == ""


def test_a_pool_and_a_timer_are_never_taken_for_each_other(lab: LabHost) -> None:
    assert not lab.deploy(sleeper(), timers=[report()]).failed
    before = lab.tree()
    for state in ("present", "absent"):
        result = lab.deploy({**sleeper(), "name": "report", "state": state})
        assert "pools[0] (report).name: found a timer of this name on the host" in result.msg
        result = lab.deploy(timers=[report(name="sleeper", state=state)])
        assert "timers[0] (sleeper).name: found a pool of this name on the host" in result.msg
    result = lab.deploy(sleeper(), timers=[report(name="sleeper")])
    assert "found 'sleeper', expected a name used once (pools[0] (sleeper) has it too)" in result.msg
    assert lab.tree() == before

    result = lab.deploy(sleeper(), purge=True)
    assert (result.failed, "report.timer" in str(result.plan("report"))) == (False, True)
    assert list(lab.module("pools_info").result["pools"]) == ["sleeper"]
    assert lab.module("pools_info").result["timers"] == {}


def test_a_paused_timer_stays_stopped_through_deploys_and_reboots_and_its_run_goes_on(lab: LabHost) -> None:
    assert not lab.deploy(timers=[report(missed="run")]).failed
    process = started(lab)
    result = lab.module("pause", pools=["report"], reason="the disk is full")
    assert not result.failed, result.msg
    assert "report: a run is under way, and goes on to its end" in result.msg
    assert (shown(lab, "report.service", "MainPID"), row(lab)["state"]) == (process, "running")
    released(lab)
    assert runs(lab, "ends") == ["100% 1"]
    assert not lab.module("pause", pools=["report"]).changed
    assert "found '1', expected none" in lab.module("pause", pools=["report"], instances=["1"]).msg

    result = lab.deploy(timers=[report(missed="run", schedule="*-*-* *:*", environment={"VERSION": "2"})])
    assert "report.timer not started: paused by hand since 2" in result.msg
    assert "the disk is full" in str(result.result["warnings"])
    lab.reboot()
    lab.sh("install -d -o www-data /run/report; systemctl start report.timer")
    assert shown(lab, "report.timer", "ActiveState") == "inactive", "no start gets past it"
    found = lab.module("pools_info").result
    assert (row(lab)["state"], row(lab)["dead"], row(lab)["paused"]["reason"]) == ("paused", False, "the disk is full")
    assert [line for line in found["table"] if "1 paused" in line], found["table"]
    lab.sh("systemctl start report")
    assert runs(lab) == ["100% 2 none"], "an operator may run it"

    lab.sh("touch -d '2 days ago' /var/lib/systemd/timers/stamp-report.timer")
    yearly = report(missed="run", environment={"VERSION": "3"}, state="paused")
    assert not lab.deploy(timers=[yearly]).failed
    assert not lab.deploy(timers=[yearly]).changed
    result = lab.module("pause", pools=["report"], state="resumed")
    assert "expected a timer that its deploy does not pause" in result.msg


def test_the_end_of_a_pause_starts_no_run(lab: LabHost) -> None:
    over = lab.sh("date -d '-1 hour' +%H:%M").strip()
    daily = report(missed="run", schedule=over)
    paused = {**daily, "state": "paused"}
    for by_deploy in (True, False):
        result = lab.deploy(timers=[paused if by_deploy else daily])
        if not by_deploy:
            result = lab.module("pause", pools=["report"])
        assert not result.failed, result.msg
        assert row(lab)["paused"]["by"] == ("deploy" if by_deploy else "hand")
        # The timer of a host that has had none makes this directory when it starts.
        stamps = "/var/lib/systemd/timers"
        lab.sh(f"mkdir -p {stamps}; touch -d '2 days ago' {stamps}/stamp-report.timer")
        check = lab.deploy(timers=[daily], check=True)
        assert (("start", "report.timer") in check.plan("report")) == by_deploy
        result = lab.deploy(timers=[daily]) if by_deploy else lab.module("pause", pools=["report"], state="resumed")
        assert not result.failed, result.msg
        assert shown(lab, "report.timer", "ActiveState") == "active"
        lab.never(lambda: bool(runs(lab)), 1.5)
    assert not lab.sh(f"ls -d {UNITS}/report.timer.d", check=False)


def test_a_time_that_passes_in_a_pause_starts_no_run(lab: LabHost) -> None:
    """systemd knows when a stopped timer began to wait. The time is late enough for a deploy and a pause."""
    soon = lab.sh("date -d '+45 seconds' +'%s %H:%M:%S'").split()
    for missed in ("skip", "run"):
        assert not lab.deploy(timers=[report(missed=missed, schedule=soon[1])]).failed
        assert not lab.module("pause", pools=["report"]).failed
        lab.until(lambda: int(lab.sh("date +%s")) > int(soon[0]))
        assert runs(lab) == []
        assert not lab.module("pause", pools=["report"], state="resumed").failed
        assert shown(lab, "report.timer", "ActiveState") == "active"
        lab.never(lambda: bool(runs(lab)), 1.5)


def test_a_run_that_hangs_is_stopped_and_told(lab: LabHost) -> None:
    lab.sh("touch /run/report/wait")
    assert not lab.deploy(timers=[report(timeout="500ms")]).failed
    lab.sh("systemctl start report", check=False)
    found = lab.module("pools_info").result
    assert (found["timers"]["report"]["result"], found["timers"]["report"]["failed"]) == ("timeout", True)
    assert [line for line in found["table"] if "1 failed" in line], found["table"]


def test_a_run_on_request_is_waited_for_and_fails_as_it_does(lab: LabHost) -> None:
    # Its output stays in the journal of the host.
    told_aloud = "t0ld-aloud-by-the-report"
    timer = report(secrets={"TOKEN": told_aloud}, command=["/bin/sh", "-c", "echo it has $TOKEN; exit ${VERSION}"])
    assert not lab.deploy(timers=[{**timer, "environment": {"VERSION": "0"}}]).failed
    result = lab.module("run_timer", name="report")
    assert (result.failed, result.result["result"]) == (False, "success")
    assert any(line.startswith("it has ") for line in result.result["journal"])
    assert told_aloud not in str(result.result)

    assert not lab.deploy(timers=[{**timer, "environment": {"VERSION": "3"}}]).failed
    result = lab.module("run_timer", name="report")
    assert (result.failed, result.result["result"]) == (True, "exit status 3")
    assert "it has " in result.msg
    assert "expected one of report" in lab.module("run_timer", name="reprot").msg

    assert not lab.deploy(timers=[report()]).failed
    process = started(lab)
    assert "whose run is under way" in lab.module("run_timer", name="report").msg
    assert shown(lab, "report.service", "MainPID") == process
    released(lab)

    lab.sh("mkdir /etc/systemd/system/report.service.d")
    lab.write("/etc/systemd/system/report.service.d/hands-off.conf", "[Unit]\nRefuseManualStart=yes\n", "0644")
    lab.sh("systemctl daemon-reload")
    result = lab.module("run_timer", name="report")
    assert (result.failed, "systemd refused it, and said: Operation refused" in result.msg) == (True, True)


def test_a_failed_run_is_tried_again_and_a_stop_ends_all_tries(lab: LabHost) -> None:
    job = ["/bin/sh", "-c", 'echo "$1" >> /run/report/runs; [ $(wc -l < /run/report/runs) -ge $ENOUGH ]', "job", "a $b"]
    timer = report(command=job, retry={"times": 2, "delay": "300ms"}, environment={"ENOUGH": "2"})
    assert not lab.deploy(timers=[timer]).failed
    result = lab.module("run_timer", name="report")
    assert (result.failed, result.result["result"], runs(lab)) == (False, "success", ["a $b"] * 2)
    assert "try 1 of 3 ended with status 1, the next begins in 0.3 s" in result.result["journal"]
    lab.sh("rm /run/report/runs")
    slow = {**timer, "retry": {"times": 2, "delay": "10min"}, "environment": {"ENOUGH": "9"}}
    assert not lab.deploy(timers=[{**slow, "retry": timer["retry"]}]).failed
    result = lab.module("run_timer", name="report")
    assert (result.failed, result.result["result"], len(runs(lab))) == (True, "exit status 1", 3)
    assert row(lab)["failed"]

    assert not lab.deploy(timers=[slow]).failed
    lab.sh("rm /run/report/runs; systemctl start --no-block report")
    lab.until(lambda: len(runs(lab)) == 1)
    result = lab.deploy(timers=[{**slow, "environment": {"ENOUGH": "1"}}])
    assert "report: a run is under way, and goes on to its end with its version" in result.msg, "in the delay, too"
    lab.sh("pkill -P $(systemctl show --value -p MainPID report.service)")
    lab.until(lambda: len(runs(lab)) == 2)
    assert shown(lab, "report.service", "ActiveState") == "activating", "this try had the version of the run"
    lab.sh("systemctl stop report")
    lab.never(lambda: len(runs(lab)) != 2, 1)
    assert shown(lab, "report.service", "ActiveState") in ("inactive", "failed")


def test_a_time_that_comes_during_a_run_is_queued_once_or_skipped(lab: LabHost) -> None:
    often = report(command=["/bin/sh", "-c", "date +%s.%N >> /run/report/runs; sleep 4.5"], schedule="*:*:0/4")
    result = lab.deploy(timers=[{**often, "overlap": "skip"}])
    skips = int(lab.sh("systemctl --version").split()[1]) >= 257
    if not skips:
        assert "timers[0] (report).overlap: found DeferReactivation, which needs systemd 257" in result.msg
        result = lab.deploy(timers=[often])
    assert not result.failed, result.msg
    lab.until(lambda: len(runs(lab)) == 2)
    lab.sh("systemctl stop report.timer report.service")
    first, second = map(float, runs(lab))
    assert 4.5 < second - first < 12
    assert (second - first > 7.5) == skips, "the next time after its end, or immediately"


def test_a_hundred_jobs_of_one_second_each_run_once_and_apart(lab: LabHost) -> None:
    words = ["/bin/sh", "-c", "date +%s.%N >> /run/report/$JOB"]
    at = lab.sh("date -d '+60 seconds' '+%s %F %T'").split(None, 1)
    jobs = [
        report(name=f"job-{one}", command=words, schedule=at[1].strip(), jitter="10s", environment={"JOB": f"j{one}"})
        for one in range(100)
    ]
    result = lab.deploy(timers=jobs)
    assert not result.failed, result.msg
    assert not runs(lab, "j*"), "the deploy was quicker than the clock"
    lab.until(lambda: len(runs(lab, "j*")) >= 100, 120)
    lab.never(lambda: len(runs(lab, "j*")) != 100, 2)
    assert len(lab.sh("ls /run/report").split()) == 100
    times = [float(time) - float(at[0]) for time in runs(lab, "j*")]
    assert min(times) >= 0
    # A busy host is late as well. Without a jitter, all would begin in the first second.
    assert len({int(time) for time in times}) > 4


def test_of_two_timers_with_a_lock_in_redis_one_works_and_the_other_is_skipped(lab: LabHost) -> None:
    if not lab.sh("command -v redis-server", check=False):
        pytest.skip("no Redis on this host")
    lock = ["/bin/sh", "-c", '[ "$(redis-cli SET lock:report $(hostname) NX EX 60)" = OK ]']
    names = ("report", "report-there")
    timers = [report(name=name, command=["/usr/local/bin/report", name], lock=lock) for name in names]
    lab.sh("systemctl start redis-server; redis-cli flushall")
    try:
        result = lab.deploy(timers=timers)
        assert not result.failed, result.msg
        lab.sh("systemctl start report.service report-there.service", check=False)
        (works,) = {run.split()[0] for run in runs(lab)}
        (skipped,) = {*names} - {works}
        rows = lab.module("pools_info").result["timers"]
        assert {name: (row["result"], row["failed"]) for name, row in rows.items()} == {
            works: ("success", False),
            skipped: ("skipped", False),
        }
        result = lab.module("run_timer", name=skipped)
        assert (result.failed, result.result["result"], len(runs(lab))) == (False, "skipped", 1)
        lab.sh("redis-cli del lock:report")
        result = lab.module("run_timer", name=skipped)
        assert (result.failed, result.result["result"], len(runs(lab))) == (False, "success", 2)
    finally:
        lab.sh("systemctl stop redis-server", check=False)


def test_a_timer_is_on_one_host_of_a_group_and_moves_when_that_host_leaves(lab: LabHost) -> None:
    name = lab.raw([{"ansible.builtin.debug": {"msg": "it is <{{ inventory_hostname }}>"}}]).split("<")[1].split(">")[0]
    numbered = [f"r{number}" for number in range(20)]
    here, there = (next(one for one in numbered if chosen(one, [name, "ghost"]) == host) for host in (name, "ghost"))
    timers = [{"name": one, "command": "/bin/true", "schedule": "yearly", "on_one_of": "pair"} for one in (here, there)]
    add, ghost = ({"ansible.builtin.add_host": {"name": one, "groups": "pair"}} for one in (name, "ghost"))
    deploy = {"workers.systemd.pools": {"pools": [], "timers": timers}}
    lab.raw([add, ghost, deploy])
    assert list(lab.module("pools_info").result["timers"]) == [here]
    assert "timers[0].on_one_of: found 'pair', expected a group of the inventory that has hosts" in lab.raw([deploy])
    lab.raw([add, deploy])
    assert {*lab.module("pools_info").result["timers"]} == {here, there}


def test_bad_input_changes_nothing_and_is_told_at_once(lab: LabHost) -> None:
    before = lab.tree()
    result = lab.deploy(
        timers=[
            report(schedule="15 3 * * 1-5"),
            report(name="two", schedule="03:15", timezone="Europe/Nowhere"),
            report(name="three", schedule=None, every="1h", unit={"Timer": {"WakeSytem": "yes"}}),
            report(name="four", user="nobody-at-all"),
        ]
    )
    assert result.failed
    for part in (
        "timers[0] (report).schedule: found '15 3 * * 1-5'",
        "'Mon..Fri *-*-* 03:15'",
        "timers[1] (two).schedule",
        "timers[2] (three).unit.Timer.WakeSytem",
        "timers[3] (four).user: found no user 'nobody-at-all'",
    ):
        assert part in result.msg, result.msg
    assert lab.tree() == before


def test_a_timer_that_does_not_start_is_undone_and_a_rollback_brings_an_older_version_back(lab: LabHost) -> None:
    assert not lab.deploy(timers=[report()]).failed
    not_now = f"{UNITS}/report.timer.d/not-now.conf"
    lab.sh(f"mkdir -p {UNITS}/report.timer.d; printf '[Unit]\nAssertPathExists=/nowhere\n' > {not_now}")
    result = lab.deploy(timers=[report(schedule="*-02-02", environment={"VERSION": "2"})])
    assert result.failed
    assert "- report.timer: failed: the timer does not run" in result.msg
    assert "report: generation 2" in result.msg
    assert "OnCalendar=*-01-01 03:15" in lab.sh(f"cat {UNITS}/report.timer"), "the version before is back"
    assert 'VERSION="1"' in lab.sh(f"cat {CONFIG}/report/environment")

    lab.sh(f"rm -r {UNITS}/report.timer.d; systemctl daemon-reload")
    assert not lab.deploy(timers=[report(schedule="*-02-02")]).failed
    result = lab.module("rollback", pool="report")
    assert not result.failed, result.msg
    assert "OnCalendar=*-01-01 03:15" in lab.sh(f"cat {UNITS}/report.timer")
    assert shown(lab, "report.timer", "ActiveState") == "active"
