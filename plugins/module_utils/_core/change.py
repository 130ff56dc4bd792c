# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pool on its way from one generation to another, and the journal in which a run notes it."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.generation import (
    Generation,
    State,
    as_generation,
    content_of,
    last_good,
    next_number,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.observed import ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.wanted import Wanted


@dataclass(frozen=True)
class Change:
    """``back`` is the generation to put back when ``new`` is bad. Without one the pool goes, unless it was there
    before anybody kept generations of it: then ``known`` is false, and it is left as it is.
    """

    new: Generation
    back: t.Optional[Generation]
    known: bool

    @property
    def undoable(self) -> bool:
        return self.known and self.new.rollout.on_failure == "rollback"


def change_of(
    wanted: Wanted,
    observed: ObservedPool,
    generations: t.Sequence[Generation],
    time: str,
    restores: t.Optional[int] = None,
) -> t.Optional[Change]:
    """The change that a run makes, or ``None`` when it brings back the last good version, than which none is better.

    A version that failed or was not finished keeps its number when it is tried again, so that trying does not push
    the good ones out.
    """
    content = content_of(wanted)
    good = last_good(generations)
    if good is not None and good.content == content:
        return None
    again = bool(generations) and generations[-1].content == content
    number = generations[-1].number if again else next_number(generations)
    new = as_generation(wanted, number, time, restores)
    return Change(new, last_good(generations, other_than=number), bool(generations) or not observed.files)


def unfinished(generations: t.Sequence[Generation], change: t.Optional[Change]) -> t.List[Generation]:
    """Those that an earlier run was killed over and that this one does not take up."""
    taken_up = change.new.number if change else 0
    return [one for one in generations if one.state is State.APPLYING and one.number != taken_up]


def outcome_line(change: Change, reverted: bool, trouble: t.Sequence[str]) -> str:
    """What became of a bad generation, in words. ``trouble`` is what went wrong when it was undone."""
    pool, start = change.new.pool, f"{change.new.pool}: generation {change.new} is bad"
    if not reverted:
        why = "rollout.on_failure is stop" if change.known else "nothing is known to go back to"
        return f"{start} and stays: {why}"
    if change.back is None:
        done = "what it made is removed, it was the first"
        failed = "it was the first, and removing what it made failed"
    else:
        done = f"generation {change.back} is put back"
        failed = f"putting back generation {change.back} failed"
    if trouble:
        return f"{start}, and {failed}: {'; '.join(trouble)}. Look at {pool} on the host."
    return f"{start}, {done}"


# ---- the journal


@dataclass(frozen=True)
class Journal:
    """What a run is changing: by pool the numbers of its generations, ``(back, new)``. ``since`` is ISO 8601."""

    since: str
    pools: t.Mapping[str, t.Tuple[t.Optional[int], int]]
    phase: str = "applying"

    def __str__(self) -> str:
        changes = ", ".join(f"{name} ({back or 'nothing'} to {new})" for name, (back, new) in self.pools.items())
        return f"a run was killed, {self.phase} since {self.since}: {changes}"


def journal_of(changes: t.Mapping[str, Change], since: str, phase: str = "applying") -> Journal:
    numbers = {name: (one.back.number if one.back else None, one.new.number) for name, one in changes.items()}
    return Journal(since, numbers, phase)


def journal_text(journal: Journal) -> str:
    return json.dumps({"since": journal.since, "phase": journal.phase, "pools": journal.pools}, indent=1) + "\n"


def parse_journal(text: str, where: str) -> Journal:
    """Raises ``Problems`` with one when it is broken."""
    try:
        read = json.loads(text)
        pools = {name: (back, new) for name, (back, new) in read["pools"].items()}
        return Journal(read["since"], pools, read["phase"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        found = f"a broken journal ({type(error).__name__}: {error})"
        raise Problems([Problem(where, found, "what an earlier run wrote", "Remove this file.")]) from None
