# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs have their time, busy workers are stopped last, and a stop that ends in SIGKILL is never green."""

from __future__ import annotations

import typing as t

import pytest

from tests.helpers.lab_host import PATIENCE, LabHost, TaskResult

# Says which signals it gets; DEAF=1 does not end on SIGTERM.
WORKER = """\
#!/usr/bin/python3
import os, signal, time

def note(number, _frame):
    print(f"got {signal.Signals(number).name}", flush=True)
    if number == signal.SIGTERM and not os.environ.get("DEAF"):
        raise SystemExit(0)

for one in (signal.SIGTERM, signal.SIGTSTP):
    signal.signal(one, note)
if os.environ.get("DIES"):
    raise SystemExit(3)
while True:
    time.sleep(0.1)
"""
BUSY = ["/usr/bin/test", "-e", "/run/busy-%i"]


def slow(seconds: int) -> str:
    """A worker that ends so long after SIGTERM."""
    return WORKER.replace("        raise", f"        time.sleep({seconds})\n        raise")


def app(count: int = 4, version: int = 1, deaf: bool = False, **options: t.Any) -> dict[str, t.Any]:
    return {
        "name": "app",
        "command": ["/usr/local/bin/worker"],
        "instances": count,
        "environment": {"VERSION": version, **({"DEAF": 1} if deaf else {})},
        "rollout": {"min_healthy_time": "300ms", "max_parallel": "1"},
        **options,
    }


def deaf(count: int = 4, version: int = 1, drain_timeout: str = "1s", **options: t.Any) -> dict[str, t.Any]:
    return app(count, version, deaf=True, drain_timeout=drain_timeout, **options)


@pytest.fixture
def ready(bare: LabHost) -> LabHost:
    bare.write("/usr/local/bin/worker", WORKER)
    bare.sh("rm -f /run/busy-*")
    return bare


def restarted(lab: LabHost, before: dict[str, int]) -> set[str]:
    now = lab.pids("app")
    return {name for name, pid in before.items() if now.get(name) != pid}


def verdicts(result: TaskResult) -> dict[str, str]:
    return {unit[4:-8]: verdict for unit, verdict in result.result["pools"]["app"]["verdicts"].items()}


def said(lab: LabHost, instance: str, lines: int) -> list[str]:
    """The last lines that the worker itself wrote, over all its runs."""
    return lab.sh(f"journalctl --sync; journalctl -q -o cat -n {lines} SYSLOG_IDENTIFIER=app@{instance}").splitlines()


def stops(lab: LabHost, since: str) -> list[str]:
    """Instances in the order in which their stops began."""
    lines = lab.sh(f"journalctl --sync; journalctl -q -o cat --since=@{since} -g ^Stopping -t systemd").splitlines()
    return [line.split("app ")[1].rstrip(".") for line in lines if "Worker app " in line]


def states(lab: LabHost) -> list[str]:
    """Of the versions that are kept, the oldest first."""
    rows = lab.module("pools_info").result["pools"]["app"]["generations"]
    return [row["state"] for row in sorted(rows, key=lambda row: row["number"])]


def test_a_kill_at_the_stop_stops_the_rollout_and_undoes_nothing(ready: LabHost) -> None:
    ready.deploy(deaf())
    before = ready.pids("app")
    result = ready.deploy(deaf(version=2))
    assert result.failed
    assert restarted(ready, before) == {"1"}
    words = (
        "killed-at-stop: its previous process did not end in time and was killed at its stop;"
        " the new one ran 0.3 s without a restart"
    )
    assert verdicts(result) == {"1": words}
    assert result.result["pools"]["app"]["spared"] == [f"app@{number}.service" for number in (2, 3, 4)]
    (failure,) = result.result["failures"]
    assert (failure["unit"], failure["exit"]) == ("app@1.service", "signal 9 (SIGKILL)")
    assert "got SIGTERM" in failure["journal"]
    assert "1 killed at their stop:" in result.msg
    assert "drain_timeout" in result.msg
    assert "rolled_back_to" not in result.result["pools"]["app"]
    assert states(ready) == ["good", "applying"]


def test_the_next_run_goes_on_and_a_longer_drain_is_in_force_for_old_processes(ready: LabHost) -> None:
    ready.write("/usr/local/bin/worker", slow(3))
    ready.deploy(app(3, drain_timeout="1s"))
    before = ready.pids("app")
    assert ready.deploy(app(3, version=2, drain_timeout="1s")).failed
    assert restarted(ready, before) == {"1"}
    after = ready.pids("app")
    result = ready.deploy(app(3, version=2, drain_timeout="20s"))
    assert not result.failed
    assert restarted(ready, after) == {"2", "3"}
    assert states(ready)[-1] == "good"
    assert not ready.deploy(app(3, version=2, drain_timeout="20s")).changed


def test_every_killed_instance_of_a_batch_is_told(ready: LabHost) -> None:
    rollout = {"min_healthy_time": "300ms", "max_parallel": "3", "canary": 0}
    ready.deploy(deaf(rollout=rollout))
    result = ready.deploy(deaf(version=2, rollout=rollout))
    assert {verdict.split(":")[0] for verdict in verdicts(result).values()} == {"killed-at-stop"}
    assert set(verdicts(result)) == {"1", "2", "3"}
    assert result.result["pools"]["app"]["spared"] == ["app@4.service"]


def test_when_all_were_killed_and_run_the_new_version_it_is_good(ready: LabHost) -> None:
    ready.deploy(deaf(1))
    assert ready.deploy(deaf(1, version=2)).failed
    assert states(ready) == ["good", "good"]
    assert not ready.deploy(deaf(1, version=2)).changed


def test_a_bad_version_whose_former_process_was_killed_is_rolled_back_and_both_are_told(ready: LabHost) -> None:
    ready.deploy(deaf(2))
    result = ready.deploy({**app(2, version=2, drain_timeout="1s"), "environment": {"DIES": 1}})
    assert result.failed
    assert result.result["pools"]["app"]["rolled_back_to"]["number"] == 1
    assert verdicts(result)["1"].startswith(("flapping", "failed"))
    assert "its previous process did not end in time and was killed at its stop" in verdicts(result)["1"]


def test_a_kill_on_the_way_back_is_told(ready: LabHost) -> None:
    """The first instance starts well, is deaf, and is stopped again because the second is bad."""
    rollout = {"min_healthy_time": "2s", "max_parallel": "1"}
    ready.deploy(app(2, drain_timeout="1s"))
    script = '#!/bin/sh\n[ "$WORKERS_INSTANCE" = 2 ] && sleep 1 && exit 3\nexec /usr/local/bin/worker\n'
    ready.write("/usr/local/bin/half", script)
    result = ready.deploy({**deaf(2, version=2, rollout=rollout), "command": ["/usr/local/bin/half"]})
    assert result.result["pools"]["app"]["rolled_back_to"]["number"] == 1
    assert result.result["pools"]["app"]["revert"]["app@1.service"].startswith(
        "killed-at-stop: its previous process did"
    )
    assert "app@1.service killed-at-stop" in result.msg
    assert "is put back" in result.msg


def test_a_kill_at_a_scale_down_is_told_starts_what_is_missing_and_spares_the_rest(ready: LabHost) -> None:
    ready.deploy({**deaf(), "instances": ["a", "b", "c"]})
    before = ready.pids("app")
    result = ready.deploy({**deaf(version=2), "instances": ["a", "b", "d"]})
    assert result.failed
    assert verdicts(result)["c"] == "killed-at-stop: did not end in time and was killed at its stop"
    assert verdicts(result)["d"].startswith("settled")
    assert result.result["pools"]["app"]["spared"] == ["app@a.service", "app@b.service"]
    assert restarted(ready, before) == {"c"}
    assert "app@c.service: killed-at-stop" in result.msg


def test_a_kill_at_a_removal_is_told_and_the_pool_goes(ready: LabHost) -> None:
    ready.deploy(deaf(2))
    result = ready.deploy({"name": "app", "state": "absent"})
    assert result.failed
    assert set(verdicts(result)) == {"1", "2"}
    assert ready.sh("ls /etc/systemd/system | grep -c app@", check=False).strip() == "0"
    assert not ready.deploy({"name": "app", "state": "absent"}).changed


def test_a_scale_down_already_has_the_new_drain(ready: LabHost) -> None:
    ready.write("/usr/local/bin/worker", slow(3))
    ready.deploy(app(2, drain_timeout="1s"))
    assert not ready.deploy(app(1, drain_timeout="20s")).failed


def test_a_stop_within_its_time_is_no_kill(ready: LabHost) -> None:
    ready.deploy(app())
    result = ready.deploy(app(version=2))
    assert not result.failed
    assert {verdict.split(":")[0] for verdict in verdicts(result).values()} == {"settled"}


def test_a_long_stop_does_not_use_up_the_deadline_of_the_start(ready: LabHost) -> None:
    ready.write("/usr/local/bin/worker", slow(6))
    # Long enough for a start on a busy machine.
    rollout = {"min_healthy_time": "300ms", "healthy_deadline": "5s"}
    ready.deploy(app(1, rollout=rollout))
    assert not ready.deploy(app(1, version=2, rollout=rollout)).failed


def test_the_quiet_signal_comes_first_and_sigterm_when_the_jobs_are_done(ready: LabHost) -> None:
    quiet = {"preset": "sidekiq", "unit": {"Service": {"Type": "exec"}}, "drain_timeout": "30s"}
    ready.deploy(app(1, version=2, busy_check=BUSY, **quiet))
    quieted = "journalctl -q -o cat --since=@$since SYSLOG_IDENTIFIER=app@1 | grep -q TSTP"
    wait = f"until {quieted}; do sleep 0.2; done; sleep 2; rm /run/busy-1"
    ready.sh(f"touch /run/busy-1; since=$(date +%s.%N); ({wait}) > /dev/null 2>&1 &")
    assert not ready.deploy(app(1, version=3, busy_check=BUSY, **quiet)).failed
    lines = ready.sh("journalctl --sync; journalctl -q -o short-unix SYSLOG_IDENTIFIER=app@1").splitlines()[-2:]
    assert [line.split()[-1] for line in lines] == ["SIGTSTP", "SIGTERM"]
    assert float(lines[1].split()[0]) - float(lines[0].split()[0]) > 1


def test_the_quiet_signal_restarts_nobody(ready: LabHost) -> None:
    kept = {"preset": "sidekiq", "busy_check": ["/bin/false"], "unit": {"Service": {"Type": "exec"}}}
    ready.deploy(app(1, **{**kept, "unit": {"Service": {"Type": "exec", "ExecStop": ""}}}))
    before = ready.pids("app")
    assert ready.deploy(app(1, **kept)).changed
    assert restarted(ready, before) == set()
    assert "TSTP" in ready.sh("systemctl show -p ExecStop app@1"), "and the next stop sends it"


def test_a_scale_down_stops_idle_instances_at_once_and_busy_ones_when_they_are_idle(ready: LabHost) -> None:
    ready.deploy(app(busy_check=BUSY))
    ready.sh("touch /run/busy-2 /run/busy-3")
    since = ready.sh("date +%s.%N").strip()
    in_turn = " ".join(
        f"while systemctl -q is-active app@{one + 1}; do sleep 0.1; done; rm /run/busy-{one};" for one in (3, 2)
    )
    ready.sh(f"({in_turn}) > /dev/null 2>&1 &")
    assert not ready.deploy(app(1, busy_check=BUSY, drain_timeout="5min")).failed
    assert stops(ready, since) == ["4", "3", "2"]
    assert float(ready.sh("date +%s")) - float(since) < 300, "none was stopped because its time was over"
    assert list(ready.pids("app")) == ["1"]


def test_a_scale_down_stops_busy_instances_when_the_drain_is_over(ready: LabHost) -> None:
    ready.deploy(app(2, busy_check=BUSY))
    ready.sh("touch /run/busy-2")
    begun = float(ready.sh("date +%s"))
    assert not ready.deploy(app(1, busy_check=BUSY, drain_timeout="4s")).failed
    assert 4 <= float(ready.sh("date +%s")) - begun < 4 + PATIENCE
    assert said(ready, "2", 1) == ["got SIGTERM"]


def test_a_rollout_restarts_idle_instances_first(ready: LabHost) -> None:
    ready.deploy(app(3, busy_check=BUSY, drain_timeout="5min"))
    ready.sh("touch /run/busy-1")
    since = ready.sh("date +%s.%N").strip()
    last = "systemctl show -P InvocationID app@3"
    ready.sh(f'(was=$({last}); while [ "$({last})" = "$was" ]; do sleep 0.1; done; rm /run/busy-1) > /dev/null 2>&1 &')
    result = ready.deploy(app(3, version=2, busy_check=BUSY, drain_timeout="5min"))
    assert not result.failed
    assert stops(ready, since) == ["2", "3", "1"]


def test_a_busy_check_that_cannot_tell_means_busy(ready: LabHost) -> None:
    ready.write("/usr/local/bin/broken", "#!/bin/sh\nexit 7\n")
    broken = {"busy_check": ["/usr/local/bin/broken"], "drain_timeout": "3s"}
    ready.deploy(app(1, **broken))
    begun = float(ready.sh("date +%s"))
    assert not ready.deploy(app(1, version=2, **broken)).failed
    assert float(ready.sh("date +%s")) - begun >= 3


def test_two_ways_to_say_it_are_refused_and_endless_patience_is_warned_of(ready: LabHost) -> None:
    both = {"drain_timeout": "1min", "unit": {"Service": {"TimeoutStopSec": "2min"}}}
    result = ready.deploy(app(1, **both))
    assert result.failed
    assert "unit.Service.TimeoutStopSec: found given both ways, expected the option `drain_timeout` alone" in result.msg
    endless = ready.deploy(app(1, drain_timeout="infinity"))
    assert any("pools[0] (app).drain_timeout" in warning for warning in endless.result["warnings"])
