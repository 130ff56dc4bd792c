# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.act.health import Health, is_bad
from ansible_collections.workers.systemd.plugins.module_utils._core.act.progress import Progress
from ansible_collections.workers.systemd.plugins.module_utils._core.act.rollout import Rollout
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import Verdict
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy

UNITS = [f"mail@{number}.service" for number in (1, 2, 3)]
SETTLED = Verdict(Health.SETTLED, "ran 3 s without a restart")
UNJUDGED = Verdict(Health.UNJUDGED, "has no main process")
STARTING = Verdict(Health.STARTING, "is activating (start)")
FAILED = Verdict(Health.FAILED, "has failed")


def progress(canary: int = 1, restarts: int = 3) -> Progress:
    rollout = Rollout(Policy(canary=canary), UNITS, UNITS[restarts:], UNITS[:restarts])
    return Progress("mail", rollout, begun=100.0)


# canary, how many are restarted (the others start), verdicts, lines
LINES = {
    "nothing yet": (1, 3, [STARTING], []),
    "the canary": (1, 3, [SETTLED, STARTING], ["mail: canary settled, 1/3 after 3.1 s"]),
    "a batch": (1, 3, [SETTLED, SETTLED], ["mail: 2/3 after 3.1 s"]),
    "one that nobody can judge": (1, 3, [SETTLED, UNJUDGED], ["mail: 2/3 after 3.1 s"]),
    "the end": (1, 3, [SETTLED, SETTLED, SETTLED], ["mail: 3/3 after 3.1 s"]),
    "a pool of canaries": (3, 3, [SETTLED, SETTLED, SETTLED], ["mail: 3/3 after 3.1 s"]),
    "starts, which have no canary": (1, 0, [SETTLED], ["mail: 1/3 after 3.1 s"]),
    "a bad one": (
        1,
        3,
        [SETTLED, FAILED],
        ["mail: canary settled, 1/3 after 3.1 s", "mail: mail@2.service failed: has failed"],
    ),
}


@pytest.mark.parametrize(("canary", "restarts", "verdicts", "lines"), LINES.values(), ids=LINES.keys())
def test_progress_is_told_once(canary: int, restarts: int, verdicts: list[Verdict], lines: list[str]) -> None:
    result = progress(canary, restarts)
    result.rollout.verdicts.update(zip(UNITS, verdicts))
    assert result.lines(103.1) == lines
    assert result.lines(104.0) == []


def test_a_line_about_what_went_wrong_is_known() -> None:
    result = progress()
    result.rollout.verdicts.update(zip(UNITS, [SETTLED, FAILED, Verdict(Health.KILLED, "x")]))
    assert [is_bad(line) for line in result.lines(103.1)] == [False, True, True]
    assert not is_bad("failed: canary settled, 1/3 after 3.1 s")
