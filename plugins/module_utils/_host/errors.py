# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the host answers when a call to it fails."""

from __future__ import annotations


class ManagerError(Exception):
    """A call that had to work did not; the text says which and what it printed."""
