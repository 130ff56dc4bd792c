# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import Instance, ObservedPool

RUNNING = {
    "one that runs": ("active", True),
    "one that reads its configuration again": ("reloading", True),
    "one that waits for its restart": ("activating", False),
    "one that is being stopped": ("deactivating", False),
    "one that failed": ("failed", False),
    "one that was stopped": ("inactive", False),
}


@pytest.mark.parametrize(("active", "running"), RUNNING.values(), ids=RUNNING.keys())
def test_an_instance_runs_or_not(active: str, running: bool) -> None:
    assert Instance("loaded", active).running is running


def test_a_host_that_knows_nothing_of_a_pool_shows_nothing() -> None:
    bare = ObservedPool()
    assert (bare.files, bare.instances, bare.target_active, bare.target_enabled) == ({}, {}, False, False)
    assert not Instance().running
