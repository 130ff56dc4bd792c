# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What systemd says of a whole unit is said without it. tests/oracle asks real systemd about the same units."""

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.judge import judged
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.verify_text import Said, findings
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.whole_unit import escaped_path
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from tests.corpus.whole import GOOD, REFUSED, WholeUnit
from tests.unit.plugins.module_utils._core.builders import shipped_catalogue

IDS = {"refused-unit", "ignored-setting"}


def result(one: WholeUnit, systemd: int) -> list[str]:
    found = judged(Unit.of(one.name, one.text), shipped_catalogue(systemd), systemd)
    return [each.id for each in found if each.id in IDS]


@pytest.mark.parametrize("one", REFUSED.values(), ids=REFUSED.keys())
def test_lines_that_do_not_go_together_are_found(one: WholeUnit) -> None:
    assert [result(one, systemd) != [] for systemd in (247, 252, 257, 262)] == [
        one.since <= systemd <= one.until for systemd in (247, 252, 257, 262)
    ]


@pytest.mark.parametrize("one", GOOD.values(), ids=GOOD.keys())
def test_what_goes_together_is_fine(one: WholeUnit) -> None:
    assert [result(one, systemd) for systemd in (247, 252, 257, 262)] == [[], [], [], []]


def test_drop_ins_alone_are_not_a_unit() -> None:
    path = "/etc/systemd/system/a.service.d/b.conf"
    unit = Unit.of("a.service", "[Service]\nNice=5\n", path=path)
    assert not IDS & {one.id for one in judged(unit, shipped_catalogue(252), 252)}


def test_an_empty_file_masks_and_a_file_that_is_not_read_to_its_end_is_said_to_be_so() -> None:
    for text in ("", "[Service]\nNice=\udcff\n"):
        found = judged(Unit.of("a.service", text), shipped_catalogue(252), 252)
        assert not IDS & {one.id for one in found}


def test_a_line_that_systemd_ignores_does_not_count() -> None:
    text = "[Service]\nType=daemon\nExecStart=/bin/true\nExecStart=/bin/a 'b\n"
    found = judged(Unit.of("a.service", text), shipped_catalogue(252), 252)
    assert not IDS & {one.id for one in found}


def test_what_the_host_says_of_the_same_is_not_said_again() -> None:
    unit = Unit.of("a.service", "[Service]\nType=oneshot\n")
    text = "Service has no ExecStart=, ExecStop=, or SuccessAction=. Refusing."
    verified = findings([Said(text, unit="a.service")], unit, ["a.service"])
    assert [one.id for one in judged(unit, shipped_catalogue(252), 252, verified)] == ["refused-unit"]


@pytest.mark.parametrize(
    ("path", "escaped"),
    [("/", "-"), ("/a/b", "a-b"), ("//a/./b/", "a-b"), ("/a-b", r"a\x2db"), ("/.a", r"\x2ea"), ("/é", r"\xc3\xa9")],
)
def test_paths_are_names_of_units(path: str, escaped: str) -> None:
    assert escaped_path(path) == escaped


ONE_SLIP = {
    "a.service": "[Service]\nExecStart=/bin/a %Q\n",
    "a.timer": "[Timer]\nOnCalendar=sometimes\n",
    "a.socket": "[Socket]\nListenStream=a:b\n",
    "a.path": "[Path]\nPathExists=relative\n",
}


@pytest.mark.parametrize(("name", "text"), ONE_SLIP.items(), ids=ONE_SLIP.keys())
def test_what_a_slip_takes_away_is_not_missed_as_well(name: str, text: str) -> None:
    (found,) = (
        one for one in judged(Unit.of(name, text), shipped_catalogue(252), 252) if one.severity.value == "error"
    )
    assert found.id not in IDS
