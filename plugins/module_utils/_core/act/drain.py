# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of the instances that are to be stopped may be stopped now: idle ones at once, busy ones when they are idle."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy

# Busy instances are asked again after this many seconds.
ASK_EVERY = 1.0


class Drain:
    """Asks in rounds: all of them at the same time. No unit goes before all have answered, so that idle ones are first.

    Busy ones go too when no instance became idle for ``policy.patience`` seconds: a worker that takes job after job
    never is. Without a busy check all may go at any time.
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.asked: t.Optional[float] = None
        self.unheard: t.Set[str] = set()
        self.busy: t.Set[str] = set()
        # Since when all are busy.
        self.held_up: t.Optional[float] = None

    def questions(self, now: float, units: t.Iterable[str]) -> t.Tuple[str, ...]:
        """Those whose busy check is to begin now. Their answers must be heard, whatever they are."""
        if not self.policy.busy_check or self.unheard or (self.asked is not None and now - self.asked < ASK_EVERY):
            return ()
        asked = tuple(units)
        self.asked, self.unheard, self.busy = now, set(asked), set()
        return asked

    @property
    def is_told(self) -> bool:
        """Whether there is nothing to ask, or all have answered the last questions."""
        return not self.policy.busy_check or (self.asked is not None and not self.unheard)

    def ask_again(self) -> None:
        """There are other units now. None goes before all of them have answered."""
        self.asked = None

    def hear(self, answers: t.Mapping[str, bool]) -> None:
        """Whether units are busy; an answer that is not needed any more is dropped."""
        heard = self.unheard.intersection(answers)
        self.unheard -= heard
        self.busy.update(unit for unit in heard if answers[unit])

    def free(self, now: float, units: t.Iterable[str]) -> t.List[str]:
        """Those of the units that may be stopped now, in their order."""
        if self.unheard:
            return []
        waiting = list(units)
        idle = [unit for unit in waiting if unit not in self.busy]
        if idle or not waiting:
            self.held_up = None
            return idle
        self.held_up = now if self.held_up is None else self.held_up
        return waiting if now - self.held_up >= self.policy.patience else []
