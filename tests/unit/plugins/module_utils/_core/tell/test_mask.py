# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import html
import json
import shlex
import typing as t
import urllib.parse

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.tell.mask import LEFT_OUT, MASK, SHORT, Mask

MASKED = {
    "a secret": ("login with hunter2", ["hunter2"], [f"login with {MASK}"]),
    "every time": ("abcde abcde", ["abcde"], [f"{MASK} {MASK}"]),
    "the longer one first": ("hunter22", ["hunter2", "hunter22"], [MASK]),
    "an empty one hides nothing": ("text", ["", " "], ["text"]),
    "one line of a key": ("read MIIEvQ", ["-----BEGIN-----\nMIIEvQ\n"], [f"read {MASK}"]),
    "a key as it is": ("read\n-----BEGIN-----\nx\nMIIEvQ", ["-----BEGIN-----\nx\nMIIEvQ\n"], ["read", MASK]),
    "one with blanks around, which the journal drops": ("read a b c", [" a b c \t"], [f"read {MASK}"]),
    "a short line of a long secret hides nothing": ("at }", ['{\n"key": 1\n}'], ["at }"]),
    "a line with a short secret is not shown": ("the PIN is 1234\nand more", ["1234"], [LEFT_OUT, "and more"]),
    "a secret of one letter": ("a b\nc", ["b"], [LEFT_OUT, "c"]),
    "several lines": ("hunter2\nhunter3", ["hunter3"], ["hunter2", MASK]),
    "no secrets at all": ("hunter2", [], ["hunter2"]),
}
# How programs write a text.
WRITTEN: dict[str, t.Callable[[str], str]] = {
    "as it is": str,
    "by repr() of Python": repr,
    "by ascii() of Python": ascii,
    "as JSON": json.dumps,
    "as JSON, as it is": lambda text: json.dumps(text, ensure_ascii=False),
    "as JSON in JSON": lambda text: json.dumps(json.dumps({"key": text})),
    "as JSON by PHP": lambda text: json.dumps(text).replace("/", r"\/"),
    "by var_export() of PHP": lambda text: "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'",
    "in SQL": lambda text: "'" + text.replace("'", "''") + "'",
    "for a shell": lambda text: shlex.join([text]),
    "in HTML": html.escape,
    "in a URL": urllib.parse.quote,
    "in a query": urllib.parse.quote_plus,
    "in a query, by others": lambda text: urllib.parse.quote(text, safe="").lower() if text.islower() else text,
    "by encodeURIComponent() of JavaScript": lambda text: urllib.parse.quote(text, safe="!'()*~"),
    "in hexadecimal": lambda text: text.encode().hex(),
    "in hexadecimal, in capitals": lambda text: text.encode().hex().upper(),
    "in base64": lambda text: base64.b64encode(text.encode()).decode(),
    "in base64 for a URL": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "as HTTP's basic authentication": lambda text: base64.b64encode(f"me:{text}".encode()).decode(),
    "in base64 behind two more letters": lambda text: base64.b64encode(f"user:{text}@host".encode()).decode(),
}
PASSWORDS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=40) | st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=8, max_size=20
)


@pytest.mark.parametrize(("text", "secrets", "expected"), MASKED.values(), ids=MASKED.keys())
def test_secrets_are_masked(text: str, secrets: list[str], expected: list[str]) -> None:
    assert Mask(secrets).lines(text) == expected


@pytest.mark.parametrize("write", WRITTEN.values(), ids=WRITTEN.keys())
@given(PASSWORDS)
def test_a_secret_is_masked_however_a_program_writes_it(write: t.Callable[[str], str], secret: str) -> None:
    assume(secret == secret.strip())
    written = write(secret)
    line = "".join(Mask([secret]).lines(f"token {written} refused"))
    assert MASK in line
    # Of base64, a character at either end is of what stands beside the secret too.
    left = line.replace("token ", "").replace(" refused", "").replace(MASK, "")
    assert len(left) <= len(write("")) + 4


@given(st.text(), st.lists(st.text("ab\n", min_size=1)))
def test_no_secret_is_left_in_a_line(text: str, secrets: list[str]) -> None:
    shown = [line for line in Mask(secrets).lines(text) if line != LEFT_OUT]
    whole = [secret.strip() for secret in secrets]
    lines = [line.strip() for secret in whole for line in secret.splitlines()]
    for secret in (*whole, *(line for line in lines if len(line) >= SHORT)):
        assert not secret or not any(secret in line for line in shown)
