# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of the Celery workers; run as a program, what sends them tasks."""

from __future__ import annotations

import contextlib
import os
import queue
import random
import time

import celery
import redis
from kombu.transport import redis as transport

QUEUE = os.environ["QUEUE"]
CONNECTION = redis.Redis()


class Channel(transport.Channel):
    """What kombu does from 5.3.0 on, and Debian 12's 5.2.4 does not: read the answer that is still to come.

    A stop closes the connection while Redis is asked for the next task (BRPOP). If Redis has taken one from the queue
    by then, nobody reads it: one task lost in nearly every stop under load (kombu pull request 1733).
    """

    def close(self) -> None:
        self._closing = True
        if self._in_poll:
            with contextlib.suppress(queue.Empty):
                self._brpop_read()
        super().close()


transport.Transport.Channel = Channel
app = celery.Celery("celery_app", broker="redis://127.0.0.1:6379")
# What a worker took and did not acknowledge before it went is handed out again after so many seconds, 3600 by default.
app.conf.broker_transport_options = {"visibility_timeout": 15}


@app.task(name="work")
def work(job: str, seconds: float) -> None:
    time.sleep(seconds)
    CONNECTION.rpush(f"{QUEUE}:done", job)


def produce(first: int, jobs: int, per_second: float) -> None:
    for job in range(first, jobs):
        work.apply_async((job, random.uniform(0.02, 0.1)), queue=QUEUE)
        CONNECTION.rpush(f"{QUEUE}:sent", job)
        time.sleep(1 / per_second)


if __name__ == "__main__":
    produce(int(os.environ["FIRST"]), int(os.environ["JOBS"]), float(os.environ["PER_SECOND"]))
