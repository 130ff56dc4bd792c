# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One unit file or drop-in as its operator means it: from the options of the ``unit_file`` module."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import not_text
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Placed
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import KINDS, is_unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import render, section_problems

# systemd reads none whose name begins with a dot.
DROP_IN_NAME = re.compile(r"(?!\.)[A-Za-z0-9:_.@\\-]{1,200}")


@dataclass(frozen=True)
class UnitSpec:
    """``text`` is ``None`` when the file shall not be there; ``option`` is the one it comes from."""

    name: str
    path: str
    drop_in: bool
    text: t.Optional[str]
    option: str = "sections"

    def option_of(self, at: t.Optional[Placed]) -> str:
        """The option that a directive comes from; for a directive of another file, its line there."""
        if at is None:
            return self.option
        if at.path != self.path:
            return f"{at.path}:{at.line}"
        if self.option == "content":
            return f"content:{at.line}"
        return f"sections.{at.section}.{at.key}".rstrip(".")


def understand_unit(params: t.Mapping[str, t.Any]) -> t.Tuple[UnitSpec, t.List[Problem]]:
    """Reads the options of the module, and lists everything that is wrong in them."""
    problems = []
    name, drop_in = params["name"], params["drop_in"]
    if not is_unit_name(name):
        hint = f"The types are {', '.join(KINDS)}."
        problems.append(Problem("name", repr(name), "the name of a unit with its type", hint))
    if drop_in is not None and not DROP_IN_NAME.fullmatch(drop_in):
        problems.append(Problem("drop_in", repr(drop_in), "letters, digits, ':', '_', '.', '-', the first no dot"))
    text = _text(params, problems) if params["state"] == "present" else None
    path = SYSTEM.unit(name) if drop_in is None else SYSTEM.drop_in(name, drop_in)
    option = "sections" if params["content"] is None else "content"
    return UnitSpec(name, path, drop_in is not None, text, option), problems


def _text(params: t.Mapping[str, t.Any], problems: t.List[Problem]) -> str:
    sections, content = params["sections"], params["content"]
    if (sections is None) == (content is None):
        found = "neither" if sections is None else "both"
        problems.append(Problem("sections, content", found, "one of them"))
        return ""
    if content is not None:
        if "\0" in content or not_text(content):
            problems.append(Problem("content", not_text(content) or "a NUL", "text"))
        return str(content)
    found_problems = section_problems(sections, "sections")
    problems.extend(found_problems)
    return "" if found_problems else render(sections)
