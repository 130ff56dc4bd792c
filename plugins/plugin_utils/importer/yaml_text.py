# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML with comments, as a person would lay it out. PyYAML writes each value, and knows what needs quotes."""

from __future__ import annotations

import re
import textwrap
import typing as t
from dataclasses import dataclass, field
from functools import cached_property

import yaml

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import one_line
from ansible_collections.workers.systemd.plugins.plugin_utils.importer.words import TEMPLATE

WIDTH = 110
Path = t.Tuple[t.Union[str, int], ...]


class Template(str):
    """A text that Ansible fills in. Every other text is written so that Ansible takes it as it is."""

    __slots__ = ()


@dataclass
class Document:
    """``tree`` is the content. By its path, an entry has comments ``above`` it, and a place ``beside`` it."""

    tree: t.Any
    above: t.Dict[Path, t.List[str]] = field(default_factory=dict)
    beside: t.Dict[Path, str] = field(default_factory=dict)
    head: t.List[str] = field(default_factory=list)

    @cached_property
    def commented(self) -> t.Set[Path]:
        """The entries in which an entry has a comment."""
        return {path[:length] for path in (*self.beside, *self.above) for length in range(len(path))}

    def text(self) -> str:
        lines = [*comments(self.head, 0), "---", *_block(self, (), self.tree, 0)]
        return "\n".join(lines) + "\n"


def comments(texts: t.Iterable[str], indent: int) -> t.List[str]:
    """Comments of any length; an empty text is an empty comment."""
    found = []
    for text in texts:
        plain = one_line(text)
        wrapped = textwrap.wrap(
            plain, WIDTH - indent, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
        )
        found += [f"{' ' * indent}# {line}".rstrip() for line in wrapped or [""]]
    return found


def scalar(value: t.Any) -> str:
    """A value as YAML 1.1 has it, in one line."""
    if isinstance(value, str):
        # Another kind of line than this one's would begin a new line in a file of YAML.
        style = '"' if not value.isprintable() else None
        tag = "!unsafe " if TEMPLATE.search(value) and not isinstance(value, Template) else ""
        style = '"' if isinstance(value, Template) else "'" if tag and not style else style
        dumped = yaml.safe_dump(str(value), default_style=style, allow_unicode=True, width=2**31)
        return tag + re.sub(r"\n(?:\.\.\.\n)?\Z", "", dumped)
    return re.sub(r"\n(?:\.\.\.\n)?\Z", "", yaml.safe_dump(value, width=2**31))


def flow(value: t.Any) -> str:
    """A value in one line, whatever its kind. A text in it has no sign of its own."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{in_flow(key)}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return in_flow(value)


def in_flow(value: t.Any) -> str:
    """A scalar between brackets, where more signs need quotes."""
    text = scalar(value)
    if not isinstance(value, str) or text != value:
        return text
    return yaml.safe_dump([value], default_flow_style=True, allow_unicode=True, width=2**31).strip()[1:-1]


def _block(document: Document, path: Path, value: t.Any, indent: int) -> t.List[str]:
    lines: t.List[str] = []
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in pairs:
        place = (*path, key)
        lines += comments(document.above.get(place, []), indent)
        sign = f"{scalar(key)}:" if isinstance(value, dict) else "-"
        lines += _entry(document, place, one, (sign, indent))
    return lines


def _entry(document: Document, place: Path, value: t.Any, at: t.Tuple[str, int]) -> t.List[str]:
    sign, indent = at
    note = document.beside.get(place, "")
    one_liner = not isinstance(value, (dict, list)) or not value
    text = flow(value) if isinstance(value, (dict, list)) else scalar(value)
    line = f"{' ' * indent}{sign} {text}"
    if one_liner or (sign != "-" and place not in document.commented and len(line) <= WIDTH and not _is_deep(value)):
        return _with_note(line, note, indent)
    if sign != "-":
        return [*_with_note(f"{' ' * indent}{sign}", note, indent), *_block(document, place, value, indent + 2)]
    # The first entry of a mapping stands behind the dash.
    inner = _block(document, place, value, indent + 2)
    first = next(index for index, one in enumerate(inner) if not one.lstrip().startswith("#"))
    before = [f"{' ' * indent}{one.strip()}" for one in inner[:first]]
    return [*before, f"{' ' * indent}- {inner[first].strip()}", *inner[first + 1 :]]


def _is_deep(value: t.Any) -> bool:
    values = value.values() if isinstance(value, dict) else value
    return any(isinstance(one, dict) for one in values) and len(flow(value)) > WIDTH // 2


def _with_note(line: str, note: str, indent: int) -> t.List[str]:
    if not note:
        return [line]
    if len(line) + len(note) + 4 <= WIDTH + 10:
        return [f"{line}  # {one_line(note)}"]
    return [*comments([note], indent), line]
