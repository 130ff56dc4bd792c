# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From SIGKILL to the next exec of the worker: our defaults, supervisord, PM2, and the unit that blogs show."""

from __future__ import annotations

import json
import statistics
import typing as t
from pathlib import Path

from tests.benchmarks import peers
from tests.benchmarks.deploys import BARE, pool, role
from tests.benchmarks.turns import Clock, on_host

SAMPLER = Path(__file__).with_name("sampler.py").read_text()
# Tells that it runs by its own process number, into a pipe that the sampler reads.
WORKER = "echo $$ > /run/bench.{name}; exec sleep infinity"
BLOG = """\
[Service]
ExecStart=/bin/sh -c "{worker}"
Restart=always
RestartSec=5
"""
SUPERVISED = """\
[program:supervised]
command=/bin/sh -c "{worker}"
autorestart=true
startsecs=0
"""


class Recovery(t.NamedTuple):
    """Milliseconds."""

    p50: float
    p99: float
    samples: int


def recoveries(clock: Clock, host: str, samples: int) -> dict[str, Recovery]:
    """``samples`` crashes of each; the slow one, which sleeps 5 s a time, gets a tenth."""
    blog = BLOG.format(worker=WORKER.format(name="blog").replace("$$", "$$$$"))
    supervised = SUPERVISED.format(worker=WORKER.format(name="supervised"))
    app = {"name": "pm2", "script": "/bin/sh", "interpreter": "none", "args": ["-c", WORKER.format(name="pm2")]}
    # PM2 gives up an app that has crashed 16 times soon after its start.
    pm2 = json.dumps({"apps": [{**app, "max_restarts": 10**6}]})
    peers.prepare(host)
    on_host(host, "cat > /etc/systemd/system/blog.service; systemctl daemon-reload", blog)
    on_host(host, "cat > /etc/supervisor/conf.d/supervised.conf", supervised)
    # Each worker waits in its pipe until the sampler reads, so that a start does not end before it.
    starts: dict[str, t.Callable[[], object]] = {
        "ours": lambda: clock.once(host, role(_ours("ours", user="www-data"))),
        "as_root": lambda: clock.once(host, role(_ours("as_root", user=None))),
        "unhardened": lambda: clock.once(host, role(_ours("unhardened", user="www-data", hardening="off"))),
        "supervised": lambda: on_host(host, "systemctl restart supervisor"),
        "pm2": lambda: on_host(host, f"cat > {peers.APPS}; HOME=/root {peers.PM2} start --silent {peers.APPS}", pm2),
        "blog": lambda: on_host(host, "systemctl start --no-block blog"),
    }
    pipes = " ".join(f"/run/bench.{name}" for name in starts)
    on_host(host, f"{BARE}rm -f {pipes}; mkfifo --mode=666 {pipes}")
    found = {}
    for name, start in starts.items():
        start()
        count = samples if name != "blog" else max(5, samples // 10)
        script = f"python3 - /run/bench.{name} {count}"
        took = sorted(float(line) for line in on_host(host, script, SAMPLER).split())
        found[name] = Recovery(
            statistics.median(took), took[min(len(took) - 1, round(len(took) * 0.99) - 1)], len(took)
        )
    on_host(host, "systemctl stop blog supervisor" + BARE + peers.AWAY)
    return found


def _ours(pipe: str, **options: t.Any) -> dict[str, t.Any]:
    command = ["/bin/sh", "-c", WORKER.format(name=pipe)]
    return pool("ours", 1, command=command, **{"hardening": "standard", **options})
