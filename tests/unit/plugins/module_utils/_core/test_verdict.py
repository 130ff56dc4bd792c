# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.verdict import (
    Health,
    Sample,
    Verdict,
    batches,
    judge,
)

STARTED = Sample("active", "running", "a1")
WINDOW = 3.0
# now, seconds watched
JUDGED = {
    "it ran for the whole window": (STARTED, 3.0, Health.SETTLED),
    "it runs, but not long enough to be believed": (STARTED, 2.9, Health.STARTING),
    "it is not ready yet": (Sample("activating", "start", "a1"), 9.0, Health.STARTING),
    "it reads its configuration again": (Sample("reloading", "reload", "a1"), 9.0, Health.STARTING),
    "it waits for its restart": (Sample("activating", "auto-restart", "a1"), 0.1, Health.FLAPPING),
    "it waits for its restart, as 254 says it": (Sample("activating", "auto-restart-queued", ""), 0.1, Health.FLAPPING),
    "it runs again after a death": (Sample("active", "running", "b2"), 9.0, Health.FLAPPING),
    "it starts again after a death": (Sample("activating", "start", "b2"), 0.1, Health.FLAPPING),
    "it has failed": (Sample("failed", "failed", "a1"), 0.1, Health.FAILED),
    "it has failed after restarts": (Sample("failed", "failed", "b2"), 9.0, Health.FAILED),
    "it ended and nobody restarts it": (Sample("inactive", "dead", "a1"), 0.1, Health.FAILED),
    "its process ended but the unit stays": (Sample("active", "exited", "a1"), 9.0, Health.STARTING),
}


@pytest.mark.parametrize(("now", "watched", "health"), JUDGED.values(), ids=JUDGED.keys())
def test_an_instance_is_judged(now: Sample, watched: float, health: Health) -> None:
    assert judge(STARTED, now, watched, WINDOW).health is health


def test_without_a_window_running_is_enough() -> None:
    assert judge(STARTED, STARTED, 0.0, 0.0).health is Health.SETTLED


@given(
    st.builds(Sample, st.sampled_from(["active", "activating", "inactive", "failed"]), st.text(), st.text(max_size=1)),
    st.floats(0, 60),
)
def test_only_the_same_run_can_settle_and_only_after_the_window(now: Sample, watched: float) -> None:
    if judge(STARTED, now, watched, WINDOW).health is Health.SETTLED:
        assert (now, watched >= WINDOW) == (STARTED, True)


def test_a_verdict_reads_as_a_sentence() -> None:
    assert str(Verdict(Health.FAILED, "has failed")) == "failed: has failed"
    assert str(judge(STARTED, STARTED, 0.5, 3.0)) == "starting: runs for 0.5 s of 3 s"


@given(st.lists(st.text(), max_size=30), st.integers(1, 40))
def test_batches_keep_the_order_and_their_size(items: list[str], size: int) -> None:
    split = batches(items, size)
    assert [item for batch in split for item in batch] == items
    assert all(len(batch) == size for batch in split[:-1])
    assert all(0 < len(batch) <= size for batch in split)
