# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of faults as docs/faults.md shows them."""

from __future__ import annotations

from tests.faults.kinds import GROUPS


def table() -> str:
    lines = []
    for title, kinds in GROUPS.items():
        lines += [f"## {title}", "", "| what happens | how the host may end |", "|---|---|"]
        lines += [f"| {name} | {' or '.join(kind.ends)} |" for name, kind in kinds.items()]
        lines.append("")
    return "\n".join(lines)
