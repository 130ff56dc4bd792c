# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the built documentation site must have: ``make docs`` ends with ``python -m tests.helpers.site FOLDER``."""

from __future__ import annotations

import html.parser
import sys
import typing as t
from pathlib import Path

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps import table as traps

# A list of contents in a page, beside which the theme shows an error: it has its own.
THEME_ERROR = 'class="contents'


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


def with_errors(site: Path) -> t.List[str]:
    """Pages on which the theme shows an error to the reader."""
    return sorted(str(page.relative_to(site)) for page in site.rglob("*.html") if THEME_ERROR in page.read_text())


def of_internal_modules(site: Path) -> t.List[str]:
    return sorted(page.name for page in (site / "modules").glob("_*.html"))


def problems(site: Path) -> t.Iterator[str]:
    yield from (f"traps.html has no anchor {name}" for name in missing_traps(site))
    yield from (f"{page} shows an error of the theme" for page in with_errors(site))
    yield from (f"{page} is about an internal module" for page in of_internal_modules(site))


if __name__ == "__main__":
    sys.exit("\n".join(problems(Path(sys.argv[1]))) or 0)
