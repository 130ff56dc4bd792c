# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.env_lint import (
    MOST_FINDINGS,
    Effect,
    oddities,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import render_env
from tests.unit.plugins.module_utils._core.builders import carried

PEM = "-----BEGIN PRIVATE KEY-----\nMIIEvQ+/s3cret\nabcd==\nabc=\n-----END PRIVATE KEY-----\n"
# the file, and the lines with what is said of them
ODD: dict[str, tuple[str, list[tuple[int, Effect, str]]]] = {
    "a comment behind a value": (
        "A=1\nQUEUE=high   # which\n",
        [(2, Effect.OTHER_VALUE, "a comment after the value in QUEUE")],
    ),
    "behind none": ("A= # none\n", [(1, Effect.OTHER_VALUE, "a comment after the value in A")]),
    "behind quotes": ('X="a b" # c', [(1, Effect.OTHER_VALUE, "a comment after the value in X")]),
    "close behind quotes": ('X="a b"# c', [(1, Effect.OTHER_VALUE, "a comment after the value in X")]),
    "more behind quotes": ("X='a' b", [(1, Effect.OTHER_VALUE, "text after the closing quote in X")]),
    "a path of another system": (
        r"P=C:\temp",
        [(1, Effect.OTHER_VALUE, "a backslash without quotes in P")],
    ),
    "an escape in quotes": (
        'A=1\nK="a\\nb"\n',
        [(2, Effect.OTHER_VALUE, r"an escape such as \n in double quotes in K")],
    ),
    "a backslash at the end": (
        "A=x\\\nB=2\n",
        [(1, Effect.OTHER_VALUE, "a backslash at the end of the line, before another variable in A")],
    ),
    "and nothing before it": (
        "A=\\\nB=2\n",
        [(1, Effect.OTHER_VALUE, "a backslash at the end of the line, before another variable in A")],
    ),
    "a quote that stays open": ('A=1\nB="x\nC=2\n', [(2, Effect.OTHER_VALUE, "a quote that is not closed in B")]),
    "or is closed by the next": ('B="x\nC="y"\n', [(1, Effect.OTHER_VALUE, "a quote that is not closed in B")]),
    "a key without quotes": (
        f"KEY={PEM}B=2\n",
        [(1, Effect.NOT_SET, "a value of several lines without quotes in KEY")],
    ),
    "two of them": (
        f"KEY={PEM}CERT={PEM}",
        [
            (1, Effect.NOT_SET, "a value of several lines without quotes in KEY"),
            (6, Effect.NOT_SET, "a value of several lines without quotes in CERT"),
        ],
    ),
    "a name with a dash": (
        "queue-name=s3cret\n",
        [(1, Effect.NOT_SET, "queue-name, which is not a valid name of a variable")],
    ),
    "what may be a piece of a secret": ("s3cret-s3cret=\n", [(1, Effect.NOT_SET, "an invalid name of a variable")]),
    "what is hardly a name": ("s3cret/+x=1\n", [(1, Effect.NOT_SET, "an invalid name of a variable")]),
    "a line without an assignment": (
        "A=1\n\ns3cret\nB=2\n",
        [(3, Effect.NOT_SET, "a line that is not an assignment, behind A")],
    ),
    "a script": (
        "if true; then\n  B=2\nfi",
        [
            (1, Effect.NOT_SET, "a line that is not an assignment"),
            (3, Effect.NOT_SET, "a line that is not an assignment, behind B"),
        ],
    ),
    "a mark of Windows": (
        "\ufeffA=1\n",
        [(1, Effect.NOT_SET, "a byte order mark, which is a part of the first name")],
    ),
    "another encoding": (
        "A=1\nB=caf\udce9\n",
        [(2, Effect.NO_START, "the byte 0xE9, which is not UTF-8, in B")],
    ),
    "in a name": (
        "caf\udce9=1\n",
        [
            (1, Effect.NO_START, "the byte 0xE9, which is not UTF-8"),
            (1, Effect.NOT_SET, "an invalid name of a variable"),
        ],
    ),
    "a NUL": ("A=1\nB=\0\n", [(2, Effect.NO_START, "a NUL")]),
}
FINE: dict[str, str] = {
    "plain": "A=1\n# a comment\n; another\nB = 2 3 \n",
    "a colour": "C=#fff\nU=http://a/#b\n",
    "quotes": "A=\"a # b\"\nB='c \\n d'\nC=it's\n",
    "pieces that join": "A=\"a\"'b'\n",
    "what shells drop too": "A=a\\ b\\$c\\#\n",
    "a long value": "A=one\\\n  two\\\n  three\n",
    "a key in quotes": f'KEY="{PEM}"\nB=1\n',
    "a text with assignments": 'INI="[a]\nb=1\nc=2\n"\n',
    "a windows file": "A=1\r\nB=2\r\n",
    "an encoding in a comment": "# caf\udce9\nA=1\n",
    "and in a script, which has its own trap": "export A=1\nexport\tB=2\n",
    "empty": "",
}


@pytest.mark.parametrize(("text", "result"), ODD.values(), ids=ODD.keys())
def test_a_line_is_told_with_what_the_worker_gets(text: str, result: list[tuple[int, Effect, str]]) -> None:
    found = oddities(text)
    assert [(one.line, one.effect, one.found) for one in found] == result
    assert "s3cret" not in str(found)
    assert all(one.hint.endswith(".") for one in found)


@pytest.mark.parametrize("text", FINE.values(), ids=FINE.keys())
def test_what_everybody_reads_alike_is_not_told(text: str) -> None:
    assert oddities(text) == ()


@given(st.dictionaries(st.from_regex(r"[A-Z_]{1,9}", fullmatch=True), carried))
def test_what_we_write_systemd_reads_as_it_is_meant(variables: dict[str, str]) -> None:
    assert [one for one in oddities(render_env(variables)) if "assignment" not in one.found] == []


@given(st.text(alphabet="AB=#\"'\\\n \r;-\udce9\0", max_size=60))
def test_no_text_is_too_odd(text: str) -> None:
    assert len(oddities(text)) <= MOST_FINDINGS


@pytest.mark.parametrize("piece", ["a", "a=\\\n", "a='\n", 'A="\nB="\n', "junk\n", "A= # \n", "\\"])
def test_a_long_file_takes_no_longer_than_its_length(piece: str) -> None:
    def seconds(length: int) -> float:
        began = time.process_time()
        oddities(piece * (length // len(piece)))
        return time.process_time() - began

    assert seconds(200_000) < 20 * seconds(50_000) + 0.5
