# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

from ansible_collections.workers.systemd.plugins.module_utils._core.understand.hardening import NEEDS, PROFILES
from tests.helpers import hardening_docs

COLLECTION = Path(__file__).parents[6]


def test_the_page_has_the_tables_of_the_profiles() -> None:
    now = hardening_docs.PAGE.read_text()
    assert now == hardening_docs.page(now), "run: make pages"


def test_every_profile_and_every_need_is_documented() -> None:
    text = (COLLECTION / "plugins/modules/pools.py").read_text()
    assert [name for name in (*PROFILES, *NEEDS) if f"V({name})" not in text] == []
