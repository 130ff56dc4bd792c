# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import (
    LONGEST,
    LONGEST_PATH,
    argv_problems,
    render_argv,
    split_command,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import value_problems
from tests.unit.plugins.module_utils._core.builders import carried

argvs = st.tuples(carried.map(lambda word: f"/{word}"), st.lists(carried, max_size=4)).map(
    lambda both: [both[0], *both[1]]
)

SPLIT = {
    "blanks separate": ("/bin/a  b\tc", ["/bin/a", "b", "c"]),
    "nothing at all": (" \t", []),
    "an empty word in quotes is a word": ("a '' \"\"", ["a", "", ""]),
    "quotes keep blanks": ("a 'b c' \"d e\"", ["a", "b c", "d e"]),
    "quotes keep the other quotes": ('"it\'s" \'a "b"\'', ["it's", 'a "b"']),
    "quotes join what is beside them": ("a'b c'd", ["ab cd"]),
    "a quote inside of a word opens too": ('a="b c"', ["a=b c"]),
    "simple escapes": (r"a\sb \t \" \' \\", ["a b", "\t", '"', "'", "\\"]),
    "escapes are read in single quotes too": (r"'\x41\'b'", ["A'b"]),
    "an octal escape": (r"\101\0611", ["A11"]),
    "an octal escape of three digits at most 377": (r"\400", [r"\400"]),
    "short and long Unicode": (r"\u00e4\U0001f980", ["ä🦀"]),
    "bytes that make up a character": (r"\xc3\xa4 \303\244", ["ä", "ä"]),
    "bytes that make up none": (r"\xff", ["\udcff"]),
    "a short noncharacter is taken": (r"\ufffe", ["\ufffe"]),
    "a long noncharacter is not": (r"\U0000fffe", [r"\U0000fffe"]),
    "nor what is beyond Unicode": (r"\U00110000", [r"\U00110000"]),
    "nor a NUL": (r"\x00 \000 \u0000", [r"\x00", r"\000", r"\u0000"]),
    "an unknown escape stays": (r"\q \e \;", [r"\q", r"\e", r"\;"]),
    "a backslash at the end stays": ("a\\", ["a\\"]),
    "variables and specifiers stay": ("$A ${B} %i $$ %%", ["$A", "${B}", "%i", "$$", "%%"]),
}
# argv, the places of its problems
REFUSED = {
    "a program without its path": (["php", "x"], ["command[0]"]),
    "no program": (["", "x"], ["command[0]"]),
    "a quote in the path": (["/opt/it's"], ["command[0]"]),
    "a backslash in the path": (["/opt/a\\b"], ["command[0]"]),
    "a newline in the path": (["/opt/a\nb"], ["command[0]"]),
    "a noncharacter in the path": (["/opt/\ufffe"], ["command[0]"]),
    "a noncharacter in an argument": (["/bin/a", "\U0001ffff"], ["command[1]"]),
    "a byte that is not UTF-8": (["/bin/a", "\udcff"], ["command[1]"]),
    "a star in the path": (["/opt/a*"], ["command[0]"]),
    "a question mark in the path": (["/opt/a?"], ["command[0]"]),
    "a bracket in the path": (["/opt/[a]"], ["command[0]"]),
    "a blank at the end of the path": (["/opt/a "], ["command[0]"]),
    "a slash at the end of the path": (["/opt/"], ["command[0]"]),
    "a path with a byte too many": (["/" + "a" * LONGEST_PATH], ["command[0]"]),
    "a NUL in an argument": (["/bin/a", "b", "c\0"], ["command[2]"]),
    "a surrogate in an argument": (["/bin/a", "\ud800"], ["command[1]"]),
    "an argument with a byte too many": (["/bin/a", "x" * LONGEST, "x" * (LONGEST + 1)], ["command[2]"]),
    "all of it at once": (["php", "\0", "fine", "\udfff"], ["command[0]", "command[1]", "command[3]"]),
}


@given(argvs)
def test_a_rendered_command_has_the_same_words_apart_from_the_doubling(argv: list[str]) -> None:
    path, *arguments = [word.replace("%", "%%") for word in argv]
    assert split_command(render_argv(argv)) == [path, *(word.replace("$", "$$") for word in arguments)]


@given(argvs)
def test_a_rendered_command_is_the_value_of_a_directive(argv: list[str]) -> None:
    assert list(value_problems(render_argv(argv), "ExecStart")) == []


@pytest.mark.parametrize(("text", "expected"), SPLIT.values(), ids=SPLIT.keys())
def test_a_line_is_taken_apart_as_systemd_does(text: str, expected: list[str]) -> None:
    assert split_command(text) == expected


@pytest.mark.parametrize("text", ["/bin/a 'b", '/bin/a "b', '/bin/a "b\\"'])
def test_a_quote_that_is_not_closed_is_refused(text: str) -> None:
    with pytest.raises(Problems, match="not closed"):
        split_command(text)


@pytest.mark.parametrize(("argv", "places"), REFUSED.values(), ids=REFUSED.keys())
def test_what_systemd_cannot_start_is_a_problem(argv: list[str], places: list[str]) -> None:
    assert sorted(problem.where for problem in argv_problems(argv, "command")) == places


@given(st.lists(carried, max_size=4))
def test_any_other_argument_is_none(arguments: list[str]) -> None:
    assert argv_problems(["/opt/my worker/run $x %i", *arguments], "command") == []
