# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps what the agent has decided about the number of instances, for people: the number is what systemd shows."""

from __future__ import annotations

import json
import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.agent.scale import available
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.tended import Tended
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._host import files
from ansible_collections.workers.systemd.plugins.module_utils._host.look import kept_alerts
from ansible_collections.workers.systemd.plugins.module_utils._host.telling import or_else

# In seconds: how often readings are written that change nothing.
EVERY = 5.0


class Scales:
    """``tell`` writes a line to the journal."""

    def __init__(self, places: Places, tell: t.Callable[[str], None]) -> None:
        self.path = places.scales
        self.tell = tell
        # By pool, as ``Scale`` keeps it: of this process, or of one before.
        self.kept = kept_alerts.scales(places)
        self.decided: t.Dict[str, t.Tuple[t.Any, ...]] = {}
        self.written = 0.0

    def keep(self, pools: t.Mapping[str, Tended]) -> None:
        state = {name: one.scale.state() for name, one in pools.items() if one.scale}
        now = time.monotonic()
        decided = {name: (one["wanted"], one["trouble"], one["decisions"]) for name, one in state.items()}
        if state == self.kept or (decided == self.decided and 0 <= now - self.written < EVERY):
            return
        self.kept, self.decided, self.written = state, decided, now
        or_else(
            lambda: files.write_atomically(self.path, json.dumps(state).encode(), mode=0o600),
            lambda error: self.tell(f"{self.path}: {error}"),
        )


def free_memory() -> t.Optional[int]:
    """Bytes that new processes can get; ``None`` when the kernel does not say it."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            return available(file.read())
    except OSError:
        return None
