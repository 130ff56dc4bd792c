#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills the main process of a unit with SIGKILL and tells how long it took until the next one was started.

Runs on the host itself: kill_one.py UNIT. Both moments are of the monotonic clock of systemd.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

PROPERTIES = ["MainPID", "ExecMainStartTimestampMonotonic"]


def shown(unit: str) -> dict[str, str]:
    argv = ["systemctl", "show", unit, "--property", ",".join(PROPERTIES)]
    lines = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.splitlines()
    return dict(line.split("=", 1) for line in lines)


def milliseconds_to_restart(unit: str) -> float:
    """From the signal to the start of the next main process."""
    before = int(shown(unit)["MainPID"])
    if not before:
        sys.exit(f"{unit} does not run")
    killed = time.monotonic()
    os.kill(before, signal.SIGKILL)
    while True:
        after = shown(unit)
        if after["MainPID"] not in ("0", str(before)):
            return int(after["ExecMainStartTimestampMonotonic"]) / 1000 - killed * 1000
        if time.monotonic() - killed > 60:
            sys.exit(f"{unit} did not come back within a minute")


if __name__ == "__main__":
    took = milliseconds_to_restart(sys.argv[1])
    print(f"{sys.argv[1]}: killed with SIGKILL, the next process was started after {took:.1f} ms")
