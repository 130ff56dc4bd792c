# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The corpus: every bad unit gets its one finding, every good value none. tests/oracle shows that systemd agrees."""

from __future__ import annotations

import time

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.directives import findings
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.finding import Severity
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from tests.corpus.bad import BAD, START, Bad
from tests.corpus.values import VALUES
from tests.unit.plugins.module_utils._core.builders import shipped_catalogue

VERSIONS = (247, 252, 257, 262)
CATALOGUES = {version: shipped_catalogue(version) for version in VERSIONS}
# They are warnings: systemd does what they say.
WARNED = {"obsolete", "obsolete-value"}


def test_there_are_enough_of_them() -> None:
    assert len(BAD) >= 200


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_a_bad_unit_gets_its_finding_where_it_is_bad(bad: Bad) -> None:
    (finding,) = findings(Unit.of(f"a.{bad.kind}", bad.text), CATALOGUES[bad.systemd], bad.systemd)
    assert finding.at is not None
    assert (finding.id, finding.at.line) == (bad.id, bad.line)
    assert finding.severity is (Severity.WARNING if bad.id in WARNED else Severity.ERROR)
    assert finding.expected


@pytest.mark.parametrize("systemd", VERSIONS)
@pytest.mark.parametrize("directive", VALUES)
def test_a_value_that_systemd_takes_gets_none(directive: str, systemd: int) -> None:
    section, key = directive.split(".")
    if key not in CATALOGUES[systemd][section]:
        pytest.skip("it came later")
    kind = "service" if section in ("Unit", "Install") else section.lower()
    for value in VALUES[directive].accepted:
        unit = Unit.of(f"a.{kind}", f"{START[kind]}[{section}]\n{key}={value}\n")
        assert list(findings(unit, CATALOGUES[systemd], systemd)) == []


def test_a_hundred_units_take_no_time() -> None:
    text = START["service"] + "Restart=always\nEnvironment=A=b\nMemoryMax=1G\nTimeoutStopSec=90s\nUser=root\n" * 6
    begun = time.process_time()
    for _round in range(100):
        assert not list(findings(Unit.of("a.service", text), CATALOGUES[252], 252))
    # The lines are counted for coverage meanwhile, which takes most of it.
    assert time.process_time() - begun < 1
