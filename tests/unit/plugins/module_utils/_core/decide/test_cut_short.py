# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.cut_short import warning
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import ObservedPool
from tests.unit.plugins.module_utils._core.builders import STARTED, in_place, mail, written

OLD = {"instances": 3}


def lasting(span: t.Optional[str]) -> dict[str, t.Any]:
    return {**OLD, "unit": {"Service": {"RuntimeMaxSec": span}}} if span is not None else OLD


def result(before: t.Optional[str], now: t.Optional[str], age: float) -> list[str]:
    """Three instances run under the one, and the other is deployed."""
    observed = in_place(written(mail(**lasting(before))))
    return list(warning(written(mail(**lasting(now))), observed, STARTED + age))


def test_who_is_older_is_named() -> None:
    (line,) = result(None, "1min", 61)
    assert line.startswith("pools[0] (mail).unit.Service.RuntimeMaxSec: 1min ends 3 of 3 instances at the same time")
    assert "1, 2, 3" in line


SILENT: dict[str, tuple[t.Optional[str], t.Optional[str], float]] = {
    "all are younger": (None, "1min", 59),
    "the time is not new": ("1min", "1min", 61),
    "there is no time": ("1min", None, 61),
    "zero is endless": (None, "0", 61),
    "infinity is endless": (None, "infinity", 61),
    "systemd refuses it": (None, "soon", 61),
}


@pytest.mark.parametrize(("before", "now", "age"), SILENT.values(), ids=SILENT.keys())
def test_nothing_is_told_when(before: t.Optional[str], now: t.Optional[str], age: float) -> None:
    assert result(before, now, age) == []


def test_a_pool_that_is_new_or_stands_has_nobody_to_end() -> None:
    wanted = written(mail(**lasting("1min")))
    assert list(warning(wanted, ObservedPool(), STARTED + 61)) == []
    observed = in_place(written(mail(**OLD)))
    stopped = {name: replace(one, active="inactive") for name, one in observed.instances.items()}
    assert list(warning(wanted, replace(observed, instances=stopped), STARTED + 61)) == []


def test_the_time_of_one_instance_concerns_that_one() -> None:
    def lasting_two(span: str) -> dict[str, t.Any]:
        return {**OLD, "per_instance": {"2": {"unit": {"Service": {"RuntimeMaxSec": span}}}}}

    observed = in_place(written(mail(**OLD)))
    (line,) = warning(written(mail(**lasting_two("1min"))), observed, STARTED + 61)
    assert "1min ends 1 of 3 instances at the same time, because they are older: 2." in line
    # Of one that has a time of its own, that of the pool is no news.
    before = in_place(written(mail(**lasting_two("1h"))))
    (line,) = warning(written(mail(**{**lasting_two("1h"), **lasting("1min")})), before, STARTED + 61)
    assert "1min ends 2 of 3 instances at the same time, because they are older: 1, 3." in line
