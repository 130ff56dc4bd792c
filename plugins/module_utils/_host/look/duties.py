# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The duties of the agent, as the targets of the pools and the timers have them."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.write import duties
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import WantedFile
from ansible_collections.workers.systemd.plugins.module_utils._host.look.pool_files import observed_file


def group_on_host(places: Places, name: str) -> str:
    """That of the target of a pool or of the timer of this name, empty when there is none."""
    groups = (unit_name.main_units(name, timer=timer).group for timer in (False, True))
    there = filter(None, (observed_file(places.unit(group)) for group in groups))
    return next((file.text for file in there), "")


def agent_needed(places: Places, files: t.Iterable[WantedFile], others: t.Iterable[str]) -> bool:
    """Whether a version with these files, or a pool that stays as it is, needs the agent of this host."""
    written = (file.text for file in files if file.path.endswith((".target", ".timer")))
    return any(map(duties.needs_agent, [*written, *(group_on_host(places, name) for name in others)]))
