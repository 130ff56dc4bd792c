# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What it costs to judge: a pool on its host before it moves, and a thousand unit files without any host."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from lab import collection
from tests.benchmarks.turns import on_host

SAMPLER = Path(__file__).with_name("judge_sampler.py").read_text()
COLLECTIONS = "/srv/bench"
LINT = "ansible_collections.workers.systemd.plugins.plugin_utils.lint"
UNIT = """\
[Unit]
Description=Worker {number}
After=network-online.target
Wants=network-online.target

[Service]
Type=exec
ExecStart=/usr/bin/php /srv/app/artisan queue:work --sleep=3 --tries={number}
User=www-data
WorkingDirectory=/srv/app
EnvironmentFile=/etc/default/app
Restart=always
RestartSec=1
KillMode=mixed
TimeoutStopSec=90
MemoryMax=512M
ProtectSystem=full

[Install]
WantedBy=multi-user.target
"""


def on_the_host(host: str) -> tuple[float, float]:
    """Milliseconds: the catalogue from its cache, and the judgement of a pool of 200 instances."""
    collection.put(host, COLLECTIONS)
    cached, judged = on_host(host, f"python3 - {COLLECTIONS}", SAMPLER).split()
    return float(cached), float(judged)


def without_a_host(files: int) -> float:
    """Seconds of the command line on a directory of unit files."""
    environment = {**os.environ, "PYTHONPATH": os.environ["ANSIBLE_COLLECTIONS_PATH"]}
    with tempfile.TemporaryDirectory() as directory:
        for number in range(files):
            Path(directory, f"worker-{number}.service").write_text(UNIT.format(number=number))
        took = []
        for _round in range(3):
            begun = time.monotonic()
            subprocess.run([sys.executable, "-m", LINT, directory], env=environment, capture_output=True, check=True)
            took.append(time.monotonic() - begun)
    return median(took)
