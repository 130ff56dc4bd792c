# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task that deploys: what changes the host does so in the background, and whoever asked waits or comes back."""

from __future__ import annotations

import contextlib
import os
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._host.background import Background, End, Tell
from ansible_collections.workers.systemd.plugins.module_utils._host.deploy import Deployment
from ansible_collections.workers.systemd.plugins.module_utils._host.host import Lock, only_run

# Most runs are over by then, and cost one round trip.
PATIENCE = 2.0


class Task:
    """``follow`` is the token under which whoever asked comes back; ``None`` when nobody will."""

    def __init__(self, follow: t.Optional[str], *, check_mode: bool, diff: bool) -> None:
        self.background = Background(follow or str(os.getpid()))
        self.patience = PATIENCE if follow else None
        self.check_mode = check_mode
        self.diff = diff

    def carry_out(self, prepare: t.Callable[[], Deployment], problems: t.Sequence[Problem]) -> t.Optional[End]:
        """``{"result": {...}, "failed": ..., "warnings": [...]}``, or ``None`` while it goes on."""
        if not self.background.begun:
            with only_run() if not self.check_mode else contextlib.nullcontext(None) as lock:
                deployment = prepare()
                warnings = deployment.judge(problems)
                deployment.decide()
                if lock is None:
                    return self._end(deployment, warnings)
                if not deployment.changes:
                    return self._act(deployment, warnings, lock, lambda _line: None)
                self.background.begin(lambda tell: self._act(deployment, warnings, lock, tell), deployment.manager)
        return self.background.wait(self.patience)

    def _act(self, deployment: Deployment, warnings: t.List[str], lock: Lock, tell: Tell) -> End:
        lock.sign()
        deployment.act(tell)
        return self._end(deployment, [*warnings, *deployment.seen_running()])

    def _end(self, deployment: Deployment, warnings: t.List[str]) -> End:
        result = deployment.told(with_diff=self.diff)
        return {"result": result, "failed": deployment.failed, "warnings": warnings}
