# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What real systemd says about unit files: ``systemd-analyze verify`` in a lab host, many units in one call."""

from __future__ import annotations

import io
import re
import subprocess
import tarfile
import typing as t

FOLDER = "/tmp/judged"
UNITS_IN_A_CALL = 300
LONGEST_CALL = 120
SCRIPT = f"""\
rm -rf {FOLDER} && mkdir {FOLDER} && cd {FOLDER} && tar x
export SYSTEMD_LOG_COLOR=0 LC_ALL=C SYSTEMD_UNIT_PATH={FOLDER}:/usr/lib/systemd/system:/lib/systemd/system
systemd-analyze verify --man=no {FOLDER}/* 2>&1 || true
"""
IN_FILE = re.compile(rf"{FOLDER}/(?P<unit>[^:]+):(?P<line>[0-9]+): (?P<said>.*)")
OF_UNIT = re.compile(r"(?:Unit )?(?P<unit>[^ :]+\.[a-z]+)(?:: | )(?P<said>.*)")


class Said(t.NamedTuple):
    """``line`` is 0 for what it says about the unit as a whole."""

    line: int
    text: str


def judged(host: str, units: t.Mapping[str, str]) -> dict[str, list[Said]]:
    """By unit: what systemd said about it. ``units`` are texts by file name; ``host`` is a container."""
    found: dict[str, list[Said]] = {name: [] for name in units}
    names = list(units)
    for start in range(0, len(names), UNITS_IN_A_CALL):
        part = {name: units[name] for name in names[start : start + UNITS_IN_A_CALL]}
        for line in _verify(host, part).splitlines():
            said = IN_FILE.fullmatch(line) or OF_UNIT.fullmatch(line)
            if said and said["unit"] in found:
                found[said["unit"]].append(Said(int(said.groupdict().get("line") or 0), said["said"]))
    return found


def _verify(host: str, units: t.Mapping[str, str]) -> str:
    command = ["podman", "exec", "--interactive", host, "sh", "-c", SCRIPT]
    done = subprocess.run(command, input=_archive(units), capture_output=True, timeout=LONGEST_CALL, check=True)
    return done.stdout.decode(errors="replace")


def _archive(units: t.Mapping[str, str]) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for name, text in units.items():
            content = text.encode("utf-8", "surrogateescape")
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o644
            archive.addfile(entry, io.BytesIO(content))
    return data.getvalue()
