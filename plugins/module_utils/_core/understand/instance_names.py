# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``instances``: a count, or a list of names."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import as_text
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool

COUNT = re.compile(r"[0-9]{1,5}")
MOST = 99999
NUMBER = re.compile(r"[1-9][0-9]{0,4}")


def item_problems(items: t.Sequence[t.Any], where: str) -> t.List[Problem]:
    """Items of a list that have no text."""
    return [
        Problem(f"{where}[{index}]", "nothing" if item is None else type(item).__name__, "text, a number or a boolean")
        for index, item in enumerate(items)
        if not isinstance(item, (str, int, float))
    ]


def numbered(first: int, last: int) -> t.Tuple[str, ...]:
    """The names of instances that are counted."""
    return tuple(str(number) for number in range(first, last + 1))


def is_number(name: str) -> bool:
    """Whether it may be the name of an instance that is counted."""
    return bool(NUMBER.fullmatch(name))


def read_instances(
    given: t.Any, where: str, may_be: t.Callable[[str], bool], expected: str, hint: str
) -> t.Tuple[t.Tuple[str, ...], t.List[Problem]]:
    """The names in order, and what is wrong; ``expected`` and ``hint`` are for a name that ``may_be`` none."""
    if isinstance(given, list):
        problems = item_problems(given, where)
        if problems:
            return (), problems
        names = [as_text(name) for name in given]
        first: t.Dict[str, int] = {}
        for index, name in enumerate(names):
            if not may_be(name):
                problems.append(Problem(f"{where}[{index}]", repr(name), expected, hint))
            if first.setdefault(name, index) != index:
                problems.append(Problem(f"{where}[{index}]", repr(name), "a name used once"))
        return tuple(names), problems
    if isinstance(given, bool) or not COUNT.fullmatch(str(given)):
        found = type(given).__name__ if isinstance(given, dict) else repr(given)
        return (), [Problem(where, found, f"a count from 0 to {MOST}, or a list of names")]
    return numbered(1, int(given)), []


def literal_problems(pool: Pool) -> t.Iterator[Problem]:
    """Everywhere else ``%i`` is the name of the instance; a command that is a list is taken as it is."""
    hint = "Write the command as one line, in which %i is the name of the instance."
    for index in pool.literal:
        yield Problem(f"{pool.where}.command[{index}]", "%i, which the program gets unchanged", "no %i in a list", hint)


def surge_problems(pool: Pool) -> t.Iterator[Problem]:
    """Why a pool can have no instance for the meantime."""
    if not pool.rollout.surge:
        return
    where = f"{pool.where}.rollout.surge"
    if pool.names != numbered(1, len(pool.names)):
        hint = "An added instance has the number after the last one."
        yield Problem(where, "true, for instances with names", "instances by a count", hint)
    apart = [*pool.environment_files, *([pool.working_directory] if pool.working_directory else [])]
    for path in (path for path in apart if "%i" in path):
        yield Problem(where, f"true, with {path}", "paths that all instances share", "It has no such path of its own.")
