# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``metrics``: the directory in which the agent of the host keeps figures for Prometheus."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.paths import joined, path_problems

# The textfile collector of node exporter reads files with this ending alone.
ENDING = ".prom"
TEXTFILE = f"workers{ENDING}"


def read_metrics(given: t.Optional[str], where: str) -> t.Tuple[str, t.List[Problem]]:
    """The directory, empty without one, and its problems."""
    if given is None:
        return "", []
    problems = path_problems(given, where)
    if not problems and given.endswith(ENDING):
        hint = f"The agent writes the file {TEXTFILE} into it."
        problems = [Problem(where, repr(given), "a directory", hint)]
    return ("" if problems else joined("/", given)), problems


def textfile(directory: str) -> str:
    return f"{directory.rstrip('/')}/{TEXTFILE}"
