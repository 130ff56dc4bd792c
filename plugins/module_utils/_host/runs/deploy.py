# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The decision of a deploy: look, judge, write down, plan."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.decision import PoolsDecision
from ansible_collections.workers.systemd.plugins.module_utils._core.keyed_digest import keyed_digest_with
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.orders import Deploy
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import (
    PoolUnits,
    Wanted,
    pool_units,
    wanted,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.judge.judgement import judge_new
from ansible_collections.workers.systemd.plugins.module_utils._host.look import (
    generations,
    look,
    pool_files,
    watched_files,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.runs.plan import Target, digest_key, plan_run
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import catalogue
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.write import credentials


def decide(order: Deploy, manager: Manager) -> PoolsDecision:
    """Changes no unit, and no file of a pool. Raises ``Problems``, as ``judge_new`` and ``plan_run`` do."""
    directives = catalogue.of_host(manager)
    owned = pool_files.owned_pools(manager.places)
    removals = order.removals(owned)
    pools = [pool.fitted(directives.known) for pool in order.present]
    # Rendered once: these texts are judged, scored and written.
    units = [pool_units(manager.places, pool, manager.version()) for pool in pools]
    judgement = judge_new(units, order, directives.known, manager)
    observed = look.observe([*(pool.name for pool in pools), *removals], manager)
    target = Target(
        wanted=_write_down(units, observed, order, manager),
        observed=observed,
        removals=removals,
        others=tuple(name for name in owned if name not in removals),
        purge=order.purge,
    )
    decision = plan_run(target, order, manager)
    return replace(
        decision,
        exposures=judgement.exposures,
        skip_traps=order.skip_traps,
        catalogue=directives.unkept,
        warnings=(*judgement.warnings, *decision.warnings),
    )


def _write_down(
    units: t.Sequence[PoolUnits], observed: t.Mapping[str, ObservedPool], order: Deploy, manager: Manager
) -> t.Dict[str, Wanted]:
    """All files of the pools."""
    places, systemd, keyed_digest = manager.places, manager.version(), keyed_digest_with(digest_key(order, manager))
    digests = watched_files.digests([one.pool for one in units])
    written = {}
    for one in units:
        there = _private_files(places, one.pool.name, observed[one.pool.name])
        encrypted = credentials.texts(places, one.pool, systemd, there, keyed_digest, check_mode=order.check_mode)
        written[one.pool.name] = wanted(places, one, systemd, keyed_digest, digests, encrypted)
    return written


def _private_files(places: Places, name: str, observed: ObservedPool) -> t.Iterator[t.Mapping[str, str]]:
    """The text of each file of a pool by path: installed ones, then those of each version that is kept."""
    yield {path: file.text for path, file in observed.files.items()}
    for one in generations.of_pool(places, name):
        yield {file.path: file.text for file in one.files}
