# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many instances of a pool are to run. Readings of the work in, starts and stops out: the host carries them out.

1. The pool needs as many instances as its work asks for, between its smallest and its largest number.
2. It grows when every reading of the last ``rise_after`` asks for more, by all missing instances at once. It shrinks to
   the largest number that was asked for in this way within the last ``fall_after``. So it never turns twice within
   that time.
3. A reading that failed asks for the number that runs, and nothing is started or stopped because of it.
4. What ran before the first reading counts as needed: an agent that starts again, or a deploy, changes no number.
5. Only instances that do not start at boot are stopped, the idle ones first, by ``step`` at a time. The next one
   follows when the last one has ended.
6. While the host has less free memory than it is to keep, no instance is started. Else, a pool with that limit at most
   doubles with each reading.
7. Where the host has a capacity, a pool has at most its share of it. It grows no further than there is room for at this
   moment. When its share gets smaller, it gives up all instances above it, as soon as each has done its job. It does so
   without a reading too: a count that fails keeps no instances that other pools need. When another pool needs them, it
   keeps what no reading of the last ``SPARE_AFTER`` asked for no longer.

Nothing here is kept but the last decisions, which only tell: the number is what systemd shows.
"""

from __future__ import annotations

import re
import typing as t
from collections import deque
from dataclasses import asdict

from ansible_collections.workers.systemd.plugins.module_utils._core.act.drain import Drain
from ansible_collections.workers.systemd.plugins.module_utils._core.act.rollout import Action, Ask, Start, Stop
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import GONE, Sample
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.decisions import MOST, Decision, decisions_in
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.liveness import Samples, Trouble, serves
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.shares import Claim, Share
from ansible_collections.workers.systemd.plugins.module_utils._core.characters import one_line
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.show_text import UP
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.scaling import Scaling

NOT_KNOWN = "the work of the pool is not known, so the number of its instances stays"
LOW_MEMORY = "the host has less free memory than keep_free, so no instance is added"
NO_ROOM = "the capacity of the host is in use until other pools have stopped instances"
HELD = "the capacity of the host is in use, so the pool has its share of it"
# In seconds: an instance that ends at once is not started again before.
REST = 10.0
# In seconds: how often a stopped pool is looked at, so that its work is asked for as soon as it is started.
STOPPED = 5.0
# In seconds: what a pool did not need for so long is not started any more, when it could not be before. Other pools of
# the host get it when they need it.
SPARE_AFTER = 30.0
# No queue is longer, and no number that is no mistake.
COUNT = re.compile(rb"[0-9]{1,15}")
# Characters of an answer that are shown.
SHOWN = 40


class Reading(t.NamedTuple):
    """``need`` is how many instances the work asks for, ``None`` when it is not known. ``said`` is the work in words,
    or why it is not known. ``backlog`` is the number of jobs that wait.
    """

    need: t.Optional[int]
    said: str
    backlog: t.Optional[int] = None


class Room(t.NamedTuple):
    """What the host has at this moment: bytes of ``free`` memory, and ``most`` instances of the pool, with those that
    still stop. ``None`` for what is not known or has no limit.
    """

    free: t.Optional[int] = None
    most: t.Optional[int] = None


def of_backlog(rule: Scaling, output: bytes, trouble: str) -> Reading:
    """``output`` is what the command printed, and ``trouble`` is how it failed, or empty."""
    if trouble:
        return Reading(None, f"the backlog command {trouble}")
    number = output.strip(b" \t\r\n")
    if not COUNT.fullmatch(number):
        shown = one_line(number[:SHOWN].decode(errors="replace"))
        return Reading(None, f"the backlog command printed {shown!r}, which is no whole number")
    jobs = int(number)
    return Reading(-(-jobs // rule.each), f"{jobs} jobs wait, {rule.each} for each instance", jobs)


def of_busy(rule: Scaling, busy: int, idle: int, trouble: str) -> Reading:
    """Of the instances that run, so many are ``busy`` and ``idle``. ``trouble`` is how a check failed, or empty."""
    if trouble:
        return Reading(None, f"the busy check {trouble}")
    if not busy + idle:
        return Reading(None, "no instance could be asked whether it is busy")
    return Reading(-(-busy * 100 // rule.busy), f"{busy} of {busy + idle} instances are busy, wanted {rule.busy}%")


def is_up(seen: Sample) -> bool:
    """Whether an instance runs, or is about to."""
    return seen.active in (*UP, "activating") or seen.job in ("start", "restart")


# Large: each method is one part of a turn.
class Scale:
    """``units`` are the instances that may run, in order: neither paused nor masked. ``kept`` is what ``state`` has
    returned, of another process.
    """

    def __init__(self, rule: Scaling, policy: Policy, units: t.Sequence[str], kept: t.Any = None) -> None:
        self.rule = rule
        self.policy = policy
        self.units = tuple(units)
        at_boot = set(rule.at_boot)
        self.stay = {unit for unit in units if UnitName.parse(unit).instance in at_boot}
        self.asked: t.Optional[float] = None
        self.waits = False
        self.running = 0
        # Whether an operator has stopped the pool.
        self.stopped = False
        # When so many instances were needed; less and less, because what was needed before more does not matter.
        self.needs: t.Deque[t.Tuple[float, int]] = deque()
        # The same the other way round: more and more, because what was needed before less does not matter.
        self.lows: t.Deque[t.Tuple[float, int]] = deque()
        # Without a capacity there is none.
        self.share: t.Optional[Share] = None
        self.reading = Reading(None, "")
        self.read_at = 0.0
        # Whether something may follow from the last reading.
        self.fresh = False
        self.drain = Drain(policy)
        self.spare: t.Set[str] = set()
        self.started: t.Dict[str, float] = {}
        # Those that were to stop, and those of them that were killed, until the host has said so.
        self.leaving: t.Set[str] = set()
        self.killed: t.List[str] = []
        self.own_trouble = Trouble()
        self.decisions = decisions_in(kept)

    def due(self, now: float) -> float:
        """Seconds until the next question. A clock that went back begins one."""
        if not self.units:
            return float("inf")
        every = min(self.rule.every, STOPPED) if self.stopped else self.rule.every
        since = every if self.asked is None else now - self.asked
        return max(0.0, every - since) if since >= 0 else 0.0

    def questions(self, now: float, samples: Samples, *, stopped: bool = False) -> t.Tuple[str, ...]:
        """The instances that serve, when the work is to be looked at now. A pool that is ``stopped`` has no work."""
        if self.stopped and not stopped:
            self.asked = None
        self.running, self.stopped = len(self.up(samples)), stopped
        self._see_off(samples)
        if self.waits or self.due(now) > 0:
            return ()
        serving = () if stopped else tuple(unit for unit in self.units if serves(samples.get(unit, GONE)))
        self.asked, self.waits = now, bool(serving)
        return serving

    def _see_off(self, samples: Samples) -> None:
        """systemd calls it a failure when a stop takes too long and ends with SIGKILL."""
        seen = {unit: samples.get(unit, GONE) for unit in self.leaving}
        self.leaving = {unit for unit, one in seen.items() if one.active == "deactivating" or one.job}
        self.killed += [unit for unit in self.units if unit in seen and seen[unit].active == "failed"]

    def up(self, samples: Samples) -> t.List[str]:
        return [unit for unit in self.units if is_up(samples.get(unit, GONE))]

    def hear(self, now: float, reading: Reading) -> None:
        """The answer to the last question."""
        self.waits, self.reading, self.read_at = False, reading, now
        if not self.needs or now < self.needs[-1][0]:
            self.needs.clear()
            self.lows.clear()
            self._need(now, self.running)
        self._need(now, self.running if reading.need is None else reading.need)
        self.fresh = reading.need is not None
        if not self.fresh:
            self.own_trouble = Trouble(NOT_KNOWN, reading.said)
        elif self.own_trouble.kind == NOT_KNOWN or not self.hurries:
            self.own_trouble = Trouble()

    def _need(self, now: float, number: int) -> None:
        need = self._lasting(now, min(max(number, self.rule.min), self.rule.max, len(self.units)))
        while self.needs and self.needs[-1][1] <= need:
            self.needs.pop()
        self.needs.append((now, need))
        while self.needs[0][0] <= now - self.rule.fall_after:
            self.needs.popleft()

    def _lasting(self, now: float, need: int) -> int:
        """The smallest need of the last ``rise_after``."""
        while self.lows and self.lows[0][0] <= now - self.rule.rise_after:
            self.lows.popleft()
        while self.lows and self.lows[-1][1] >= need:
            self.lows.pop()
        self.lows.append((now, need))
        return self.lows[0][1]

    def claim(self) -> Claim:
        """On the capacity of the host. A pool that an operator has stopped claims what still runs."""
        if self.stopped:
            return Claim(0, self.running, self.running, self.rule.priority)
        least = min(self.rule.min, len(self.units))
        return Claim(least, max(least, self.needed), max(least, self.by_itself), self.rule.priority)

    def claim_now(self, samples: Samples) -> Claim:
        """The same at this moment: nothing can be taken back before it has ended."""
        least = max(self.claim().least, self.there(samples))
        return Claim(least, max(least, min(self.needed, self.goal)), max(least, self.goal), self.rule.priority)

    def there(self, samples: Samples) -> int:
        """How many instances run, or still stop."""
        return sum(is_up(one) or one.active == "deactivating" for one in map(samples.get, self.units) if one)

    @property
    def wanted(self) -> int:
        """How many instances the work asks for."""
        return self.needs[0][1] if self.needs else self.running

    @property
    def needed(self) -> int:
        """How many of them had work within ``SPARE_AFTER``."""
        last = self.needs[-1][0] if self.needs else 0.0
        return next((number for at, number in self.needs if at > last - SPARE_AFTER), self.running)

    @property
    def held(self) -> int:
        """How many of these the pool does not get, because other pools have the capacity of the host."""
        return max(0, self.needed - self.share.granted) if self.share else 0

    @property
    def by_itself(self) -> int:
        """How many the pool has when it is alone. It keeps what was wanted, and starts what is needed."""
        return max(self.needed, min(self.wanted, self.running))

    @property
    def goal(self) -> int:
        """How many it is to have."""
        return min(self.by_itself, self.share.granted) if self.share else self.by_itself

    @property
    def gives_up(self) -> bool:
        """Whether other pools need instances of this one."""
        return self.share is not None and self.running > self.share.granted

    @property
    def wants_act(self) -> bool:
        return self.gives_up or (self.fresh and self.goal != self.running)

    @property
    def hurries(self) -> bool:
        """Whether instances are missing."""
        return self.fresh and self.goal > self.running

    @property
    def trouble(self) -> Trouble:
        """Why the number stays as it is, although the work may ask for another."""
        if self.own_trouble.kind or not self.held:
            return self.own_trouble
        return Trouble(HELD, f"{self.needed} instances are wanted, and its share is {self.share}")

    def drop(self) -> None:
        """Another run changes the host now."""
        self.drain, self.spare = Drain(self.policy), set()

    def next(self, now: float, samples: Samples, room: Room, *, alone: bool) -> t.Tuple[Action, ...]:
        """What to do now. Instances are only stopped ``alone``: while the agent does nothing else to the pool."""
        up = self.up(samples)
        self.running = len(up)
        # Also while the agent does something else: each answer comes once, and the next question waits for it.
        self.drain.hear({unit: one.busy for unit, one in samples.items() if one.busy is not None})
        if not self.wants_act:
            self.drop()
            return ()
        if self.hurries:
            self.drop()
            return self._more(now, samples, up, room)
        going = any(samples[unit].active == "deactivating" for unit in self.units if unit in samples)
        return self._fewer(now, samples, up) if alone and (self.gives_up or not going) else ()

    def _more(self, now: float, samples: Samples, up: t.Sequence[str], room: Room) -> t.Tuple[Action, ...]:
        # Whatever is missing then, the next reading says so again.
        self.fresh = False
        count = self.goal - len(up)
        self.own_trouble = Trouble()
        if self.rule.keep_free:
            if room.free is not None and room.free < self.rule.keep_free:
                self.own_trouble = Trouble(LOW_MEMORY, f"{self.wanted} instances are wanted")
                return ()
            count = min(count, max(1, len(up)))
        if room.most is not None and count > room.most - self.there(samples):
            self.own_trouble = Trouble(NO_ROOM, f"{self.goal} instances are its share")
            count = max(0, room.most - self.there(samples))
        down = [unit for unit in self.units if _can_start(samples.get(unit, GONE))]
        units = tuple(unit for unit in down if not 0 <= now - self.started.get(unit, -REST) < REST)[:count]
        if not units:
            return ()
        self.started.update(dict.fromkeys(units, now))
        self._decide(now, len(up), len(up) + len(units))
        return (Start(units),)

    def _fewer(self, now: float, samples: Samples, up: t.Sequence[str]) -> t.Tuple[Action, ...]:
        spare = [unit for unit in reversed(up) if unit not in self.stay and not samples[unit].job]
        # All at once: other pools wait for them.
        count = len(up) - self.goal if self.gives_up else min(len(up) - self.goal, self.rule.step)
        # One that dies and is started again has no work.
        of_no_use = [unit for unit in spare if not serves(samples[unit])]
        if not self.spare.issuperset(spare):
            self.drop()
            self.spare = set(spare)
        idle = of_no_use or (self.drain.free(now, spare) if self.drain.is_told else [])
        units = tuple(idle[:count])
        if units:
            self.fresh = False
            self.drop()
            self.leaving.update(units)
            # They did not end by themselves, and may start again at any time.
            self.started = {unit: at for unit, at in self.started.items() if unit not in units}
            self._decide(now, len(up), len(up) - len(units))
            return (Stop(units),)
        to_ask = self.drain.questions(now, spare) if spare else ()
        return (Ask(to_ask),) if to_ask else ()

    def _decide(self, now: float, before: int, after: int) -> None:
        because = self.reading.said
        if self.held:
            because += f", and its share of the capacity is {self.share}"
        elif self.share and after < before and after < self.wanted:
            because += ", and other pools of the host need the others"
        elif after < before:
            because += f", and no more than {self.wanted} instances were needed for {self.rule.fall_after:g} s"
        self.decisions = [*self.decisions, Decision(now, before, after, because)][-MOST:]

    def state(self) -> t.Dict[str, t.Any]:
        """As JSON can carry it."""
        return {
            "wanted": self.wanted,
            "backlog": self.reading.backlog,
            "said": self.reading.said,
            "time": self.read_at,
            "trouble": str(self.trouble),
            "share": self.share.granted if self.share else None,
            "held": self.held if self.share else None,
            "decisions": [asdict(one) for one in self.decisions],
        }


def _can_start(seen: Sample) -> bool:
    return seen.active in ("inactive", "failed") and not seen.job


def available(meminfo: str) -> t.Optional[int]:
    """Bytes of MemAvailable in the text of /proc/meminfo (proc(5)); ``None`` without it."""
    found = re.search(r"^MemAvailable:\s+([0-9]+) kB$", meminfo, re.MULTILINE)
    return int(found[1]) * 1024 if found else None
