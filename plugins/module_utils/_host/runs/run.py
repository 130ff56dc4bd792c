# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run in one manager. All modules that change units run in these verbs, from one value to the next."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.tell.result import Result
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.run_outcome import RunOutcome
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.background import Tell
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager

DecisionT = t.TypeVar("DecisionT")


class Run(t.Protocol[DecisionT]):
    """An order in the manager of the system, or, in a process of a user, in that user's."""

    # The record that its result is.
    RESULT: t.ClassVar[t.Type[Result]]

    def __init__(self, order: t.Any, manager: Manager) -> None:
        """Touches nothing."""

    def decide(self) -> DecisionT:
        """The decision. Changes no unit. Raises ``Problems``."""

    def act(self, decision: DecisionT, tell: Tell) -> RunOutcome:
        """Carries the decision out. ``tell`` takes lines about its progress."""

    def conclude(self, decision: DecisionT, outcome: RunOutcome) -> None:
        """The end of the run: from now on the host undoes nothing."""

    def result(self, decision: DecisionT, outcome: RunOutcome) -> Result:
        """The result of the module."""
