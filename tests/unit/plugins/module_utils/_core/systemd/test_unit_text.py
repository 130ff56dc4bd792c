# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import (
    BLANKS,
    KEY_NAME,
    LONGEST_LINE,
    SECTION_NAME,
    UnitText,
    render,
    section_problems,
    value_problems,
    value_texts,
)
from tests.unit.plugins.module_utils._core.builders import carried

one_line = carried.map(lambda text: text.replace("\n", "").replace("\r", "").strip(BLANKS).rstrip("\\" + BLANKS))
scalars = st.one_of(one_line, st.integers(), st.booleans())
directives = st.dictionaries(
    st.from_regex(KEY_NAME, fullmatch=True), st.one_of(scalars, st.lists(scalars, min_size=1)), min_size=1, max_size=3
)
sections = st.dictionaries(st.from_regex(SECTION_NAME, fullmatch=True), directives, max_size=3)

# text, (section, key, value) in order
READ = {
    "blanks around the name and the value are dropped": ("[S]\n \tA \t=  x y  ", [("S", "A", "x y")]),
    "a value may hold the sign": ("[S]\nA=b=c", [("S", "A", "b=c")]),
    "an empty value is an assignment": ("[S]\nA=", [("S", "A", "")]),
    "comments and empty lines are none": ("# A=1\n\n; B=2\n[S]\n  # C=3\nD=4", [("S", "D", "4")]),
    "there are no comments behind a value": ("[S]\nA=1 # one", [("S", "A", "1 # one")]),
    "a backslash joins lines with a blank": ("[S]\nA=a\\\nb", [("S", "A", "a b")]),
    "blanks of the next line stay": ("[S]\nA=a\\\n  b", [("S", "A", "a   b")]),
    "comments between joined lines are skipped": ("[S]\nA=a\\\n# c\\\n;d\nb", [("S", "A", "a b")]),
    "an empty line ends joined lines": ("[S]\nA=a\\\n\nB=b", [("S", "A", "a"), ("S", "B", "b")]),
    "two backslashes join nothing": ("[S]\nA=a\\\\\nB=b", [("S", "A", "a\\\\"), ("S", "B", "b")]),
    "three do": ("[S]\nA=a\\\\\\\nB=b", [("S", "A", "a\\\\ B=b")]),
    "a backslash at the end of the file joins nothing": ("[S]\nA=a\\", [("S", "A", "a")]),
    "a section may come again": ("[S]\nA=1\n[T]\nA=2\n[S]\nA=3", [("S", "A", "1"), ("T", "A", "2"), ("S", "A", "3")]),
    "a line without the sign is none": ("[S]\nA\nB=1", [("S", "B", "1")]),
    "any line end counts": ("[S]\r\nA=1\rB=2\n\rC=3\0D=4", [("S", c, n) for c, n in ("A1", "B2", "C3", "D4")]),
    "a byte order mark is skipped": ("\ufeff[S]\nA=1", [("S", "A", "1")]),
    "what has no section is there to be judged": ("A=1\n[S]\n=2", [("", "A", "1"), ("S", "", "2")]),
}
# text, where systemd stops reading it, how what it finds there begins
UNREADABLE = {
    "a header that is not closed": ("[S]\nA=1\n[T\nB=2", 3, "a section header that is not closed"),
    "a header that is not closed, with a sign": ("[S]\nA=1\n[T=1\nB=2", 3, "a section header that is not closed"),
    "a quote in a header": ("[S]\nA=1\n['T']\nB=2", 3, "a section header with a quote"),
    "nothing in a header": ("[S]\nA=1\n[]\nB=2", 3, "a section header with '*'"),
    "a pattern in a header": ("[S]\nA=1\n[[T]\nB=2", 3, "a section header with '*'"),
    "a noncharacter": ("[S]\nA=1\nB=\ufffe\nC=3", 3, "the character U+FFFE"),
    "one without a sign": ("[S]\nA=1\n\ufffe\nC=3", 3, "the character U+FFFE"),
    "a surrogate": ("[S]\nA=1\nB=\ud800\nC=3", 3, "the character U+D800"),
    "a byte that is not UTF-8, in the second of joined lines": ("[S]\nA=1\nB=\\\n\udcff\nC=3", 3, "the byte 0xFF"),
    "a line with a byte too many": (f"[S]\nA=1\n{'x' * (LONGEST_LINE + 1)}\nB=2", 3, "a line that is longer"),
    "a comment with a byte too many": (f"[S]\nA=1\n#{'x' * LONGEST_LINE}\nB=2", 3, "a line that is longer"),
    "bytes are counted": (f"[S]\nA=1\nB={'é' * (LONGEST_LINE // 2)}\nB=2", 3, "a line that is longer"),
    "joined lines with two bytes too many": (
        f"[S]\nA=1\n{'x' * 999}\\\n{'y' * (LONGEST_LINE - 998)}\nB=2",
        3,
        "a line that is longer",
    ),
}
# sections, the places of the problems
REFUSED: dict[str, tuple[t.Any, set[str]]] = {
    "no mapping": (["Service"], {"unit"}),
    "a section without directives": ({"Service": "Nice=5"}, {"unit.Service"}),
    "a newline in a value": ({"Service": {"Nice": "5\nUser=root"}}, {"unit.Service.Nice"}),
    "a carriage return in a list": ({"Service": {"Nice": ["5", "5\rUser=root"]}}, {"unit.Service.Nice"}),
    "a NUL": ({"Service": {"Nice": "\0"}}, {"unit.Service.Nice"}),
    "a noncharacter": ({"Service": {"Nice": "\ufffe"}}, {"unit.Service.Nice"}),
    "a blank at an end": ({"Service": {"Nice": "5 "}}, {"unit.Service.Nice"}),
    "a backslash that would join the next line": ({"Service": {"Nice": "5\\"}}, {"unit.Service.Nice"}),
    "a line that is too long": ({"Unit": {"Description": "x" * LONGEST_LINE}}, {"unit.Unit.Description"}),
    "nothing": ({"Service": {"Nice": None}}, {"unit.Service.Nice"}),
    "a mapping as a value": ({"Service": {"Nice": {"a": 1}}}, {"unit.Service.Nice"}),
    "a list in a list": ({"Service": {"Nice": [["5"]]}}, {"unit.Service.Nice"}),
    "a newline in a section": ({"Service]\n[Unit": {"Nice": 5}}, {"unit.Service]\n[Unit"}),
    "a sign in a directive": ({"Service": {"User=root\nNice": 5}}, {"unit.Service.User=root\nNice"}),
    "a comment as a directive": ({"Service": {"#Nice": 5}}, {"unit.Service.#Nice"}),
    "all of it at once": (
        {"[x]": {"": 1, "Fine": "yes"}, "Unit": None, "Service": {"A": "\n", "B": ["fine", None, " x"]}},
        {"unit.[x]", "unit.[x].", "unit.Unit", "unit.Service.A", "unit.Service.B"},
    ),
}


@given(sections)
def test_a_rendered_file_has_exactly_these_assignments(sections: dict[str, dict[str, t.Any]]) -> None:
    assert section_problems(sections, "unit") == []
    read = UnitText.parse(render(sections, ["A header", "of two lines \\"]))
    expected = {section: {key: value_texts(value) for key, value in keys.items()} for section, keys in sections.items()}
    assert read.sections() == expected


@pytest.mark.parametrize(("text", "expected"), READ.values(), ids=READ.keys())
def test_a_file_is_read_as_systemd_reads_it(text: str, expected: list[tuple[str, str, str]]) -> None:
    read = UnitText.parse(text)
    assert [(one.section, one.key, one.value) for one in read.assignments] == expected
    assert read.text == text


@pytest.mark.parametrize(("text", "line", "found"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_nothing_is_read_from_there_on(text: str, line: int, found: str) -> None:
    read = UnitText.parse(text)
    assert read.unreadable is not None
    assert (read.unreadable.line, read.unreadable.found[: len(found)]) == (line, found)
    assert read.sections() == {"S": {"A": ["1"]}}
    assert read.text == text


def test_long_lines_just_fit() -> None:
    long = "x" * (LONGEST_LINE - len("A="))
    joined = "y" * (LONGEST_LINE + 1 - len("B=\\"))
    comment = "#" * LONGEST_LINE
    read = UnitText.parse(f"[S]\nA={long}\nB=\\\n{comment}\n{joined}\n")
    assert read.unreadable is None
    assert read.sections() == {"S": {"A": [long], "B": [joined]}}


def test_a_comment_may_hold_any_byte() -> None:
    data = b"# \xff\n[S]\n;\xff\nA=1\n"
    read = UnitText.of_bytes(data)
    assert read.unreadable is None
    assert read.sections() == {"S": {"A": ["1"]}}
    assert read.text.encode("utf-8", "surrogateescape") == data


@given(carried)
def test_no_file_is_refused(text: str) -> None:
    assert all(value == value.strip(BLANKS) for value in (one.value for one in UnitText.parse(text).assignments))


def test_an_assignment_knows_the_line_where_it_begins() -> None:
    read = UnitText.parse("[S]\n# one\nA=a\\\n  b\nB=c\n")
    assert [(one.key, one.line) for one in read.assignments] == [("A", 3), ("B", 5)]


def test_an_empty_assignment_forgets_those_before_it() -> None:
    read = UnitText.parse("[S]\nA=1\nA=2\nA=\nA=3\nA=4\n[T]\nA=5\n")
    assert read.values("S", "A") == ["3", "4"]
    assert read.values("S", "B") == []
    assert read.sections()["S"]["A"] == ["1", "2", "", "3", "4"]


def test_a_file_looks_as_people_write_it() -> None:
    text = render({"Unit": {"Description": "Mail"}, "Service": {"Nice": 5, "Environment": ["A=1", "B=2"]}}, ["Ours."])
    assert text == "# Ours.\n\n[Unit]\nDescription=Mail\n\n[Service]\nNice=5\nEnvironment=A=1\nEnvironment=B=2\n"


def test_nothing_is_rendered_from_nothing() -> None:
    assert render({}) == ""


def test_a_boolean_is_written_as_systemd_does() -> None:
    assert value_texts([True, False, 1, 0.5, "on"]) == ["yes", "no", "1", "0.5", "on"]


@pytest.mark.parametrize(("given", "places"), REFUSED.values(), ids=REFUSED.keys())
def test_what_no_file_carries_exactly_is_a_problem(given: t.Any, places: set[str]) -> None:
    assert {problem.where for problem in section_problems(given, "unit")} == places


@given(carried)
def test_a_value_without_problems_stays_as_it_is(text: str) -> None:
    if not list(value_problems(text, "here")):
        assert UnitText.parse(f"[S]\nA={text}\nB=after\n").sections() == {"S": {"A": [text], "B": ["after"]}}
