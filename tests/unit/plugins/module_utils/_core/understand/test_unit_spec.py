# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Placed, Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.unit_spec import (
    UnitSpec,
    understand_unit,
)

TIMER = {"Timer": {"OnCalendar": "03:00"}}
# options, where the one problem is
REFUSED: dict[str, tuple[dict[str, t.Any], str]] = {
    "no type": ({"name": "report"}, "name"),
    "a type that is none": ({"name": "report.conf"}, "name"),
    "a type without files": ({"name": "session.scope"}, "name"),
    "a slash": ({"name": "../report.timer"}, "name"),
    "a newline": ({"name": "report.timer\n"}, "name"),
    "no name": ({"name": ".timer"}, "name"),
    "a name too long": ({"name": f"{'r' * 250}.timer"}, "name"),
    "a drop-in with a slash": ({"drop_in": "../50"}, "drop_in"),
    "a drop-in without a name": ({"drop_in": ""}, "drop_in"),
    "neither sections nor content": ({"sections": None}, "sections, content"),
    "both": ({"content": "[Timer]\n"}, "sections, content"),
    "a directive of two lines": (
        {"sections": {"Timer": {"OnCalendar": "03:00\n[Service]"}}},
        "sections.Timer.OnCalendar",
    ),
    "a content with a NUL": ({"sections": None, "content": "\0"}, "content"),
    "a content with a noncharacter": ({"sections": None, "content": "# \ufffe"}, "content"),
}
# name, drop_in, path
PATHS = {
    "a unit": ("report.timer", None, "/etc/systemd/system/report.timer"),
    "a template": ("report@.service", None, "/etc/systemd/system/report@.service"),
    "an instance": ("report@a@b.service", None, "/etc/systemd/system/report@a@b.service"),
    "an escaped name": (r"srv-a\x2db.mount", None, r"/etc/systemd/system/srv-a\x2db.mount"),
    "a drop-in": ("redis.service", "50-limits", "/etc/systemd/system/redis.service.d/50-limits.conf"),
    "a drop-in with its ending": ("redis.service", "50.conf", "/etc/systemd/system/redis.service.d/50.conf"),
}


def understood(**options: t.Any) -> tuple[UnitSpec, list[str]]:
    given = {"name": "report.timer", "drop_in": None, "state": "present", "sections": TIMER, "content": None, **options}
    spec, problems = understand_unit(given)
    return spec, [problem.where for problem in problems]


def option(spec: UnitSpec, line: int) -> str:
    """Where the directive that begins in this line of the file comes from."""
    unit = Unit.of(spec.name, spec.text or "", path=spec.path)
    return spec.option_of(next(one for one in unit.assignments() if one.line == line))


@pytest.mark.parametrize(("name", "drop_in", "path"), PATHS.values(), ids=PATHS.keys())
def test_a_unit_has_its_place(name: str, drop_in: str | None, path: str) -> None:
    spec, problems = understood(name=name, drop_in=drop_in)
    assert (spec.path, spec.drop_in, problems) == (path, drop_in is not None, [])


@pytest.mark.parametrize(("options", "where"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_wrong_is_told_with_its_place(options: dict[str, t.Any], where: str) -> None:
    assert understood(**options)[1] == [where]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    _spec, problems = understood(name="x", drop_in="/", sections={"Timer": None, "Unit": {"After": "\n"}})
    assert set(problems) == {"name", "drop_in", "sections.Timer", "sections.Unit.After"}


def test_sections_become_a_file_and_are_read_from_it() -> None:
    spec, _problems = understood()
    assert spec.text == "[Timer]\nOnCalendar=03:00\n"
    assert option(spec, 2) == "sections.Timer.OnCalendar"


def test_a_content_stays_as_it_is() -> None:
    content = "# mine\n[Timer]\nOnCalendar = 03:00 \n"
    spec, problems = understood(sections=None, content=content)
    assert (spec.text, problems) == (content, [])
    assert option(spec, 3) == "content:3"


def test_an_absent_unit_needs_its_name_alone() -> None:
    spec, problems = understood(state="absent", sections=None)
    assert (spec.text, problems) == (None, [])


def test_what_is_not_a_directive_of_the_file_has_a_place_too() -> None:
    spec, _problems = understood()
    assert spec.option_of(None) == "sections"
    assert spec.option_of(Placed(spec.path, "Timr", "", "", 1)) == "sections.Timr"
    assert spec.option_of(Placed("/run/systemd/system/report.timer.d/x.conf", "Timer", "A", "", 7)).endswith("x.conf:7")
