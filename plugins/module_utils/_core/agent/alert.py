# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is reported about a pool, and when. Events in, at most one message at a time out: the host delivers it.

1. A trouble is reported once for the pool, whichever and however many of its instances have it.
2. A trouble that lasts is reported again after ``repeat``. It is over when nothing has happened for ``within``.
3. The end of a trouble is reported once, also when its begin could not be delivered.
4. What was not delivered is tried again, less and less often.

The state is a few numbers of the clock that no program sets. The host keeps it in a file that a reboot removes, so an
agent that is killed reports nothing twice.
"""

from __future__ import annotations

import typing as t
from dataclasses import asdict, dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.understand.alert import Alert

CRASHES, FAILED, HUNG, MEMORY = "crash-loop", "failed", "hung", "out-of-memory"
MISSED, PUT_BACK, WORK, KILLED = "missed", "put-back", "backlog", "killed-at-stop"
REASONS = (CRASHES, FAILED, HUNG, MEMORY, MISSED, PUT_BACK, WORK, KILLED)
RAISED, RESOLVED = "raised", "resolved"
# Seconds until a message that was not delivered is tried again: twice as long each time.
FIRST_RETRY, LONGEST_RETRY = 30.0, 900.0
# What is raised for a state that is not one of ours.
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError)


class Message(t.NamedTuple):
    """``first`` is when the trouble began, and ``unit`` is the instance that had it last; empty for the pool."""

    reason: str
    state: str
    unit: str
    said: str
    first: float


@dataclass
class Alarm:
    """One trouble. ``first`` and ``last`` are when it happened. ``reported`` is the last state that was delivered, at
    the time ``at``. ``tries`` failed since then, the last one at ``tried`` because of ``why``.
    """

    first: float
    last: float
    unit: str = ""
    said: str = ""
    reported: str = ""
    at: float = 0.0
    tries: int = 0
    tried: float = 0.0
    why: str = ""

    @property
    def retry(self) -> float:
        """Seconds between the last try and the next."""
        return float(min(LONGEST_RETRY, FIRST_RETRY * 2 ** min(self.tries - 1, 10))) if self.tries else 0.0


class Alerts:
    """The troubles of one pool. ``kept`` is what ``state`` has returned, of another process or with another rule."""

    def __init__(self, rule: Alert, kept: t.Optional[t.Mapping[str, t.Any]] = None) -> None:
        self.rule = rule
        # By unit: its invocation and NRestarts, and when it has died, as often as matters.
        self.counts: t.Dict[str, t.Tuple[str, int]] = {}
        self.deaths: t.Dict[str, t.List[float]] = {}
        self.alarms: t.Dict[str, Alarm] = {}
        # How often its instances have died since the first look.
        self.total = 0
        # What was counted before the first look is of unknown age.
        self.has_looked = kept is not None
        if kept is not None:
            self.counts = {unit: (str(one[0]), int(one[1])) for unit, one in kept["counts"].items()}
            self.deaths = {unit: [float(when) for when in times] for unit, times in kept["deaths"].items()}
            self.alarms = {reason: _alarm(one) for reason, one in kept["alarms"].items() if reason in REASONS}
            # An earlier version of the collection did not count.
            self.total = int(kept.get("total", 0))

    def state(self) -> t.Dict[str, t.Any]:
        """As JSON can carry it."""
        counts = {unit: list(one) for unit, one in self.counts.items()}
        alarms = {reason: asdict(one) for reason, one in self.alarms.items()}
        return {"counts": counts, "deaths": dict(self.deaths), "alarms": alarms, "total": self.total}

    def restarted(self, invocations: t.Mapping[str, str]) -> t.List[str]:
        """Units whose NRestarts must be read: another start than the last one that is known."""
        return [unit for unit, one in invocations.items() if one and self.counts.get(unit, ("", 0))[0] != one]

    def formers(self, units: t.Iterable[str]) -> t.Dict[str, str]:
        """By unit, the invocation that was counted last."""
        return {unit: self.counts[unit][0] for unit in units if unit in self.counts}

    def count(self, now: float, seen: t.Mapping[str, t.Tuple[str, int]]) -> t.List[str]:
        """``seen`` are invocations and NRestarts. Returns the units that have died since the last time.

        A start that was asked for sets NRestarts to 0, and a new instance begins there.
        """
        if not self.has_looked:
            self.counts, self.has_looked = dict(seen), True
        died = []
        for unit, (invocation, restarts) in seen.items():
            before = self.counts.get(unit, ("", 0))[1]
            deaths = restarts - before if restarts >= before else restarts
            self.counts[unit] = (invocation, restarts)
            if deaths:
                self.total += deaths
                died.append(unit)
                times = [*self.deaths.get(unit, []), *[now] * min(deaths, self.rule.crashes)]
                self.deaths[unit] = times[-self.rule.crashes :]
        for unit in died:
            times = self.deaths[unit]
            if len(times) >= self.rule.crashes and now - times[0] <= self.rule.within:
                said = f"died {self.rule.crashes} times within {self.rule.within:g} s"
                self.happened(now, CRASHES, unit, said)
            elif CRASHES in self.alarms:
                # Less often than before, and not over.
                self.alarms[CRASHES].last = now
        return died

    def failed(self, now: float, unit: str, restarts: int, said: str) -> None:
        """``said`` is about a unit that systemd does not start again. One that was restarted before rests after the
        start limit, and the host starts it again: it is in a crash loop, as in status.py.
        """
        if not restarts:
            self.happened(now, FAILED, unit, said)
        elif CRASHES in self.alarms:
            self.alarms[CRASHES].last = now
        else:
            self.happened(now, CRASHES, unit, f"died {restarts + 1} times, and rests after the start limit")

    def killed(self, now: float, unit: str, said: str) -> None:
        """At its stop. One that hangs always is, which has been reported already."""
        hung = self.alarms.get(HUNG)
        if hung is None or not self.lasts(now, hung):
            self.happened(now, KILLED, unit, said)

    def forget_others(self, units: t.Collection[str]) -> None:
        """Only these instances are to run."""
        self.counts = {unit: one for unit, one in self.counts.items() if unit in units}
        self.deaths = {unit: one for unit, one in self.deaths.items() if unit in units}

    def happened(self, now: float, reason: str, unit: str, said: str) -> None:
        """Once for an event. For a state that lasts, as long as it does."""
        before = self.alarms.get(reason)
        if before is None:
            self.alarms[reason] = Alarm(now, now, unit, said)
        else:
            before.last, before.unit, before.said = now, unit, said

    def lasts(self, now: float, alarm: Alarm) -> bool:
        return 0 <= now - alarm.last < self.rule.within

    def next(self, now: float) -> t.Optional[Message]:
        """What to report now. ``delivered`` must hear how that went."""
        for reason, one in self.alarms.items():
            state = RAISED if self.lasts(now, one) else RESOLVED
            again = state == RAISED and now - one.at >= self.rule.repeat
            if (one.reported != state or again) and now - one.tried >= one.retry:
                return Message(reason, state, one.unit, one.said, one.first)
        return None

    def delivered(self, now: float, message: Message, why: str) -> None:
        """``why`` it was not, or empty."""
        one = self.alarms.get(message.reason)
        if one is None:
            return
        if why:
            one.tries, one.tried, one.why = one.tries + 1, now, why
        elif message.state == RESOLVED:
            del self.alarms[message.reason]
            if message.reason == CRASHES:
                self.deaths = {}
        else:
            one.reported, one.at, one.tries, one.why = message.state, now, 0, ""


def _alarm(kept: t.Mapping[str, t.Any]) -> Alarm:
    """Its values are of their types. A user may have written the state."""
    one = Alarm(**kept)
    said, reported, why = str(one.said), str(one.reported), str(one.why)
    first, last, at, tried = float(one.first), float(one.last), float(one.at), float(one.tried)
    return Alarm(first, last, str(one.unit), said, reported, at, int(one.tries), tried, why)


def alerts_of(rule: Alert, kept: t.Any) -> Alerts:
    """``kept`` is what ``Alerts.state`` has returned. A state that is not one of ours counts as none."""
    try:
        return Alerts(rule, kept)
    except UNREADABLE:
        return Alerts(rule)
