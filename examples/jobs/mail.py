# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs for the RQ pool of the example."""

from __future__ import annotations

import os


def send(recipient: str) -> str:
    """Stands for the real work; tells which worker did it."""
    return f"mail to {recipient} by instance {os.environ['WORKERS_INSTANCE']}"
