# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent looks at all pools with one call to systemd, however many there are."""

from __future__ import annotations

import re
import typing as t

import pytest

from tests.helpers.lab_host import LabHost

AGENT = "workers-agent.service"
LOG, BEAT = "/run/calls", "/run/calls.beat"
# What the agent sends, byte by byte in hexadecimal digits.
TRACE = f"strace -f -qq -xx -s 20000 -e trace=sendto -o {LOG} -p $(systemctl show --value -p MainPID {AGENT})"
# The field of a D-Bus message with the name of the method, and its number of bytes (D-Bus Specification, "Header
# Fields").
MEMBER = re.compile(rb"\x03\x01s\x00.\x00\x00\x00(\w+)\x00")
PATTERN = re.compile(rb"[\w-]+@\*\.service")
LOOKS = 4


@pytest.fixture
def traced(bare: LabHost) -> t.Iterator[LabHost]:
    if not bare.sh("command -v strace", check=False):
        pytest.skip("no strace here")
    bare.sh(f"systemd-run -q --unit=beats sh -c 'while touch {BEAT}; do sleep 1; done'")
    yield bare
    bare.sh(f"systemctl stop calls beats; rm -f {LOG} {BEAT}", check=False)


def calls(lab: LabHost) -> list[tuple[list[bytes], list[bytes]]]:
    """The methods that the agent has called with one message, and the patterns in it."""
    # The file comes with the first line.
    sent = re.findall(r'sendto\(\d+, "([^"]*)"', lab.sh(f"cat {LOG}", check=False))
    messages = [bytes.fromhex(one.replace("\\x", "")) for one in sent]
    return [(MEMBER.findall(one), sorted(PATTERN.findall(one))) for one in messages if MEMBER.search(one)]


@pytest.mark.parametrize("count", [1, 30])
def test_one_call_for_all_pools(traced: LabHost, count: int) -> None:
    """Of pools with alerts and with files that are touched. The agent looks every three seconds."""
    names = [f"calm-{number}" for number in range(count)]
    pool = {
        "command": ["/bin/sleep", "infinity"],
        "user": "daemon",
        "hardening": "off",
        "liveness": {"file": BEAT, "max_age": "12s"},
        "alert": {"command": ["/bin/true"]},
    }
    deployed = traced.deploy(*({"name": name, **pool} for name in names))
    assert not deployed.failed, deployed.msg
    traced.sh(f"systemd-run -q --unit=calls sh -c '{TRACE}'")
    # The first looks after a deploy ask for more: what each instance has been like before.
    look = ([b"ListUnitsByPatterns"], sorted(f"{name}@*.service".encode() for name in names))
    traced.until(lambda: calls(traced)[-LOOKS:] == [look] * LOOKS)
