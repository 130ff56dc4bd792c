# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.look.kept_metrics import KeptMetrics, Run, parse

runs = st.builds(Run, st.none() | st.floats(0, 2e9), st.none() | st.booleans())


@given(st.lists(st.text()).map(tuple), st.dictionaries(st.text(), runs))
def test_it_comes_back(directories: tuple[str, ...], some: dict[str, Run]) -> None:
    kept = KeptMetrics(directories, some)
    assert parse(kept.text().encode()) == kept


def test_the_last_runs_of_jobs_come_back() -> None:
    kept = KeptMetrics(("/var/lib/node",), {"nightly": Run(1.5, True), "hourly": Run(None, None)})
    assert parse(kept.text().encode()) == kept


@pytest.mark.parametrize(
    "text",
    [b"", b"\xff", b"[]", b"7", b'{"directories": 3, "runs": {}}', b'{"directories": [], "runs": {"a": {"good": 1}}}'],
)
def test_another_text_is_nothing(text: bytes) -> None:
    assert parse(text) == KeptMetrics()
