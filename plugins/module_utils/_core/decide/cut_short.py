# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workers that a new RuntimeMaxSec= ends with the reload itself, outside of every batch.

systemd counts from the start of the process and not from the reload (docs/effects.md), so all that are older than the
new time get their stop signal at once.
"""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values import time_span
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import Wanted


def warning(wanted: Wanted, observed: ObservedPool, now: float) -> t.Iterator[str]:
    """One line, if any are ended. ``now`` is in seconds since the epoch."""
    template = f"/{unit_name.template(wanted.pool.name)}"
    (file,) = (file for file in wanted.files if file.path.endswith(template))
    there = observed.files.get(file.path)
    if there is None or there.text == file.text:
        return
    span = ["infinity", *UnitText.parse(file.text).values("Service", "RuntimeMaxSec")][-1]
    # systemd refuses what is no time span before this matters.
    if not time_span.is_time_span(span):
        return
    born = now - (time_span.seconds_or_endless(span) or float("inf"))
    running = {name: one.process for name, one in observed.instances.items() if one.running and one.process}
    older = unit_name.in_order(name for name, process in running.items() if process.started < born)
    if older:
        yield (
            f"{wanted.pool.where}.unit.Service.RuntimeMaxSec: {span} ends {len(older)} of {len(running)} instances at "
            f"the same time, because they are older: {', '.join(older)}. To avoid that, restart them before with "
            f"playbooks/restart.yml."
        )
