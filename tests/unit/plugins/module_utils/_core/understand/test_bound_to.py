# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool_reader import understand


def read(*pools: dict[str, t.Any]) -> tuple[list[tuple[str, ...]], list[str]]:
    found, problems = understand([{"command": ["/bin/true"], **pool} for pool in pools])
    return [pool.bound_to for pool in found], [str(problem) for problem in problems]


def test_a_pool_is_bound_to_units() -> None:
    units = ["app.service", "a@1.service", "mail.service", "mail-app.target"]
    assert read({"name": "mail", "bound_to": units}, {"name": "fax"}) == ([tuple(units), ()], [])


# the list, the problem
REFUSED: dict[str, tuple[list[str], str]] = {
    "a name without a kind": (["app"], "[0]: found 'app', expected the name of a unit such as app.service"),
    "a name with a line break": (
        ["a\nb.service"],
        "[0]: found 'a\\nb.service', expected the name of a unit such as app.service",
    ),
    "a pattern": (["*.service"], "[0]: found '*.service', expected the name of a unit such as app.service"),
    "a specifier": (["%p.service"], "[0]: found '%p.service', expected the name of a unit such as app.service"),
    "a template": (
        ["app@.service"],
        "[0]: found 'app@.service', expected a unit that can be started (A template is never started itself: name an "
        "instance or a target.)",
    ),
    "its own target": (["mail.target"], "[0]: found 'mail.target', expected a unit that is not of this pool"),
    "its own instance": (["mail@1.service"], "[0]: found 'mail@1.service', expected a unit that is not of this pool"),
    "a name twice": (["app.service", "app.service"], "[1]: found 'app.service', expected a name used once"),
    "another pool": (
        ["fax.target"],
        ": found 'fax.target', expected a unit that is no pool of this call (Use `after: [fax]`, or bind both to the "
        "same unit.)",
    ),
}


@pytest.mark.parametrize(("units", "problem"), REFUSED.values(), ids=REFUSED.keys())
def test_what_a_pool_cannot_be_bound_to(units: list[str], problem: str) -> None:
    bound, problems = read({"name": "mail", "bound_to": units}, {"name": "fax"})
    assert problems == [f"pools[0] (mail).bound_to{problem}"]
    assert bound[0] == (tuple(units) if units == ["fax.target"] else ())


def test_a_pool_of_another_manager_has_another_target() -> None:
    mine = {"name": "mail", "scope": "user", "user": "app", "bound_to": ["fax.target"]}
    assert read(mine, {"name": "fax"})[1] == []
