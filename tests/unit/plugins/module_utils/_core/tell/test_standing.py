# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.tell.standing import standing

STANDS = {
    "all are up": ({"a@1.service": "active", "a@2.service": "reloading"}, set(), "2/2 up"),
    "one is paused": ({"a@1.service": "active", "a@2.service": "inactive"}, {"a@2.service"}, "1/2 up, 1 paused"),
    "a pause that has not stopped it yet": ({"a@1.service": "active"}, {"a@1.service"}, "1/1 up"),
    "one waits for its restart, and one failed": (
        {"a@1.service": "failed", "a@2.service": "activating"},
        set(),
        "0/2 up, 1 activating, 1 failed",
    ),
}


@pytest.mark.parametrize(("states", "paused", "words"), STANDS.values(), ids=STANDS.keys())
def test_a_pool_stands_as_its_units_do(states: dict[str, str], paused: set[str], words: str) -> None:
    assert standing(states, paused) == words
