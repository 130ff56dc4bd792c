# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps to the units that serve all pools of a host."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import file_steps
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Step, Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import File, ObservedShared
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.write import agent_unit
from ansible_collections.workers.systemd.plugins.module_utils._core.write.shared_units import ENABLED, RUNS
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import WantedFile


def plan_shared(places: Places, wanted: t.Sequence[WantedFile], observed: ObservedShared) -> t.List[Step]:
    """The steps that bring the host to exactly these."""
    paths = {file.path for file in wanted}
    steps = [step for file in wanted for step in file_steps(file, observed.files.get(file.path))]
    for unit, because in ENABLED.items():
        steps.extend(_unit_steps(unit, places.unit(unit) in paths, because, observed))
    unwanted = sorted(set(observed.files) - paths)
    # As long as there is an agent, it removes them itself.
    left = () if places.unit(agent_unit.SERVICE) in paths else observed.metrics
    return steps + [Step(Verb.REMOVE, path, "no pool needs it any more") for path in (*unwanted, *left)]


def after(wanted: t.Sequence[WantedFile], left: t.Tuple[str, ...] = ()) -> ObservedShared:
    """What the host has of them when those steps are carried out. ``left`` is what the agent had left before."""
    files = {file.path: File(file.text, file.mode, 0.0) for file in wanted}
    there = {path.rsplit("/", 1)[-1] for path in files}
    stays = left if agent_unit.SERVICE in there else ()
    return ObservedShared(files, frozenset(there.intersection(RUNS)), frozenset(there.intersection(ENABLED)), stays)


def _unit_steps(unit: str, wanted: bool, because: str, observed: ObservedShared) -> t.Iterator[Step]:
    if wanted and unit not in observed.enabled:
        yield Step(Verb.ENABLE, unit, because)
    if wanted and unit in RUNS and unit not in observed.active:
        yield Step(Verb.START, unit, because)
    if unit in observed.active and not wanted:
        yield Step(Verb.STOP, unit, "no pool needs it any more")
    if unit in observed.enabled and not wanted:
        yield Step(Verb.DISABLE, unit, "no pool needs it any more")
