# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the agent has kept, in files of its own user that a reboot removes."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._host import foreign_files


def read(places: Places) -> t.Dict[str, t.Any]:
    """By pool, as ``Alerts`` keeps it. Nothing when there is no such file, or another one."""
    return _read(places.alerts)


def scales(places: Places) -> t.Dict[str, t.Any]:
    """By pool, as ``Scale`` keeps it. Nothing when there is no such file, or another one."""
    return _read(places.scales)


def _read(path: str) -> t.Dict[str, t.Any]:
    try:
        found = json.loads(foreign_files.read(path, foreign_files.LARGEST_OF_OURS))
        return dict(found)
    except (OSError, ValueError, TypeError, RecursionError):
        return {}
