# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.agent.expected import is_overdue, not_run_for

DAY = 86400.0
NOW = 1.8e9
# times that are known, whether a day without a run is over
KNOWN: dict[str, tuple[list[float], bool]] = {
    "nothing is known": ([], True),
    "it ran an hour ago": ([NOW - 3600], False),
    "it ran two days ago": ([NOW - 2 * DAY], True),
    "it ran two days ago and was deployed an hour ago": ([NOW - 2 * DAY, NOW - 3600], False),
    "a clock that was set back shows a run in the future": ([NOW + 60], False),
    "a clock that is wrong by a year": ([NOW + 365 * DAY], True),
    "a time that systemd has forgotten": ([0.0], True),
}


@pytest.mark.parametrize(("known", "overdue"), KNOWN.values(), ids=KNOWN.keys())
def test_is_overdue(known: list[float], overdue: bool) -> None:
    assert is_overdue(NOW, DAY, known) is overdue


@given(st.lists(st.floats(0, 2e9), max_size=4), st.floats(1, 1e7), st.floats(0, 2e9))
def test_one_more_run_makes_no_job_overdue(known: list[float], expected: float, more: float) -> None:
    if not is_overdue(NOW, expected, known):
        assert not is_overdue(NOW, expected, [*known, more])


@pytest.mark.parametrize(
    ("expected", "words"), [(93600.0, "26 h"), (5430.0, "1 h 30 min 30 s"), (90.0, "1 min 30 s"), (40.0, "40 s")]
)
def test_says_for_how_long(expected: float, words: str) -> None:
    assert not_run_for(expected) == f"the job has not run for {words}"
