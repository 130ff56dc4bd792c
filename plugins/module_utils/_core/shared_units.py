# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The units that serve all pools of a host: which of them its systemd needs, and the steps to them."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core import calm, places
from ansible_collections.workers.systemd.plugins.module_utils._core.observed import ObservedShared
from ansible_collections.workers.systemd.plugins.module_utils._core.plan import Step, Verb, file_steps
from ansible_collections.workers.systemd.plugins.module_utils._core.pool_unit import GROWING_DELAY_SINCE
from ansible_collections.workers.systemd.plugins.module_utils._core.revival import REVIVAL
from ansible_collections.workers.systemd.plugins.module_utils._core.wanted import WantedFile

# Of any systemd version, so that an upgrade of the host leaves nothing behind.
PATHS = (REVIVAL.path, places.unit(calm.SERVICE), places.unit(calm.TIMER))


def shared_units(systemd: int, pools: t.Sequence[str]) -> t.Tuple[WantedFile, ...]:
    """For a host that has these pools after this run."""
    if not pools:
        return ()
    return calm.calm_units(pools) if systemd >= GROWING_DELAY_SINCE else (REVIVAL,)


def plan_shared(wanted: t.Sequence[WantedFile], observed: ObservedShared) -> t.List[Step]:
    """The steps that bring the host to exactly these."""
    paths = {file.path for file in wanted}
    steps = [step for file in wanted for step in file_steps(file, observed.files.get(file.path))]
    steps.extend(_timer_steps(places.unit(calm.TIMER) in paths, observed))
    unwanted = sorted(set(observed.files) - paths)
    return steps + [Step(Verb.REMOVE, path, "no pool needs it any more") for path in unwanted]


def _timer_steps(wanted: bool, observed: ObservedShared) -> t.Iterator[Step]:
    if wanted and not observed.timer_enabled:
        yield Step(Verb.ENABLE, calm.TIMER, "starts at boot")
    if wanted and not observed.timer_active:
        yield Step(Verb.START, calm.TIMER, "looks for workers that have been calm")
    if observed.timer_active and not wanted:
        yield Step(Verb.STOP, calm.TIMER, "no pool needs it any more")
    if observed.timer_enabled and not wanted:
        yield Step(Verb.DISABLE, calm.TIMER, "no pool needs it any more")
