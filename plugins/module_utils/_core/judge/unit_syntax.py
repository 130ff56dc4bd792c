# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of a unit file that systemd ignores, and those for which it refuses the whole file (conf-parser.c)."""

from __future__ import annotations

import math
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.finding import Finding, error
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import did_you_mean
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Placed
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import (
    LONGEST_LINE,
    Line,
    UnitText,
)

READABLE = {
    "too-long": f"{LONGEST_LINE} bytes at most",
    "bad-header": "a header that ends in ], without quotes, backslashes and control characters",
    "not-text": "text in UTF-8",
}
REFUSES = "systemd refuses the whole file."
IGNORES = "systemd ignores the line."


def possible_sections(kind: str) -> t.Tuple[str, ...]:
    """The sections that systemd reads in a unit of this type. It has directives for [Service], none for [Target]."""
    return "Unit", kind.capitalize(), "Install"


def is_for_others(name: str) -> bool:
    """Whether a section or directive is meant for other programs, and ignored (systemd.unit(5))."""
    return name.startswith("X-")


def syntax_findings(kind: str, path: str, text: UnitText) -> t.Iterator[Finding]:
    """``path`` and ``text`` are one file of a unit of type ``kind``."""
    stop = text.unreadable
    if stop:
        yield error(stop.kind, Placed(path, "", "", "", stop.line), stop.found, READABLE[stop.kind], REFUSES)
    possible = possible_sections(kind)
    for header in text.headers:
        if header.section not in possible and not is_for_others(header.section):
            expected, hint = f"{', '.join(possible)} or X-...", did_you_mean(header.section, possible)
            yield error("unknown-section", _placed(path, header), f"section {header.section}", expected, hint)
    outside = f"a section before it, such as [{possible[0]}]"
    first = text.headers[0].line if text.headers else math.inf
    for line in text.others:
        if line.section in possible:
            yield error("no-equals", _placed(path, line), line.text, "Directive=value", IGNORES)
        elif line.line < first:
            # To systemd, a comment behind a byte order mark is not a comment.
            yield error("outside-section", _placed(path, line), line.text, outside, IGNORES)
    for one in text.assignments:
        at = Placed(path, one.section, one.key, one.value, one.line)
        if one.section in possible and not one.key:
            yield error("no-name", at, f"={one.value}", "Directive=value", IGNORES)
        elif one.line < first:
            yield error("outside-section", at, one.key or f"={one.value}", outside, IGNORES)


def _placed(path: str, line: Line) -> Placed:
    return Placed(path, line.section, "", line.text, line.line)
