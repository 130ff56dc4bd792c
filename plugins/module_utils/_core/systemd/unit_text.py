# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unit files: sections to text, and text to what systemd's parser sees (systemd.syntax(7), conf-parser.c)."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import UNSAFE, not_one_line, not_text
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem

Scalar = t.Union[str, int, float, bool]
Value = t.Union[Scalar, t.Sequence[Scalar]]
Sections = t.Mapping[str, t.Mapping[str, Value]]

BOM = "\ufeff"
BLANKS = " \t\n\r"
SECTION_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,254}")
KEY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
# read_line() takes each of these as one line end.
LINE_END = re.compile("(?:\r\n|\n\r|\n|\r)\0?|\0")
# LONG_LINE_MAX less the line end, in bytes: systemd reads no file that has a longer line, be it a comment.
LONGEST_LINE = 1048575
TOO_LONG = f"a line that is longer than {LONGEST_LINE} bytes"

# string_is_safe(): 247 takes any name, and 262 refuses more than 252 does. No good file has either.
UNSAFE_HEADER = "a section header with a quote, a backslash or a control character"
PATTERN_HEADER = "a section header with '*', '?', '[' or nothing in it"
PATTERN = re.compile(r"\[\]\Z|\[.*[*?\[]")


@dataclass(frozen=True)
class Assignment:
    """``key=value`` in ``[section]``, continuations joined; ``line`` is where it begins, from 1."""

    section: str
    key: str
    value: str
    line: int


@dataclass(frozen=True)
class Unreadable:
    """Where systemd stops reading a file, and at what: the unit does not load, of a drop-in the rest is lost.

    Some versions read on at a header that others refuse. ``kind`` is ``too-long``, ``bad-header`` or ``not-text``.
    """

    line: int
    kind: str
    found: str


@dataclass(frozen=True)
class Line:
    """A line, blanks at its ends dropped, and the section it stands in; ``line`` is where it begins, from 1."""

    section: str
    text: str
    line: int


@dataclass(frozen=True)
class UnitText:
    """A unit file: ``text`` exactly as it was, ``assignments`` as systemd reads it, as far as it reads it.

    ``headers`` are the lines that begin a section, ``others`` those that are neither.
    """

    text: str
    assignments: t.Tuple[Assignment, ...]
    headers: t.Tuple[Line, ...] = ()
    others: t.Tuple[Line, ...] = ()
    unreadable: t.Optional[Unreadable] = None

    @classmethod
    def of_bytes(cls, data: bytes) -> UnitText:
        """From a file. Bytes that are not UTF-8 are in the text as surrogates (PEP 383)."""
        return cls.parse(data.decode("utf-8", "surrogateescape"))

    @classmethod
    def parse(cls, text: str) -> UnitText:
        """Never refuses: what systemd ignores for its name, or for having no section, is there to be judged."""
        section = ""
        found: t.List[Assignment] = []
        headers: t.List[Line] = []
        others: t.List[Line] = []
        for number, line in _logical_lines(text):
            stop = _unreadable(number, line)
            if line is None or stop:
                return cls(text, tuple(found), tuple(headers), tuple(others), stop)
            key, equals, value = line.partition("=")
            if line.startswith("["):
                section = line[1:-1]
                headers.append(Line(section, line, number))
            elif equals:
                found.append(Assignment(section, key.strip(BLANKS), value.strip(BLANKS), number))
            elif line:
                others.append(Line(section, line, number))
        return cls(text, tuple(found), tuple(headers), tuple(others))

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


def last_text(value: t.Any, default: str) -> str:
    """What is in force of a directive of which the last line counts."""
    return [default, *value_texts(value)][-1]


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


def value_problems(text: str, where: str, directive: str = "") -> t.Iterator[Problem]:
    """What keeps a text from being the value of a directive."""
    if not_one_line(text):
        yield Problem(where, not_one_line(text), "one line of text")
    elif text != text.strip(BLANKS):
        yield Problem(where, "blanks at an end", "none", "systemd drops them; quote what needs them.")
    elif _continues(text):
        yield Problem(where, "a backslash at the end", "none", "It would join the next line.")
    elif _size(f"{directive}={text}") > LONGEST_LINE:
        yield Problem(where, TOO_LONG, "a shorter one", "systemd would not load the unit.")


def _directive_problems(where: str, key: str, value: t.Any) -> t.Iterator[Problem]:
    if not KEY_NAME.fullmatch(key):
        yield Problem(where, repr(key), "the name of a directive")
    for item in value if isinstance(value, list) else [value]:
        if not isinstance(item, (str, int, float)):
            kind = "nothing" if item is None else type(item).__name__
            yield Problem(where, kind, "text, a number, a boolean or a list of them", "An empty text resets a list.")
            continue
        yield from value_problems(str(item), where, key)


def _logical_lines(text: str) -> t.Iterator[t.Tuple[int, t.Optional[str]]]:
    """Lines with their continuations, without comments and blanks around; the number is that of the first.

    ``None`` is a line that is too long: systemd reads no further.
    """
    joined, size, begun, bom_seen = "", 0, 0, False
    for number, line in enumerate(LINE_END.split(text), 1):
        long = _size(line)
        comment = line.lstrip(BLANKS)[:1] in ("#", ";")
        # Joined lines may be one byte longer, having no line end.
        if long > LONGEST_LINE or (size + long > LONGEST_LINE + 1 and not comment):
            yield begun or number, None
        if comment:
            continue
        if not bom_seen and line.startswith(BOM):
            line, bom_seen = line[len(BOM) :], True
        joined, size, begun = joined + line, size + long, begun or number
        if _continues(line):
            joined = joined[:-1] + " "
            continue
        yield begun, joined.strip(BLANKS)
        joined, size, begun = "", 0, 0
    if joined:
        yield begun, joined.strip(BLANKS)


def _unreadable(number: int, line: t.Optional[str]) -> t.Optional[Unreadable]:
    """What in a line makes systemd read no further; a line that is ``None`` is too long."""
    if line is None:
        return Unreadable(number, "too-long", TOO_LONG)
    if line.startswith("[") and not line.endswith("]"):
        return Unreadable(number, "bad-header", "a section header that is not closed")
    if line.startswith("[") and UNSAFE.search(line):
        return Unreadable(number, "bad-header", UNSAFE_HEADER)
    if PATTERN.match(line):
        return Unreadable(number, "bad-header", PATTERN_HEADER)
    return Unreadable(number, "not-text", not_text(line)) if not_text(line) else None


def _size(line: str) -> int:
    """Bytes of a line; one for a byte that is not UTF-8."""
    return len(line.encode("utf-8", "replace"))


def _continues(line: str) -> bool:
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1
