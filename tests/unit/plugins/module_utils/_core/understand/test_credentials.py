# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.understand.credentials import (
    ENCRYPTED_SINCE,
    LARGEST,
    NAME,
    PAGE,
    PAGES,
    file_of,
    kept,
    listing,
    name_of,
    read_credentials,
)
from tests.unit.plugins.module_utils._core.builders import KEYED_DIGEST, carried

TAKEN: dict[str, dict[str, str]] = {
    "the name of a variable": {"APP_KEY": "x"},
    "every sign": {"a.b-c@d+e_f": "x"},
    "a digit first": {"0": "x"},
    "nothing in it": {"A": ""},
    "several lines": {"A": "-----BEGIN-----\n\r\n\x01"},
    "the longest name": {"A" * 100: "x"},
    "the largest": {"A": "x" * LARGEST},
    "all that fit": dict.fromkeys(map(str, range(PAGES)), "x" * PAGE),
}
# credentials, where, what of it is said
REFUSED: dict[str, tuple[dict[t.Any, t.Any], str, str]] = {
    "no name": ({"": "s3cret"}, "secrets.", "this name"),
    "a slash": ({"../a": "s3cret"}, "secrets.../a", "this name"),
    "a colon, which ends a name to systemd": ({"a:b": "s3cret"}, "secrets.a:b", "this name"),
    "a newline at the end": ({"a\n": "s3cret"}, "secrets.a\n", "this name"),
    "a specifier": ({"%i": "s3cret"}, "secrets.%i", "this name"),
    "a dot first": ({".a": "s3cret"}, "secrets..a", "this name"),
    "a name that is too long": ({"a" * 101: "s3cret"}, f"secrets.{'a' * 101}", "this name"),
    "a NUL": ({"A": "s3cret\0"}, "secrets.A", "a value with a NUL"),
    "a byte that is no text": ({"A": "s3cret\udc80"}, "secrets.A", "a value with the byte 0x80, which is not UTF-8"),
    "nothing": ({"A": None}, "secrets.A", "nothing"),
    "a list": ({"A": ["s3cret"]}, "secrets.A", "list"),
    "one byte too many": ({"A": "x" * (LARGEST + 1)}, "secrets.A", "a value that is too long"),
    "too many": (dict.fromkeys(range(PAGES + 1), "s3cret"), "secrets", f"values of {PAGES + 1} pages of {PAGE} bytes"),
    "too much": (dict.fromkeys(range(128), "x" * (PAGE + 1)), "secrets", f"values of 256 pages of {PAGE} bytes"),
}

names = st.from_regex(NAME, fullmatch=True)
some = st.dictionaries(names, carried, max_size=5)


@pytest.mark.parametrize("given", TAKEN.values(), ids=TAKEN.keys())
def test_takes(given: dict[str, str]) -> None:
    assert read_credentials(given, "secrets") == (given, [])


@pytest.mark.parametrize(("given", "where", "found"), REFUSED.values(), ids=REFUSED.keys())
def test_refuses(given: dict[t.Any, t.Any], where: str, found: str) -> None:
    (problem,) = read_credentials(given, "secrets")[1]
    assert (problem.where, problem.found) == (where, found)
    assert "s3cret" not in str(problem)


@given(names, st.sampled_from([ENCRYPTED_SINCE - 1, ENCRYPTED_SINCE]))
def test_a_file_tells_the_name_of_its_credential(name: str, systemd: int) -> None:
    assert name_of(f"/etc/workers.systemd/mail/{file_of(name, systemd)}") == name


def test_another_file_has_none() -> None:
    assert name_of("/etc/workers.systemd/mail/secrets") == ""


@given(some, some, some)
def test_a_text_is_kept_as_long_as_its_value_and_itself_are(
    values: dict[str, str], others: dict[str, str], damaged: dict[str, str]
) -> None:
    texts = {name: f"text of {value}" for name, value in values.items()}
    listed = listing(values, texts, KEYED_DIGEST)
    now, there = {**values, **others}, {**texts, **damaged}
    same = {name for name, value in values.items() if now[name] == value and there[name] == texts[name]}
    assert kept(now, listed, there, KEYED_DIGEST) == {name: texts[name] for name in same}


@given(some)
def test_no_value_is_in_the_listing(values: dict[str, str]) -> None:
    texts = dict.fromkeys(values, "text")
    assert all(f"={value}" not in listing(values, texts, KEYED_DIGEST) for value in values.values() if len(value) > 1)


def test_nothing_is_kept_without_a_listing() -> None:
    assert kept({"A": "1"}, "", {"A": "text"}, KEYED_DIGEST) == {}
