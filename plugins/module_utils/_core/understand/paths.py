# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths as an operator writes them. Nothing in one is expanded: neither ``~`` nor ``$HOME`` nor a pattern."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import value_problems

# EnvironmentFile= is a pattern, read with glob(3): `/etc/app/*` would read every file there.
PATTERN = re.compile(r"[*?\[\\]")
# Separates, quotes or expands in a list of paths.
PATH_LIST_SYNTAX = re.compile(r"[\s\"'\\]|%(?!i)")


def path_problems(path: str, where: str) -> t.List[Problem]:
    """What keeps a text from being the path of one file or directory."""
    found = list(value_problems(path, where))
    if not path.startswith("/"):
        found.append(Problem(where, repr(path), "an absolute path"))
    return found


def parent(path: str) -> str:
    """The directory that an absolute path lies in."""
    return path.rpartition("/")[0] or "/"


def joined(directory: str, path: str) -> str:
    """An absolute path, from one that is relative to a directory, without ``.`` and ``..``."""
    found: t.List[str] = []
    for part in (path if path.startswith("/") else f"{directory}/{path}").split("/"):
        if part == "..":
            found = found[:-1]
        elif part not in ("", "."):
            found.append(part)
    return "/" + "/".join(found)


def is_below(path: str, directories: t.Iterable[str]) -> bool:
    """Whether a path is one of these directories, or lies in one."""
    return any(path == one or path.startswith(f"{one}/") for one in directories)


def environment_file_problems(path: str, where: str) -> t.List[Problem]:
    """What keeps a path from being that of the one file that ``EnvironmentFile=`` reads."""
    found = path_problems(path, where)
    if "%" in path.replace("%i", ""):
        return [*found, Problem(where, "another specifier than %i", "a path, in which %i may stand")]
    if PATTERN.search(path):
        hint = "systemd takes it for a pattern, and reads every file that matches."
        return [*found, Problem(where, repr(path), "a path without '*', '?', '[' and backslashes", hint)]
    return found
