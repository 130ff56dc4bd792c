# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures of a pool and of a timer, of what the host shows."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.agent.alert import CRASHES, Alerts
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import waiting_units
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.scaled import wanted_instances
from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import Generation
from ansible_collections.workers.systemd.plugins.module_utils._core.look.kept_metrics import Run
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import Instance, ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.show_text import iso
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.metrics import (
    PoolFigures,
    TimerFigures,
    deployed,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.status import stale_instances
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.timer_status import (
    SKIPPED,
    SUCCESS,
    how_a_run_ended,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import moment
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool
from ansible_collections.workers.systemd.plugins.module_utils._core.write.file_markers import file_markers
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pause import holding

# A service of this state ran and is `active` without a process (RemainAfterExit=).
EXITED = "exited"


def wanted_units(name: str, pool: ObservedPool, instances: t.Iterable[str]) -> t.Dict[str, Instance]:
    """By unit, the instances that the pool is to have, as the host shows them."""
    return {unit_name.instance(name, one): pool.instances.get(one, Instance()) for one in instances}


def current_starts(places: Places, name: str, pool: ObservedPool) -> t.Dict[str, str]:
    """By unit, the invocations of instances that run with the installed version. They do until its files change."""
    stale = set(stale_instances(places, pool))
    return {
        unit_name.instance(name, one): seen.invocation
        for one, seen in pool.instances.items()
        if seen.running and seen.invocation and one not in stale
    }


# Large: each parameter is one thing that was looked at.
def pool_figures(
    places: Places,
    name: str,
    pool: ObservedPool,
    generations: t.Sequence[Generation],
    alerts: Alerts,
    memory: t.Mapping[str, t.Optional[int]],
) -> PoolFigures:
    """``generations`` are those of the pool, the newest last. ``memory`` is in bytes by unit."""
    instances = tuple(wanted_instances(generations, pool))
    wanted = wanted_units(name, pool, instances)
    stale = {unit_name.instance(name, one) for one in stale_instances(places, pool)}
    waiting = waiting_units(Pool(name, instances=instances), pool)
    paused = [one for one in instances if holding(pool.pauses, one) or unit_name.instance(name, one) in waiting]
    used = [size for unit, size in memory.items() if size is not None]
    return PoolFigures(
        wanted=len(wanted),
        up=sum(seen.running and seen.sub != EXITED for seen in wanted.values()),
        stale=len(stale & wanted.keys()),
        paused=len(paused),
        restarts=alerts.total,
        crash_loop=CRASHES in alerts.alarms,
        memory=sum(used) if used else None,
        deployed=deployed(generations, _installed(pool)),
    )


def timer_figures(timer: ObservedPool, generations: t.Sequence[Generation], run: Run) -> TimerFigures:
    paused = holding(timer.pauses, "") is not None
    return TimerFigures(paused, run.succeeded, run.good, deployed(generations, _installed(timer)))


def last_run(before: Run, shown: t.Mapping[str, str]) -> Run:
    """``shown`` has JOB_PROPERTIES of the service (TZ=UTC), which a reboot and the next run reset.

    A run that is under way has not ended, and one that another host did is not a run.
    """
    result, ended = how_a_run_ended(shown), iso(shown["ExecMainExitTimestamp"])
    if shown["ActiveState"] not in ("inactive", "failed") or result == SKIPPED:
        return before
    if result != SUCCESS:
        return Run(before.succeeded, good=False)
    return Run(moment.seconds(ended), good=True) if ended else before


def _installed(pool: ObservedPool) -> str:
    return file_markers({path: file.text for path, file in pool.files.items()}).generation
