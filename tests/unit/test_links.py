# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links between the pages lead somewhere. ``make docs`` checks them in the site alone, without the pages beside it."""

from __future__ import annotations

import re
import subprocess
import typing as t
from pathlib import Path

import pytest
import yaml
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
OURS = yaml.safe_load((ROOT / "galaxy.yml").read_text())["repository"] + "/blob/main/"
LISTED = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
    cwd=ROOT,
    capture_output=True,
    text=True,
    check=True,
)
PAGES = [path for path in LISTED.stdout.splitlines() if (ROOT / path).exists()]


def links_of(page: Path) -> t.Iterator[str]:
    for block in MarkdownIt("commonmark").enable("table").parse(page.read_text()):
        for token in block.children or []:
            if token.type == "link_open":
                yield str(token.attrs["href"])


def anchors_of(page: Path) -> t.Set[str]:
    """As the repository's own pages and myst make them of a heading."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    named = re.findall(r'<a (?:id|name)="([^"]+)"', page.read_text())
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings} | set(named)


@pytest.mark.parametrize("name", PAGES)
def test_each_link_to_a_page_of_ours_leads_to_a_page_and_a_heading(name: str) -> None:
    page = ROOT / name
    # `make docs` puts the front page beside the guides.
    folder = page.parent.parent if page.parent.name == "docsite" else page.parent
    broken = []
    for link in links_of(page):
        target = str(ROOT / link[len(OURS) :]) if link.startswith(OURS) else link
        if re.match(r"[a-z]+:", target):
            continue
        path, _hash, anchor = target.partition("#")
        found = (folder / path) if path else page
        if not found.exists() or (anchor and found.suffix == ".md" and anchor not in anchors_of(found)):
            broken.append(link)
    assert broken == []


def test_the_readme_has_complete_addresses_since_galaxy_shows_it_alone() -> None:
    links = list(links_of(ROOT / "README.md"))
    assert len(links) > 20
    assert [link for link in links if not re.match(r"https://|#", link)] == []
