# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every example that the documentation shows, as plays that can be run."""

from __future__ import annotations

import ast
import re
import textwrap
import typing as t
from dataclasses import dataclass
from pathlib import Path

import yaml

Play = t.Dict[str, t.Any]

ROOT = Path(__file__).parents[2]
GUIDES = ("README.md", "SECURITY.md", "roles/*/README.md", "docs/*.md", "docs/docsite/*.md")
FENCED = re.compile(r"^(?P<indent> *)```ya?ml\n(?P<text>.*?)^ *```", re.MULTILINE | re.DOTALL)
POOL = {"name": "example", "command": "/bin/sleep infinity"}


@dataclass(frozen=True)
class Example:
    """``line`` is where it begins in its page, a file."""

    page: str
    line: int
    text: str

    def plays(self) -> list[Play]:
        """The example in a playbook: plays as they are, tasks and variables of the role in a play of their own, and
        options of a pool in a pool. Raises ``AssertionError`` for anything else.
        """
        content = yaml.safe_load(self.text)
        if isinstance(content, list) and all("hosts" in one for one in content):
            return content
        if isinstance(content, list):
            return [self._play(tasks=content)]
        assert isinstance(content, dict), (
            f"{self.page}:{self.line}: neither plays, tasks, variables nor options of a pool"
        )
        if all(str(key).startswith("workers_") for key in content):
            variables = {"workers_pools": [POOL], **content}
        else:
            variables = {"workers_pools": [{**POOL, **content}]}
        return [self._play(roles=["workers.systemd.workers"], vars=variables)]

    def _play(self, **content: t.Any) -> Play:
        return {"name": f"Line {self.line}", "hosts": "all", "gather_facts": False, "become": True, **content}


def examples() -> t.Iterator[Example]:
    """Those of the guides, and those that ``ansible-doc`` prints."""
    for pattern in GUIDES:
        for path in sorted(ROOT.glob(pattern)):
            text = path.read_text()
            for found in FENCED.finditer(text):
                line = text.count("\n", 0, found.start()) + 1
                yield Example(str(path.relative_to(ROOT)), line, textwrap.dedent(found["text"]))
    for path in sorted((ROOT / "plugins" / "modules").glob("*.py")):
        for statement in ast.parse(path.read_text()).body:
            if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "EXAMPLES":
                yield Example(str(path.relative_to(ROOT)), statement.lineno, ast.literal_eval(statement.value))
