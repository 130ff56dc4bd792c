# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from tests.benchmarks import curve, scaling, sharing
from tests.helpers.picture_docs import IMAGES, PICTURES

BENCHMARKS = (IMAGES.parent / "benchmarks.md").read_text()


@pytest.mark.parametrize("file", PICTURES)
def test_the_picture_shows_the_policy_as_it_is(file: str) -> None:
    """``make pages`` draws it anew."""
    assert PICTURES[file]() == (IMAGES / file).read_text()
    assert f"(images/{file})" in BENCHMARKS


@pytest.mark.parametrize("table", [scaling, sharing], ids=["a burst", "two queues"])
def test_the_page_has_the_figures_of_the_simulation(table: t.Any, capsys: pytest.CaptureFixture[str]) -> None:
    table.main()
    assert capsys.readouterr().out in BENCHMARKS


def test_the_page_has_the_figures_of_the_curve() -> None:
    assert "\n".join(curve.table(curve.measured())) in BENCHMARKS
