# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import shutil
import subprocess
import typing as t
from pathlib import Path

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.look.ecosystem import (
    PROGRAM,
    STANDARD_OUTPUT,
    command,
)

NODE = shutil.which("node") or "node"


def test_node_reads_the_program_from_its_input() -> None:
    assert command("/n", "/e.js", "-", marked=False) == ["/n", "-", "/e.js", "", "-"]
    assert command("/n", "/e.js", "/a", marked=True) == ["/n", "-", "/e.js", "marked", "/a"]


MARK = "\x01ENV:A\x01"
# The text of a file, its name, and what node says of it without and with marks.
FILES: dict[str, tuple[str, str, t.Any, t.Any]] = {
    "a variable of the environment": ("module.exports = {a: process.env.A}", "e.js", {"a": None}, {"a": MARK}),
    "a module of today": ("export default [process.env.A || 'b']", "e.mjs", ["b"], [MARK]),
    "named exports": ("exports.apps = [7n, () => 1]", "e.cjs", {"apps": ["7", None]}, {"apps": ["7", None]}),
    "what it prints": ("console.log('x'); console.error('y'); module.exports = 1", "e.js", 1, 1),
    "an answer that is longer than a pipe": ("module.exports = 'x'.repeat(5e5)", "e.js", "x" * 500_000, "x" * 500_000),
    "its directory": ("module.exports = require('path').basename(__filename)", "e.js", "e.js", "e.js"),
    "the home of a user": ("module.exports = require('os').homedir()", "e.js", "~", "~"),
}


def said(path: Path, *, marked: bool) -> t.Any:
    argv = command(NODE, str(path), STANDARD_OUTPUT, marked=marked)
    return json.loads(subprocess.run(argv, input=PROGRAM, capture_output=True, text=True, check=False).stdout)


@pytest.mark.skipif(shutil.which("node") is None, reason="node reads ecosystem files")
@pytest.mark.parametrize(("text", "name", "plain", "marked"), FILES.values(), ids=FILES.keys())
def test_node_says(text: str, name: str, plain: t.Any, marked: t.Any, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    assert said(tmp_path / name, marked=False) == {"data": plain, "missing": []}
    assert said(tmp_path / name, marked=True) == {"data": marked, "missing": []}


@pytest.mark.skipif(shutil.which("node") is None, reason="node reads ecosystem files")
def test_a_module_that_is_not_there_is_named_and_an_error_is_told(tmp_path: Path) -> None:
    path = tmp_path / "e.js"
    path.write_text("const a = require('nosuch-a')(1).b; module.exports = {a: `${a}`}")
    assert said(path, marked=False) == {"data": {"a": ""}, "missing": ["nosuch-a"]}
    path.write_text("throw new Error('not today')")
    assert said(path, marked=False) == {"error": "not today"}
