# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.workers.systemd.plugins.module_utils._core.tell.columns import aligned


def test_each_column_is_as_wide_as_its_longest_cell_and_no_line_ends_in_blanks() -> None:
    assert aligned([("A", "LONG", "B"), ("longer", "x", "")]) == ["A       LONG  B", "longer  x"]


def test_no_rows_are_no_lines() -> None:
    assert aligned([]) == []
