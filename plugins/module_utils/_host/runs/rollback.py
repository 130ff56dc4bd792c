# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The decision of a rollback: choose a generation, and plan a run that writes its files again."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import one_line
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.decision import PoolsDecision
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.scaled import at_present
from ansible_collections.workers.systemd.plugins.module_utils._core.keyed_digest import keyed_digest_with
from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import (
    Generation,
    State,
    differs_beside,
    find,
    installed_content,
    present,
    previous_good,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems, unknown_pool
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.orders import GoBack
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import (
    WATCH_FILE,
    Wanted,
    markers_in,
    wanted_again,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.write.watched import Move, markers, moves, notes
from ansible_collections.workers.systemd.plugins.module_utils._host.judge import releases
from ansible_collections.workers.systemd.plugins.module_utils._host.judge.judgement import judge_again
from ansible_collections.workers.systemd.plugins.module_utils._host.look import (
    bonds,
    generations,
    look,
    pool_files,
    watched_files,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.runs.plan import Target, digest_key, plan_run
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager

GONE = "Choose another generation, or deploy the release that is there."


def decide(order: GoBack, manager: Manager) -> PoolsDecision:
    """Changes no unit. Raises ``Problems``, also for a generation that would bring nothing back."""
    generation = chosen(order.pool, order.generation, manager)
    release = generation.release
    if release and not releases.is_there(release.directory):
        found = f"{generation}, which runs {release.directory}, which is not there any more"
        raise Problems([Problem("generation", found, "a generation whose release is there", GONE)])
    pool = generation.as_pool()
    judgement = judge_again([pool], manager, check_mode=order.check_mode)
    observed = look.observe([pool.name], manager)
    pool = at_present(pool, observed[pool.name])
    written = _written_again(generation, pool, order, manager)
    target = Target(
        wanted={pool.name: written},
        observed=bonds.with_wanted(manager, observed, {pool.name: written}),
        others=tuple(name for name in pool_files.owned_pools(manager.places) if name != pool.name),
        restores=generation.number if generation.restores is None else generation.restores,
    )
    decision = plan_run(target, order, manager)
    moved = moves(generation.noted, written.noted)
    _refuse_nothing(generation, moved, written, decision)
    not_put_back = [f"{generation.pool}: {move}, which is not put back" for move in moved]
    follows = [f"{pool.name} runs {release.directory}. The next deploy follows {release.link} again"] if release else []
    return replace(decision, warnings=(*judgement.warnings, *decision.warnings, *not_put_back, *follows))


def _written_again(generation: Generation, pool: Pool, order: GoBack, manager: Manager) -> Wanted:
    """The files that were kept, with what is at the watched paths now."""
    places = manager.places
    keyed_digest = keyed_digest_with(digest_key(order, manager))
    digests = watched_files.digests([pool])
    now, noted = markers(pool, keyed_digest, digests), notes(pool, keyed_digest, digests)
    return wanted_again(places, pool, generation.files, now, noted)


def _refuse_nothing(generation: Generation, moved: t.Sequence[Move], written: Wanted, decision: PoolsDecision) -> None:
    """Raises ``Problems`` when the host differs from the generation in nothing that this collection can put back."""
    places, pool = decision.places, written.pool
    as_then = markers_in(places, pool, written.files) == markers_in(places, pool, generation.files)
    more = differs_beside(written, decision.observed[pool.name], places.config(pool.name, WATCH_FILE))
    elsewhere = any(move.leads_elsewhere for move in moved) and not more
    if elsewhere or not (as_then or decision.changes):
        raise Problems([_brings_nothing_back(generation, moved)])


def chosen(pool: str, asked: t.Optional[str], manager: Manager) -> Generation:
    """The generation to go back to; ``asked`` is a number or an id. Raises ``Problems`` with what there is."""
    owned = pool_files.owned_pools(manager.places)
    if pool not in owned:
        raise Problems([unknown_pool("pool", pool, owned)])
    kept = generations.of_pool(manager.places, pool)
    if asked is None:
        observed = look.observe([pool], manager)[pool]
        generation = previous_good(kept, present(kept, installed_content(observed)))
        found = "none before the present one"
    else:
        generation = find(kept, asked)
        found = f"{asked!r}, which is {generation.state.value if generation else 'not kept'}"
    if generation is None or generation.state is not State.GOOD:
        there = ", ".join(f"{one} {one.state.value}" for one in kept) or "none"
        raise Problems([Problem("generation", found, "a good generation", f"Kept of {pool}: {there}.")])
    return generation


def _brings_nothing_back(generation: Generation, moved: t.Sequence[Move]) -> Problem:
    paths = "; ".join(map(str, moved)) or f"of {', '.join((*generation.environment_files, *generation.watch))}"
    links = [f"{move.path} to {one_line(move.then.link)}" for move in moved if move.leads_elsewhere and move.then.link]
    first = f"Point {' and '.join(links)}" if links else "Put that back"
    return Problem(
        "generation",
        f"{generation}, from which the host differs in what is watched alone: {paths}",
        "a version that this collection can put back",
        f"{first} first, and run this again: watch and environment_files name what is not ours.",
    )
