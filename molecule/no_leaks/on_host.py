# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs on the host and finds canaries: on_host.py scan|watch. They are in /dev/shm, where nothing is searched."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
from pathlib import Path

CANARIES = Path("/dev/shm/canaries.json")
NEEDLES = Path("/dev/shm/needles")
STOP = Path("/dev/shm/stop")
NOT_FILES = ("proc", "sys", "dev")
AS_NOBODY = ["setpriv", "--reuid=nobody", "--clear-groups"]


def forms(canary: str) -> dict[bytes, str]:
    """What to look for. In base64 a text looks otherwise at each of three places, and its ends depend on what is
    around it.
    """
    raw = canary.encode()
    found = {raw: "as it is", raw.hex().encode(): "hex", raw.hex().upper().encode(): "hex"}
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + raw)
        found[encoded[4 if shift else 0 : -4]] = "base64"
    return found


def needles() -> dict[bytes, tuple[str, str]]:
    """By what to look for: the name of the canary and its form."""
    canaries = json.loads(CANARIES.read_text())
    return {form: (name, label) for name, canary in canaries.items() for form, label in forms(canary).items()}


def hits(data: bytes, where: str, mode: str = "") -> list[dict[str, str]]:
    found = {hit for form, hit in needles().items() if form in data}
    return [{"canary": name, "form": form, "where": where, "mode": mode} for name, form in sorted(found)]


def output(*argv: str) -> bytes:
    return subprocess.run(argv, capture_output=True, check=False).stdout


def files() -> list[dict[str, str]]:
    NEEDLES.write_bytes(b"\n".join(needles()) + b"\n")
    excluded = [f"--exclude-dir={name}" for name in NOT_FILES]
    paths = output("env", "LC_ALL=C", "grep", "-rlaF", "-f", str(NEEDLES), *excluded, "/").decode().splitlines()
    found = []
    for path in paths:
        status = os.lstat(path)
        found += hits(Path(path).read_bytes(), path, f"{status.st_mode & 0o7777:04o} {status.st_uid}")
    return found


def processes() -> list[dict[str, str]]:
    found = []
    for entry in os.listdir("/proc"):
        for what in ("cmdline", "environ") if entry.isdigit() else ():
            try:
                data = Path(f"/proc/{entry}/{what}").read_bytes()
                unit = Path(f"/proc/{entry}/cgroup").read_text().rpartition("/")[2].strip()
                found += hits(data, f"{what} of {unit}", str(os.stat(f"/proc/{entry}").st_uid))
            except OSError:
                continue
    return found


def scan() -> list[dict[str, str]]:
    units = ["systemctl", "show", "--all", "*"]
    texts = ["sh", "-c", "systemctl cat '*'"]
    return [
        *files(),
        *processes(),
        *hits(output("journalctl", "--all", "--output=export"), "journal"),
        *hits(output(*units) + output(*texts), "bus, as root"),
        *hits(output(*AS_NOBODY, *units) + output(*AS_NOBODY, *texts), "bus, as nobody"),
    ]


def watch() -> list[dict[str, str]]:
    """What processes show until somebody says stop."""
    found: dict[str, dict[str, str]] = {}
    while not STOP.exists():
        found.update({json.dumps(hit): hit for hit in processes()})
        time.sleep(0.02)
    return list(found.values())


if __name__ == "__main__":
    json.dump({"scan": scan, "watch": watch}[sys.argv[1]](), sys.stdout)
