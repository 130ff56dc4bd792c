# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tools of the host get is fixed, whatever we were given."""

from __future__ import annotations

import ast
import typing as t
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands

HOST = Path(__file__).parents[6] / "plugins" / "module_utils" / "_host"
# Of a task, a login, sudo; none of them may reach what root runs.
GIVEN = {
    "LD_PRELOAD": "",
    "SYSTEMD_UNIT_PATH": "/tmp/units",
    "SYSTEMD_LOG_LEVEL": "debug",
    "LANG": "de_DE.UTF-8",
    "LC_MESSAGES": "de_DE.UTF-8",
    "HOME": "/tmp/home",
    "VAULT_TOKEN": "secret",
    "PYTHONPATH": "/tmp",
}
FIXED = {*commands.ENVIRONMENT, "PATH", "LANG", "HOME", "USER", "LOGNAME", "SHELL"}


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> t.List[t.Dict[str, str]]:
    """What both doors give to a program; one of the same name lies first in the PATH that we have."""
    for name, value in GIVEN.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    (tmp_path / "env").write_text("#!/bin/sh\necho WRONG=1\n")
    (tmp_path / "env").chmod(0o755)
    status, out, _err = commands.run(["env"])
    assert status == 0
    texts = (out, commands.head(["env"], 9999))
    return [dict(line.split("=", 1) for line in text.split("\n") if line) for text in texts]


def test_tools_get_nothing_of_what_we_were_given(printed: t.List[t.Dict[str, str]]) -> None:
    for environment in printed:
        assert set(environment) == FIXED
        assert (environment["LC_ALL"], environment["PATH"]) == ("C", commands.SERVICE_PATH)
        assert environment["HOME"] != GIVEN["HOME"]


def test_where_the_manager_of_a_user_is_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/1000")
    assert "XDG_RUNTIME_DIR=/run/user/1000\n" in commands.run(["env"])[1]


@pytest.mark.parametrize("path", sorted(HOST.rglob("*.py")), ids=lambda path: path.name)
def test_no_process_is_started_with_what_we_were_given(path: Path) -> None:
    for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
        if ast.unparse(call.func) in ("subprocess.run", "subprocess.Popen"):
            given = [ast.unparse(one.value) for one in call.keywords if one.arg == "env"]
            assert given, f"line {call.lineno}"
            assert "os.environ" not in given[0]
