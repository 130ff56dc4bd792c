# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds troubles of pools, and tells an operator through a command. Nothing here waits for that command."""

from __future__ import annotations

import json
import signal
import socket
import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.act import stops
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.alert import (
    HUNG,
    MEMORY,
    MISSED,
    PUT_BACK,
    RAISED,
    WORK,
    Alerts,
    Message,
    alerts_of,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.expected import not_run_for
from ansible_collections.workers.systemd.plugins.module_utils._core.look.run_journal import Phase, RunJournal
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.exits import (
    OOM_KILLER,
    OOMD,
    WATCHDOG,
    last_death,
    last_exits,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.report import journal_lines
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import moment
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.alert import Alert
from ansible_collections.workers.systemd.plugins.module_utils._host import files
from ansible_collections.workers.systemd.plugins.module_utils._host.act.checks import LONGEST_ALERT, Checks
from ansible_collections.workers.systemd.plugins.module_utils._host.act.elsewhere import Elsewhere
from ansible_collections.workers.systemd.plugins.module_utils._host.act.stops import killed as killed_at_stop
from ansible_collections.workers.systemd.plugins.module_utils._host.agent.overdue import Overdue
from ansible_collections.workers.systemd.plugins.module_utils._host.look import kept_alerts
from ansible_collections.workers.systemd.plugins.module_utils._host.look.secrets import secrets_of
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.telling import or_else

# In seconds: between two looks, as of the other duties, so that one look is for all; and how far the journal is read.
EVERY, BACK = 15.0, 3600.0
# What has killed a process, and the trouble that this is.
KILLERS = {OOM_KILLER: MEMORY, OOMD: MEMORY, WATCHDOG: HUNG}
# Lines of a message, and characters of each. A pipe takes 65,536 bytes at once (pipe(7)).
LINES, LONGEST_LINE = 20, 500

HAS_FAILED = "has failed, and systemd does not start it again"
LOST = f"{stops.NOT_IN_TIME}: its job may be lost"
JOB_FAILED = "the last run of the job has failed"
# What a run that died has left. It stays until the next run.
Left = t.Callable[[Places], t.Optional[RunJournal]]


# Large: each method is one kind of trouble, or one step of a message.
class Alarms:
    """``tell`` writes a line to the journal."""

    def __init__(self, manager: Manager, elsewhere: Elsewhere, left: Left, tell: t.Callable[[str], None]) -> None:
        self.manager = manager
        self.left = left
        self.tell = tell
        self.overdue = Overdue(manager)
        self.commands = Checks(manager, LONGEST_ALERT, elsewhere)
        self.pools: t.Dict[str, Alerts] = {}
        self.kept = kept_alerts.read(manager.places)
        self.written = self.kept
        self.looked: t.Optional[float] = None
        # By pool, what is being delivered.
        self.under_way: t.Dict[str, Message] = {}

    def care_for(self, rules: t.Mapping[str, Alert]) -> None:
        """The pools that ask for it, with their rules. What is known of one stays known when its rule changes."""
        known = {**self.kept, **{name: one.state() for name, one in self.pools.items()}}
        before = self.pools
        self.pools = {
            name: before[name] if name in before and before[name].rule == rule else alerts_of(rule, known.get(name))
            for name, rule in rules.items()
        }
        self.kept = {}

    def due(self, now: float) -> float:
        """Seconds until the next look."""
        if not self.pools:
            return float("inf")
        return 0.0 if self.looked is None else max(0.0, self.looked + EVERY - now)

    def look(self, now: float, states: t.Mapping[str, t.Mapping[str, t.Tuple[str, str]]]) -> None:
        """``states`` are the state and the invocation of each instance that is to run, by pool and unit."""
        since, self.looked = now - EVERY if self.looked is None else self.looked, now
        invocations = {name: {unit: seen[1] for unit, seen in units.items()} for name, units in states.items()}
        asked = {name: self.pools[name].restarted(units) for name, units in invocations.items()}
        failed = {name: [unit for unit, seen in units.items() if seen[0] == "failed"] for name, units in states.items()}
        restarts = self.manager.restarts([unit for of in (asked, failed) for units in of.values() for unit in units])
        formers = {name: self.pools[name].formers(units) for name, units in asked.items()}
        died = {}
        for name, pool in ((name, self.pools[name]) for name in states):
            pool.forget_others(states[name])
            died[name] = pool.count(now, {unit: (invocations[name][unit], restarts[unit]) for unit in asked[name]})
            for unit in failed[name]:
                pool.failed(now, unit, restarts[unit], HAS_FAILED if UnitName.parse(unit).instance else JOB_FAILED)
        begin = time.time() - (now - since) - EVERY
        self._note_kills(now, died, begin)
        stopped = {name: {u: one for u, one in units.items() if u not in died[name]} for name, units in formers.items()}
        self._note_stops(now, stopped, begin)
        self._note_put_back(now)

    def look_for_runs(self, now: float, expected: t.Mapping[str, float]) -> None:
        """``expected`` has the longest time without a run, by timer."""
        for name in self.overdue.look(now, expected):
            unit = unit_name.main_units(name, timer=True).service
            self.pools[name].happened(now, MISSED, unit, not_run_for(expected[name]))

    def _note_kills(self, now: float, died: t.Mapping[str, t.Sequence[str]], since: float) -> None:
        """Only the journal knows how a process ended that systemd has restarted."""
        units = [unit for of_pool in died.values() for unit in of_pool]
        exits = or_else(lambda: last_exits(self.manager.exits(units, since)), lambda _error: {})
        for name, of_pool in died.items():
            for unit in of_pool:
                said = exits.get(unit, "")
                for ending, reason in KILLERS.items():
                    if said.endswith(ending):
                        self.pools[name].happened(now, reason, unit, said)

    def _note_stops(self, now: float, stopped: t.Mapping[str, t.Mapping[str, str]], since: float) -> None:
        """Instances that somebody has started again, with their former invocations."""
        units = {unit: former for of_pool in stopped.values() for unit, former in of_pool.items()}
        killed = or_else(lambda: killed_at_stop(units, since, self.manager), lambda _error: {})
        for name, of_pool in stopped.items():
            for unit in of_pool:
                # Another end by SIGKILL may have come before the stop, such as one by the kernel.
                if killed.get(unit) == stops.NOT_IN_TIME:
                    self.killed(now, name, unit)

    def _note_put_back(self, now: float) -> None:
        left = self.left(self.manager.places)
        if left is None or left.phase is not Phase.UNDONE:
            return
        for name in set(left.pools).intersection(self.pools):
            self.pools[name].happened(now, PUT_BACK, "", str(left))

    def hung(self, now: float, name: str, unit: str, said: str) -> None:
        if name in self.pools:
            self.pools[name].happened(now, HUNG, unit, said)

    def killed(self, now: float, name: str, unit: str) -> None:
        """At its stop, which did not end in time."""
        if name in self.pools:
            self.pools[name].killed(now, unit, LOST)

    def work_unknown(self, now: float, name: str, said: str) -> None:
        """For as long as it lasts."""
        if name in self.pools:
            self.pools[name].happened(now, WORK, "", said)

    def turn(self, now: float) -> None:
        """Hears how commands have ended, and begins others. One at a time for each pool."""
        for name, answer in self.commands.answers().items():
            message = self.under_way.pop(name)
            why = answer.trouble
            if name in self.pools:
                self.pools[name].delivered(now, message, why)
            self.tell(f"{name}: alert {message.reason} {message.state}: {why or 'delivered'}")
        for name, pool in self.pools.items():
            next_one = None if name in self.under_way else pool.next(now)
            if next_one:
                self.under_way[name] = next_one
                self._begin(now, name, pool.rule, next_one)
        self._write()

    @property
    def busy(self) -> bool:
        return bool(self.under_way)

    def _begin(self, now: float, name: str, rule: Alert, message: Message) -> None:
        since = time.time() - (now - message.first)
        short = {
            "reason": message.reason,
            "state": message.state,
            "host": socket.gethostname(),
            "pool": name,
            "instance": UnitName.parse(message.unit).instance or "" if message.unit else "",
            "unit": message.unit,
            "since": moment.text(since),
            "text": message.said[:LONGEST_LINE],
        }
        self.commands.tell(name, rule.command, rule.user, lambda: self._content(name, short, since, message))

    def _content(
        self, name: str, short: t.Mapping[str, str], since: float, message: Message
    ) -> t.Tuple[bytes, t.Dict[str, str]]:
        """In the process of the command, as root: standard input, and variables."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        ended = ""
        lines: t.List[str] = []
        if message.unit and message.state == RAISED:
            ended = or_else(lambda: self._exit(message.unit, since), lambda _error: "")
            lines = or_else(lambda: self._lines(name, message.unit), lambda _error: [])
        values = {**short, "exit": ended}
        text = json.dumps({**values, "journal": [line[:LONGEST_LINE] for line in lines]}, ensure_ascii=False)
        return text.encode(errors="replace"), {f"WORKERS_ALERT_{key.upper()}": value for key, value in values.items()}

    def _exit(self, unit: str, since: float) -> str:
        return last_exits(self.manager.exits([unit], since - BACK)).get(unit, "")

    def _lines(self, name: str, unit: str) -> t.List[str]:
        hidden = secrets_of(self.manager.places, [name])
        entries = self.manager.journal(unit, time.time() - BACK)
        return journal_lines(last_death(entries), hidden)[-LINES:]

    def _write(self) -> None:
        state = {name: one.state() for name, one in self.pools.items()}
        if state == self.written:
            return
        self.written = state
        path = self.manager.places.alerts
        or_else(
            lambda: files.write_atomically(path, json.dumps(state).encode(), mode=0o600),
            lambda error: self.tell(f"{path}: {error}"),
        )
