# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What systemd does with programs in the kernel (BPF), which no container of the lab can: packets and file systems."""

from __future__ import annotations

import typing as t

import pytest

from tests.vm.machine import Machine

POOL = "boxed"
# Each line says what became of one thing.
WORKER = """\
#!/usr/bin/python3
import socket, time

def became(name, act):
    try:
        act()
        text = "works"
    except OSError as error:
        text = type(error).__name__
    print(name, text, flush=True)

def send(address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.sendto(b"x", (address, 9))

became("loopback", lambda: send("127.0.0.1"))
became("network", lambda: send("10.0.2.2"))
became("proc", lambda: open("/proc/uptime").read())
became("disk", lambda: open("/etc/hostname").read())
print("done", flush=True)
time.sleep(100000)
"""
WORKS = {"loopback": "works", "network": "works", "proc": "works", "disk": "works"}
# Directives on top of a profile of hardening, and what fails with them.
BOXES: dict[str, tuple[dict[str, t.Any], dict[str, str]]] = {
    "nothing": ({}, {}),
    "IPAddressDeny=any": ({"IPAddressDeny": "any"}, {"loopback": "PermissionError", "network": "PermissionError"}),
    "IPAddressDeny=any, IPAddressAllow=localhost": (
        {"IPAddressDeny": "any", "IPAddressAllow": "localhost"},
        {"network": "PermissionError"},
    ),
    "RestrictFileSystems=~proc": ({"RestrictFileSystems": "~proc"}, {"proc": "PermissionError"}),
}


def pool(settings: dict[str, t.Any], **more: t.Any) -> dict[str, t.Any]:
    return {
        "name": POOL,
        "command": ["/usr/local/bin/boxed"],
        "user": "www-data",
        "instances": 2,
        "unit": {"Service": settings},
        **more,
    }


# What the running processes have printed.
LINES = f"""
for pid in $(systemctl show --value -p MainPID '{POOL}@*' | grep .); do journalctl -b -o cat --no-pager _PID=$pid; done
"""


def said(machine: Machine) -> list[dict[str, str]]:
    """By instance, in its running process."""
    machine.until(lambda: machine.sh(f"journalctl --sync; {LINES}").split().count("done") == 2)
    found: list[dict[str, str]] = []
    for unit in (f"{POOL}@1", f"{POOL}@2"):
        lines = machine.sh(LINES.replace(f"{POOL}@*", unit)).splitlines()
        found.append(dict(line.split() for line in lines if " " in line))
    return found


@pytest.mark.parametrize(("settings", "fails"), BOXES.values(), ids=BOXES.keys())
def test_a_worker_can_do_this_and_nothing_else(
    machine: Machine, settings: dict[str, t.Any], fails: dict[str, str]
) -> None:
    """The pool of the test before is changed: that is a deploy without a first start."""
    machine.write("/usr/local/bin/boxed", WORKER)
    result = machine.deploy(pool(settings))
    assert not result.failed, result.msg
    assert said(machine) == [{**WORKS, **fails}] * 2


def test_without_a_filter_a_user_cannot_have_them(bare: Machine) -> None:
    """The trap says so before, the deploy costs one instance, and the others go on."""
    bare.write("/usr/local/bin/boxed", WORKER)
    bare.deploy(pool({}))
    before = bare.pids(POOL)
    result = bare.deploy(pool({"RestrictFileSystems": "~proc"}, hardening="off"))
    assert result.failed
    assert "file-systems-after-privileges" in str(result.result["warnings"])
    assert [failure["exit"] for failure in result.result["failures"]] == ["exit status 244"]
    after = bare.pids(POOL)
    assert [name for name in before if after[name] == before[name]] == ["2"]
    assert said(bare) == [WORKS] * 2


def test_a_dynamic_user_keeps_its_files(bare: Machine) -> None:
    """Each start is as a user that is in no file, and finds what the former start has written."""
    script = "echo $(id -u) $VERSION >> $STATE_DIRECTORY/starts; exec sleep infinity"

    def dynamic(version: str) -> dict[str, t.Any]:
        return {
            "name": POOL,
            "command": ["/bin/sh", "-c", script],
            "instances": 1,
            "environment": {"VERSION": version},
            "unit": {"Service": {"DynamicUser": True, "StateDirectory": POOL}},
        }

    users = bare.sh("cat /etc/passwd /etc/group")
    for version in ("first", "second"):
        result = bare.deploy(dynamic(version))
        assert not result.failed, result.msg
    starts = [line.split() for line in bare.sh(f"cat /var/lib/private/{POOL}/starts").splitlines()]
    assert [version for _uid, version in starts] == ["first", "second"]
    # systemd.exec(5), DynamicUser=
    assert all(61184 <= int(uid) <= 65519 for uid, _version in starts)
    assert bare.sh(f"stat -c %u /proc/{bare.pids(POOL)['1']}").strip() == starts[-1][0]
    assert bare.sh("cat /etc/passwd /etc/group") == users
    assert not bare.deploy(dynamic("second")).changed
    bare.remove_pools()
    bare.sh(f"rm -rf /var/lib/private/{POOL} /var/lib/{POOL}")
