# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run in one manager. All modules that change units run in these verbs, from one value to the next."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.tell.result import (
    InstancesResult,
    PoolsResult,
    Result,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.orders import Bring, Order
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.run_outcome import RunOutcome
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.background import Tell
from ansible_collections.workers.systemd.plugins.module_utils._host.runs.instances import InstancesRun
from ansible_collections.workers.systemd.plugins.module_utils._host.runs.pools import PoolsRun
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager

D = t.TypeVar("D")


class Run(t.Protocol[D]):
    """An order in the manager of the system, or, in a process of a user, in that user's."""

    def decide(self) -> D:
        """What is to be done. Changes no unit. Raises ``Problems``."""

    def act(self, decision: D, tell: Tell) -> RunOutcome:
        """Does it. ``tell`` takes lines about its progress."""

    def conclude(self, decision: D, outcome: RunOutcome) -> None:
        """After it nothing is undone any more."""

    def result(self, decision: D, outcome: RunOutcome) -> Result:
        """What the module tells."""


def run_of(order: Order, manager: Manager) -> Run[t.Any]:
    return InstancesRun(order, manager) if isinstance(order, Bring) else PoolsRun(order, manager)


def result_type(order: Order) -> t.Type[Result]:
    """The record that its result is."""
    return InstancesResult if isinstance(order, Bring) else PoolsResult
