# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs on the host: kills a worker again and again, prints the milliseconds until its next process reports itself."""

from __future__ import annotations

import os
import signal
import sys
import time

pipe, samples = sys.argv[1], int(sys.argv[2])
# Longer than a start limit of systemd's or a supervisor's notion of "started" would hold against a worker.
PAUSE = 2.2


def reported() -> int:
    """The process number of the next start; opening waits for it."""
    with open(pipe, encoding="ascii") as file:
        return int(file.read())


pid = reported()
for _round in range(samples):
    time.sleep(PAUSE)
    killed = time.monotonic()
    os.kill(pid, signal.SIGKILL)
    pid = reported()
    print((time.monotonic() - killed) * 1000, flush=True)
