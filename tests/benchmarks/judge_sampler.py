# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs on the host: milliseconds of the catalogue from its cache, and of judging a pool of 200 instances."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
import typing as t

sys.path.insert(0, sys.argv[1])

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool_reader import understand
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import pool_units
from ansible_collections.workers.systemd.plugins.module_utils._host.judge.pool_judge import judge_pools
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import catalogue
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager

ROUNDS = 15


def run(argv: t.List[str]) -> t.Tuple[int, str, str]:
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def median_ms(work: t.Callable[[], object]) -> float:
    took = []
    for _round in range(ROUNDS):
        begun = time.perf_counter()
        work()
        took.append((time.perf_counter() - begun) * 1000)
    return statistics.median(took)


manager = Manager(run, SYSTEM)
asked = catalogue.of_host(manager)
catalogue.keep(SYSTEM, asked.unkept)
pools, problems = understand([{"name": "bench", "command": ["/bin/sleep", "infinity"], "instances": 200}])
units = [pool_units(SYSTEM, pool, manager.version()) for pool in pools]
print(median_ms(lambda: catalogue.of_host(manager).known))
print(median_ms(lambda: judge_pools(manager, asked.known, units, [], ())))
