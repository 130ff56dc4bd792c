# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.count_docs import COUNTS, PAGES, ROOT, TOLD, page


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_guide_tells_no_other_number(path: Path) -> None:
    now = path.read_text()
    assert page(now) == now, "run: make pages"


def test_each_number_is_told_somewhere() -> None:
    assert {result[1] for path in PAGES for result in TOLD.finditer(path.read_text())} == set(COUNTS)


def test_another_number_is_put_right() -> None:
    right = "".join(f"{number} {what}\n" for what, number in COUNTS.items())
    assert page("".join(f"7 {what}\n" for what in COUNTS)) == right
    assert page("7\ntraps in 7 lines") == f"{COUNTS['traps']}\ntraps in 7 lines"
