# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import yaml

from ansible_collections.workers.systemd.plugins.module_utils._core import documentation
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps import table as traps
from tests.helpers import trap_docs


def test_the_page_is_the_table_of_traps() -> None:
    assert trap_docs.PAGE.read_text() == trap_docs.page(), "run: make pages"


def test_every_trap_has_its_section() -> None:
    sections = [line for line in trap_docs.page().splitlines() if line.startswith("### ")]
    assert sections == [f"### {name}" for name in traps.TRAPS]


def test_a_message_leads_to_the_documentation_that_the_collection_names() -> None:
    galaxy = yaml.safe_load((trap_docs.PAGE.parents[1] / "galaxy.yml").read_text())
    assert galaxy["documentation"] == documentation.PAGES
    assert traps.TRAPS["kill-mode-kills-jobs"].url == f"{galaxy['documentation']}/traps.md#kill-mode-kills-jobs"
