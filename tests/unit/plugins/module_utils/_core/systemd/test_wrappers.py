# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.shell_text import Script
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.wrappers import WRAPPERS, Stays, unwrap
from tests.helpers.wrapped_commands import BASH, IN_THE_WAY, MEASURED, RELAYS

NAMED = {
    "npm start": IN_THE_WAY,
    "npm run w": IN_THE_WAY,
    "yarn w": IN_THE_WAY,
    "pnpm w": RELAYS,
    "make w": RELAYS,
    "foreman start": RELAYS,
    "script": IN_THE_WAY,
}
NONE = ["npm ci", "bundle install", "uv", "nice", "flock /tmp/l", "/bin/sh", "sh -c", "sh /srv/w", "/srv/w -c x"]


@pytest.mark.parametrize(("command", "stays"), MEASURED.items(), ids=MEASURED.keys())
def test_what_is_measured(command: str, stays: list[Stays]) -> None:
    found = unwrap(shlex.split(command))
    assert [layer.stays for layer in found.layers] == stays
    assert found.words == ("/srv/w",)


@pytest.mark.parametrize(("command", "stays"), NAMED.items(), ids=NAMED.keys())
def test_what_is_only_named_is_not_seen(command: str, stays: Stays) -> None:
    assert unwrap(shlex.split(command)) == (((command.split()[0], stays),), ())


@pytest.mark.parametrize("command", NONE)
def test_what_starts_nothing_is_no_wrapper(command: str) -> None:
    words = tuple(shlex.split(command))
    assert unwrap(words) == ((), words)


@pytest.mark.parametrize(("script", "becomes"), BASH.items(), ids=BASH.keys())
def test_bash_becomes_the_last_command(script: str, becomes: bool) -> None:
    assert Script.of(script).is_become_by("bash") is becomes
    assert Script.of(script).is_become_by("dash") is ("exec" in script)
    assert Script.of(script).worker[-1:] == ("/srv/w",)


def test_a_trap_of_the_shell_is_somebody_s_thought() -> None:
    assert Script.of("trap stop TERM; /srv/w & wait").is_become_by("dash")


def test_an_empty_line_is_no_command() -> None:
    assert [part.words for part in Script.of("cd /srv\n\n./w").parts] == [("cd", "/srv"), ("./w",)]


def test_what_no_shell_reads_says_nothing() -> None:
    assert Script.of("/srv/w 'a").parts == ()
    assert Script.of("/srv/w 'a").is_become_by("dash")
    assert Script.of("").worker == ()


def test_a_command_that_wraps_itself_has_an_end() -> None:
    assert len(unwrap(["nice"] * 99).layers) == 8


@given(
    st.lists(
        st.sampled_from([*WRAPPERS, "sh", "-c", "-n", "--", "run", "exec", "A=1", "do", "'", "a; b", "-"]) | st.text(),
        max_size=12,
    )
)
def test_no_command_is_too_strange(words: list[str]) -> None:
    assert len(unwrap(words).words) <= max(len(words), len(" ".join(words)))


@given(st.text(alphabet="ab \n;&|<>()'\"\\$`#=\t"))
def test_no_script_is_too_strange(text: str) -> None:
    for part in Script.of(text).parts:
        assert part.words
