# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of docs/faults.md from the kinds of faults: ``make pages`` writes them anew."""

from __future__ import annotations

from pathlib import Path

from tests.faults.kinds import GROUPS

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"


def page(now: str) -> str:
    """The text of the page with the tables, which are its end, as they should be."""
    return now.partition(f"## {next(iter(GROUPS))}\n")[0] + tables()


def tables() -> str:
    lines = []
    for title, kinds in GROUPS.items():
        lines += [f"## {title}", "", "| what happens | how the host may end |", "|---|---|"]
        lines += [f"| {name} | {' or '.join(kind.ends)} |" for name, kind in kinds.items()]
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text()))
