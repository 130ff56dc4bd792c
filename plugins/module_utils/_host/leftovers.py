# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs that were killed in the middle of a write have left aside: a part of a file, with secrets in it maybe."""

from __future__ import annotations

import glob
import os

from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._host.files import is_aside, remove


def sweep(places: Places) -> None:
    """For who holds the lock of the host: so does everybody who writes to these directories."""
    _sweep(places.units)
    for directory in glob.glob(places.config("*")):
        if _sweep(directory) and not os.listdir(directory):
            os.rmdir(directory)


def _sweep(directory: str) -> bool:
    """Whether there was anything."""
    found = [entry.path for entry in os.scandir(directory) if is_aside(entry.name)] if os.path.isdir(directory) else []
    for path in found:
        remove(path)
    return bool(found)
