# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``replaces``: what runs the work of a pool or a timer under another manager."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import not_one_line
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem

SUPERVISORD, CRON = "supervisord", "cron"
# supervisord separates groups with a colon, and `supervisorctl stop` takes a star for all of them.
PROGRAM = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_. -]*")


@dataclass(frozen=True)
class Replaces:
    """A ``program`` of supervisord, or a ``line`` in a ``file`` of cron. With ``once`` it may run only once: never both
    the pool and this. That holds for each timer.
    """

    manager: str
    program: str = ""
    file: str = ""
    line: str = ""
    once: bool = False

    def __str__(self) -> str:
        return f"the program {self.program} of supervisord" if self.program else f"a line of {self.file}"


def read_replaces(
    given: t.Optional[t.Mapping[str, t.Any]], where: str
) -> t.Tuple[t.Optional[Replaces], t.List[Problem]]:
    """``None`` when nothing is given, and with problems."""
    if not given:
        return None, []
    texts = {name: str(given.get(name) or "") for name in ("manager", "program", "file", "line")}
    found = Replaces(**texts, once=bool(given.get("once")))
    wrong = list(_problems(found, where))
    return None if wrong else found, wrong


def _problems(found: Replaces, where: str) -> t.Iterator[Problem]:
    if found.manager == SUPERVISORD:
        if not PROGRAM.fullmatch(found.program):
            yield Problem(f"{where}.program", repr(found.program), "the name of a program of supervisord")
        needless = [name for name in ("file", "line") if getattr(found, name)]
    else:
        if not found.file.startswith("/"):
            yield Problem(f"{where}.file", repr(found.file), "the absolute path of a crontab")
        if not found.line.strip() or not_one_line(found.line):
            yield Problem(f"{where}.line", repr(found.line), "a line of that crontab")
        if found.once:
            hint = "Comment the line out, and end what it has started, before the pool is deployed."
            yield Problem(f"{where}.once", "true", "false for a line of cron, which keeps nothing running itself", hint)
        needless = ["program"] if found.program else []
    for name in needless:
        yield Problem(f"{where}.{name}", "given", f"nothing for {found.manager}")
