# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``release``: a link to the release of an application, and a pool that runs what it leads to at the deploy.

The host resolves the link once, at the deploy. The directory is in the unit in place of the link. So a process never
sees a half of two releases, a crash restarts it in its own release, and a link that was moved is a changed unit.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem

# The options in the form of Ansible's argument spec.
OPTIONS: t.Dict[str, t.Dict[str, t.Any]] = {
    "link": {"type": "str", "required": True},
    "pin": {"type": "bool", "default": True},
}
# Nothing in it has a meaning in a unit, in a command line or in a list of paths. `.` and `..` are no names.
PATH = re.compile(r"(?:/(?!\.\.?(?:/|\Z))[A-Za-z0-9_.@+=~-]+)+")
LETTERS = "letters, digits and '_', '.', '-', '@', '+', '=', '~'"
# Before a path in a value, and in a command line also the prefixes of systemd.service(5), "COMMAND LINES".
BEFORE, BEHIND = r"(?<![^\s\"':=,;@+!|-])", r"(?=[/\s\"':,;]|\Z)"


@dataclass(frozen=True)
class Release:
    """``directory`` is what the link led to when the host looked at it; empty before."""

    link: str
    directory: str = ""


def read_release(
    given: t.Mapping[str, t.Any], environment_files: t.Sequence[str], where: str
) -> t.Tuple[t.Optional[Release], t.List[Problem]]:
    """The option, and its problems. With problems there is none."""
    link, problems = str(given.get("link") or ""), []
    if not PATH.fullmatch(link):
        expected = f"an absolute path of {LETTERS}, without '.', '..' and a slash at the end"
        problems.append(Problem(f"{where}.link", repr(link), expected))
    if given.get("pin") is False:
        hint = f"To restart the workers when the link moves, write `watch: [{link}]` in place of `release`."
        problems.append(Problem(f"{where}.pin", "false", "true", hint))
    for path in environment_files:
        if pinned_text(path, link, "") != path:
            # systemd reads it as root. The user who moves the link would choose that file.
            hint = "Name the shared file that is linked into each release."
            problems.append(Problem(f"{where}.link", f"{path} in environment_files", "no such file below it", hint))
    return (None, problems) if problems else (Release(link), [])


def pinned_text(text: str, link: str, directory: str) -> str:
    """The text, with the directory in place of the link wherever a path begins with it."""
    return re.sub(f"{BEFORE}{re.escape(link)}{BEHIND}", lambda _found: directory, text)
