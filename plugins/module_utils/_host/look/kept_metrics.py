# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the agent has kept about its figures, in a file of root."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.look.kept_metrics import KeptMetrics, parse
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.metrics import textfile
from ansible_collections.workers.systemd.plugins.module_utils._host import foreign_files


def read(places: Places) -> KeptMetrics:
    """Nothing when there is no such file, or another one."""
    try:
        return parse(foreign_files.read(places.metrics, foreign_files.LARGEST_OF_OURS))
    except OSError:
        return KeptMetrics()


def left(places: Places) -> t.Tuple[str, ...]:
    """The paths of what goes with the agent. Only the agent of the system writes figures."""
    directories = () if places.user else read(places).directories
    return (*map(textfile, directories), places.metrics) if directories else ()
