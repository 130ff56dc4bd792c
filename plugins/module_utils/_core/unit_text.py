# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unit files: sections to text, and text to what systemd's parser sees (systemd.syntax(7), conf-parser.c)."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import not_one_line
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem

Scalar = t.Union[str, int, float, bool]
Value = t.Union[Scalar, t.Sequence[Scalar]]
Sections = t.Mapping[str, t.Mapping[str, Value]]

BOM = "\ufeff"
BLANKS = " \t\n\r"
SECTION_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
KEY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
# read_line() takes each of these as one line end.
LINE_END = re.compile("\r\n|\n\r|\n|\r|\0")


@dataclass(frozen=True)
class Assignment:
    """``key=value`` in ``[section]``, continuations joined; ``line`` is where it begins, from 1."""

    section: str
    key: str
    value: str
    line: int


@dataclass(frozen=True)
class UnitText:
    """A unit file: ``text`` exactly as it was, ``assignments`` as systemd reads it."""

    text: str
    assignments: t.Tuple[Assignment, ...]

    @classmethod
    def parse(cls, text: str) -> UnitText:
        """Never refuses: what systemd ignores for its name, or for having no section, is there to be judged."""
        section, found = "", []
        for number, line in _logical_lines(text):
            line = line.strip(BLANKS)
            key, equals, value = line.partition("=")
            if line.startswith("[") and line.endswith("]"):
                section = line[1:-1]
            elif equals and not line.startswith("["):
                found.append(Assignment(section, key.strip(BLANKS), value.strip(BLANKS), number))
        return cls(text, tuple(found))

    def values(self, section: str, key: str) -> t.List[str]:
        """Values of a directive in order; an empty assignment forgets those before it."""
        kept: t.List[str] = []
        for one in self.assignments:
            if (one.section, one.key) == (section, key):
                kept = [*kept, one.value] if one.value else []
        return kept

    def sections(self) -> t.Dict[str, t.Dict[str, t.List[str]]]:
        """All values by section and directive, in order; what was reset is in it as an empty text."""
        found: t.Dict[str, t.Dict[str, t.List[str]]] = {}
        for one in self.assignments:
            found.setdefault(one.section, {}).setdefault(one.key, []).append(one.value)
        return found


def render(sections: Sections, header: t.Sequence[str] = ()) -> str:
    """Text whose assignments are exactly these sections. The sections must be without ``section_problems``."""
    blocks = ["\n".join(f"# {line}" for line in header)] if header else []
    for section, directives in sections.items():
        lines = [f"[{section}]"]
        for key, value in directives.items():
            lines.extend(f"{key}={text}" for text in value_texts(value))
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n" if blocks else ""


def value_texts(value: t.Any) -> t.List[str]:
    """One text per line: a list is the repeated directive, a boolean is ``yes`` or ``no``."""
    if isinstance(value, (list, tuple)):
        return [text for item in value for text in value_texts(item)]
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    return [str(value)]


def section_problems(sections: t.Any, where: str) -> t.List[Problem]:
    """Everything in the sections that a unit file could not carry exactly."""
    if not isinstance(sections, dict):
        return [Problem(where, type(sections).__name__, "a mapping of sections")]
    problems = []
    for section, directives in sections.items():
        place = f"{where}.{section}"
        if not SECTION_NAME.fullmatch(str(section)):
            problems.append(Problem(place, repr(section), "the name of a section", "Such as Unit, Service, Install."))
        if not isinstance(directives, dict):
            problems.append(Problem(place, type(directives).__name__, "a mapping of directives"))
            continue
        for key, value in directives.items():
            problems.extend(_directive_problems(f"{place}.{key}", str(key), value))
    return problems


def value_problems(text: str, where: str) -> t.Iterator[Problem]:
    """What keeps a text from being the value of a directive."""
    if not_one_line(text):
        yield Problem(where, not_one_line(text), "one line of text")
    elif text != text.strip(BLANKS):
        yield Problem(where, "blanks at an end", "none", "systemd drops them; quote what needs them.")
    elif _continues(text):
        yield Problem(where, "a backslash at the end", "none", "It would join the next line.")


def _directive_problems(where: str, key: str, value: t.Any) -> t.Iterator[Problem]:
    if not KEY_NAME.fullmatch(key):
        yield Problem(where, repr(key), "the name of a directive")
    for item in value if isinstance(value, list) else [value]:
        if not isinstance(item, (str, int, float)):
            kind = "nothing" if item is None else type(item).__name__
            yield Problem(where, kind, "text, a number, a boolean or a list of them", "An empty text resets a list.")
            continue
        yield from value_problems(str(item), where)


def _logical_lines(text: str) -> t.Iterator[t.Tuple[int, str]]:
    """Lines with their continuations, without comments; the number is that of the first."""
    joined, begun = "", 0
    for number, line in enumerate(LINE_END.split(text[len(BOM) :] if text.startswith(BOM) else text), 1):
        if line.lstrip(BLANKS)[:1] in ("#", ";"):
            continue
        begun = begun or number
        joined += line if joined else line.lstrip(BLANKS)
        if _continues(line):
            joined = joined[:-1] + " "
            continue
        yield begun, joined
        joined, begun = "", 0
    if joined:
        yield begun, joined


def _continues(line: str) -> bool:
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1
