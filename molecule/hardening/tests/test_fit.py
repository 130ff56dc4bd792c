# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is proposed for real workers, that they run with it, and that nothing is left of finding out."""

from __future__ import annotations

import sys
import typing as t
from pathlib import Path

import pytest

from tests.helpers.lab_host import LabHost, TaskResult

sys.path.insert(0, str(Path(__file__).parent))
import programs

PLACE = "/srv/fit"
# Writes beside its state, in a directory that it makes, and talks to a server of its own.
PYTHON = """\
import os, signal, socket, sys, time
def leave(*_):
    open("data/stopped", "w").close()
    sys.exit()
signal.signal(signal.SIGTERM, leave)
os.makedirs("data/day", exist_ok=True)
server = socket.create_server(("127.0.0.1", 0))
while True:
    open("data/day/log", "a").close()
    open(os.environ["STATE_DIRECTORY"] + "/seen", "w").close()
    socket.create_connection(server.getsockname()).close()
    time.sleep(0.2)
"""
# As daemons were made before there was systemd.
FORKING = """\
import os, time
if os.fork(): os._exit(0)
os.setsid()
if os.fork(): os._exit(0)
open(os.environ["RUNTIME_DIRECTORY"] + "/pid", "w").write(str(os.getpid()))
time.sleep(1000)
"""
# What one user has written, another could not open.
DYNAMIC = """\
import os, time
while True:
    open(os.environ["STATE_DIRECTORY"] + "/seen", "a").close()
    open(os.environ["RUNTIME_DIRECTORY"] + "/seen", "a").close()
    time.sleep(0.2)
"""
AMBIENT = """\
import socket, time
# A number for each worker that may be up.
for port in range(900, 910):
    try: server = socket.create_server(("127.0.0.1", port))
    except OSError as error: print(error, flush=True)
    else: break
else: raise SystemExit(7)
time.sleep(1000)
"""
POOLS: dict[str, dict[str, t.Any]] = {
    "sleeper": {"command": "/bin/sleep infinity"},
    "python": {
        "command": ["/usr/bin/python3", f"{PLACE}/python"],
        "working_directory": PLACE,
        "state_directory": "fit",
        "runtime_directory": "fit/%i",
        "unit": {"Service": {"KillMode": "mixed"}},
    },
    "node": {"command": ["/usr/bin/node", f"{PLACE}/node"], "working_directory": PLACE},
    "dying": {"command": "/bin/sh -c 'echo last words; sleep 1; exit 3'"},
    # Asks no kernel for what it misses: whether it has the user numbers of the host.
    "choosy": {
        "command": [
            "/bin/sh",
            "-c",
            "read own host many < /proc/self/uid_map; echo $many; test $many = 4294967295 && exec sleep infinity",
        ]
    },
    "forking": {
        "command": ["/usr/bin/python3", f"{PLACE}/forking"],
        "runtime_directory": "fit-forking/%i",
        "unit": {"Service": {"Type": "forking", "PIDFile": "/run/fit-forking/%i/pid"}},
    },
    "dynamic": {
        "user": None,
        "command": ["/usr/bin/python3", f"{PLACE}/dynamic"],
        "state_directory": "fit-dynamic",
        "runtime_directory": "fit-dynamic/%i",
        "unit": {"Service": {"DynamicUser": True}},
    },
    "ambient": {
        "command": ["/usr/bin/python3", f"{PLACE}/ambient"],
        "hardening": "off",
        "unit": {"Service": {"AmbientCapabilities": "CAP_NET_BIND_SERVICE"}},
    },
}
PROGRAMS = {
    "python": PYTHON,
    "node": programs.NODE,
    "forking": FORKING,
    "dynamic": DYNAMIC,
    "ambient": AMBIENT,
}
PROPOSALS: dict[str, dict[str, t.Any]] = {
    "sleeper": {"hardening": "no_network"},
    "python": {"hardening": "strict", "writable_paths": [f"{PLACE}/data"]},
    "node": {
        "hardening": "strict",
        "needs": ["jit", "proc"],
        "unit": {"Service": {"RestrictAddressFamilies": "AF_UNIX AF_INET AF_INET6 AF_NETLINK"}},
    },
    "choosy": {"hardening": "standard"},
    "forking": {"hardening": "no_network"},
    "dynamic": {"hardening": "no_network"},
    "ambient": {
        "hardening": "strict",
        "unit": {
            "Service": {
                "CapabilityBoundingSet": "CAP_NET_BIND_SERVICE",
                "PrivateUsers": False,
                "AmbientCapabilities": "CAP_NET_BIND_SERVICE",
            }
        },
    },
}

MOST_EXPOSED = {"choosy": 2.1}


@pytest.fixture(scope="module")
def fitting(lab: LabHost) -> t.Iterator[LabHost]:
    """The host with the pools, whose workers wait for nothing."""
    if not lab.sh("command -v strace", check=False):
        pytest.skip("no strace here")
    lab.remove_pools()
    lab.sh(f"rm -rf {PLACE} /run/fit; mkdir -p {PLACE}/data && chown -R www-data {PLACE}")
    for name, text in PROGRAMS.items():
        lab.write(f"{PLACE}/{name}", text)
    result = lab.deploy(*(pool(name) for name in POOLS if name != "dying" and there(lab, name)))
    assert not result.failed, result.msg
    yield lab
    lab.remove_pools()
    lab.sh(f"rm -rf {PLACE}")


def there(lab: LabHost, name: str) -> bool:
    return name != "node" or bool(lab.sh("command -v node", check=False))


def pool(name: str, **options: t.Any) -> dict[str, t.Any]:
    return {"name": name, "user": "www-data", **POOLS[name], **options}


def fit(lab: LabHost, name: str, **options: t.Any) -> TaskResult:
    return lab.module("harden", pool=name, **{"duration": "2s", **options})


def left(lab: LabHost) -> str:
    """What a run might leave: units, files, processes, and the directories of a worker that has stopped."""
    return lab.sh(
        "systemctl list-units --all --no-legend 'workers-harden-*'; ls -d /run/systemd/system/workers-harden-*"
        " /run/workers.systemd.* 2>/dev/null; pgrep -a strace; ls -d /run/fit/* /run/fit-*/* /run/private/fit-*/*; true"
    )


@pytest.mark.parametrize("name", PROPOSALS)
def test_what_is_proposed_for_a_worker(fitting: LabHost, name: str) -> None:
    if not there(fitting, name):
        pytest.skip(f"no {name} here")
    before, pids, things = fitting.tree(), fitting.pids(name), left(fitting)
    result = fit(fitting, name, instance="other")
    assert not result.failed, result.msg
    assert result.result["proposal"] == PROPOSALS[name], result.result["because"]
    assert result.result["refused"] == []
    assert result.result["because"]
    assert result.result["cannot_see"]
    assert result.result["exposure"] < MOST_EXPOSED.get(name, 1.5)
    assert not result.changed
    # What is there goes on as it was.
    assert (fitting.tree(), fitting.pids(name), left(fitting)) == (before, pids, things)


def test_workers_run_with_what_is_proposed(fitting: LabHost) -> None:
    names = [name for name in PROPOSALS if there(fitting, name)]
    result = fitting.deploy(*(pool(name, **PROPOSALS[name]) for name in names))
    assert not result.failed, result.msg
    scores = {name: result.result["pools"][name].get("exposure", {}).get("score") for name in names}
    assert {name for name, score in scores.items() if score is None} == {"choosy"}, "nothing is new for it"
    assert [name for name, score in scores.items() if (score or 0) > 1.5] == []


def test_why_it_is_not_a_tighter_profile_is_told(fitting: LabHost) -> None:
    result = fit(fitting, "choosy")
    assert "with hardening no_network the worker ended too early" in result.result["because"][0]


def test_the_files_of_a_dynamic_user_stay_its_own(fitting: LabHost) -> None:
    owner = fitting.sh("stat -c %u /var/lib/private/fit-dynamic/seen")
    assert not fit(fitting, "dynamic", instance="other").failed
    assert fitting.sh("stat -c %u /var/lib/private/fit-dynamic/seen") == owner
    (problem,) = fit(fitting, "dynamic").result["problems"]
    assert (problem["where"], problem["found"]) == ("instance", "'1', whose /run/fit-dynamic/1 is in use")


def test_what_others_put_beside_its_directories_stays(fitting: LabHost) -> None:
    idle = pool("dynamic", instances=0, state_directory="fit-idle", runtime_directory="fit-idle/%i") | {"name": "idle"}
    assert not fitting.deploy(idle).failed
    others = "/run/fit-idle/others /run/private/others"
    # In the middle of systemd's own setup, a directory of others would hinder it.
    wait = "until test -e /run/fit-idle/1; do sleep 0.01; done"
    fitting.sh(f"rm -rf /run/private; systemd-run --quiet sh -c '{wait}; mkdir -p {others}'")
    result = fit(fitting, "idle")
    assert not result.failed, result.msg
    assert fitting.sh("ls -d /run/fit-idle/* /run/private/*").split() == others.split()
    fitting.sh(f"rm -rf {others} /run/fit-idle")


def test_the_way_down_is_seen(fitting: LabHost) -> None:
    """KillMode=mixed asks the main process alone, which strace is beside of and not above."""
    fitting.sh(f"rm -f {PLACE}/data/stopped")
    assert not fit(fitting, "python").failed
    assert fitting.sh(f"ls {PLACE}/data/stopped")


def test_a_worker_that_dies_gets_no_proposal(fitting: LabHost) -> None:
    result = fitting.deploy(pool("dying", instances=0))
    assert not result.failed, result.msg
    result = fit(fitting, "dying", duration="5s")
    assert result.failed
    assert "exit status 3" in result.msg
    assert "last words" in result.msg
    assert "proposal" not in result.result
    assert "dying" not in left(fitting)


def test_check_mode_starts_nobody(fitting: LabHost) -> None:
    before = fitting.sh("journalctl --sync; journalctl -b -o cat SYSLOG_IDENTIFIER=systemd | grep -c Started; true")
    result = fitting.module("harden", check=True, pool="sleeper")
    assert (result.failed, result.changed) == (False, False)
    assert "sleeper@1.service" in result.msg
    after = fitting.sh("journalctl --sync; journalctl -b -o cat SYSLOG_IDENTIFIER=systemd | grep -c Started; true")
    assert before == after


def test_everything_that_is_wrong_is_told_at_once(fitting: LabHost) -> None:
    result = fit(fitting, "www-data/mail", duration="0", instance="../a")
    assert [one["where"] for one in result.result["problems"]] == ["pool", "instance", "duration"]
    assert "sleeper" in result.result["problems"][0]["expected"]


@pytest.fixture
def without_strace(fitting: LabHost) -> t.Iterator[LabHost]:
    fitting.sh("mv /usr/bin/strace /usr/bin/strace.kept")
    yield fitting
    fitting.sh("mv /usr/bin/strace.kept /usr/bin/strace")


def test_a_host_without_strace_is_told_to_have_it(without_strace: LabHost) -> None:
    result = fit(without_strace, "sleeper")
    assert [one["where"] for one in result.result["problems"]] == ["strace"]
    assert "Install it" in result.msg


def test_a_host_that_may_not_trace_says_why(without_strace: LabHost) -> None:
    things = left(without_strace)
    says_no = "#!/bin/sh\necho 'attach: Operation not permitted' >&2\nexit 1\n"
    without_strace.write("/usr/bin/strace", says_no)
    result = fit(without_strace, "sleeper")
    (problem,) = result.result["problems"]
    assert problem["found"] == "attach: Operation not permitted"
    assert left(without_strace) == things
