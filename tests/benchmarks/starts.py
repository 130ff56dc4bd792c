# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hardening costs a start: from the fork to the exec of the worker, as systemd itself has it of Type=exec."""

from __future__ import annotations

import statistics
import typing as t

from tests.benchmarks.deploys import BARE, pool, role
from tests.benchmarks.turns import Clock, on_host

CONTENDERS: dict[str, dict[str, t.Any]] = {
    "`off`": {"hardening": "off"},
    "`standard`, the default": {"hardening": "standard"},
    "`standard` without `ProtectKernelTunables=`": {
        "hardening": "standard",
        "unit": {"Service": {"ProtectKernelTunables": False}},
    },
    "`strict`": {"hardening": "strict"},
    "`no_network`": {"hardening": "no_network"},
}
RESTART = """
for _round in $(seq {count}); do
    systemctl restart ours@1
    systemctl show ours@1 -p InactiveExitTimestampMonotonic -p ActiveEnterTimestampMonotonic
done
"""


def starts(clock: Clock, host: str, count: int) -> dict[str, float]:
    """Median milliseconds of one start by contender, nothing else starting meanwhile."""
    on_host(host, BARE)
    took = {}
    for name, options in CONTENDERS.items():
        clock.once(host, role(pool("ours", 1, **options)))
        times = dict[str, list[int]]()
        for line in on_host(host, RESTART.format(count=count)).split():
            key, _, microseconds = line.partition("=")
            times.setdefault(key, []).append(int(microseconds))
        began, ran = times["InactiveExitTimestampMonotonic"], times["ActiveEnterTimestampMonotonic"]
        took[name] = statistics.median(end - begin for begin, end in zip(began, ran, strict=True)) / 1000
    on_host(host, BARE)
    return took
