# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import (
    LONGEST,
    NAME,
    as_text,
    env_problems,
    parse_env,
    read_variables,
    render_env,
    render_environment,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import split_command
from tests.unit.plugins.module_utils._core.builders import carried

names = st.from_regex(NAME, fullmatch=True)
variables = st.dictionaries(names, carried, max_size=4)

# As measured on 247, 252 and 257; test_against_systemd.py asks the systemd of this machine.
READ = {
    "blanks around name and value are dropped": (" A \t=  x y  ", {"A": "x y"}),
    "there are no comments behind a value": ("A=a #b", {"A": "a #b"}),
    "nor behind a quoted one": ('A="x" # c', {"A": "x# c"}),
    "a line that begins with # or ; is a comment": ("#A=1\n;B=2\nC=3", {"C": "3"}),
    "a comment that ends in a backslash swallows the next line, up to 252": ("#x\\\nA=1\nB=2", {"B": "2"}),
    "in double quotes four characters are escaped": (r'A="\" \\ \$ \`"', {"A": '" \\ $ `'}),
    "in double quotes any other backslash stays": (r'A="\n\x"', {"A": r"\n\x"}),
    "a backslash joins lines in double quotes": ('A="a\\\nb"', {"A": "ab"}),
    "in single quotes all is literal": (r"A='a\'b", {"A": "a\\b"}),
    "without quotes a backslash takes itself away": (r"A=\n\\\ ", {"A": "n\\ "}),
    "and joins lines": ("A=a\\\nb", {"A": "ab"}),
    "blanks before a backslash stay": ("A=b \\\n", {"A": "b "}),
    "a value may begin with a backslash": (r"A=\"x", {"A": '"x'}),
    "a newline in quotes stays": ('A="a\nb"\nB=1', {"A": "a\nb", "B": "1"}),
    "a quote that is not closed eats the rest": ("A='a\nB=1", {"A": "a\nB=1"}),
    "a quote in the middle is literal": ('A=a"b c"d', {"A": 'a"b c"d'}),
    "quoted pieces join": ("A=\"a\" 'b'", {"A": "ab"}),
    "nothing is expanded": ("A=$B ${C} %n `d`", {"A": "$B ${C} %n `d`"}),
    "an empty value is a value": ('A=\nB=""', {"A": "", "B": ""}),
    "the last of a name wins": ("A=1\nA=2", {"A": "2"}),
    "a name that is none is ignored": ("export A=1\n1A=1\nA-B=1\n=1\nA.B=1\nC=1", {"C": "1"}),
    "a line without = is ignored": ("A\nB=1", {"B": "1"}),
    "a carriage return ends a line": ("A=1\r\nB=2\rC=3", {"A": "1", "B": "2", "C": "3"}),
    "the end of the file ends a value": ("A=1", {"A": "1"}),
    "a backslash at the end of the file is dropped": ("A=1\\", {"A": "1"}),
    "and in quotes too": ('A="1\\', {"A": "1"}),
    "a file may end in a comment": ("A=1\n# the end", {"A": "1"}),
}
# name, value, what the problem says was found
REFUSED = {
    "a name with a dash": ("A-B", "x", "this name"),
    "a name with a digit first": ("1A", "x", "this name"),
    "a name with a newline at its end": ("A\n", "x", "this name"),
    "a name in other letters": ("Ä", "x", "this name"),
    "a name that is no text": ("\ud800", "x", "this name"),
    "no name": ("", "x", "this name"),
    "a NUL": ("A", "x\0", "a value with a NUL"),
    "a surrogate": ("A", "x\ud800", "a value with the character U+D800, which is not text"),
    "a noncharacter": ("A", "x\U0001ffff", "a value with the character U+1FFFF, which is not text"),
    "one byte too many": ("A", "x" * (LONGEST - 1), "a value that is too long"),
    "fewer characters than bytes": ("A", "\U0001f980" * (LONGEST // 4 + 1), "a value that is too long"),
}
TEXTS = {
    "text": ("08", "08"),
    "a number": (8, "8"),
    "a fraction": (0.5, "0.5"),
    "true in YAML's spelling": (True, "true"),
    "false in YAML's spelling": (False, "false"),
}


@given(variables)
def test_what_is_written_is_read_back_exactly(variables: dict[str, str]) -> None:
    assert parse_env(render_env(variables)) == variables


@pytest.mark.parametrize(("text", "expected"), READ.values(), ids=READ.keys())
def test_a_file_is_read_as_systemd_reads_it(text: str, expected: dict[str, str]) -> None:
    assert parse_env(text) == expected


@given(carried)
def test_no_file_is_refused(text: str) -> None:
    assert all(NAME.fullmatch(name) for name in parse_env(text))


@given(names, carried)
def test_an_item_of_a_unit_is_one_word_and_expands_nothing(name: str, value: str) -> None:
    item = render_environment(name, value)
    assert "\n" not in item
    assert split_command(item) == [f"{name}={value}".replace("%", "%%")]


@pytest.mark.parametrize(("name", "value", "found"), REFUSED.values(), ids=REFUSED.keys())
def test_what_no_file_can_carry_is_a_problem(name: str, value: str, found: str) -> None:
    (problem,) = env_problems({name: value}, "environment")
    assert (problem.where, problem.found) == (f"environment.{name}", found)


@given(names, carried)
def test_what_a_file_can_carry_is_none(name: str, value: str) -> None:
    assert env_problems({name: value, "LONG": "x" * (LONGEST - len("LONG="))}, "environment") == []


def test_every_problem_is_told_and_no_value() -> None:
    values: dict[t.Any, t.Any] = {
        "A-B": "s3cret\0",
        "LIST": ["s3cret"],
        "MAP": {"s3cret": 1},
        "NONE": None,
        "TEXT": "s3cret\ufffe",
        "FINE": "s3cret",
    }
    texts, problems = read_variables(values, "secrets")
    assert [(problem.where, problem.found) for problem in problems] == [
        ("secrets.LIST", "list"),
        ("secrets.MAP", "dict"),
        ("secrets.NONE", "nothing"),
        ("secrets.A-B", "this name"),
        ("secrets.A-B", "a value with a NUL"),
        ("secrets.TEXT", "a value with the character U+FFFE, which is not text"),
    ]
    assert "s3cret" not in "".join(map(str, problems))
    assert texts["FINE"] == "s3cret"


@pytest.mark.parametrize(("value", "text"), TEXTS.values(), ids=TEXTS.keys())
def test_a_value_of_yaml_has_a_text(value: t.Any, text: str) -> None:
    assert as_text(value) == text
    assert read_variables({"A": value}, "environment") == ({"A": text}, [])
