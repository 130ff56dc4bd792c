# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.act.stops import killed

UNIT = "mail@1.service"
FORMERS = {UNIT: "old", "mail@2.service": "older"}


def entry(invocation: str = "old", unit: str = UNIT, **fields: t.Any) -> dict[str, t.Any]:
    return {"UNIT": unit, "INVOCATION_ID": invocation, **fields}


SIGKILLED = {"EXIT_CODE": "killed", "EXIT_STATUS": "9"}
TIMED_OUT = {"UNIT_RESULT": "timeout"}
# As systemd 247, 252 and 257 write them.
KILLED: dict[str, tuple[list[dict[str, t.Any]], str]] = {
    "a stop that took too long": ([entry(**SIGKILLED), entry(**TIMED_OUT)], "did not end in time and was killed"),
    "a child that took too long": ([entry(**TIMED_OUT)], "did not end in time and was killed"),
    "an abort that is wanted (TimeoutStopFailureMode=)": (
        [entry(EXIT_CODE="dumped", EXIT_STATUS="6"), entry(**TIMED_OUT)],
        "did not end in time and was killed",
    ),
    "want of memory while it stopped": ([entry(**SIGKILLED), entry(UNIT_RESULT="oom-kill")], "was killed by SIGKILL"),
}
NOT_KILLED: dict[str, list[dict[str, t.Any]]] = {
    "nothing": [],
    "a bad exit status": [entry(EXIT_CODE="exited", EXIT_STATUS="3"), entry(UNIT_RESULT="exit-code")],
    "another signal": [entry(EXIT_CODE="killed", EXIT_STATUS="15")],
    "the new process": [entry("new", **SIGKILLED), entry("new", **TIMED_OUT)],
    "a unit that nobody asked about": [entry(unit="other@1.service", **TIMED_OUT)],
    "an entry without a unit": [{"INVOCATION_ID": "old", **TIMED_OUT}],
    "the process of another unit": [entry(unit="mail@2.service", **TIMED_OUT)],
}


@pytest.mark.parametrize(("entries", "how"), KILLED.values(), ids=KILLED.keys())
def test_a_kill_is_seen(entries: list[dict[str, t.Any]], how: str) -> None:
    found = killed(entries, FORMERS)
    assert list(found) == [UNIT]
    assert found[UNIT].startswith(how)


@pytest.mark.parametrize("entries", NOT_KILLED.values(), ids=NOT_KILLED.keys())
def test_nothing_else_is_a_kill(entries: list[dict[str, t.Any]]) -> None:
    assert killed(entries, FORMERS) == {}
