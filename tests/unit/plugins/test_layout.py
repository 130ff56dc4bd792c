# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The folder is the argument: what lies in _core cannot touch the machine."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

CORE = Path(__file__).parents[3] / "plugins" / "module_utils" / "_core"
OURS = "ansible_collections.workers.systemd.plugins.module_utils._core"
MAY_USE = {
    "__future__",
    "base64",
    "collections",
    "dataclasses",
    "datetime",
    "difflib",
    "enum",
    "fnmatch",
    "functools",
    "hashlib",
    "hmac",
    "html",
    "ipaddress",
    "json",
    "math",
    "re",
    "signal",
    "string",
    "typing",
    "urllib.parse",
}


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "a relative import")
    return names


@pytest.mark.parametrize("path", sorted(CORE.rglob("*.py")), ids=lambda path: path.name)
def test_core_touches_nothing(path: Path) -> None:
    foreign = {name for name in imported(path) if name != OURS and not name.startswith(f"{OURS}.")}
    assert foreign <= MAY_USE


@pytest.mark.parametrize("path", sorted(CORE.rglob("*.py")), ids=lambda path: path.name)
def test_core_has_no_clock(path: Path) -> None:
    """`datetime` may take a moment apart, and not ask what time it is."""
    attributes = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
    assert not attributes & {"now", "today", "utcnow"} or "datetime" not in imported(path)
