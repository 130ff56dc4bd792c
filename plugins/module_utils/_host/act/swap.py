# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pools that take over the work of another manager, or give it back.

The order loses no job, and runs none twice. A consumer runs under both for a moment: the pool settles first, and then
the other manager stops. What may run only once is stopped first. The record is on the disk before anything of the other
manager changes, so that the host can give the work back when the run dies.
"""

from __future__ import annotations

import os
import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.act.work import Outcome
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.replaces import Replaces
from ansible_collections.workers.systemd.plugins.module_utils._core.write.replaced import (
    Record,
    parse_record,
    record_text,
)
from ansible_collections.workers.systemd.plugins.module_utils._host import foreign_files
from ansible_collections.workers.systemd.plugins.module_utils._host.act import old_manager
from ansible_collections.workers.systemd.plugins.module_utils._host.errors import ManagerError
from ansible_collections.workers.systemd.plugins.module_utils._host.files import remove, write_atomically


def left(places: Places, pool: str) -> t.Optional[Record]:
    """What the pool has taken over. Raises ``Problems`` when its record is broken."""
    path = places.replaced(pool)
    try:
        text = foreign_files.read(path, foreign_files.LARGEST_OF_OURS).decode("utf-8", "replace")
    except FileNotFoundError:
        return None
    return parse_record(text, path)


def give_back(places: Places, pool: str, run: t.Optional[str] = None) -> t.Optional[Replaces]:
    """Returns what the other manager runs again. With ``run`` only what that run has begun with. Raises errors."""
    record = left(places, pool)
    if record is None or (run is not None and record.run != run):
        return None
    old_manager.of(record.replaces).give_back(record)
    remove(places.replaced(pool))
    return record.replaces


class Swap:
    """``take`` is what pools take over, and ``give`` are pools that give their work back, in the run that began at
    ``run``. ``tell`` takes lines about the progress.
    """

    def __init__(
        self,
        places: Places,
        take: t.Mapping[str, Replaces],
        give: t.Mapping[str, Record],
        run: str,
        tell: t.Callable[[str], None],
    ) -> None:
        self.places = places
        self.take = take
        self.give = give
        self.run = run
        self.tell = tell
        # What other managers run again, for the result.
        self.again: t.List[str] = []

    def before_removal(self) -> None:
        """Consumers of pools that go run elsewhere first. Raises errors."""
        for pool, record in self.give.items():
            _write(self.places, pool, replace(record, run=self.run))
            if not record.replaces.once:
                self._give(pool)

    def before(self) -> None:
        """What happens before the units of pools change. Raises errors."""
        for pool, replaces in self.take.items():
            if replaces.once:
                self._take(pool, replaces)

    def after(self, outcome: Outcome) -> None:
        """What follows when pools have settled. Raises errors."""
        bad = outcome.faulty | outcome.untried | outcome.unfinished
        for pool, replaces in self.take.items():
            if not replaces.once and pool not in bad:
                self._take(pool, replaces)

    def after_removal(self) -> None:
        """What may run only once runs elsewhere when its pool is gone. Raises errors."""
        for pool, record in self.give.items():
            if record.replaces.once:
                self._give(pool)

    def undo(self, pools: t.Iterable[str]) -> t.List[str]:
        """Gives back what this run has taken over for pools that failed. Returns what went wrong."""
        wrong = []
        for pool in pools:
            try:
                again = give_back(self.places, pool, self.run) if pool in self.take else None
                if again:
                    self.again.append(f"{pool}: {again} runs again")
            except (ManagerError, OSError) as error:
                wrong.append(f"{pool}: {self.take[pool]} does not run again: {error}")
        return wrong

    def _take(self, pool: str, replaces: Replaces) -> None:
        record, before = old_manager.of(replaces).look(replaces, self.run), left(self.places, pool)
        if before:
            record = replace(record, ran=tuple(dict.fromkeys([*before.ran, *record.ran])))
        _write(self.places, pool, record)
        self.tell(f"{pool}: takes over {replaces}")
        old_manager.of(replaces).take(record)

    def _give(self, pool: str) -> None:
        self.tell(f"{pool}: gives back {self.give[pool].replaces}")
        give_back(self.places, pool)


def _write(places: Places, pool: str, record: Record) -> None:
    path = places.replaced(pool)
    write_atomically(path, record_text(record).encode(), mode=0o600)
    os.chmod(os.path.dirname(path), 0o700)
