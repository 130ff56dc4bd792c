# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The program in a Python of its own, as the host runs it."""

from __future__ import annotations

import subprocess
import sys
import types
import typing as t
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._host import compiled, program
from ansible_collections.workers.systemd.plugins.module_utils._host.kept_program import mark
from ansible_collections.workers.systemd.plugins.module_utils._host.users import as_user

ROOMS = {
    "room/part.py": "SAID = 'the source'\n",
    "room/start.py": "from room.part import SAID\n\ndef main():\n    print(SAID)\n",
}
IMPORTS = {f"{compiled.__name__.replace('.', '/')}.py": Path(compiled.__file__).read_text()}
SOURCES = {"__main__.py": program.MAIN.format("room.start"), **IMPORTS, **ROOMS}
CODE = compiled.code_of({**SOURCES, "room/part.py": "SAID = 'the compiled code'\n"})


def said(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    return subprocess.run([sys.executable, "-I", path], capture_output=True, text=True, check=True).stdout


def test_its_code_runs_as_it_was_compiled(tmp_path: Path) -> None:
    made = program.archive(SOURCES, mark("0" * 64), CODE)
    assert said(tmp_path / "program.pyz", made) == "the compiled code\n"


def test_the_process_of_a_user_runs_its_compiled_code(tmp_path: Path) -> None:
    path, says = f"{as_user.__name__.replace('.', '/')}.py", "def main():\n    print({!r})\n"
    sources = {**IMPORTS, path: says.format("the source")}
    code = compiled.code_of({**sources, path: says.format("the compiled code")})
    file = tmp_path / "program.pyz"
    file.write_bytes(program.archive(sources, b"", code))
    argv = [sys.executable, "-I", "-c", as_user.START, file]
    assert subprocess.run(argv, capture_output=True, text=True, check=True).stdout == "the compiled code\n"


def test_another_python_runs_the_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "MEMBER", "compiled.03f30d0a")
    assert said(tmp_path / "program.pyz", program.archive(SOURCES, b"", b"of Python 2.7")) == "the source\n"


def test_without_compiled_code_the_sources_run(tmp_path: Path) -> None:
    assert said(tmp_path / "program.pyz", program.archive(SOURCES, b"")) == "the source\n"


FAILS = """\
import traceback

def main():
    try:
        1 / 0  # a line of the source
    except ArithmeticError:
        print(traceback.format_exc())
"""


def test_a_traceback_shows_the_lines_of_the_source(tmp_path: Path) -> None:
    sources = {**SOURCES, "room/start.py": FAILS}
    made = program.archive(sources, b"", compiled.code_of(sources))
    assert "1 / 0  # a line of the source" in said(tmp_path / "program.pyz", made)


def test_it_ends_with_its_mark() -> None:
    of_none = mark("0" * 64)
    assert program.archive(SOURCES, of_none).endswith(of_none)
    assert len(of_none) == program.LENGTH_OF_MARK
    assert program.MARK.fullmatch(of_none)


def test_equal_code_is_an_equal_file() -> None:
    turned = dict(reversed([*SOURCES.items()]))
    assert program.archive(SOURCES, b"", CODE) == program.archive(turned, b"", CODE)


def test_knows_the_very_file_that_it_runs_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    of_none = program.archive(SOURCES, mark("0" * 64), CODE)
    kept, copy = tmp_path / "recovery.pyz", tmp_path / "copy.pyz"
    kept.write_bytes(of_none)
    copy.write_bytes(of_none)
    loader = types.SimpleNamespace(archive=str(kept))
    monkeypatch.setitem(sys.modules, "room", t.cast("t.Any", types.SimpleNamespace(__loader__=loader)))
    running = program.Program("room")
    assert running.kept == running.made() == of_none
    assert [running.runs_from(str(path)) for path in (kept, copy, tmp_path / "none")] == [True, False, False]
    assert not program.Program(__name__).runs_from(str(kept)), "what Ansible has sent is in no such file"
