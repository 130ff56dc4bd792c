# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of the Celery workers; run as a program, what sends them tasks."""

from __future__ import annotations

import contextlib
import os
import random
import threading
import time

import celery
import redis
from celery import signals
from kombu.transport import redis as transport

QUEUE = os.environ["QUEUE"]
CONNECTION = redis.Redis()


class Channel(transport.Channel):
    """Gives back the task that it was asking for when it was told to stop.

    A stop closes the connection while Redis is asked for the next task (BRPOP). If Redis has taken one from the queue
    by then, nobody reads it: one task lost in nearly every stop under load (kombu pull request 1733). From 5.3.0 on
    kombu reads it, for a consumer that has been cancelled by then, says "Requeuing undeliverable message" in nearly
    every stop, and looks for another channel to send it back by (virtual.Transport._reject_inbound_message()); with
    none left it drops it. Here it goes back to where it came from, whatever the version.
    """

    def close(self) -> None:
        self._closing = True
        if self._in_poll:
            with contextlib.suppress(*self.connection_errors):
                answer = self.client.parse_response(self.client.connection, "BRPOP")
                if answer:
                    with self.conn_or_acquire() as client:
                        client.rpush(*answer)
            self._in_poll = None
        super().close()


transport.Transport.Channel = Channel
app = celery.Celery("celery_app", broker="redis://127.0.0.1:6379")
# What a worker took and did not acknowledge before it went is handed out again after so many seconds, 3600 by default.
app.conf.broker_transport_options = {"visibility_timeout": 15}


@signals.worker_ready.connect
def stop_between_two_steps(**_event: object) -> None:
    """With a second thread Celery notes a stop, and looks at the note between two steps of its loop.

    With one thread it raises WorkerShutdown wherever SIGTERM finds it (_shutdown_handler() in celery/apps/worker.py).
    Half-way through handing a task to a child, that task is lost, and the child waits for the rest of it for ever.
    """
    threading.Thread(target=threading.Event().wait, daemon=True).start()


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
