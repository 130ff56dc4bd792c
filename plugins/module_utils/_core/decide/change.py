# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pool on its way from one generation to another."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.adoption import old_version
from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import (
    Generation,
    State,
    as_generation,
    content_of,
    last_good,
    next_number,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import ObservedPool, Same
from ansible_collections.workers.systemd.plugins.module_utils._core.look.run_journal import Noted
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import Wanted
from ansible_collections.workers.systemd.plugins.module_utils._core.write.watched import moves


@dataclass(frozen=True)
class Change:
    """``back`` is the generation to put back when ``new`` is bad. Without ``back``, a bad pool is removed.

    ``old`` is what somebody else had and this pool takes over, when it is not kept yet. ``same`` are
    processes of that time that go on.

    ``known`` is false when the pool was on the host before this collection kept generations of it. Then a bad pool
    stays as it is. ``tried`` is false when no instance was restarted on ``new``, because a pool before it is bad.
    """

    new: Generation
    back: t.Optional[Generation]
    known: bool
    tried: bool = True
    old: t.Optional[Generation] = None
    same: Same = field(default_factory=dict)

    @property
    def undoable(self) -> bool:
        return self.known and self.new.rollout.on_failure == "rollback"

    @property
    def fault(self) -> str:
        """Why ``new`` is put back."""
        return "is bad" if self.tried else "was not tried"


def change_of(
    wanted: Wanted,
    observed: ObservedPool,
    generations: t.Sequence[Generation],
    time: str,
    restores: t.Optional[int] = None,
) -> t.Optional[Change]:
    """The change that a run makes, or ``None`` when the run brings back the last good version: no version is better.

    A version that failed or was not finished keeps its number when a run tries it again. So further tries do not push
    good generations out of the store.
    """
    content = content_of(wanted)
    old = old_version(wanted.pool.name, observed, generations, time)
    generations = [*generations, old] if old else generations
    good = last_good(generations)
    if good is not None and good.content == content:
        return None
    again = bool(generations) and generations[-1].content == content
    number = generations[-1].number if again else next_number(generations)
    new = as_generation(wanted, number, time, restores)
    back, known = last_good(generations, other_than=number), bool(generations) or not observed.files
    return Change(new, back, known, old=old, same=observed.same)


def unfinished(generations: t.Sequence[Generation], change: t.Optional[Change]) -> t.List[Generation]:
    """Generations that an earlier run was applying when it was killed, and that this run does not continue."""
    taken_up = change.new.number if change else 0
    return [one for one in generations if one.state is State.APPLYING and one.number != taken_up]


def noted(changes: t.Mapping[str, Change]) -> t.Dict[str, Noted]:
    """The changes as they are written into the journal of a run."""
    return {
        name: Noted(one.back.number if one.back else None, one.new.number, one.undoable)
        for name, one in changes.items()
    }


def way_back(change: Change) -> str:
    """A line of progress that says how a bad generation is undone."""
    pool = change.new.pool
    if change.back is None:
        return f"{pool}: is removed: its first version {change.fault}"
    return f"{pool}: is put back to generation {change.back}: generation {change.new} {change.fault}"


def outcome_line(change: Change, reverted: bool, trouble: t.Sequence[str]) -> str:
    """Describes the end of a bad generation. ``trouble`` lists the errors of undoing it."""
    pool, start = change.new.pool, f"{change.new.pool}: generation {change.new} {change.fault}"
    if not reverted:
        why = "rollout.on_failure is stop" if change.known else "no earlier version is known"
        return f"{start} and stays: {why}"
    if change.back is None:
        done = "it was the first version, and its files are removed"
        failed = "it was the first version, and removing its files failed"
    else:
        done = f"generation {change.back} is put back"
        failed = f"putting back generation {change.back} failed"
    if trouble:
        reasons = "; ".join([*trouble, *_not_put_back(change)])
        return f"{start}, and {failed}: {reasons}. Look at {pool} on the host."
    return "; ".join([f"{start}, {done}", *_not_put_back(change)])


def _not_put_back(change: Change) -> t.Iterator[str]:
    """Describes the watched paths that have changed since the previous generation. They belong to another owner."""
    for move in moves(change.back.noted, change.new.noted) if change.back else ():
        yield f"{move}, which this collection does not put back"
