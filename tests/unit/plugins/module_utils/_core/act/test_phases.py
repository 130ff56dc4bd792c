# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.act.phases import TRANSITIONS, Event, Phase, Phases


def test_units_in_a_phase_are_in_their_order() -> None:
    phases = Phases({"b": Phase.STALE, "a": Phase.MISSING, "c": Phase.GOOD})
    phases.happen(Event.CAME_UP, "a")
    assert phases.of(Phase.STALE) == ["b", "a"]
    assert phases.of(Phase.GOOD, Phase.STALE) == ["b", "a", "c"]


def test_what_the_table_does_not_name_cannot_happen() -> None:
    with pytest.raises(KeyError):
        Phases({"a": Phase.STALE}).happen(Event.SETTLED, "a")


def test_every_phase_but_the_first_is_reached_and_every_event_has_a_place() -> None:
    assert {phase for phase, _event in TRANSITIONS} | set(TRANSITIONS.values()) == set(Phase)
    assert {event for _phase, event in TRANSITIONS} == set(Event)


def test_a_bad_unit_stays_bad() -> None:
    """So that a rollout with one ends."""
    assert {after for (before, _event), after in TRANSITIONS.items() if before is Phase.BAD} == {Phase.BAD}


def test_nothing_is_restarted_twice() -> None:
    """No way leads from a unit that was watched back to one that waits for its turn."""
    reached, new = set(), {Phase.WATCHED}
    while new:
        reached |= new
        new = {after for (before, _event), after in TRANSITIONS.items() if before in new} - reached
    assert reached == {Phase.WATCHED, Phase.GOOD, Phase.BAD}
