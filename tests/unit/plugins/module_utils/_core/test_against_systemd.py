# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What this machine's own systemd makes of our texts, and of any other: it is the authority."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import not_text
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import NAME, parse_env, render_env
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import render_argv, split_command
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import PATTERN_HEADER, UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pool_unit import group_text, template_text
from tests.unit.plugins.module_utils._core import systemd_library
from tests.unit.plugins.module_utils._core.builders import SYSTEMD, carried, mail

library = pytest.mark.skipif(not systemd_library.VERSION, reason="this machine has no systemd that we know how to ask")
verify = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="this machine has no systemd-analyze")

# parse_env() reads comments that end in a backslash as systemd did before.
PLAIN_COMMENTS_SINCE = 257
ESCAPED_COMMENT = re.compile(r"[#;].*\\", re.DOTALL)


@library
@given(st.text(st.characters(exclude_characters="\0")))
def test_text_is_what_systemd_takes_for_text(text: str) -> None:
    assert (not_text(text) == "") is systemd_library.is_text(text.encode("utf-8", "surrogatepass"))


@library
@given(st.dictionaries(st.from_regex(NAME, fullmatch=True), carried, max_size=3))
def test_systemd_reads_our_environment_files_exactly(variables: dict[str, str]) -> None:
    assert systemd_library.variables(render_env(variables)) == list(variables.items())


@library
@given(st.text("AB=='\"\\ \t\n\r#;$`x", max_size=20))
def test_we_read_any_environment_file_as_systemd_does(content: str) -> None:
    assume(systemd_library.VERSION < PLAIN_COMMENTS_SINCE or not ESCAPED_COMMENT.search(content))
    theirs = dict(systemd_library.variables(content) or [])
    assert parse_env(content) == {name: value for name, value in theirs.items() if NAME.fullmatch(name)}


@library
@given(st.lists(carried, min_size=1, max_size=4))
def test_systemd_takes_our_commands_apart_exactly(argv: list[str]) -> None:
    path, *arguments = [word.replace("%", "%%") for word in argv]
    expected = [path, *(word.replace("$", "$$") for word in arguments)]
    assert systemd_library.words(render_argv(argv)) == [word.encode() for word in expected]


@library
@given(st.text("ab '\"\\ \tnx0417uUé;s", max_size=20))
def test_we_take_any_line_apart_as_systemd_does(line: str) -> None:
    try:
        ours = [word.encode("utf-8", "surrogateescape") for word in split_command(line)]
    except Problems:
        ours = None
    assert ours == systemd_library.words(line)


@library
@given(st.text("ab=[]\\ \t\n\r#;S", max_size=25))
def test_we_read_any_unit_file_as_systemd_does(content: str) -> None:
    read = UnitText.parse(f"[S]\n{content}")
    # Only later versions than those that can be asked refuse these.
    assume(read.unreadable is None or read.unreadable.found != PATTERN_HEADER)
    theirs = systemd_library.assignments(f"[S]\n{content}")
    assert (read.unreadable is not None) is (theirs is None)
    ours = [(one.section, one.key, one.value) for one in read.assignments]
    # A line without a name we keep to judge it.
    assert theirs is None or [one for one in ours if one[1]] == theirs


@verify
def test_systemd_has_nothing_to_say_about_our_units(tmp_path: Path) -> None:
    arguments = ["a b", "", "$HOME ${X}", "100%", "\\n", "'\"", "\n\t\x01\x7f", ";", "é🦀", "#"]
    pool = mail(
        command=["/bin/sh", *arguments],
        user="root",
        working_directory="/tmp/100% sure",
        environment={"A": "1"},
        limits={"memory_max": "1G", "cpu_quota": "50%", "tasks_max": "64"},
        unit={"Service": {"Nice": 5, "ProtectSystem": "full"}, "X-Mine": {"A": ["1", "2"]}},
    )
    (tmp_path / "mail@.service").write_text(template_text(pool, SYSTEMD, ["/etc/workers.systemd/mail/environment"]))
    (tmp_path / "mail.target").write_text(group_text(SYSTEM, pool))
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", f"{tmp_path}/mail@1.service", f"{tmp_path}/mail.target"],
        capture_output=True,
        check=False,
        text=True,
        env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:/usr/lib/systemd/system:/lib/systemd/system", "LC_ALL": "C"},
    )
    assert [line for line in said.stderr.splitlines() if "mail" in line] == []
