# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Charts of lines as SVG, without a library: the same text from the same figures on every machine."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT, LEFT, TOP, GAP = 890, 190, 70, 34, 66
LEGEND = 280
# Those of Okabe and Ito, which people with any colour vision can tell apart.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
DASHES = ("", "7 3", "2 3", "10 3 2 3")
HEAD = """\
<!--
SPDX-FileCopyrightText: 2026 workers.systemd contributors
SPDX-License-Identifier: GPL-3.0-or-later
-->
"""


@dataclass(frozen=True)
class Panel:
    """``lines`` have a value for each second, by name. ``step`` is the distance of two marks of the axis of values.

    With ``marks``, they have a value for each of these texts, which stand below.
    """

    title: str
    step: int
    lines: t.Mapping[str, t.Sequence[int]]
    marks: t.Sequence[str] = ()


def chart(title: str, every: int, panels: t.Sequence[Panel]) -> str:
    """``every`` is the distance of two marks of the axis of time, in seconds."""
    height = TOP + len(panels) * (HEIGHT + GAP)
    size = f'width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
    text = [f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="sans-serif" font-size="12">']
    text += [f"<title>{escape(title)}</title>", f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>']
    for number, one in enumerate(panels):
        text += _panel(one, TOP + number * (HEIGHT + GAP), every)
    return HEAD + "\n".join([*text, "</svg>", ""])


def _panel(panel: Panel, top: int, every: int) -> t.Iterator[str]:
    lasts = max(map(len, panel.lines.values()))
    highest = -(-max(map(max, panel.lines.values())) // panel.step) * panel.step
    right, bottom = WIDTH - LEGEND, top + HEIGHT
    # Seconds are the spaces between points, and texts stand below points.
    across, up = (right - LEFT) / (lasts - bool(panel.marks)), HEIGHT / highest
    yield f'<text x="{LEFT}" y="{top - 12}" font-weight="bold">{escape(panel.title)}</text>'
    for value in range(0, highest + 1, panel.step):
        y = bottom - value * up
        yield f'<path d="M{LEFT} {y:.1f}H{right}" stroke="#dddddd"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:,}</text>'
    for place, text in (
        enumerate(panel.marks) if panel.marks else ((one, f"{one} s") for one in range(0, lasts + 1, every))
    ):
        yield f'<text x="{LEFT + place * across:.1f}" y="{bottom + 18}" text-anchor="middle">{text}</text>'
    for number, (name, values) in enumerate(panel.lines.items()):
        style = f'fill="none" stroke="{COLOURS[number]}" stroke-width="2" stroke-dasharray="{DASHES[number]}"'
        points = " ".join(f"{LEFT + x * across:.1f},{bottom - y * up:.1f}" for x, y in _corners(values))
        y = top + 14 + number * 22
        yield f'<polyline points="{points}" {style}/>'
        yield f'<path d="M{right + 14} {y}h26" {style}/>'
        yield f'<text x="{right + 48}" y="{y + 4}">{escape(name)}</text>'


def _corners(values: t.Sequence[int]) -> t.Iterator[t.Tuple[int, int]]:
    """The points at which a line changes its direction."""
    for second, value in enumerate(values):
        if second in (0, len(values) - 1) or value - values[second - 1] != values[second + 1] - value:
            yield second, value
