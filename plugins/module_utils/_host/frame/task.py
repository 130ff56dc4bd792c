# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task that deploys. Changes of the host happen in the background, and the caller waits or comes back."""

from __future__ import annotations

import contextlib
import os
import re
import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM, Places
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.result import Result
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.after_boot import AfterBoot, lost_run
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.background import Background, End, Tell
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.module import Module
from ansible_collections.workers.systemd.plugins.module_utils._host.host import Lock, holder, only_run
from ansible_collections.workers.systemd.plugins.module_utils._host.program import Program
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands, processes
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.telling import in_words, or_else

# In seconds. A first deploy with the default window ends within this time, and so needs only one round trip.
PATIENCE = 5.0
# Seconds between two checks whether an earlier attempt has begun.
PAUSE = 0.05
# In seconds. After a boot, the host restarts instances and watches them, before it reports that it has undone a run.
RECOVERS_WITHIN = 600.0
BETWEEN_LOOKS = 1.0
# The action plugin makes tokens of this form.
TOKEN = re.compile("[0-9a-f]{16}")


class Decision(t.Protocol):
    """All work of a run, before anything changes."""

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""

    @property
    def warnings(self) -> t.Sequence[str]:
        """The warnings of the decision."""


class Outcome(t.Protocol):
    """The outcome of a decision."""

    @property
    def failed(self) -> bool:
        """Whether the run failed."""

    @property
    def warnings(self) -> t.Sequence[str]:
        """The warnings of the run. They follow the warnings of the decision."""


DecisionT = t.TypeVar("DecisionT", bound=Decision)
OutcomeT = t.TypeVar("OutcomeT", bound=Outcome)


class Work(t.Protocol[DecisionT, OutcomeT]):
    """The work of a module on the host, in one manager or in several. Each method takes the values of earlier ones."""

    def decide(self) -> DecisionT:
        """Returns the decision. Changes no unit. Raises ``Problems``."""

    def act(self, decision: DecisionT, lock: Lock, tell: Tell) -> OutcomeT:
        """Carries out the decision. ``tell`` takes lines about the progress. May release the lock of the host."""

    def leave(self, decision: DecisionT) -> OutcomeT:
        """Returns the outcome of a decision that is not carried out."""

    def conclude(self, decision: DecisionT, outcome: OutcomeT) -> None:
        """Ends the run. From now on, the host undoes nothing."""

    def result(self, decision: DecisionT, outcome: OutcomeT) -> Result:
        """Returns the result of the module."""

    def after_boot(self) -> t.Sequence[AfterBoot]:
        """Returns what the host has undone after a boot, in each manager of the work. Changes nothing."""


class Task:
    """``follow`` is the token with which the caller comes back. It is ``None`` when the caller waits until the end."""

    def __init__(self, places: Places, follow: t.Optional[str], *, check_mode: bool) -> None:
        self.background = Background(places, follow)
        self.places = places
        self.patience = PATIENCE if follow else None
        self.check_mode = check_mode

    def carry_out(self, work: Work[DecisionT, OutcomeT]) -> t.Optional[End]:
        """Decides and, except in check mode, acts. When there is anything to do, it acts in the background.

        Returns ``{"result": {...}, "failed": ..., "warnings": [...]}``, or ``None`` while the work goes on. Raises the
        exception of ``work``.
        """
        self._await_former_attempt()
        lost_from = self.background.lost_from
        if lost_from is not None:
            return _lost(work, rebooted=lost_from != processes.boot())
        if not self.background.begun:
            if self.check_mode:
                decision = work.decide()
                return _end(work, decision, work.leave(decision))
            with only_run(self.places, self.background.token) as lock:
                decision = work.decide()
                if not decision.changes:
                    end, conclude = _act(work, decision, lock, lambda _line: None)
                    conclude()
                    _renew_program(self.places)
                    return end
                self.background.begin(lambda tell: _act(work, decision, lock, tell), Manager(commands.run, self.places))
        return self.background.wait(self.patience)

    def _await_former_attempt(self) -> None:
        """Waits for the first attempt of a caller that lost its connection. Its background work may not have begun."""
        while not self.background.begun and holder(self.places).get("token") == self.background.token:
            time.sleep(PAUSE)


def task_of(module: Module) -> Task:
    """The task of a module that changes pools or services."""
    token = None if module.token is None else str(module.token)
    if token is not None and not TOKEN.fullmatch(token):
        # The token names a directory, and this directory is removed in the end.
        raise Problems([Problem("_follow", repr(token), "nothing: it is for the action plugin")])
    return Task(SYSTEM, token, check_mode=module.check_mode)


def finish(module: Module, end: t.Optional[End]) -> t.NoReturn:
    """Ends the module with the end that ``Task.carry_out`` returned."""
    if end is None:
        module.finish(changed=True, goes_on=True, msg="continues in the background")
    for warning in end["warnings"]:
        module.warn(warning)
    if end["failed"]:
        module.fail(**end["result"])
    module.finish(**end["result"])


def _act(
    work: Work[DecisionT, OutcomeT], decision: DecisionT, lock: Lock, tell: Tell
) -> t.Tuple[End, t.Callable[[], None]]:
    """Returns the end, and the function that concludes the run."""
    lock.sign()
    outcome = work.act(decision, lock, tell)
    # An error in the result must not make the host undo the run.
    end = or_else(lambda: _end(work, decision, outcome), lambda error: _without_result(error, decision, outcome))
    return end, lambda: work.conclude(decision, outcome)


def _end(work: Work[DecisionT, OutcomeT], decision: DecisionT, outcome: OutcomeT) -> End:
    return _as_end(work.result(decision, outcome).as_dict(), decision, outcome)


def _without_result(error: Exception, decision: Decision, outcome: Outcome) -> End:
    msg = f"the run has ended, but its result cannot be shown ({in_words(error)}); a run with --check shows the state"
    return _as_end({"changed": True, "msg": msg}, decision, outcome)


def _renew_program(places: Places) -> None:
    """For a run that comes with another version of the collection than the host keeps, and changes nothing."""
    program = Program(__name__)
    with contextlib.suppress(OSError):
        if program.runs_from(places.recovery_program):
            return
        # A host that never had a pool gets no file.
        if program.kept and os.path.isdir(places.state):
            program.keep(places.recovery_program)


def _lost(work: Work[DecisionT, OutcomeT], *, rebooted: bool) -> End:
    """The end of work that has begun, and whose result is gone. It may not begin again: its version may be bad."""
    until = time.monotonic() + RECOVERS_WITHIN
    found = work.after_boot()
    while any(one.waiting for one in found) and time.monotonic() < until:
        time.sleep(BETWEEN_LOOKS)
        found = work.after_boot()
    result = {"changed": True, "msg": lost_run(rebooted=rebooted, found=found)}
    return {"result": result, "failed": True, "warnings": []}


def _as_end(result: t.Dict[str, t.Any], decision: Decision, outcome: Outcome) -> End:
    return {"result": result, "failed": outcome.failed, "warnings": [*decision.warnings, *outcome.warnings]}
