# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The unit files that Debian's packages ship: read as they are, and written again as the same units."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import (
    UnitText,
    render,
    section_problems,
)
from tests.helpers.oracle_host import Content, OracleHost

SYSTEM, USER = "/lib/systemd/system", "/usr/lib/systemd/user"
UNITS = "/run/systemd/system"
# Showing one takes systemd a while.
SERVICES = 40
# What moves by itself.
VOLATILE = re.compile(r"(\w*Timestamp\w*|MemoryAvailable|InvocationID)=")
# Other lists of words are sets, which are shown in any order.
ORDERED = re.compile(r"(Exec\w*|Environment\w*)=")


def shipped(host: OracleHost) -> dict[str, bytes]:
    """Every unit file and drop-in of packages, by its path."""
    return {f"{root}/{name}": data for root in (SYSTEM, USER) for name, data in host.read_all(root).items()}


def test_every_shipped_file_is_read_to_its_end(host: OracleHost) -> None:
    files = shipped(host)
    assert len(files) > 150
    for path, data in files.items():
        read = UnitText.of_bytes(data)
        assert read.unreadable is None, path
        assert read.text.encode("utf-8", "surrogateescape") == data
        assert section_problems(read.sections(), path) == []
        assert UnitText.parse(render(read.sections())).sections() == read.sections()


def test_a_service_that_is_written_again_is_the_same_to_systemd(host: OracleHost) -> None:
    files = {path: data for path, data in shipped(host).items() if path.startswith(SYSTEM)}
    # Of two units with one bus name systemd loads the first only.
    paths = sorted(path for path, data in files.items() if path.endswith(".service") and b"BusName=" not in data)
    chosen = paths[:: max(1, len(paths) // SERVICES)]
    units = {f"oracle{number}{'@x' if '@.' in path else ''}.service": path for number, path in enumerate(chosen)}
    again = {path: render(UnitText.of_bytes(files[path]).sections()) for path in chosen}
    try:
        original = properties(host, {name: files[path] for name, path in units.items()})
        copied = properties(host, {name: again[path] for name, path in units.items()})
    finally:
        host.sh(f"rm -f {UNITS}/oracle*; systemctl daemon-reload")
    unloaded = [path for path, shown in zip(chosen, original) if "LoadState=loaded" not in shown]
    assert unloaded == []
    differ = {path: one ^ other for path, one, other in zip(chosen, original, copied)}
    assert {path: lines for path, lines in differ.items() if lines} == {}


def properties(host: OracleHost, units: t.Mapping[str, Content]) -> list[set[str]]:
    """All lines that systemd shows about units of these texts, which it only loads."""
    host.write_all({f"{UNITS}/{name.replace('@x', '@')}": content for name, content in units.items()})
    shown = host.sh(f"systemctl daemon-reload; systemctl show -- {' '.join(units)}")
    return [set(map(settled, one.splitlines())) for one in shown.split("\n\n")]


def settled(line: str) -> str:
    """A line without what moves by itself."""
    if VOLATILE.match(line):
        return ""
    key, _, value = line.partition("=")
    return line if ORDERED.match(line) else f"{key}={' '.join(sorted(value.split()))}"
