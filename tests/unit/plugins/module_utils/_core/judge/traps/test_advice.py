# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The remedy of each trap, applied: the unit has no finding any more, and remedies go together."""

from __future__ import annotations

import itertools
import re

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps import table as traps
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from tests.helpers.advice import ADVICE, Advice, text
from tests.unit.plugins.module_utils._core.judge.traps.trap_units import SYSTEMD

# It is about two files, and the remedy is to have one.
ABOUT_FILES = {"drop-in-wins"}


def findings(advice: Advice, mended: bool) -> dict[str, str]:
    """Hints by the ids of the traps."""
    start, name = advice.start, advice.name
    if mended:
        start, name = advice.good_start or start, advice.good_name or name
    unit = Unit.of(name, text(advice.good if mended else advice.bad, start, advice.without))
    return {one.id: one.hint for one in traps.findings(unit, None, advice.systemd)}


def test_every_trap_of_a_text_has_its_advice() -> None:
    assert set(ADVICE) | ABOUT_FILES == {one.id for one in traps.OF_TEXT}


@pytest.mark.parametrize(("trap", "advice"), ADVICE.items(), ids=ADVICE.keys())
def test_advice_that_is_followed_leaves_no_finding(trap: str, advice: Advice) -> None:
    bad = findings(advice, mended=False)
    assert trap in bad
    assert findings(advice, mended=True) == {}


@pytest.mark.parametrize(("trap", "advice"), ADVICE.items(), ids=ADVICE.keys())
def test_what_was_followed_is_what_the_hint_says(trap: str, advice: Advice) -> None:
    hint = findings(advice, mended=False)[trap]
    new = [line.removeprefix("Unit.").removeprefix("Install.") for line in advice.good if line not in advice.bad]
    assert [word for word in [advice.says] if word not in hint] == []
    keys = [] if advice.says else [line.partition("=")[0] for line in new]
    assert [key for key in keys if not re.search(rf"\b{key}=", hint)] == []
    assert advice.says or new


def test_pieces_of_advice_go_together() -> None:
    """Any two remedies in one unit: none is the trap of the other, as LogsDirectory= was of append: below it."""
    plain = {
        trap: [line for line in advice.good if "." not in line.partition("=")[0]]
        for trap, advice in ADVICE.items()
        if advice.systemd == SYSTEMD and advice.name == "mail.service"
    }
    clashes = {}
    for (one, its), (other, others) in itertools.combinations(plain.items(), 2):
        keys = [line.partition("=")[0] for line in (*its, *others)]
        if its and others and len(set(keys)) == len(keys):
            found = {
                found.id
                for found in traps.findings(Unit.of("mail.service", text([*its, *others], "/srv/app/w")), None, SYSTEMD)
            }
            if found:
                clashes[one, other] = found
    assert clashes == {}
