# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.workers.systemd.plugins.module_utils._core.write.effects import AFTER_RELOAD, LIMITS
from tests.helpers import effect_docs
from tests.oracle import changes


def test_the_page_is_what_the_oracle_shows() -> None:
    assert effect_docs.PAGE.read_text() == effect_docs.page(), "run: make pages"


def test_the_oracle_shows_every_row_of_the_table() -> None:
    shown = {(one.section, one.directive) for one in changes.AFTER_RELOAD if one.section != "Install"}
    assert shown == {(section, key) for section, keys in AFTER_RELOAD.items() for key in keys or ()}
    assert {one.directive for one in changes.LIMITS} == LIMITS


def test_what_was_seen_to_need_a_restart_is_in_no_table() -> None:
    assert [one.id for one in changes.AFTER_RESTART if one.directive in (AFTER_RELOAD[one.section] or ())] == []
