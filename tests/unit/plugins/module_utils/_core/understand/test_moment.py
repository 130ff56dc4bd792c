# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.understand import moment

NOON = 1769860800.0
MOMENTS = {
    "a date and a time are UTC": ("2026-01-31 12:00", NOON),
    "with seconds": ("2026-01-31 12:00:07", NOON + 7),
    "with a T, as ISO 8601 has it": ("2026-01-31T12:00:00", NOON),
    "with a Z": ("2026-01-31T12:00:00Z", NOON),
    "as systemd prints it": ("2026-01-31 12:00:00 UTC", NOON),
    "with an offset": ("2026-01-31T13:00:00+01:00", NOON),
    "with an offset to the west and without a colon": ("2026-01-31 07:30:00-0430", NOON),
    "with a fraction": ("2026-01-31T12:00:00.25Z", NOON + 0.25),
    "with more digits than anybody reads": ("2026-01-31T12:00:00.250000000Z", NOON + 0.25),
    "a date is its midnight": ("2026-01-31", NOON - 12 * 3600),
    "seconds since the epoch": ("1769860800", NOON),
    "the same with a fraction, as date +%s.%N prints it": ("1769860800.500000000", NOON + 0.5),
    "the same as systemd has it": ("@1769860800", NOON),
}
REFUSED = {
    "no text": "",
    "a word": "yesterday",
    "a time without a date": "12:00",
    "a day that is none": "2026-02-30",
    "a month that is none": "2026-13-01",
    "an hour that is none": "2026-01-31 24:00",
    "an offset that is none": "2026-01-31 12:00+99:00",
    "an offset without a time": "2026-01-31+01:00",
    "day and month the other way round": "31.01.2026",
    "a date without dashes, which might be seconds": "20260131",
    "a zone that may be several": "2026-01-31 12:00 CST",
    "a newline and more": "2026-01-31 12:00\nUser=root",
    "digits of another script": "२०२६-01-31",
}


@pytest.mark.parametrize(("text", "expected"), MOMENTS.values(), ids=MOMENTS.keys())
def test_a_moment_is_read(text: str, expected: float) -> None:
    assert moment.seconds(text) == expected


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_and_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        moment.seconds(text)


@given(st.integers(0, 4102444800), st.floats(0, 0.99))
def test_what_is_told_can_be_given(whole: int, fraction: float) -> None:
    assert moment.seconds(moment.text(whole + fraction)) == whole


@given(st.text("0123456789-:TZ+. @", max_size=30))
def test_any_text_is_a_moment_or_refused(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert isinstance(moment.seconds(text), float)
