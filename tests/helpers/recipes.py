# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of docs/scaling.md that count how many jobs wait, as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

PAGE = (Path(__file__).parents[2] / "docs" / "scaling.md").read_text()
ROW = re.compile(r"^\| ([^|]+) \| `(\[.*?\])`", re.MULTILINE)
SCRIPT = re.compile(r"^```(?:sh|python)\n(#!.*\n# (/usr/local/bin/\S+) [^`]*)```$", re.MULTILINE)


def commands() -> dict[str, list[str]]:
    """By kind of queue."""
    return {kind: list(map(str, yaml.safe_load(words))) for kind, words in ROW.findall(PAGE)}


def scripts() -> dict[str, str]:
    """Texts by path."""
    return {path: text for text, path in SCRIPT.findall(PAGE)}
