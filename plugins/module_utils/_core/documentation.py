# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where people read more. Hosts do not have galaxy.yml, so the address stands here too; a unit test compares them."""

from __future__ import annotations

PAGES = "https://github.com/workers-systemd/workers.systemd/tree/main/docs"


def of_trap(name: str) -> str:
    """The address of the section about a trap, of the page that ``make pages`` writes."""
    return f"{PAGES}/traps.md#{name}"
