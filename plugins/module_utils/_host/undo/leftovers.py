# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs that were killed in the middle of a write have left aside: a part of a file, with secrets in it maybe."""

from __future__ import annotations

import glob
import os

from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import ENABLING
from ansible_collections.workers.systemd.plugins.module_utils._host.files import entries, is_aside, remove


def sweep(places: Places) -> None:
    """For who holds the lock of the host: so does everybody who writes to these directories."""
    _sweep(places.units)
    if places.journal_settings:
        _sweep(places.journal_settings)
    held = [path for name in ("*@*.service.d", "*.timer.d") for path in glob.glob(places.unit(name))]
    enabling = [path for kind in ENABLING for path in glob.glob(places.unit(f"*{kind}"))]
    for directory in [*glob.glob(places.config("*")), *held, *enabling]:
        if _sweep(directory) and not os.listdir(directory):
            os.rmdir(directory)


def _sweep(directory: str) -> bool:
    """Whether there was anything."""
    aside = (f"{directory}/{name}" for name in entries(directory) if is_aside(name))
    found = [path for path in aside if not os.path.isdir(path) or os.path.islink(path)]
    for path in found:
        remove(path)
    return bool(found)
