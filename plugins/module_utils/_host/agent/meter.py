# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps figures of pools in files that Prometheus reads.

Each time a child process looks and writes. The directory may be on a server that does not answer, its disk may be full,
and its owner may put anything there: the agent never waits for it, and goes on with its other duties.
"""

from __future__ import annotations

import json
import os
import signal
import time
import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.agent.alert import Alerts, alerts_of
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.scaled import wanted_instances
from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import Generation
from ansible_collections.workers.systemd.plugins.module_utils._core.look.kept_metrics import KeptMetrics, Run
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import File, ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.tell import metrics
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.agents import (
    asked_instances,
    held_instances,
    jobs_waiting,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.figures import (
    current_starts,
    last_run,
    pool_figures,
    timer_figures,
    wanted_units,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.timer_status import JOB_PROPERTIES
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.alert import Alert
from ansible_collections.workers.systemd.plugins.module_utils._host import child, textfile
from ansible_collections.workers.systemd.plugins.module_utils._host.act.elsewhere import Elsewhere
from ansible_collections.workers.systemd.plugins.module_utils._host.agent import speaking
from ansible_collections.workers.systemd.plugins.module_utils._host.agent.gauge import Used
from ansible_collections.workers.systemd.plugins.module_utils._host.files import remove, write_atomically
from ansible_collections.workers.systemd.plugins.module_utils._host.look import (
    bonds,
    generations,
    kept_alerts,
    kept_metrics,
    look,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.telling import in_words, or_else

# In seconds: Prometheus asks a host every 15 to 60 s.
EVERY = 15.0
LONGEST = 30.0
# Between two looks of the agent at the memory of instances, and a turn that is late.
LATELY = 20.0
STILL_WRITES = f"the figures were not written within {LONGEST:g} s"
DIED = "the process that writes the figures has died"
# What Alerts.state() returns, by pool.
Counts = t.Dict[str, t.Any]
# By pool: a number for its files, and what current_starts() has found with them.
Current = t.Dict[str, t.Tuple[int, t.Dict[str, str]]]


class Ask(t.NamedTuple):
    """``directory`` has the figures of a pool, and ``rule`` says what a crash loop is."""

    directory: str
    rule: Alert


class Known(t.NamedTuple):
    """What need not be looked at again. ``used`` is what the agent has measured by itself, by unit."""

    counts: Counts
    current: Current
    used: t.Mapping[str, Used]


class Meter:
    """``tell`` writes a line to the journal."""

    def __init__(self, manager: Manager, elsewhere: Elsewhere, tell: t.Callable[[str], None]) -> None:
        self.manager = manager
        self.elsewhere = elsewhere
        self.tell = tell
        self.asked: t.Dict[str, Ask] = {}
        self.counts: Counts = {}
        self.current: Current = {}
        self.begun: t.Optional[float] = None
        self.writer: t.Optional[Writer] = None
        # It was killed, and waits for a dead server.
        self.stuck: t.Optional[Writer] = None
        self.troubles: t.List[str] = []

    def care_for(self, asked: t.Mapping[str, Ask]) -> None:
        """The pools and timers that ask for it. After a change, the next time is now."""
        if asked != self.asked:
            self.begun = None
        self.asked = dict(asked)
        self.counts = _only(self.counts, asked)
        self.current = _only(self.current, asked)

    def due(self, now: float) -> float:
        """Seconds until the next time. What is not asked for any more is still to be removed."""
        if not self.asked and not os.path.lexists(self.manager.places.metrics):
            return float("inf")
        if self.stuck is not None:
            # Another one would wait for the same server.
            return EVERY
        return 0.0 if self.begun is None else max(0.0, self.begun + EVERY - now)

    @property
    def busy(self) -> bool:
        return self.writer is not None

    def turn(self, now: float, used: t.Mapping[str, Used]) -> None:
        """Hears how the last writing has ended, and begins the next."""
        if self.writer is not None:
            self._hear(self.writer, now)
        if self.stuck is not None and self.stuck.has_ended():
            self.stuck = None
        if self.writer is None and self.due(now) <= 0:
            self.begun = now
            self._begin(now, used)

    def _begin(self, now: float, used: t.Mapping[str, Used]) -> None:
        asked, known = self.asked, Known(self.counts, self.current, used)
        try:
            self.writer = Writer(now, self.elsewhere, lambda: _written(self.manager, asked, known))
        except OSError as error:
            # No memory for a process, say.
            self._say([f"no process can be started: {error.strerror}"])
            return
        self.elsewhere.bring(os.geteuid(), [self.writer.pid])

    def _hear(self, writer: Writer, now: float) -> None:
        answer = writer.poll()
        if answer is None and now - writer.begun < LONGEST:
            return
        self.writer = None
        if not writer.end():
            self.stuck = writer
        if answer is None:
            self._say([STILL_WRITES])
        else:
            self.counts = _only(answer.get("counts", self.counts), self.asked)
            self.current = _only(answer.get("current", self.current), self.asked)
            self._say(answer["troubles"])

    def _say(self, troubles: t.List[str]) -> None:
        """Once, and once more when it is over."""
        if troubles != self.troubles:
            self.tell(f"metrics: {'; '.join(troubles) or 'all is well again'}")
        self.troubles = troubles


class Writer:
    """A child process that does ``work``, and what it has answered."""

    def __init__(self, begun: float, elsewhere: Elsewhere, work: t.Callable[[], t.Dict[str, t.Any]]) -> None:
        self.begun = begun

        def answer(theirs: int) -> None:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            elsewhere.wait()
            found = or_else(work, lambda error: {"troubles": [in_words(error)]})
            child.write(theirs, json.dumps(found).encode())

        self._child = speaking.begun(answer)
        self.pid = self._child.pid

    def poll(self) -> t.Optional[t.Dict[str, t.Any]]:
        """The answer. ``None`` as long as there is none."""
        if not self._child.listen():
            return None
        return or_else(lambda: dict(json.loads(self._child.said)), lambda _error: {"troubles": [DIED]})

    def end(self) -> bool:
        """Asked once. Whether the process has ended."""
        self._child.end()
        return child.reap(self.pid)

    def has_ended(self) -> bool:
        """Asked after ``end``, until it has."""
        return child.has_ended(self.pid)


def _written(manager: Manager, asked: t.Mapping[str, Ask], known: Known) -> t.Dict[str, t.Any]:
    """In the child process. Returns what is counted, what is current, and troubles in words."""
    places = manager.places
    before = kept_metrics.read(places)
    directories = sorted({one.directory for one in asked.values()})
    # Before the first file, so that a file is never forgotten.
    first = KeptMetrics(tuple(sorted({*before.directories, *directories})), before.runs)
    _keep(manager, before, first)
    looked = look.observe(list(asked), manager, spared=lambda name, files: _spared(known.current.get(name), files))
    observed = or_else(lambda: bonds.with_installed(manager, looked), lambda _error: looked)
    kept = {name: _generations(manager, name) for name in asked}
    alerts = _count(manager, asked, known.counts, observed, kept)
    runs = _runs(manager, before.runs, observed)
    memory = _memory(manager, observed, known.used)
    scales = kept_alerts.scales(places)
    figures = {n: pool_figures(places, n, observed[n], kept[n], alerts[n], memory[n]) for n in alerts}
    pools = {name: _scaled(one, scales.get(name)) for name, one in figures.items()}
    timers = {n: timer_figures(observed[n], kept[n], runs[n]) for n in runs}
    troubles: t.Dict[str, str] = {}
    for directory in directories:
        inside = {name for name, one in asked.items() if one.directory == directory}
        text = metrics.text(time.time(), _only(pools, inside), _only(timers, inside))
        troubles[directory] = _tried(textfile.write, directory, text)
    gone = {one: _tried(textfile.remove, one) for one in before.directories if one not in directories}
    still = (one for one, why in gone.items() if why)
    _keep(manager, first, KeptMetrics((*directories, *still), runs))
    found = [one for one in (*troubles.values(), *gone.values()) if one]
    return {
        "counts": {name: one.state() for name, one in alerts.items()},
        "current": {
            name: (_number(observed[name].files), current_starts(places, name, observed[name])) for name in alerts
        },
        "troubles": found,
    }


def _scaled(figures: metrics.PoolFigures, kept: t.Any) -> metrics.PoolFigures:
    """With what the agent has ``kept`` of the range of the pool."""
    return replace(figures, waiting=jobs_waiting(kept), held=held_instances(kept), asked=asked_instances(kept))


def _number(files: t.Mapping[str, File]) -> int:
    """The same for the same files, in the agent and the processes that it forks."""
    return hash(frozenset(files.items()))


def _spared(current: t.Optional[t.Tuple[int, t.Dict[str, str]]], files: t.Mapping[str, File]) -> t.Mapping[str, str]:
    """A look at a process takes a tenth of a millisecond, and its version stays what it is."""
    return current[1] if current and current[0] == _number(files) else {}


def _count(
    manager: Manager,
    asked: t.Mapping[str, Ask],
    counts: Counts,
    observed: t.Mapping[str, ObservedPool],
    kept: t.Mapping[str, t.Sequence[Generation]],
) -> t.Dict[str, Alerts]:
    """By pool, how often instances have died, and whether one does so again and again."""
    now = time.monotonic()
    pools = {name: pool for name, pool in observed.items() if pool.timer is None}
    units = {name: wanted_units(name, pool, wanted_instances(kept[name], pool)) for name, pool in pools.items()}
    found = {name: alerts_of(asked[name].rule, counts.get(name)) for name in units}
    starts = {name: {unit: seen.invocation for unit, seen in of.items()} for name, of in units.items()}
    failed = {name: [unit for unit, seen in of.items() if seen.active == "failed"] for name, of in units.items()}
    again = {name: one.restarted(starts[name]) for name, one in found.items()}
    restarts = manager.restarts([unit for of in (again, failed) for asked_for in of.values() for unit in asked_for])
    for name, one in found.items():
        one.forget_others(units[name])
        one.count(now, {unit: (starts[name][unit], restarts[unit]) for unit in again[name]})
        for unit in failed[name]:
            # Without a restart, it is not up, which is enough to know.
            if restarts[unit]:
                one.failed(now, unit, restarts[unit], "")
        message = one.next(now)
        if message:
            one.delivered(now, message, "")
    return found


def _runs(manager: Manager, before: t.Mapping[str, Run], observed: t.Mapping[str, ObservedPool]) -> t.Dict[str, Run]:
    """By timer, with one call."""
    services = {name: one.main_units(name).service for name, one in observed.items() if one.timer is not None}
    shown = manager.show(list(services.values()), JOB_PROPERTIES)
    return {name: last_run(before.get(name, Run()), shown[unit]) for name, unit in services.items()}


def _memory(
    manager: Manager, observed: t.Mapping[str, ObservedPool], known: t.Mapping[str, Used]
) -> t.Dict[str, t.Dict[str, t.Optional[int]]]:
    """By pool and unit, of all instances that are there, with one call for those that are not ``known``."""
    units = {
        name: {unit_name.instance(name, one): seen for one, seen in pool.instances.items() if seen.load == "loaded"}
        for name, pool in observed.items()
        if pool.timer is None
    }
    there = {unit: seen.invocation for of_pool in units.values() for unit, seen in of_pool.items()}
    now = time.monotonic()
    lately = {unit: one for unit, one in known.items() if 0 <= now - one.at < LATELY}
    used = {unit: one.bytes for unit, one in lately.items() if there.get(unit) == one.invocation}
    used.update(manager.memory([unit for unit in there if unit not in used]))
    return {name: {unit: used[unit] for unit in of_pool} for name, of_pool in units.items()}


def _generations(manager: Manager, name: str) -> t.List[Generation]:
    """A broken one is reported by the code that needs it."""
    return or_else(lambda: generations.of_pool(manager.places, name), lambda _error: [])


def _keep(manager: Manager, before: KeptMetrics, after: KeptMetrics) -> None:
    path = manager.places.metrics
    if not after.directories:
        remove(path)
    elif after != before:
        write_atomically(path, after.text().encode(), mode=0o600)


Value = t.TypeVar("Value")


def _only(by_name: t.Mapping[str, Value], names: t.Container[str]) -> t.Dict[str, Value]:
    return {name: one for name, one in by_name.items() if name in names}


def _tried(act: t.Callable[..., None], *arguments: str) -> str:
    """Why it could not be done; empty when it was."""
    try:
        act(*arguments)
    except OSError as error:
        return str(error)
    return ""
