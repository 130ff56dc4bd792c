# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker of the default profile attacks its host. Without hardening the same attacks are open."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from tests.helpers import attacks
from tests.helpers.lab_host import LabHost

USER = {"user": "www-data"}
POOLS: dict[str, dict[str, t.Any]] = {
    "attacks": USER,
    "attacks-capable": {**USER, "unit": {"Service": {"CapabilityBoundingSet": "CAP_NET_BIND_SERVICE"}}},
    "attacks-root": {},
    "attacks-open": {**USER, "hardening": "off"},
    "attacks-open-root": {"hardening": "off"},
}
HARDENED = [
    (pool, attack)
    for pool in POOLS
    for attack in attacks.ATTACKS
    # hidepid= of /proc hides nothing from the group of root (proc(5)).
    if "open" not in pool and (pool, attack) != ("attacks-root", "others")
]


@pytest.fixture(scope="module")
def became(lab: LabHost) -> t.Iterator[dict[str, dict[str, str]]]:
    """By pool, what became of each attack."""
    lab.remove_pools()
    lab.sh("journalctl --quiet --rotate --vacuum-time=1s")
    lab.sh(attacks.PREPARED)
    lab.write(f"{attacks.PLACE}/worker", attacks.WORKER)
    command = [f"{attacks.PLACE}/worker"]
    result = lab.deploy(*({"name": name, "command": command, **options} for name, options in POOLS.items()))
    assert not result.failed, result.msg
    lab.until(lambda: all("done" in lines for lines in said(lab).values()))
    yield {name: dict(line.split(" ", 1) for line in lines if " " in line) for name, lines in said(lab).items()}
    lab.remove_pools()
    lab.sh(attacks.REMOVED)


def said(lab: LabHost) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {name: [] for name in POOLS}
    text = lab.sh("journalctl --sync; journalctl -b --no-pager -o json --output-fields=MESSAGE,SYSLOG_IDENTIFIER")
    for row in map(json.loads, text.splitlines()):
        lines = found.get(str(row.get("SYSLOG_IDENTIFIER")).partition("@")[0], [])
        lines.append(str(row.get("MESSAGE")))
    return found


def is_open(became: dict[str, str]) -> set[str]:
    return {attack for attack, how in became.items() if how.startswith("open")}


@pytest.mark.parametrize(
    ("pool", "attack"), HARDENED, ids=[f"{pool} {attacks.ATTACKS[attack]}" for pool, attack in HARDENED]
)
def test_it_is_refused(became: dict[str, dict[str, str]], pool: str, attack: str) -> None:
    assert became[pool][attack].startswith("refused "), became[pool][attack]


def test_the_worker_tries_all_of_them(became: dict[str, dict[str, str]]) -> None:
    assert {name: set(found) for name, found in became.items()} == {name: set(attacks.ATTACKS) for name in POOLS}


def test_without_hardening_the_attacks_of_a_user_are_open(became: dict[str, dict[str, str]]) -> None:
    """Otherwise they would prove nothing."""
    found = {"others", "debug", "personality", "set-id-bit", "become-root", "write-etc", "write-usr", "home"}
    assert found - is_open(became["attacks-open"]) == set(), became["attacks-open"]


def test_without_hardening_the_attacks_of_root_are_open(became: dict[str, dict[str, str]]) -> None:
    """The host is a container, which has few of the capabilities of root."""
    found = {"hostname", "mount", "namespace-mount", "namespace-network", "root-home", "chroot", "write-etc", "home"}
    assert found - is_open(became["attacks-open-root"]) == set(), became["attacks-open-root"]


def test_a_worker_that_is_root_or_may_have_capabilities_keeps_all(lab: LabHost, became: object) -> None:
    units = lab.sh("grep -l ^ProtectKernelTunables=yes /etc/systemd/system/attacks*@.service")
    assert {Path(path).name for path in units.split()} == {"attacks-capable@.service", "attacks-root@.service"}
