# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task that deploys: what changes the host does so in the background, and whoever asked waits or comes back."""

from __future__ import annotations

import contextlib
import os
import re
import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM, Places
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.background import Background, End, Tell
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.module import Module
from ansible_collections.workers.systemd.plugins.module_utils._host.host import Lock, holder, only_run
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.telling import in_words, or_else

# A first deploy with the default window is over by then, and costs one round trip.
PATIENCE = 5.0
# Seconds between two looks at an attempt that has not begun.
PAUSE = 0.05
# As the action plugin makes it.
TOKEN = re.compile("[0-9a-f]{16}")


class Decided(t.Protocol):
    """What is to be done on the host, known in full."""

    manager: Manager

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""

    @property
    def failed(self) -> bool:
        """Whether it went wrong."""

    def act(self, tell: Tell) -> t.List[str]:
        """Does it. Returns warnings."""

    def told(self, *, with_diff: bool) -> t.Dict[str, t.Any]:
        """The result of the module."""

    def conclude(self) -> None:
        """After it nothing is undone any more."""


class Task:
    """``follow`` is the token under which whoever asked comes back; ``None`` when nobody will."""

    def __init__(self, places: Places, follow: t.Optional[str], *, check_mode: bool, diff: bool) -> None:
        self.background = Background(places, follow or str(os.getpid()))
        self.places = places
        self.patience = PATIENCE if follow else None
        self.check_mode = check_mode
        self.diff = diff

    def carry_out(self, decide: t.Callable[[t.Optional[Lock]], t.Tuple[Decided, t.List[str]]]) -> t.Optional[End]:
        """``decide`` returns warnings too, and raises ``Problems``. What it has decided may let go of the lock.

        Returns ``{"result": {...}, "failed": ..., "warnings": [...]}``, or ``None`` while it goes on.
        """
        self._await_former_attempt()
        if not self.background.begun:
            with (
                only_run(self.places, self.background.token) if not self.check_mode else contextlib.nullcontext(None)
            ) as lock:
                decided, warnings = decide(lock)
                if lock is None:
                    return self._end(decided, warnings)
                if not decided.changes:
                    end = self._act(decided, warnings, lock, lambda _line: None)
                    decided.conclude()
                    return end
                self.background.begin(
                    lambda tell: self._act(decided, warnings, lock, tell), decided.conclude, decided.manager
                )
        return self.background.wait(self.patience)

    def _await_former_attempt(self) -> None:
        """Whoever lost the connection and asks again finds the first attempt at work, which may not have begun yet."""
        while not self.background.begun and holder(self.places).get("token") == self.background.token:
            time.sleep(PAUSE)

    def _act(self, decided: Decided, warnings: t.List[str], lock: Lock, tell: Tell) -> End:
        lock.sign()
        said = [*warnings, *decided.act(tell)]
        # A result that cannot be told is no reason to have the host undo what was done.
        return or_else(
            lambda: self._end(decided, said),
            lambda error: {"result": _untold(error), "failed": decided.failed, "warnings": said},
        )

    def _end(self, decided: Decided, warnings: t.List[str]) -> End:
        return {"result": decided.told(with_diff=self.diff), "failed": decided.failed, "warnings": warnings}


def task_of(module: Module) -> Task:
    """The task of a module that changes pools or services."""
    token = module.params["_follow"]
    if token is not None and not TOKEN.fullmatch(token):
        # The token names a directory that is removed in the end.
        raise Problems([Problem("_follow", repr(token), "nothing: it is for the action plugin")])
    return Task(SYSTEM, token, check_mode=module.check_mode, diff=module._diff)


def finish(module: Module, end: t.Optional[End]) -> t.NoReturn:
    """Ends the module with what ``Task.carry_out`` returned."""
    if end is None:
        module.finish(changed=True, goes_on=True, msg="continues in the background")
    for warning in end["warnings"]:
        module.warn(warning)
    if end["failed"]:
        module.fail(**end["result"])
    module.finish(**end["result"])


def _untold(error: Exception) -> t.Dict[str, t.Any]:
    msg = f"the run has ended, but its result cannot be shown ({in_words(error)}); a run with --check shows the state"
    return {"changed": True, "msg": msg}
