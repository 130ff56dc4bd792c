# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent looks at all pools with one call of D-Bus, however many there are."""

from __future__ import annotations

import re
import typing as t

import pytest

from tests.helpers.lab_host import LabHost

AGENT = "workers-agent.service"
LOG, BEAT = "/run/calls", "/run/calls.beat"
TO_SYSTEMD = "type='method_call',destination='org.freedesktop.systemd1'"
LOGIND = "busctl call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus GetNameOwner s"
CALL = re.compile(r"^method call .* sender=(\S+) .* member=(\w+)\n((?: .*\n)*)", re.MULTILINE)
LOOKS = 4


@pytest.fixture
def monitored(bare: LabHost) -> t.Iterator[LabHost]:
    bare.sh(f"systemd-run -q --unit=beats sh -c 'while touch {BEAT}; do sleep 1; done'")
    yield bare
    bare.sh(f"systemctl stop calls beats; rm -f {LOG} {BEAT}", check=False)


def calls(lab: LabHost) -> list[tuple[str, list[str]]]:
    """Calls of the agent, with the patterns in them. logind calls systemd for each login of this test."""
    logind = lab.sh(f"{LOGIND} org.freedesktop.login1 || true").strip().partition(" ")[2].strip('"')
    # The file comes with the first line.
    found = CALL.findall(lab.sh(f"cat {LOG}", check=False))
    return [(member, re.findall(r'string "(.*@.*)"', said)) for sender, member, said in found if sender != logind]


@pytest.mark.parametrize("count", [1, 30])
def test_one_call_for_all_pools(monitored: LabHost, count: int) -> None:
    """Of pools with alerts and with files that are touched. The agent looks every three seconds."""
    names = [f"calm-{number}" for number in range(count)]
    pool = {
        "command": ["/bin/sleep", "infinity"],
        "user": "daemon",
        "hardening": "off",
        "liveness": {"file": BEAT, "max_age": "12s"},
        "alert": {"command": ["/bin/true"]},
    }
    deployed = monitored.deploy(*({"name": name, **pool} for name in names))
    assert not deployed.failed, deployed.msg
    monitored.sh(f"systemd-run -q --unit=calls -p StandardOutput=file:{LOG} dbus-monitor --system {TO_SYSTEMD!r}")
    # The first looks after a deploy ask for more: what each instance has been like before.
    look = ("ListUnitsByPatterns", sorted(f"{name}@*.service" for name in names))
    monitored.until(lambda: calls(monitored)[-LOOKS:] == [look] * LOOKS)
