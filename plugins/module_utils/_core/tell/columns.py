# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of a table for a terminal."""

from __future__ import annotations

import typing as t


def aligned(rows: t.Sequence[t.Sequence[str]]) -> t.List[str]:
    """One line a row. Each column is as wide as its longest cell."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
