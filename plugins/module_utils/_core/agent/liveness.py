# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which instance of a pool hangs. Answers in, at most one instance out: the host restarts it.

1. The instances that run are asked in rounds. No round begins before all answers of the last one are there.
2. An instance hangs when its check has failed so often in a row that the option says so. Each start of the instance
   begins at 0. An answer that tells nothing, such as a check that cannot run, counts neither way.
3. When no instance of a pool with several has answered well in the last round, the fault is elsewhere, such as a
   broker that is down. Then no instance is restarted. Such a round tells nothing of one instance, and neither does the
   round in which others answer again: it may have asked this instance before the broker came back. So the failures of
   these rounds do not count, and those before them do.
4. One instance at a time, and only while the pool may miss one more instance.
5. Each restart needs a round of its own, so that the evidence is never older than that.

Nothing here is kept: an agent that starts counts from 0.
"""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import GONE, Sample
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName, units_in_order
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.liveness import Liveness
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import concrete

Samples = t.Mapping[str, Sample]
COULD_NOT_TELL = "a check could not tell whether its instance lives"
HANGS_AFTER = "hangs: its check failed {} times in a row, the last time it"
NO_INSTANCE = "no instance answers, so the fault may be elsewhere: no instance is restarted"


class SignOfLife(t.NamedTuple):
    """The answer of a check. ``alive`` is ``None`` when the check could not tell."""

    alive: t.Optional[bool]
    said: str = ""


class Trouble(t.NamedTuple):
    """Why no instance is restarted. ``detail`` may be another one in each round, and makes no other trouble."""

    kind: str = ""
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}" if self.detail else self.kind


class Ailing(t.NamedTuple):
    """An instance that is to be restarted, and why."""

    unit: str
    invocation: str
    because: str


def serves(seen: Sample) -> bool:
    """Whether an instance runs, and systemd is not about to change that."""
    return (seen.active, seen.sub, seen.job) == ("active", "running", "") and bool(seen.invocation)


class Rounds:
    """The rounds of questions about one pool."""

    def __init__(self, rule: Liveness) -> None:
        self.rule = rule
        self.asked: t.Optional[float] = None
        # The invocation that each question of this round is about, and the answers so far.
        self.waiting: t.Dict[str, str] = {}
        self.answers: t.Dict[str, SignOfLife] = {}
        # By unit: its invocation, and how often in a row its check has failed.
        self.failures: t.Dict[str, t.Tuple[str, int]] = {}
        self.hung: t.List[Ailing] = []
        self.trouble = Trouble()
        # Whether the pool fails as a whole: several have failed, and none has answered well since.
        self.of_all = False
        # The failures when this round began, and when the pool began to fail as a whole.
        self.before: t.Dict[str, t.Tuple[str, int]] = {}
        self.kept: t.Dict[str, t.Tuple[str, int]] = {}

    def due(self, now: float) -> float:
        """Seconds until the next round. A clock that went back begins one."""
        since = 0.0 if self.asked is None else now - self.asked
        return 0.0 if self.asked is None or since < 0 else max(0.0, self.rule.pause - since)

    def questions(self, now: float, samples: Samples) -> t.Tuple[str, ...]:
        """Instances whose check is to begin now."""
        if self.waiting or self.due(now) > 0:
            return ()
        self.asked, self.answers = now, {}
        self.waiting = {unit: seen.invocation for unit, seen in samples.items() if serves(seen)}
        self.failures = {unit: one for unit, one in self.failures.items() if unit in self.waiting}
        self.before = dict(self.failures)
        return tuple(units_in_order(self.waiting))

    def hear(self, answers: t.Mapping[str, SignOfLife], wanted: int) -> None:
        """``wanted`` is the number of instances that are to run."""
        heard = {unit: one for unit, one in answers.items() if unit in self.waiting}
        for unit, reading in heard.items():
            self._count(unit, self.waiting.pop(unit), reading)
        # One that was to be restarted, and has had to wait, may have answered well since.
        self.hung = [one for one in self.hung if one.unit not in heard or not heard[one.unit].alive]
        self.answers.update(heard)
        if heard and not self.waiting:
            self._close(wanted)

    def _count(self, unit: str, invocation: str, reading: SignOfLife) -> None:
        before, count = self.failures.get(unit, ("", 0))
        if reading.alive:
            self.failures.pop(unit, None)
        elif reading.alive is False:
            self.failures[unit] = (invocation, count + 1 if before == invocation else 1)

    def _close(self, wanted: int) -> None:
        self.hung = []
        failed = [unit for unit, reading in self.answers.items() if reading.alive is False]
        silent = [reading.said for reading in self.answers.values() if reading.alive is None and reading.said]
        alive = any(reading.alive for reading in self.answers.values())
        if alive and self.of_all:
            self.failures = {unit: self._kept(unit, one[0]) for unit, one in self.failures.items()}
        self.trouble = Trouble(COULD_NOT_TELL, silent[0]) if silent else Trouble()
        limit = self.rule.failures if self.rule.command else 1
        counts = {unit: self.failures[unit] for unit in failed if self.failures[unit][1] >= limit}
        former, self.of_all = self.of_all, not alive and wanted > 1 and (self.of_all or len(failed) > 1 or bool(counts))
        if self.of_all and not former:
            self.kept = self.before
        if counts and self.of_all:
            self.trouble = Trouble(NO_INSTANCE, self.answers[failed[0]].said)
            return
        longest_first = sorted(units_in_order(counts), key=lambda unit: -counts[unit][1])
        self.hung = [Ailing(unit, counts[unit][0], self._because(unit)) for unit in longest_first]

    def _kept(self, unit: str, invocation: str) -> t.Tuple[str, int]:
        before, count = self.kept.get(unit, ("", 0))
        return invocation, count if before == invocation else 0

    def _because(self, unit: str) -> str:
        said = self.answers[unit].said
        if self.rule.file:
            return f"hangs: {said}"
        count = self.failures[unit][1]
        return f"hangs: its check {said}" if count == 1 else f"{HANGS_AFTER.format(count)} {said}"

    def next(self, samples: Samples, units: t.Sequence[str], may_be_down: int) -> t.Optional[Ailing]:
        """The instance to restart now. ``units`` are the instances that are to run, ``may_be_down`` is how many of them
        may be down at the same time.
        """
        seen = {unit: samples.get(unit, GONE) for unit in units}
        down = [unit for unit, one in seen.items() if not one.up]
        moving = [unit for unit, one in seen.items() if one.job or one.active in ("activating", "deactivating")]
        if moving or len(down) >= may_be_down:
            return None
        for one in self.hung:
            if one.unit in seen and serves(seen[one.unit]) and seen[one.unit].invocation == one.invocation:
                # The next one needs a round of its own.
                self.hung = []
                return one
        return None


class Beats:
    """The files that the workers of a pool touch.

    The age is that of the last change that was seen, by a steady clock. So a clock of the host that jumps makes no
    instance hang, and a file with a date in the future makes none alive. When no file was touched for the longest age,
    and one is touched again, the ages of the others begin at 0: workers find a broker again one after the other.
    """

    def __init__(self, rule: Liveness) -> None:
        self.rule = rule
        # By unit: its invocation, what its file was like, since when, and whether the file has changed meanwhile.
        self.seen: t.Dict[str, t.Tuple[str, str, float, bool]] = {}
        # Whether the files of several have not been touched, and no file has.
        self.of_all = False

    def readings(self, now: float, beats: t.Mapping[str, t.Tuple[str, t.Optional[str]]]) -> t.Dict[str, SignOfLife]:
        """``beats`` maps a unit to its invocation and to what its file is like now, empty for no file. It is ``None``
        when the file cannot be looked at.
        """
        self.seen = {unit: one for unit, one in self.seen.items() if unit in beats}
        found = {unit: self._reading(now, unit, invocation, like) for unit, (invocation, like) in beats.items()}
        alive = any(one.alive for one in found.values())
        hung = [unit for unit, one in found.items() if one.alive is False]
        if alive and self.of_all:
            self.seen.update({unit: (*self.seen[unit][:2], now, False) for unit in hung})
            found.update(dict.fromkeys(hung, SignOfLife(None)))
        self.of_all = not alive and (self.of_all or len(hung) > 1)
        return found

    def _reading(self, now: float, unit: str, invocation: str, like: t.Optional[str]) -> SignOfLife:
        if like is None:
            return SignOfLife(None, f"{self._file(unit)} cannot be looked at")
        before = self.seen.get(unit)
        if before is None or before[0] != invocation or now < before[2]:
            # What the former process has left, for all that is known.
            self.seen[unit] = (invocation, like, now, False)
        elif before[1] != like:
            self.seen[unit] = (invocation, like, now, True)
        _invocation, _like, since, touched = self.seen[unit]
        if now - since < self.rule.max_age:
            return SignOfLife(True if touched else None)
        what = "has not been touched" if like else "is not there"
        return SignOfLife(False, f"{self._file(unit)} {what} for {now - since:.0f} s")

    def _file(self, unit: str) -> str:
        return concrete(self.rule.file, UnitName.parse(unit).instance or "")
