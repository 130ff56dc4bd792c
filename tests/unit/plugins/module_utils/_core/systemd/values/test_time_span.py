# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.time_span import (
    seconds,
    seconds_within,
)

SPANS = {
    "a bare number is seconds": ("3", 3.0),
    "nothing at all": ("0", 0.0),
    "milliseconds": ("500ms", 0.5),
    "a fraction": ("1.5s", 1.5),
    "two parts with a blank": ("1min 30s", 90.0),
    "two parts without a blank": ("1h5m", 3900.0),
}
REFUSED = {
    "no text": "",
    "a unit nobody knows": "5 parsecs",
    "a negative number": "-1s",
    "a word": "soon",
    "a newline and more": "3s\nUser=root",
}


@pytest.mark.parametrize(("text", "expected"), SPANS.values(), ids=SPANS.keys())
def test_a_time_span_is_read(text: str, expected: float) -> None:
    assert seconds(text) == pytest.approx(expected)


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_time_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        seconds(text)


@pytest.mark.parametrize(
    ("text", "found"), [("30s", 30.0), ("1min", 60.0), ("29s", None), ("61s", None), ("soon", None), ("infinity", None)]
)
def test_a_time_span_has_bounds(text: str, found: float | None) -> None:
    assert seconds_within(text, 30.0, 60.0) == found
