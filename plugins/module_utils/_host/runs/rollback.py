# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A deploy of what was deployed before: the same plan, batches, verdicts and undoing, from files that were kept."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import one_line
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import passing_over
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.exposure import Judged
from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import (
    Generation,
    State,
    differs_beside,
    find,
    installed_content,
    present,
    previous_good,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems, did_you_mean
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import (
    WATCH_FILE,
    Wanted,
    markers_in,
    wanted_again,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.write.watched import Move, markers, moves, notes
from ansible_collections.workers.systemd.plugins.module_utils._host.judge.pool_judge import Placed
from ansible_collections.workers.systemd.plugins.module_utils._host.look import (
    generations,
    look,
    pool_files,
    watched_files,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.runs.deploy import Deployment
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.undo.dead_man import DeadMan


class Rollback(Deployment):
    def __init__(self, manager: Manager, generation: Generation, *, check_mode: bool, switch: DeadMan) -> None:
        pools = [generation.as_pool()]
        super().__init__(manager, pools, purge=False, check_mode=check_mode, skip_traps=(), switch=switch)
        self.generation = generation

    def _judged(self, problems: t.Sequence[Problem]) -> t.List[Placed]:
        """Its units were judged when they were new, and ran."""
        return []

    def _exposed(
        self, pools: t.Sequence[Pool]
    ) -> t.Tuple[t.Mapping[str, Judged], t.Sequence[Problem], t.Sequence[str]]:
        """A limit was kept to then."""
        return {}, (), ()

    def decide(self) -> None:
        """Raises ``Problems`` for one that would bring nothing back."""
        super().decide()
        name, wanted = self.generation.pool, self.wanted[self.generation.pool]
        self.moves = moves(self.generation.noted, wanted.noted)
        as_then = markers_in(self.places, wanted.pool, wanted.files) == markers_in(
            self.places, wanted.pool, self.generation.files
        )
        more = differs_beside(wanted, self.observed[name], self.places.config(name, WATCH_FILE))
        elsewhere = any(move.leads_elsewhere for move in self.moves) and not more
        if elsewhere or not (as_then or self.changes):
            raise Problems([_brings_nothing_back(self.generation, self.moves)])

    def not_put_back(self) -> t.List[str]:
        """Warnings."""
        return [f"{self.generation.pool}: {move}, which is not put back" for move in self.moves]

    def _wanted(self) -> t.Dict[str, Wanted]:
        pool = self.generation.as_pool()
        digests = watched_files.digests([pool])
        now, noted = markers(pool, self.seal, digests), notes(pool, self.seal, digests)
        return {pool.name: wanted_again(self.places, pool, self.generation.files, now, noted)}

    def _meet_masks(self) -> None:
        """The way back passes them over."""
        for name, steps in self.steps.items():
            self.steps[name] = passing_over(self.by_hand.masked, steps)

    def _restores(self, name: str) -> t.Optional[int]:
        return self.generation.restores or self.generation.number


def chosen(pool: str, asked: t.Optional[str], manager: Manager) -> Generation:
    """The generation to go back to; ``asked`` is a number or an id. Raises ``Problems`` with what there is."""
    owned = pool_files.owned_pools(manager.places)
    if pool not in owned:
        expected = f"one of {', '.join(owned)}" if owned else "no pool: there are none on this host"
        raise Problems([Problem("pool", repr(pool), expected, did_you_mean(pool, owned))])
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
    told = "; ".join(map(str, moved)) or f"of {', '.join((*generation.environment_files, *generation.watch))}"
    links = [f"{move.path} to {one_line(move.then.link)}" for move in moved if move.leads_elsewhere and move.then.link]
    first = f"Point {' and '.join(links)}" if links else "Put that back"
    return Problem(
        "generation",
        f"{generation}, from which the host differs in what is watched alone: {told}",
        "a version that this collection can put back",
        f"{first} first, and run this again: watch and environment_files name what is not ours.",
    )
