# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real queues under load: what sends jobs, what works on them, and what became of every single job."""

from __future__ import annotations

import time
import typing as t
from collections import Counter
from dataclasses import dataclass

from tests.helpers.lab_host import LabHost

APPS = "/srv/no_lost_jobs"
PER_SECOND = 25
# A queue in which nothing was done for so long, in seconds, has nothing more to do.
COUNTER_RESET = 8.0
# The same where late is allowed and lost is not: Celery's workers look for what another one left unacknowledged 10 s
# after their start and then every 100 s (kombu, QoS.restore_visible).
PATIENCE = 150.0


@dataclass(frozen=True)
class Framework:
    """``worker`` and ``producer`` are command lines in which ``{queue}`` is the name of the queue.

    ``plain`` are the lines of [Service], besides the command, that its documentation shows or that one would write.
    """

    preset: str
    worker: str
    producer: str
    plain: str = "Restart=always"

    def pool(self, instances: int, **environment: t.Any) -> dict[str, t.Any]:
        """The pool that works on the queue of the preset's name."""
        return {
            "name": self.preset,
            "command": self.worker.format(queue=self.preset),
            "preset": self.preset,
            "user": "www-data",
            "working_directory": APPS,
            "instances": instances,
            "environment": {"QUEUE": self.preset, "JOB_MILLISECONDS": 60, **environment},
            "rollout": {"max_parallel": "50%", "min_healthy_time": "300ms"},
            # What a unit starts after ends after it too: in a shutdown the broker outlives its workers.
            "unit": {"Unit": {"After": "network-online.target redis-server.service"}},
        }

    def plain_unit(self, queue: str) -> str:
        lines = [
            "[Service]",
            self.plain,
            f"ExecStart={self.worker.format(queue=queue)}",
            "User=www-data",
            f"WorkingDirectory={APPS}",
            f"Environment=QUEUE={queue} JOB_MILLISECONDS=60",
        ]
        return "\n".join(lines) + "\n"


FRAMEWORKS = (
    Framework(
        "rq",
        worker="/usr/bin/rq worker --url redis://127.0.0.1:6379 --worker-class rq_app.Worker {queue}",
        producer="/usr/bin/python3 rq_app.py",
        # RQ, Patterns, "Running RQ Workers Under systemd".
        plain="Type=simple\nExecReload=/bin/kill -s HUP $MAINPID\nExecStop=/bin/kill -s TERM $MAINPID\nRestart=always",
    ),
    Framework(
        "celery",
        worker="/usr/bin/python3 -m celery -A celery_app worker --concurrency=2 --queues={queue} --hostname=%p-%i@lab"
        " --without-mingle --without-gossip",
        producer="/usr/bin/python3 celery_app.py",
    ),
    Framework(
        "sidekiq",
        worker=f"/usr/bin/sidekiq --require {APPS}/sidekiq_app.rb --queue {{queue}} --concurrency 2",
        producer="/usr/bin/ruby sidekiq_app.rb",
        # Sidekiq, examples/systemd/sidekiq.service.
        plain="Type=notify\nWatchdogSec=10\nRestartSec=1\nRestart=always",
    ),
    Framework(
        "bullmq",
        worker="/usr/bin/node bullmq/worker.js",
        producer="/usr/bin/node bullmq/produce.js",
    ),
    Framework(
        "php",
        worker="/usr/bin/php artisan queue:work",
        producer="/usr/bin/python3 list_app.py",
    ),
)


@dataclass(frozen=True)
class Tally:
    """What became of the jobs of one queue."""

    sent: list[str]
    done: list[str]
    restarts: int = 0

    @property
    def lost(self) -> list[str]:
        """Jobs that the broker took and that nobody finished."""
        return sorted(set(self.sent) - set(self.done), key=int)

    @property
    def twice(self) -> list[str]:
        """Jobs that were done more than once."""
        return [job for job, times in Counter(self.done).items() if times > 1]


def table(runs: t.Mapping[str, t.Mapping[str, Tally]]) -> str:
    """Both runs side by side, a line for each framework."""
    lines = [f"{'':8}" + "".join(f"{run + ': jobs':>14}{'stops':>7}{'lost':>6}{'twice':>7}" for run in runs)]
    for preset in next(iter(runs.values())):
        cells = (run[preset] for run in runs.values())
        numbers = (f"{len(one.sent):14}{one.restarts:7}{len(one.lost):6}{len(one.twice):7}" for one in cells)
        lines.append(f"{preset:8}" + "".join(numbers))
    return "\n".join(lines)


class Load:
    """A load on some queues, each with a producer of its own: so many jobs, steady or a burst ``per_second``."""

    def __init__(self, host: LabHost, producers: t.Mapping[str, str], jobs: int, per_second: int = PER_SECOND) -> None:
        self.host = host
        self.producers = producers
        self.jobs = jobs
        self.per_second = per_second

    def start(self) -> None:
        for queue in self.producers:
            self.host.sh(f"redis-cli del {queue}:sent {queue}:done")
        self.go_on()

    def go_on(self) -> None:
        """From the first job on that nobody sent yet: a reboot ends the producers too."""
        for queue, command in self.producers.items():
            first = len(self._list(f"{queue}:sent"))
            self.host.sh(
                f"systemd-run --quiet --unit=produce-{queue} --property=WorkingDirectory={APPS} --setenv=QUEUE={queue}"
                f" --setenv=FIRST={first} --setenv=JOBS={self.jobs} --setenv=PER_SECOND={self.per_second} {command}"
            )

    def is_on(self) -> bool:
        return bool(self.host.sh("systemctl list-units --plain --no-legend --state=active 'produce-*'").strip())

    def tallies(self, calm: float = COUNTER_RESET) -> dict[str, Tally]:
        """What became of the jobs, once all are done or nothing happened to them for so many seconds."""
        self._wait(calm)
        return {queue: Tally(self._list(f"{queue}:sent"), self._list(f"{queue}:done")) for queue in self.producers}

    def _wait(self, calm: float) -> None:
        before, since = self._number_done(), time.monotonic()
        while not self._all_done() and time.monotonic() < since + calm:
            time.sleep(0.5)
            now = self._number_done()
            if now != before:
                before, since = now, time.monotonic()

    def _all_done(self) -> bool:
        return not self.is_on() and all(
            set(self._list(f"{queue}:sent")) <= set(self._list(f"{queue}:done")) for queue in self.producers
        )

    def _number_done(self) -> str:
        return self.host.sh("; ".join(f"redis-cli llen {queue}:done" for queue in self.producers))

    def _list(self, key: str) -> list[str]:
        return self.host.sh(f"redis-cli lrange {key} 0 -1").split()
