# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the built documentation site must have: ``make docs`` ends with ``python -m tests.helpers.site FOLDER``."""

from __future__ import annotations

import html.parser
import sys
import typing as t
from pathlib import Path

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps import table as traps


class Anchors(html.parser.HTMLParser):
    """``ids`` are the places of a page that an address can name."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: t.Set[str] = set()

    def handle_starttag(self, tag: str, attrs: t.List[t.Tuple[str, t.Optional[str]]]) -> None:
        del tag
        self.ids.update(value for name, value in attrs if name == "id" and value)


def missing_traps(site: Path) -> t.List[str]:
    """Traps whose messages would lead to no section of the page."""
    page = Anchors()
    page.feed((site / "traps.html").read_text())
    return [name for name in traps.TRAPS if name not in page.ids]


if __name__ == "__main__":
    if missing := missing_traps(Path(sys.argv[1])):
        sys.exit(f"traps.html has no anchor for: {', '.join(missing)}")
