# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What sends jobs to the PHP worker of examples/app, whose queue is a Redis list."""

from __future__ import annotations

import os
import time

import redis

QUEUE = os.environ["QUEUE"]
CONNECTION = redis.Redis()


def produce(first: int, jobs: int, per_second: float) -> None:
    for job in range(first, jobs):
        CONNECTION.rpush(QUEUE, job)
        CONNECTION.rpush(f"{QUEUE}:sent", job)
        time.sleep(1 / per_second)


produce(int(os.environ["FIRST"]), int(os.environ["JOBS"]), float(os.environ["PER_SECOND"]))
