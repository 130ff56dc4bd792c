# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``replaces``: what runs the work of a pool or a timer under another manager."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import not_one_line
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem

MANAGERS = SUPERVISORD, CRON, PM2 = ("supervisord", "cron", "pm2")
# supervisord separates groups with a colon, and `supervisorctl stop` takes a star for all of them.
PROGRAM = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_. -]*")
# PM2 takes a number as that of a process, and `all` as all apps.
APP = re.compile(r"(?!all$|\d+$)[A-Za-z0-9_@][A-Za-z0-9_.@:/ -]*")


@dataclass(frozen=True)
class Replaces:
    """A ``program`` of supervisord or of the PM2 of ``user``, or a ``line`` in a ``file`` of cron. With ``once`` it may
    run only once: never both the pool and this. That holds for each timer.
    """

    manager: str
    program: str = ""
    file: str = ""
    line: str = ""
    once: bool = False
    user: str = ""

    def __str__(self) -> str:
        if self.manager == CRON:
            return f"a line of {self.file}"
        return f"the program {self.program} of " + (f"PM2 of {self.user}" if self.manager == PM2 else SUPERVISORD)


def read_replaces(
    given: t.Optional[t.Mapping[str, t.Any]], where: str, user: str
) -> t.Tuple[t.Optional[Replaces], t.List[Problem]]:
    """``None`` when nothing is given, and with problems. ``user`` is that of the pool."""
    if not given:
        return None, []
    texts = {name: str(given.get(name) or "") for name in ("manager", "program", "file", "line", "user")}
    if texts["manager"] == PM2:
        texts["user"] = texts["user"] or user or "root"
    found = Replaces(**texts, once=bool(given.get("once")))
    wrong = list(_problems(found, where))
    return None if wrong else found, wrong


def _problems(found: Replaces, where: str) -> t.Iterator[Problem]:
    if found.manager == SUPERVISORD:
        if not PROGRAM.fullmatch(found.program):
            yield Problem(f"{where}.program", repr(found.program), "the name of a program of supervisord")
        needless = [name for name in ("file", "line", "user") if getattr(found, name)]
    elif found.manager == PM2:
        if not APP.fullmatch(found.program):
            yield Problem(f"{where}.program", repr(found.program), "the name of an app of PM2, no number and not all")
        needless = [name for name in ("file", "line") if getattr(found, name)]
    else:
        if not found.file.startswith("/"):
            yield Problem(f"{where}.file", repr(found.file), "the absolute path of a crontab")
        if not found.line.strip() or not_one_line(found.line):
            yield Problem(f"{where}.line", repr(found.line), "a line of that crontab")
        if found.once:
            hint = "Comment the line out, and end what it has started, before the pool is deployed."
            yield Problem(f"{where}.once", "true", "false for a line of cron, which keeps nothing running itself", hint)
        needless = [name for name in ("program", "user") if getattr(found, name)]
    for name in needless:
        yield Problem(f"{where}.{name}", "given", f"nothing for {found.manager}")
