# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The decision of a deploy: look, judge, write down, plan."""

from __future__ import annotations

import functools
import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.decision import PoolsDecision
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.scaled import at_present
from ansible_collections.workers.systemd.plugins.module_utils._core.keyed_digest import keyed_digest_with
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import File, ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.orders import Deploy
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pause import BY_DEPLOY, STATE, Pause
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import (
    PoolUnits,
    Wanted,
    pool_units,
    wanted,
)
from ansible_collections.workers.systemd.plugins.module_utils._host import textfile
from ansible_collections.workers.systemd.plugins.module_utils._host.judge import releases
from ansible_collections.workers.systemd.plugins.module_utils._host.judge.judgement import judge_new
from ansible_collections.workers.systemd.plugins.module_utils._host.look import (
    adoption,
    bonds,
    generations,
    look,
    pool_files,
    watched_files,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.runs import replacing
from ansible_collections.workers.systemd.plugins.module_utils._host.runs.plan import Target, digest_key, plan_run
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import catalogue
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.telling import in_words, or_else
from ansible_collections.workers.systemd.plugins.module_utils._host.undo import archive, journal_file
from ansible_collections.workers.systemd.plugins.module_utils._host.write import credentials


def decide(order: Deploy, manager: Manager) -> PoolsDecision:
    """Changes no unit, and no file of a pool. Raises ``Problems``, as ``judge_new`` and ``plan_run`` do."""
    order = replacing.as_undone(order, manager.places)
    directives = catalogue.of_host(manager)
    owned = pool_files.owned(manager.places)
    removals = order.removals(owned)
    found = releases.resolved([pool.fitted(directives.known) for pool in order.present])
    pools = found.pools
    # Rendered once: these texts are judged, scored and written.
    units = [pool_units(manager.places, pool, manager.version()) for pool in pools]
    judgement = judge_new(units, order, directives.known, manager, found.refusal)
    observed = look.observe([*(pool.name for pool in pools), *removals], manager, _taken_over(pools, manager))
    units = [replace(one, pool=at_present(one.pool, observed[one.pool.name])) for one in units]
    written = _write_down(units, observed, order, manager)
    observed = bonds.with_wanted(manager, observed, written)
    target = Target(
        wanted=written,
        observed={
            name: adoption.with_same(manager.places, written[name], one) if name in written else one
            for name, one in observed.items()
        },
        removals=removals,
        others=tuple(name for name in owned if name not in removals),
        purge=order.purge,
    )
    decision = replacing.with_replaced(plan_run(target, order, manager), order)
    return replace(
        decision,
        exposures=judgement.exposures,
        skip_traps=order.skip_traps,
        catalogue=directives.unkept,
        warnings=(*judgement.warnings, *decision.warnings, *_unwritable(order.present)),
    )


def _unwritable(pools: t.Sequence[Pool]) -> t.Iterator[str]:
    """Warnings only: the figures come as soon as the directory is there, and no deploy waits for them."""
    for directory in sorted({pool.metrics for pool in pools if pool.metrics}):
        trouble = or_else(functools.partial(textfile.trouble, directory), in_words)
        if trouble:
            yield f"metrics: nothing can be written now: {trouble}"


def _taken_over(pools: t.Sequence[Pool], manager: Manager) -> t.Dict[str, t.Mapping[str, File]]:
    """What somebody else has of the name of a pool that takes it over."""
    left = journal_file.left(manager.places)
    found = {pool.name: adoption.taken_over(manager.places, pool, left) for pool in pools}
    return {name: files for name, files in found.items() if files is not None}


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
        version = wanted(places, one, systemd, keyed_digest, digests, encrypted)
        written[one.pool.name] = replace(version, pauses=_by_state(places, one.pool))
    return written


def _by_state(places: Places, pool: Pool) -> t.Dict[str, Pause]:
    """The pause that the state of a pool asks for, unless it is there already."""
    pause = Pause(BY_DEPLOY, since=archive.now(), reason=STATE.format(pool.kind))
    return {pause.path(places, pool.name, timer=pool.schedule is not None): pause} if pool.paused else {}


def _private_files(places: Places, name: str, observed: ObservedPool) -> t.Iterator[t.Mapping[str, str]]:
    """The text of each file of a pool by path: installed ones, then those of each version that is kept."""
    yield {path: file.text for path, file in observed.files.items()}
    for one in generations.of_pool(places, name):
        yield {file.path: file.text for file in one.files}
