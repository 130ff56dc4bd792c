# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever happens to the agent of a host: no worker notices, deploys go on, and the agent goes on afterwards."""

from __future__ import annotations

import typing as t

import pytest

from tests.helpers.lab_host import LabHost

AGENT = "workers-agent.service"
DROP_IN = f"/etc/systemd/system/{AGENT}.d/test.conf"
JOURNALD = "systemd-journald.socket systemd-journald-dev-log.socket systemd-journald-audit.socket systemd-journald"
PROGRAM = "/var/lib/workers.systemd/recovery.pyz"
# A host in a container has the clock of its machine. So the clock of the agent alone moves, by the seconds in a file.
CLOCK = f"""\
import runpy, sys, time
real = time.time
def moved():
    try:
        with open("/run/agent/clock") as file:
            return real() + float(file.read() or 0)
    except FileNotFoundError:
        return real()
time.time = moved
sys.argv = ["{PROGRAM}", "agent"]
runpy.run_path("{PROGRAM}", run_name="__main__")
"""
MOVED = "ExecStart=\nExecStart=/usr/bin/python3 -I /usr/local/bin/agent-with-a-clock"
BEAT = ["/bin/sh", "-c", "while :; do touch /run/agent/$WORKERS_INSTANCE.beat; sleep 0.3; done"]


class Fault(t.NamedTuple):
    """``begin`` and ``end`` are scripts, and the agent has ``settings`` meanwhile. ``shows`` is true when it has begun.
    ``survives`` says that the agent is the same afterwards.
    """

    begin: str
    end: str = "true"
    settings: str = ""
    shows: str = "true"
    survives: bool = False


KILLING = f"while :; do systemctl kill -s KILL {AGENT}; sleep 1.3; done"
RUNS_MOVED = f"tr '\\0' ' ' < /proc/$(systemctl show --value -p MainPID {AGENT})/cmdline | grep -q agent-with-a-clock"
RESTARTS = f"systemctl show --value -p NRestarts {AGENT}"
FAULTS = {
    "killed again and again": Fault(
        f"systemd-run -q --unit=agent-killer sh -c '{KILLING}'",
        "systemctl stop agent-killer",
        shows=f"[ $({RESTARTS}) -ge 1 ]",
    ),
    "stopped": Fault(f"systemctl stop {AGENT}", f"systemctl start {AGENT}"),
    # systemd ends it. A turn takes five seconds at most.
    "stalled": Fault(f"systemctl kill -s STOP {AGENT}", settings="WatchdogSec=15s"),
    # It cannot even start. Its own kill is the first.
    "out of memory": Fault(
        f"mv /run/agent/small.conf {DROP_IN}; systemctl daemon-reload; systemctl kill -s KILL {AGENT}",
        f"rm {DROP_IN}; systemctl daemon-reload",
        shows=f"[ $({RESTARTS}) -ge 3 ]",
    ),
    "without D-Bus": Fault(
        "systemctl stop dbus.socket dbus.service",
        "systemctl start dbus.socket",
        shows="! systemctl is-active -q dbus.service",
        survives=True,
    ),
    "without journald": Fault(f"systemctl stop {JOURNALD}; sleep 6", f"systemctl start {JOURNALD}", survives=True),
    "with a clock that goes a day ahead and a day back": Fault(
        "for by in 86400 -86400; do echo $by > /run/agent/clock; sleep 3; done",
        settings=MOVED,
        shows=RUNS_MOVED,
        survives=True,
    ),
}


def pool(**more: t.Any) -> dict[str, t.Any]:
    return {
        "name": "beat",
        "command": BEAT,
        "user": "daemon",
        "instances": 3,
        "drain_timeout": "2s",
        "hardening": "off",
        "liveness": {"file": "/run/agent/%i.beat", "max_age": "4s"},
        **more,
    }


@pytest.fixture
def hosted(bare: LabHost) -> t.Iterator[LabHost]:
    bare.sh("rm -rf /run/agent; mkdir -m 777 /run/agent; journalctl --rotate --vacuum-time=1s -q")
    bare.sh(f"mkdir -p {DROP_IN.rpartition('/')[0]}; printf '[Service]\\nMemoryMax=4M\\n' > /run/agent/small.conf")
    bare.write("/usr/local/bin/agent-with-a-clock", CLOCK)
    yield bare
    bare.sh("systemctl stop agent-killer", check=False)
    bare.sh(f"systemctl start dbus.socket {JOURNALD}; rm -rf {DROP_IN.rpartition('/')[0]}; systemctl daemon-reload")


def main_pid(lab: LabHost) -> str:
    return lab.sh(f"systemctl show --value -p MainPID {AGENT}").strip()


def restarts_one_that_hangs(lab: LabHost, instance: str) -> None:
    before = lab.pids("beat")
    lab.sh(f"kill -STOP {before[instance]}")
    lab.until(lambda: lab.pids("beat").get(instance) not in (before[instance], None))
    assert {**before, **lab.pids("beat")} == {**before, instance: lab.pids("beat")[instance]}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_workers_and_deploys_do_not_need_it_and_it_goes_on(hosted: LabHost, fault: Fault, host: t.Any) -> None:
    if fault.settings:
        hosted.write(DROP_IN, f"[Service]\n{fault.settings}\n", "0644")
    deployed = hosted.deploy(pool())
    assert not deployed.failed, deployed.msg
    hosted.until(lambda: host.service(AGENT).is_running)
    if "small.conf" in fault.begin and "set" in hosted.sh(f"systemctl show --value -p MemoryCurrent {AGENT}"):
        pytest.skip("this host limits no memory")
    before, agent = hosted.pids("beat"), main_pid(hosted)
    hosted.sh(fault.begin)
    hosted.until(lambda: hosted.sh(f"{fault.shows} && echo yes", check=False) == "yes\n")
    assert hosted.pids("beat") == before
    deployed = hosted.deploy(pool(environment={"A": "b"}))
    assert not deployed.failed, deployed.msg
    assert not set(hosted.pids("beat").values()) & set(before.values())
    hosted.sh(fault.end)
    restarts_one_that_hangs(hosted, "2")
    assert (main_pid(hosted) == agent) is fault.survives


def test_after_a_boot_it_goes_on(hosted: LabHost, host: t.Any) -> None:
    """It comes with the boot, and needs nothing that was only in memory."""
    hosted.write("/etc/tmpfiles.d/agent-test.conf", "d /run/agent 0777\n", "0644")
    deployed = hosted.deploy(pool())
    assert not deployed.failed, deployed.msg
    hosted.until(lambda: host.service(AGENT).is_running)
    hosted.reboot()
    hosted.sh("rm /etc/tmpfiles.d/agent-test.conf")
    hosted.until(lambda: host.service(AGENT).is_running and len(hosted.pids("beat")) == 3)
    restarts_one_that_hangs(hosted, "2")
