# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.shape import Most, fits

FITS = {
    "a text": ("a", str),
    "a list of texts": (["a", "b"], [str]),
    "the largest number of systemd": (2**64 - 1, int),
    "a text that is not too long": ("ab", Most(2, str)),
    "a list that is not too long": ([1, 2], Most(2, [int])),
    "a number of a range": (0, range(2**64)),
    "no elements": ([], [str]),
    "values of a kind": ({"a": {}, "b": {}}, {str: dict}),
    "no values": ({}, {str: dict}),
    "one of several shapes": ([{"a": 1}, None], [({"a": int}, type(None))]),
    "keys among others": ({"a": 1, "b": 2}, {"a": int}),
    "all in one": ({"told": {"pools": {"x": {}}, "plan": [{}]}}, {"told": {"pools": {str: dict}, "plan": [dict]}}),
}
DOES_NOT = {
    "a text that is too long": ("abc", Most(2, str)),
    "a list that is too long": ([1, 2, 3], Most(2, [int])),
    "another type that has a length": (["a"], Most(2, str)),
    "a number outside of a range": (-1, range(2**64)),
    "a number with a fraction": (1.0, range(2**64)),
    "another type": (1, str),
    "none": (None, str),
    "no list": ("ab", [str]),
    "none of several shapes": ([{"a": ""}], [({"a": int}, type(None))]),
    "an element of another": (["a", 1], [str]),
    "no dictionary": ([], {"a": int}),
    "no dictionary of values": ("", {str: dict}),
    "a value of another": ({"a": {}, "b": []}, {str: dict}),
    "a key that is missing": ({"b": 2}, {"a": int}),
    "a key of another": ({"a": "1"}, {"a": int}),
    "a number beyond all of systemd's": ({"a": 10**400}, {"a": (int, float)}),
    "such a number below zero": (-(10**400), int),
    "something deep": ({"told": {"pools": {"x": []}}}, {"told": {"pools": {str: dict}}}),
}


@pytest.mark.parametrize(("value", "shape"), FITS.values(), ids=FITS.keys())
def test_fits(value: t.Any, shape: t.Any) -> None:
    assert fits(value, shape)


@pytest.mark.parametrize(("value", "shape"), DOES_NOT.values(), ids=DOES_NOT.keys())
def test_does_not_fit(value: t.Any, shape: t.Any) -> None:
    assert not fits(value, shape)
