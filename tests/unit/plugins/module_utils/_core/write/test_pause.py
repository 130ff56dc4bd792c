# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM, of_user
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText, value_problems
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pause import LONGEST_REASON
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pause import (
    BY_DEPLOY,
    BY_HAND,
    STATE,
    Pause,
    holding,
    is_mark,
    mark_text,
    parse_mark,
    paused_units,
)

SINCE = "2026-11-29T07:30:00Z"
HAND, DEPLOY = Pause(BY_HAND, "", SINCE, "the broker moves"), Pause(BY_DEPLOY, "", SINCE, STATE.format("pool"))
TWO = Pause(BY_HAND, "2", SINCE)
reasons = st.text(max_size=LONGEST_REASON).map(str.strip).filter(lambda text: not any(value_problems(text, "")))


def by_path(*pauses: Pause) -> dict[str, Pause]:
    return {one.path(SYSTEM, "mail"): one for one in pauses}


@given(st.sampled_from([BY_HAND, BY_DEPLOY]), st.sampled_from(["", "2", "a:b"]), reasons)
def test_what_is_written_is_read(by: str, instance: str, reason: str) -> None:
    pause = Pause(by, instance, SINCE, reason)
    path = pause.path(SYSTEM, "mail")
    text = mark_text(path, pause)
    assert parse_mark(text, by, instance) == pause
    assert UnitText.parse(text).values("Unit", "ConditionPathExists") == [f"!{path}"]
    assert is_mark(path)


def test_each_pause_has_a_place_of_its_own() -> None:
    every = [Pause(by, instance) for by in (BY_HAND, BY_DEPLOY) for instance in ("", "1", "2")]
    places = (SYSTEM, of_user("app", "/home/app", 1000))
    assert len({one.path(place, pool) for one in every for place in places for pool in ("mail", "sms")}) == 24
    assert HAND.path(SYSTEM, "mail") == "/etc/systemd/system/mail@.service.d/zz-workers-paused-by-hand.conf"
    assert not is_mark("/etc/systemd/system/mail@.service.d/override.conf")


# what is in the file, since when and why that is
TORN = {
    "an empty file": ("", ("", "")),
    "another moment": ("[X-Workers]\nSince=\x1b[2Jnow\nReason=a b", ("", "a b")),
    "a long reason": (f"[X-Workers]\nSince={SINCE}\nReason={'x' * 10**6}", (SINCE, "x" * LONGEST_REASON)),
    "another section": (f"[Unit]\nSince={SINCE}", ("", "")),
}


@pytest.mark.parametrize(("text", "read"), TORN.values(), ids=TORN.keys())
def test_a_file_that_is_not_ours_is_a_pause_all_the_same(text: str, read: tuple[str, str]) -> None:
    pause = parse_mark(text, BY_HAND, "2")
    assert (pause.by, pause.instance, pause.since, pause.reason) == (BY_HAND, "2", *read)


def test_a_reason_controls_no_terminal() -> None:
    assert str(Pause(BY_HAND, "2", SINCE, "a\x1b[2Jb\u202ec")) == f"paused by hand since {SINCE}: a\\x1b[2Jb\\u202ec"


# the pauses of a pool, what holds its second instance
HOLDS: dict[str, tuple[tuple[Pause, ...], Pause | None]] = {
    "none": ((), None),
    "that of another instance": ((Pause(BY_HAND, "1", SINCE),), None),
    "its own": ((TWO,), TWO),
    "that of the pool": ((HAND,), HAND),
    "that of the deploy": ((DEPLOY,), DEPLOY),
    "its own before that of the pool": ((HAND, TWO), TWO),
    "the one by hand, which no deploy ends": ((DEPLOY, HAND), HAND),
}


@pytest.mark.parametrize(("pauses", "holds"), HOLDS.values(), ids=HOLDS.keys())
def test_what_holds_an_instance(pauses: tuple[Pause, ...], holds: Pause | None) -> None:
    assert holding(by_path(*pauses), "2") == holds
    units = {"mail@1.service": "1", "mail@2.service": "2"}
    assert ("mail@2.service" in paused_units(units, by_path(*pauses))) == (holds is not None)


def test_a_pause_in_words() -> None:
    assert str(HAND) == f"paused by hand since {SINCE}: the broker moves"
    assert str(DEPLOY) == f"paused by the deploy since {SINCE}: the state of the pool is paused"
    assert str(Pause(BY_HAND, "2")) == "paused by hand"
    assert HAND.row == {"since": SINCE, "reason": "the broker moves", "by": "hand"}
