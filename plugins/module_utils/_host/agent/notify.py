# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells systemd that the agent is ready and lives (sd_notify(3))."""

from __future__ import annotations

import contextlib
import os
import socket


def notify(text: str) -> None:
    """Without systemd, as by hand on a terminal, nothing listens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
        sender.settimeout(1.0)
        # A name that begins with this is in no file system (unix(7)).
        sender.sendto(text.encode(), f"\0{address[1:]}" if address.startswith("@") else address)
