# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.directives import (
    Catalogue,
    parse_catalogue,
    unknown_directives,
    unknown_in,
)
from tests.unit.plugins.module_utils._core.builders import mail

# As `systemd --dump-configuration-items` of 252 prints it, shortened.
DUMP = """\
[Unit]
Description=STRING
OnFailure=UNIT [...]
StartLimitBurst=UNSIGNED

[Service]
Restart=SERVICERESTART
MemoryMax=LIMIT
Nice=OTHER

[Install]
WantedBy=

[Timer]
OnCalendar=TIMER
"""
KNOWN = parse_catalogue(DUMP)

# sections, type of the unit, where, hint
UNKNOWN = {
    "a misspelled directive": ({"Service": ["Retsart"]}, "service", "Service.Retsart", "Did you mean Restart?"),
    "a directive of a newer systemd": ({"Service": ["RootImagePolicy"]}, "service", "Service.RootImagePolicy", ""),
    "a directive in the wrong section": (
        {"Service": ["StartLimitBurst"]},
        "service",
        "Service.StartLimitBurst",
        "It belongs in [Unit].",
    ),
    "a misspelled section": ({"Servce": ["Nice"]}, "service", "Servce", "Did you mean Service?"),
    "the section of another type": ({"Service": ["Nice"]}, "timer", "Service", ""),
    "a section where the type has none": ({"Target": ["Wants"]}, "target", "Target", ""),
    "the right name in other letters": ({"Service": ["nice"]}, "service", "Service.nice", "Did you mean Nice?"),
    "a directive before any section": ({"": ["Nice"]}, "service", "", ""),
}
ACCEPTED = {
    "what systemd lists": ({"Unit": ["OnFailure"], "Service": ["Nice", "Restart"], "Install": ["WantedBy"]}, "service"),
    "the section of its type": ({"Timer": ["OnCalendar"]}, "timer"),
    "a section for other programs": ({"X-Ours": ["Anything"]}, "service"),
    "a directive for other programs": ({"Service": ["X-Anything"]}, "service"),
}


def test_the_catalogue_has_the_names_of_each_section() -> None:
    assert KNOWN["Service"] == {"Restart", "MemoryMax", "Nice"}
    assert set(KNOWN) == {"Unit", "Service", "Install", "Timer"}


@pytest.mark.parametrize(("sections", "kind", "where", "hint"), UNKNOWN.values(), ids=UNKNOWN.keys())
def test_what_systemd_would_ignore_is_a_problem(
    sections: dict[str, list[str]], kind: str, where: str, hint: str
) -> None:
    (problem,) = unknown_in(sections, kind, KNOWN, 252, "sections")
    assert (problem.where, problem.hint) == (f"sections.{where}", hint)


@pytest.mark.parametrize(("sections", "kind"), ACCEPTED.values(), ids=ACCEPTED.keys())
def test_what_systemd_reads_is_none(sections: dict[str, list[str]], kind: str) -> None:
    assert list(unknown_in(sections, kind, KNOWN, 252, "sections")) == []


def test_the_directives_of_a_pool_are_judged_all_at_once_and_named_by_their_place() -> None:
    pool = mail(
        unit={"Service": {"Nice": 5, "Nicer": 5, "X-Note": "mine"}, "Unix": {"A": 1}, "Unit": {"WantedBy": "x"}}
    )
    problems = list(unknown_directives(pool, KNOWN, 252))
    assert {problem.where for problem in problems} == {
        "pools[0] (mail).unit.Service.Nicer",
        "pools[0] (mail).unit.Unix",
        "pools[0] (mail).unit.Unit.WantedBy",
    }
    assert "systemd 252" in problems[0].expected


def test_an_empty_catalogue_knows_nothing() -> None:
    nothing: Catalogue = parse_catalogue("")
    assert [one.where for one in unknown_in({"Service": ["Nice"]}, "service", nothing, 252, "s")] == ["s.Service"]
