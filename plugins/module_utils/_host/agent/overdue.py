# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds jobs that have not run for longer than they may, whatever the reason: a stopped timer, a wrong clock, a host
that was off.
"""

from __future__ import annotations

import os
import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.agent.expected import is_overdue
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.journal_query import taken
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.show_text import iso
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import moment
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.telling import or_else

# In seconds, between two looks: shorter than a trouble lasts at least (alert.py, SPANS).
EVERY = 20.0
STARTED = "ExecMainStartTimestamp"


class Overdue:
    """Keeps nothing that it could not see again."""

    def __init__(self, manager: Manager) -> None:
        self.manager = manager
        self.looked: t.Optional[float] = None
        self.found: t.List[str] = []

    def look(self, now: float, expected: t.Mapping[str, float]) -> t.List[str]:
        """The timers that are overdue. ``expected`` has the longest time without a run, by timer."""
        if expected and (self.looked is None or now - self.looked >= EVERY):
            units = {name: unit_name.main_units(name, timer=True) for name in expected}
            shown = self.manager.show([one.service for one in units.values()], [STARTED])
            started = {name: iso(shown.get(one.service, {}).get(STARTED, "")) for name, one in units.items()}
            self.looked = now
            self.found = [name for name, one in units.items() if self._is_overdue(one, started[name], expected[name])]
        return [name for name in self.found if name in expected]

    def _is_overdue(self, units: unit_name.MainUnits, started: str, expected: float) -> bool:
        now = time.time()
        known = [_deployed(self.manager.places.unit(units.group)), moment.seconds(started) if started else 0.0]
        if not is_overdue(now, expected, known):
            return False
        # After a reboot, only the journal knows the runs before.
        ends = or_else(lambda: self.manager.exits([units.service], now - expected), lambda _error: [])
        return is_overdue(now, expected, map(taken, ends))


def _deployed(path: str) -> float:
    """When its file was last written."""
    try:
        return os.stat(path).st_ctime
    except OSError:
        return 0.0
