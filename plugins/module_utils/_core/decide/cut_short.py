# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workers that a new RuntimeMaxSec= ends with the reload itself, outside of every batch, and runs of timers.

systemd counts from the start of the process and not from the reload (docs/effects.md), so all that are older than the
new time get their stop signal at once.
"""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.places import OWN_DROP_IN
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values import time_span
from ansible_collections.workers.systemd.plugins.module_utils._core.write.file_markers import TEMPLATE, instance_of
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import Wanted


def warning(wanted: Wanted, observed: ObservedPool, now: float) -> t.Iterator[str]:
    """One line, if any are ended. ``now`` is in seconds since the epoch."""
    before = _texts({path: file.text for path, file in observed.files.items()})
    after = _texts({file.path: file.text for file in wanted.files})
    if "" not in before or "" not in after:
        return
    running = {name: one.process for name, one in observed.instances.items() if one.running and one.process}
    spans = dict(_spans(after, running).items() - _spans(before, running).items())
    older = unit_name.in_order(name for name, span in spans.items() if running[name].started < now - _seconds(span))
    if older:
        named = ", ".join(dict.fromkeys(spans[name] for name in older))
        yield (
            f"{wanted.pool.where}.unit.Service.RuntimeMaxSec: {named} ends {len(older)} of {len(running)} instances at "
            f"the same time, because they are older: {', '.join(older)}. To avoid that, restart them before with "
            f"playbooks/restart.yml."
        )


def runs(wanted: Wanted, observed: ObservedPool, now: float) -> t.Iterator[Problem]:
    """The run of a timer that a shorter timeout would end with the reload. No deploy ends a run.

    systemd counts TimeoutStartSec= from the start, too (service_coldplug()).
    """
    since, schedule = observed.timer.since if observed.timer else None, wanted.pool.schedule
    if since is None or schedule is None or now - since < _seconds(schedule.timeout):
        return
    service = wanted.pool.main_units.service
    there = next((file.text for path, file in observed.files.items() if path.endswith(f"/{service}")), "")
    if schedule.timeout not in UnitText.parse(there).values("Service", "TimeoutStartSec"):
        found = f"{schedule.timeout}, which ends the run that began {now - since:.0f} s ago"
        hint = f"Deploy again when it has ended, or stop it: systemctl stop {service}"
        yield Problem(f"{wanted.pool.where}.timeout", found, "a timeout that no run has passed", hint)


def _texts(files: t.Mapping[str, str]) -> t.Dict[str, str]:
    """Of the template, under an empty name, and of the drop-ins of single instances."""
    return {instance_of(path): text for path, text in files.items() if path.endswith((TEMPLATE, OWN_DROP_IN))}


def _spans(texts: t.Mapping[str, str], names: t.Collection[str]) -> t.Dict[str, str]:
    """Of each instance. Thousands of them may have the same texts, which are read once."""
    own = {name: texts.get(name, "") for name in names}
    found = {one: _span(f"{texts['']}\n{one}") for one in set(own.values())}
    return {name: found[one] for name, one in own.items()}


def _span(text: str) -> str:
    return ["infinity", *UnitText.parse(text).values("Service", "RuntimeMaxSec")][-1]


def _seconds(span: str) -> float:
    """Endless also for what is no time span, which systemd refuses before this matters."""
    return (time_span.seconds_or_endless(span) if time_span.is_time_span(span) else 0.0) or float("inf")
