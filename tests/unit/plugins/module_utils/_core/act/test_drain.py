# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.act.drain import ASK_EVERY, Drain
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy

UNITS = ["mail@1.service", "mail@2.service", "mail@3.service"]
ONE, TWO, THREE = UNITS


def drain(patience: float = 90.0) -> Drain:
    return Drain(Policy(busy_check=("/bin/busy",), patience=patience))


def test_without_a_busy_check_all_may_go_and_nobody_is_asked() -> None:
    free = Drain(Policy())
    assert free.questions(0.0, UNITS) == ()
    assert free.free(0.0, UNITS) == UNITS


def test_nobody_goes_before_all_have_answered() -> None:
    slow = drain()
    assert slow.questions(0.0, UNITS) == tuple(UNITS)
    slow.hear({ONE: True, TWO: False})
    assert slow.free(5.0, UNITS) == []
    assert slow.questions(5.0, UNITS) == (), "a check of the last round still runs"
    slow.hear({THREE: False})
    assert slow.free(5.0, UNITS) == [TWO, THREE]


def test_busy_ones_are_asked_again_and_go_when_they_are_idle() -> None:
    busy = drain()
    busy.questions(0.0, [ONE])
    busy.hear({ONE: True})
    assert busy.free(0.5, [ONE]) == []
    assert busy.questions(0.9, [ONE]) == ()
    assert busy.questions(ASK_EVERY, [ONE]) == (ONE,)
    busy.hear({ONE: False})
    assert busy.free(ASK_EVERY, [ONE]) == [ONE]


def test_busy_ones_go_when_patience_is_over() -> None:
    busy = drain(patience=10.0)
    busy.questions(0.0, UNITS)
    busy.hear(dict.fromkeys(UNITS, True))
    assert busy.free(1.0, UNITS) == []
    assert busy.free(10.9, UNITS) == []
    assert busy.free(11.0, UNITS) == UNITS


def test_patience_counts_from_the_last_one_that_became_idle() -> None:
    busy = drain(patience=10.0)
    busy.questions(0.0, UNITS)
    busy.hear(dict.fromkeys(UNITS, True))
    assert busy.free(0.0, UNITS) == []
    busy.questions(8.0, UNITS)
    busy.hear({ONE: False, TWO: True, THREE: True})
    assert busy.free(8.0, UNITS) == [ONE]
    assert busy.free(9.0, [TWO, THREE]) == []
    assert busy.free(18.9, [TWO, THREE]) == []
    assert busy.free(19.0, [TWO, THREE]) == [TWO, THREE]


def test_without_patience_idle_ones_still_go_first() -> None:
    at_once = drain(patience=0.0)
    at_once.questions(0.0, UNITS)
    at_once.hear({ONE: True, TWO: False, THREE: False})
    assert at_once.free(0.0, UNITS) == [TWO, THREE]
    assert at_once.free(0.0, [ONE]) == [ONE]


def test_an_answer_that_nobody_waits_for_is_dropped() -> None:
    idle = drain()
    idle.hear({ONE: True})
    idle.questions(0.0, [ONE])
    idle.hear({ONE: False, TWO: True})
    idle.hear({ONE: True})
    assert idle.free(0.0, [ONE, TWO]) == [ONE, TWO]


@given(st.lists(st.dictionaries(st.sampled_from(UNITS), st.booleans()), max_size=12))
def test_a_busy_one_never_goes_before_patience_is_over(rounds: list[dict[str, bool]]) -> None:
    endless, now = drain(patience=float("inf")), 0.0
    for answers in rounds:
        now += ASK_EVERY
        asked = endless.questions(now, UNITS)
        busy = {unit: answers.get(unit, False) for unit in asked}
        endless.hear(busy)
        assert endless.free(now, UNITS) == [unit for unit in UNITS if not busy[unit]]
