# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.act.starts import timed_out
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.journal_query import TAKEN

UNIT, OTHER = "mail@1.service", "mail@2.service"
# The restart of the first ended an invocation, the second did not run.
FORMERS = {UNIT: "old", OTHER: ""}
UNTIL = 1000.0


def entry(unit: str = UNIT, invocation: str = "new", result: str = "timeout", at: float = UNTIL) -> dict[str, str]:
    return {"UNIT": unit, "INVOCATION_ID": invocation, "UNIT_RESULT": result, TAKEN: str(int(at * 1e6))}


ENTRIES = {
    "its start": ([entry()], {UNIT}),
    "the start of one that did not run": ([entry(OTHER)], {OTHER}),
    "both": ([entry(), entry(OTHER)], {UNIT, OTHER}),
    "once of several": ([entry(result="exit-code"), entry()], {UNIT}),
    "nothing": ([], set()),
    "the stop of the former process": ([entry(invocation="old")], set()),
    "another failure": ([entry(result="exit-code")], set()),
    "a unit that was up, or that nobody restarted": ([entry("other@1.service")], set()),
    "the way back": ([entry(at=UNTIL + 1)], set()),
    "an entry of no invocation": ([entry(OTHER, invocation="")], set()),
    "the end of a process, which has no result": ([{"UNIT": UNIT, "INVOCATION_ID": "new"}], set()),
}


@pytest.mark.parametrize(("entries", "units"), ENTRIES.values(), ids=ENTRIES.keys())
def test_a_start_that_timed_out_is_known(entries: list[dict[str, str]], units: set[str]) -> None:
    assert timed_out(entries, FORMERS, UNTIL) == units
