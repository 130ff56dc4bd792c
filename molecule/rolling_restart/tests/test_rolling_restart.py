# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bad version costs one canary and is known at once; a slow one is waited for; capacity stays as promised."""

from __future__ import annotations

import contextlib
import time
import typing as t

import pytest

from tests.helpers.lab_host import LabHost, TaskResult

# Ready after READY_AFTER, dies LIVES after that.
NOTIFYING = """\
#!/usr/bin/python3
import os, signal, socket, time
if os.environ.get("DEAF") == os.environ["WORKERS_INSTANCE"]:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
time.sleep(float(os.environ.get("READY_AFTER", "0")))
address = os.environ["NOTIFY_SOCKET"]
address = "\\0" + address[1:] if address[0] == "@" else address
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"READY=1", address)
time.sleep(float(os.environ.get("LIVES", "100000")))
print(f"dead at {time.time():.3f}", flush=True)
raise SystemExit(3)
"""
# How many instances run, and which processes they are, some hundred times a second.
WATCHER = """\
#!/usr/bin/python3
import glob, subprocess, time
# To search all of the cgroups takes a busy machine longer than a step takes, and other hosts of the lab have some too.
shown = subprocess.run(["systemctl", "show", "-P", "ControlGroup", "app@1"], stdout=subprocess.PIPE, text=True).stdout
# Of version 1 and of version 2.
places = [root + shown.strip().rpartition("/")[0] for root in ("/sys/fs/cgroup/systemd", "/sys/fs/cgroup")]
while True:
    found = []
    for path in [path for place in places for path in sorted(glob.glob(place + "/app@*.service/cgroup.procs"))]:
        try:
            found += open(path).read().split()[:1]
        except OSError:
            pass
    print(time.time(), *sorted(set(found)), flush=True)
    time.sleep(0.003)
"""


def app(count: int = 4, lives: float = 100000, ready_after: float = 0, **rollout: t.Any) -> dict[str, t.Any]:
    return {
        "name": "app",
        "command": ["/usr/local/bin/notifying"],
        "instances": count,
        "environment": {"LIVES": lives, "READY_AFTER": ready_after},
        "rollout": {"min_healthy_time": "500ms", **rollout},
        "unit": {"Service": {"Type": "notify", "RestartSec": "0"}},
    }


@pytest.fixture
def ready(bare: LabHost) -> LabHost:
    bare.write("/usr/local/bin/notifying", NOTIFYING)
    return bare


@contextlib.contextmanager
def watching(lab: LabHost) -> t.Iterator[list[set[int]]]:
    """The processes of the instances again and again; they are known when it has ended."""
    lab.write("/usr/local/bin/watcher", WATCHER)
    lab.sh("setsid /usr/local/bin/watcher > /run/seen 2>&1 & echo $! > /run/watcher.pid")
    seen: list[set[int]] = []
    yield seen
    lab.sh("kill $(cat /run/watcher.pid)")
    seen += [{int(pid) for pid in line.split()[1:]} for line in lab.sh("cat /run/seen").splitlines()]
    assert len(seen) > 50


def changed(lab: LabHost, before: dict[str, int]) -> set[str]:
    now = lab.pids("app")
    return {name for name, pid in before.items() if now.get(name) != pid}


def seconds(lab: LabHost, since: str, until: str) -> float:
    """Between the first journal lines with these texts."""
    lines = lab.sh("journalctl --sync; journalctl -o short-unix --no-pager -n 400").splitlines()
    found = [next(float(line.split()[0]) for line in lines if text in line) for text in (since, until)]
    return found[1] - found[0]


def only_the_canary(lab: LabHost, result: TaskResult, before: dict[str, int]) -> str:
    """Checks that it was the only one touched, and returns its verdict."""
    assert result.failed
    assert changed(lab, before) == {"1"}
    (failure,) = result.result["failures"]
    assert failure["unit"] == "app@1.service"
    assert result.result["pools"]["app"]["spared"] == ["app@2.service", "app@3.service", "app@4.service"]
    return str(failure["verdict"])


@pytest.mark.parametrize("restart_sec", ["0", "100ms", "30s"])
def test_a_canary_that_dies_is_the_only_one_touched(ready: LabHost, restart_sec: str) -> None:
    ready.deploy(app())
    before = ready.pids("app")
    pool = app(lives=0.3, min_healthy_time="20s")
    pool["unit"]["Service"]["RestartSec"] = restart_sec
    started = float(ready.sh("date +%s.%N"))
    result = ready.deploy(pool)
    assert only_the_canary(ready, result, before).startswith(("flapping", "failed"))
    assert result.result["failures"][0]["exit"] == "exit status 3"
    assert any("dead at" in line for line in result.result["failures"][0]["journal"])
    said = ready.sh("journalctl -o cat -u app@1 --grep 'dead at' -q").splitlines()
    died = min(moment for moment in (float(line.split()[-1]) for line in said) if moment > started)
    # The last start is that of the way back, before the window ends. The rest of the play is Ansible's, and takes a
    # minute on a busy machine.
    back = float(ready.sh("stat -c %.Y /run/systemd/units/invocation:app@1.service"))
    assert back - died < 15


def test_a_death_just_before_the_end_of_the_window_does_not_settle(ready: LabHost) -> None:
    ready.deploy(app())
    before = ready.pids("app")
    only_the_canary(ready, ready.deploy(app(lives=2.2, min_healthy_time="3s")), before)


def test_a_slow_start_is_waited_for_and_has_its_whole_window(ready: LabHost) -> None:
    ready.deploy(app(count=2))
    result = ready.deploy(app(count=2, ready_after=2, min_healthy_time="1s"))
    assert not result.failed
    assert set(result.result["pools"]["app"]["verdicts"].values()) == {"settled: ran 1 s without a restart"}
    before = ready.pids("app")
    slow_and_bad = ready.deploy(app(count=2, ready_after=2, lives=0.8, min_healthy_time="3s"))
    assert slow_and_bad.failed
    assert changed(ready, before) == {"1"}


def test_what_never_gets_ready_fails_at_its_deadline(ready: LabHost) -> None:
    ready.deploy(app())
    before = ready.pids("app")
    result = ready.deploy(app(ready_after=1000, healthy_deadline="3s"))
    verdict = only_the_canary(ready, result, before)
    assert verdict.startswith("failed: its start timed out")


def test_a_start_that_systemd_ends_first_is_told_as_such(ready: LabHost) -> None:
    """systemd starts it anew at once, which looks like a worker that dies again and again."""
    ready.deploy(app())
    before = ready.pids("app")
    impatient = {"Type": "notify", "RestartSec": "0", "TimeoutStartSec": "1s"}
    result = ready.deploy({**app(ready_after=1000), "unit": {"Service": impatient}})
    verdict = only_the_canary(ready, result, before)
    assert verdict.startswith("failed: its start timed out (TimeoutStartSec=): ")
    assert result.result["failures"][0]["verdict"] == verdict
    assert "its start timed out" in result.msg


def test_systemd_waits_for_a_start_as_long_as_the_rollout(ready: LabHost) -> None:
    ready.deploy(app(count=1, healthy_deadline="10m"))
    before = ready.pids("app")
    assert ready.sh("systemctl show --value -p TimeoutStartUSec app@1").strip() == "10min"
    ready.deploy(app(count=1, healthy_deadline="7m"))
    assert ready.sh("systemctl show --value -p TimeoutStartUSec app@1").strip() == "7min"
    assert ready.pids("app") == before, "another deadline restarts nobody"


def test_batches_are_never_larger_than_promised(ready: LabHost) -> None:
    ready.deploy(app(count=8))
    before = ready.pids("app")
    with watching(ready) as seen:
        result = ready.deploy(app(count=8, ready_after=0.3, canary=1, max_parallel="25%"))
    assert not result.failed
    assert changed(ready, before) == set(before)
    old = set(before.values())
    assert min(len(pids) for pids in seen) >= 6
    steps: list[int] = []
    for pids in seen:
        if not steps or len(old - pids) > steps[-1]:
            steps.append(len(old - pids))
    assert steps[-1] == 8
    assert all(after - now <= 2 for now, after in zip(steps, steps[1:]))
    assert 1 in steps, "the canary went alone"
    assert result.result["pools"]["app"]["lowest_active"] == 6


def fifth(lab: LabHost) -> str:
    """What there is of an instance that was only for the meantime."""
    return lab.sh("systemctl list-units --all --no-legend 'app@5*'; find /etc/systemd -name 'app@5*'")


def test_with_surge_no_instance_is_missing_meanwhile(ready: LabHost) -> None:
    ready.deploy(app())
    before = ready.pids("app")
    new = app(ready_after=0.3, surge=True)
    plan = ready.deploy(new, check=True).result["pools"]["app"]["plan"]
    with watching(ready) as seen:
        result = ready.deploy(new)
    assert not result.failed, result.msg
    assert changed(ready, before) == set(before)
    # A look may see the former process of an instance and its next one, or come too late for the moment without.
    assert min(len(pids) for pids in seen) >= 4
    assert 5 in {len(pids) for pids in seen}
    assert result.result["pools"]["app"]["lowest_active"] == 4
    assert result.result["pools"]["app"]["plan"] == plan
    assert [step["verb"] for step in plan if step["subject"] == "app@5.service"] == ["start", "leave"]
    assert set(ready.pids("app")) == set(before)
    assert fifth(ready) == ""
    assert not ready.deploy(new).changed


def test_with_surge_a_bad_version_touches_nobody(ready: LabHost) -> None:
    ready.deploy(app())
    before = ready.pids("app")
    result = ready.deploy(app(lives=0.2, surge=True))
    assert result.failed
    assert [failure["unit"] for failure in result.result["failures"]] == ["app@5.service"]
    assert any("dead at" in line for line in result.result["failures"][0]["journal"])
    assert result.result["pools"]["app"]["spared"] == [f"app@{number}.service" for number in (1, 2, 3, 4)]
    assert ready.pids("app") == before
    assert fifth(ready) == ""
    assert not ready.deploy(app()).changed


def test_with_surge_a_run_that_is_killed_leaves_no_more_instances_than_wanted(ready: LabHost) -> None:
    ready.deploy(app())
    before = ready.pids("app")
    new = app(ready_after=0.1, surge=True, min_healthy_time="20s")
    with ready.deploying(new):
        ready.sh("timeout 60 sh -c 'until systemctl --quiet is-active app@5; do sleep 0.02; done'")
        ready.sh("systemctl kill --signal=KILL 'workers-run-*.scope'")
    new["rollout"]["min_healthy_time"] = "500ms"
    result = ready.deploy(new)
    assert not result.failed, result.msg
    assert changed(ready, before) == set(before)
    assert set(ready.pids("app")) == set(before)
    assert fifth(ready) == ""


def test_with_surge_the_stop_of_the_one_too_many_counts(ready: LabHost) -> None:
    ready.deploy(app(count=1))
    new = app(count=1, surge=True)
    new["environment"]["DEAF"] = 2
    new["drain_timeout"] = "1s"
    result = ready.deploy(new)
    assert result.failed
    assert result.result["pools"]["app"]["verdicts"]["app@2.service"].startswith("killed-at-stop: its previous process")
    assert set(ready.pids("app")) == {"1"}


def test_a_failing_health_check_fails_the_canary(ready: LabHost) -> None:
    ready.deploy(app())
    before = ready.pids("app")
    ready.write("/usr/local/bin/check", '#!/bin/sh\necho "$1" >> /run/checked\ntest -e /run/healthy\n')
    ready.sh("rm -f /run/checked /run/healthy")
    check = ["/usr/local/bin/check", "instance %i; touch /run/a-shell-read-this"]
    result = ready.deploy(app(lives=100001, health_check=check, healthy_deadline="8s"))
    verdict = only_the_canary(ready, result, before)
    assert verdict == "failed: has not settled within 8 s: its health check exited with status 1"
    asked = ready.sh("cat /run/checked").splitlines()
    assert set(asked) == {"instance 1; touch /run/a-shell-read-this"}
    assert 3 <= len(asked) <= 9, "once a second"
    assert ready.sh("ls /run/a-shell-read-this", check=False) == ""

    ready.sh("touch /run/healthy")
    result = ready.deploy(app(lives=100001, health_check=check))
    assert not result.failed
    assert changed(ready, before) == set(before)


def test_a_health_check_that_cannot_run_is_told(ready: LabHost) -> None:
    ready.write("/run/check-of-nobody", "#!/no/such/interpreter\n")
    result = ready.deploy(app(count=1, health_check=["/run/check-of-nobody"], healthy_deadline="6s"))
    assert "cannot run /run/check-of-nobody: No such file or directory" in result.msg


def test_without_progress_the_rollout_ends(ready: LabHost) -> None:
    ready.deploy(app())
    before = ready.pids("app")
    verdict = only_the_canary(ready, ready.deploy(app(ready_after=1000, progress_deadline="2s")), before)
    assert verdict.startswith("failed: no instance settled for 2 s")


def test_a_fixed_version_starts_although_its_former_waits_for_a_restart(ready: LabHost) -> None:
    """A plain start would wait for the delay, and count the restart of systemd as a death."""
    pool = app(count=1, lives=0.1)
    pool["unit"]["Service"]["RestartSec"] = "60s"
    assert ready.deploy(pool).failed
    mended = app(count=1)
    mended["unit"] = pool["unit"]
    assert not ready.deploy(mended).failed


def test_a_restart_that_systemd_refuses_is_no_success(ready: LabHost) -> None:
    """The old process runs on, active and never restarted."""
    ready.deploy(app())
    pool = app(on_failure="stop")
    pool["unit"] = {"Unit": {"RefuseManualStart": True}, "Service": {"Type": "notify", "RestartSec": "1"}}
    before = ready.pids("app")
    result = ready.deploy(pool)
    assert result.failed
    assert "systemd refused" in result.msg
    assert changed(ready, before) == set()


def test_a_shorter_run_time_tells_before_whom_it_ends_at_once(bare: LabHost) -> None:
    """systemd does that with the reload itself (tests/oracle/changes.py)."""
    pool = {"name": "app", "command": ["/bin/sleep", "infinity"], "instances": 3}
    bare.deploy(pool)
    before, born = bare.pids("app"), time.monotonic()
    bare.until(lambda: time.monotonic() > born + 2)
    said = bare.deploy({**pool, "unit": {"Service": {"RuntimeMaxSec": "2s"}}}, check=True)
    (warning,) = (text for text in said.result["warnings"] if "RuntimeMaxSec" in text)
    assert "2s ends 3 of 3 instances at the same time" in warning
    assert bare.pids("app") == before


# On SIGUSR1 it goes on as if it had been started with what its neighbour has.
FORGER = """\
import os, signal, sys
def forge(*_):
    with open(f"/proc/{open('/run/neighbour').read().strip()}/environ", "rb") as file:
        pairs = dict(pair.split(b"=", 1) for pair in file.read().split(b"\\0") if b"=" in pair)
    taken = {name: value for name, value in pairs.items() if name.startswith(b"WORKERS_")}
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environb, **taken})
signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR1})
signal.signal(signal.SIGUSR1, forge)
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
while True:
    signal.pause()
"""


def test_a_worker_that_takes_the_markers_of_its_neighbour_is_restarted_all_the_same(bare: LabHost) -> None:
    bare.write("/srv/forger.py", FORGER, "0644")
    pool = {
        "name": "forger",
        "command": ["/usr/bin/python3", "/srv/forger.py"],
        "user": "www-data",
        "instances": 2,
        "environment": {"RELEASE": "1"},
        "secrets": {"TOKEN": "first"},
        "hardening": "off",
    }
    assert not bare.deploy(pool).failed
    # Its canary stays as it is, and the other one is spared.
    new = {**pool, "environment": {"RELEASE": "2"}, "secrets": {"TOKEN": "second"}}
    no = {"min_healthy_time": "100ms", "healthy_deadline": "1s", "health_check": ["/bin/false"], "on_failure": "stop"}
    assert bare.deploy({**new, "rollout": no}).failed
    pids = bare.pids("forger")
    bare.sh(f"echo {pids['1']} > /run/neighbour; kill -USR1 {pids['2']}")
    bare.until(lambda: len({environ["WORKERS_SECRETS"] for environ in bare.environments("forger").values()}) == 1)
    assert (bare.pids("forger"), bare.environments("forger")["2"]["RELEASE"]) == (pids, "1")
    rows = bare.module("pools_info").result["pools"]["forger"]["instances"]
    assert [row["stale"] for row in rows] == ["", "started with another environment and another secrets"]

    result = bare.deploy(new)
    assert ("restart", "forger@2.service") in result.plan("forger")
    assert bare.environments("forger")["2"]["RELEASE"] == "2"
    assert bare.pids("forger")["1"] == pids["1"]
    assert not bare.deploy(new).changed


def test_files_that_somebody_touched_restart_nobody(bare: LabHost) -> None:
    pool = {"name": "calm", "command": ["/bin/sleep", "infinity"], "instances": 2, "secrets": {"TOKEN": "first"}}
    bare.deploy(pool)
    before = bare.pids("calm")
    bare.sh("touch /etc/workers.systemd/calm/secrets")
    assert not bare.deploy(pool).changed
    assert bare.deploy({**pool, "command": ["/bin/false"]}).failed, "and what comes back is none the worse"
    assert not bare.deploy(pool).changed
    assert bare.pids("calm")["2"] == before["2"]
