# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps import table as traps
from tests.helpers import trap_docs


def test_the_page_is_the_table_of_traps() -> None:
    assert trap_docs.PAGE.read_text() == trap_docs.page(), "run: make pages"


def test_every_trap_has_its_section() -> None:
    sections = [line for line in trap_docs.page().splitlines() if line.startswith("### ")]
    assert sections == [f"### {name}" for name in traps.TRAPS]
