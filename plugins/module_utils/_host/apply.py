# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries a plan out. The only place that changes units."""

from __future__ import annotations

import os
import time
import typing as t
from dataclasses import dataclass, field

from ansible_collections.workers.systemd.plugins.module_utils._core import places
from ansible_collections.workers.systemd.plugins.module_utils._core.plan import Step, Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.verdict import (
    Health,
    Sample,
    Verdict,
    batches,
    judge,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.wanted import WantedFile
from ansible_collections.workers.systemd.plugins.module_utils._host import processes
from ansible_collections.workers.systemd.plugins.module_utils._host.files import remove, write_atomically
from ansible_collections.workers.systemd.plugins.module_utils._host.host import owing_a_reload
from ansible_collections.workers.systemd.plugins.module_utils._host.manager import Manager

# One busctl call each: a death is known within this and its own 10 ms.
TICK = 0.1


@dataclass
class PoolWork:
    """One pool's part of a run: its steps, the files they write, and how its instances are judged.

    ``window`` is in seconds, ``batch`` is how many instances may be restarted at once.
    """

    name: str
    steps: t.Sequence[Step]
    files: t.Sequence[WantedFile] = ()
    window: float = 0.0
    batch: int = 1

    def subjects(self, *verbs: Verb) -> t.List[str]:
        return [step.subject for step in self.steps if step.verb in verbs]


@dataclass
class Outcome:
    """Verdicts by unit, when each was started (seconds since the epoch), and the restarts that were spared."""

    verdicts: t.Dict[str, Verdict] = field(default_factory=dict)
    started: t.Dict[str, float] = field(default_factory=dict)
    spared: t.List[str] = field(default_factory=list)

    def failed(self, units: t.Iterable[str]) -> t.List[str]:
        return [unit for unit in units if unit in self.verdicts and self.verdicts[unit].health is not Health.SETTLED]


class Run:
    """One run over all pools of a host. Pools advance together: the windows of their batches overlap."""

    def __init__(self, manager: Manager, work: t.Sequence[PoolWork], reload: bool) -> None:
        self.manager = manager
        self.work = work
        self.reload = reload
        self.outcome = Outcome()

    def carry_out(self) -> Outcome:
        if self.reload:
            with owing_a_reload():
                self._change_units()
                self.manager.reload()
        else:
            self._change_units()
        self._roll()
        return self.outcome

    def _change_units(self) -> None:
        """Files and links, then what is not wanted any more: a template goes only after its instances."""
        for pool in self.work:
            written = set(pool.subjects(Verb.WRITE))
            for file in pool.files:
                if file.path in written:
                    write_atomically(file.path, file.text.encode(), mode=file.mode)
        self._call(self.manager.enable, Verb.ENABLE)
        self._call(self.manager.disable, Verb.DISABLE)
        self._call(self.manager.stop, Verb.STOP)
        self._call(self.manager.reset_failed, Verb.FORGET)
        for path in self._subjects(Verb.REMOVE):
            remove(path)
            if path.startswith(f"{places.CONFIG}/") and not os.listdir(os.path.dirname(path)):
                os.rmdir(os.path.dirname(path))

    def _roll(self) -> None:
        """What is missing starts first: when that fails, nothing that still works is restarted."""
        started = {pool.name: pool.subjects(Verb.START) for pool in self.work}
        self._round(started, self.manager.start)
        queues = {pool.name: batches(pool.subjects(Verb.RESTART), pool.batch) for pool in self.work}
        while any(queues.values()):
            batch = {}
            for name, queue in queues.items():
                if self.outcome.failed(self._units_of(name)):
                    self.outcome.spared.extend(unit for rest in queue for unit in rest)
                    queue.clear()
                elif queue:
                    batch[name] = queue.pop(0)
            self._round(batch, self._restart)

    def _restart(self, units: t.Sequence[str]) -> None:
        # Deliberate restarts count against a start limit and would trip it (systemd.unit(5), StartLimitBurst=).
        self.manager.reset_failed(units)
        self.manager.restart(units)

    def _units_of(self, name: str) -> t.List[str]:
        return next(pool.subjects(Verb.START, Verb.RESTART) for pool in self.work if pool.name == name)

    def _round(self, by_pool: t.Mapping[str, t.Sequence[str]], act: t.Callable[[t.Sequence[str]], None]) -> None:
        units = [unit for pool in by_pool.values() for unit in pool]
        if not units:
            return
        self.outcome.started.update(dict.fromkeys(units, time.time()))
        act(units)
        windows = {pool.name: pool.window for pool in self.work}
        self._watch({unit: windows[name] for name, own in by_pool.items() for unit in own if unit.endswith(".service")})

    def _watch(self, windows: t.Mapping[str, float]) -> None:
        """Judges the units until each is settled or has failed. A start has its own time-out."""
        begun = time.monotonic()
        first = self._samples(list(windows))
        open_units, now = dict(windows), first
        while open_units:
            watched = time.monotonic() - begun
            for unit, window in list(open_units.items()):
                verdict = judge(first[unit], now[unit], watched, window)
                self.outcome.verdicts[unit] = verdict
                if verdict.health is not Health.STARTING or watched > window + 5:
                    del open_units[unit]
            if open_units:
                time.sleep(TICK)
                now = self._samples(list(open_units))
        self._count_restarts([unit for unit, window in windows.items() if window])

    def _count_restarts(self, units: t.Sequence[str]) -> None:
        """A deliberate start sets NRestarts to 0, so anything else is a death before the first look."""
        settled = [unit for unit in units if self.outcome.verdicts[unit].health is Health.SETTLED]
        for unit, shown in self.manager.show(settled, ["NRestarts"]).items():
            if shown["NRestarts"] != "0":
                died = f"was restarted {shown['NRestarts']} times by systemd"
                self.outcome.verdicts[unit] = Verdict(Health.FLAPPING, died)

    def _samples(self, units: t.Sequence[str]) -> t.Dict[str, Sample]:
        listed = self.manager.list_units(units)
        samples = {}
        for unit in units:
            seen = listed.get(unit)
            active, sub = (seen.active, seen.sub) if seen else ("inactive", "dead")
            samples[unit] = Sample(active, sub, processes.invocation(unit))
        return samples

    def _subjects(self, verb: Verb) -> t.List[str]:
        return [subject for pool in self.work for subject in pool.subjects(verb)]

    def _call(self, act: t.Callable[[t.Sequence[str]], None], verb: Verb) -> None:
        subjects = self._subjects(verb)
        if subjects:
            act(subjects)
