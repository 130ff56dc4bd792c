# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""When the agent takes its next turn."""

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.agent.pace import (
    ACTING,
    BRIEF,
    LONGEST_PAUSE,
    SHORTEST,
    pause,
)

NEVER = float("inf")
TABLE: dict[str, tuple[list[float], bool, bool, float]] = {
    "nothing to do": ([], False, False, LONGEST_PAUSE),
    "a duty that is never due": ([NEVER], False, False, LONGEST_PAUSE),
    "the next question": ([NEVER, 0.7, 3.0], False, False, 0.7),
    "a question that could not be asked is asked at once": ([0.0, 0.7], False, False, 0.0),
    "an instance that starts": ([0.0, 0.7], True, True, ACTING),
    "an answer that does not come": ([0.0, NEVER], False, True, BRIEF),
    "an answer that does not come, beside a question of another pool": ([0.0, 0.1], False, True, 0.1),
    "an answer that does not come, beside questions of many pools": ([0.001, 0.002], False, True, SHORTEST),
    "an instance that never is idle, beside a question of another pool": ([NEVER, 0.4, 0.9], False, True, 0.4),
}


@pytest.mark.parametrize(("due", "hurries", "waits", "expected"), TABLE.values(), ids=TABLE.keys())
def test_the_pause_after_a_turn(due: list[float], hurries: bool, waits: bool, expected: float) -> None:
    assert pause(due, hurries=hurries, waits=waits) == expected
