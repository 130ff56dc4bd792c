# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from hypothesis import given

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import not_one_line, not_text
from tests.unit.plugins.module_utils._core.builders import NONCHARACTERS, carried

# utf8_is_valid() refuses each of these, and the whole file with it.
NO_TEXT = {
    "the first surrogate": 0xD800,
    "the last surrogate": 0xDFFF,
    "the first noncharacter": 0xFDD0,
    "the last of the first noncharacters": 0xFDEF,
    "the end of the first plane": 0xFFFF,
    "a noncharacter of another plane": 0x1FFFE,
    "the last code point": 0x10FFFF,
}
TEXT = {
    "a control character": 0x01,
    "the byte order mark": 0xFEFF,
    "the one before the surrogates": 0xD7FF,
    "the one after the surrogates": 0xE000,
    "the one before the noncharacters": 0xFDCF,
    "the one after the noncharacters": 0xFDF0,
    "the replacement character": 0xFFFD,
    "an emoji": 0x1F980,
    "the last character": 0x10FFFD,
}
ONE_LINE = {
    "nothing": ("", ""),
    "words and blanks": ("a b\tc", ""),
    "a newline at the end": ("a\n", "a newline"),
    "a carriage return": ("a\rb", "a carriage return"),
    "a NUL": ("a\0b", "a NUL"),
    "no text": ("\ufffe", "the character U+FFFE, which is not text"),
}


@pytest.mark.parametrize("code", NO_TEXT.values(), ids=NO_TEXT.keys())
def test_what_is_not_text_is_named(code: int) -> None:
    assert not_text(f"before{chr(code)}after") == f"the character U+{code:04X}, which is not text"


@pytest.mark.parametrize("code", TEXT.values(), ids=TEXT.keys())
def test_any_other_character_is_text(code: int) -> None:
    assert not_text(f"before{chr(code)}after") == ""


@given(carried)
def test_there_are_66_noncharacters_and_they_alone_are_not_text(text: str) -> None:
    assert len(NONCHARACTERS) == 66
    assert not_text(text) == ""


@pytest.mark.parametrize(("text", "why"), ONE_LINE.values(), ids=ONE_LINE.keys())
def test_a_value_is_one_line_of_text(text: str, why: str) -> None:
    assert not_one_line(text) == why
