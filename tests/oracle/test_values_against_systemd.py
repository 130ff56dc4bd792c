# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real systemd of each version judges what we judge: the corpus, made-up values, and the units that Debian ships."""

from __future__ import annotations

import io
import subprocess
import tarfile
import typing as t

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.directives import (
    Catalogue,
    findings,
    parse_catalogue,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.finding import Severity
from ansible_collections.workers.systemd.plugins.module_utils._core.unit import Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.units import is_unit_name
from lab import hosts
from lab.suites import SUITES
from tests.corpus.bad import BAD, START
from tests.corpus.values import VALUES
from tests.helpers.judged import Said, judged

# It does what the unit says, and says so.
NOTICES = ("is obsolete", "please use", "Accepting user/group name", "This is unsafe", "no longer supported")
# A bad line of these ends the reading of the file, or says nothing of its line.
WITHOUT_A_LINE = {"not-text", "too-long"}


class Host(t.NamedTuple):
    name: str
    systemd: int
    catalogue: Catalogue


@pytest.fixture(scope="module", params=SUITES, ids=[f"systemd-{suite.systemd}" for suite in SUITES.values()])
def host(request: pytest.FixtureRequest) -> t.Iterator[Host]:
    name, systemd = f"oracle-values-{request.param}", SUITES[request.param].systemd
    hosts.up(name, request.param, ssh=False)
    dump = ["podman", "exec", name, "/lib/systemd/systemd", "--dump-configuration-items"]
    yield Host(name, systemd, parse_catalogue(subprocess.run(dump, capture_output=True, text=True, check=True).stdout))
    hosts.down(name)


def complains(said: t.Iterable[Said], line: int) -> bool:
    return any(one.line == line and not any(notice in one.text for notice in NOTICES) for one in said)


def refused_lines(host: Host, name: str, text: str) -> set[int]:
    found = findings(Unit.of(name, text), host.catalogue, host.systemd)
    return {one.at.line for one in found if one.at and one.severity is Severity.ERROR}


def test_systemd_takes_and_refuses_the_values_of_the_table(host: Host) -> None:
    units: dict[str, tuple[str, str, bool]] = {}
    for directive, values in VALUES.items():
        section, key = directive.split(".")
        kind = "service" if section in ("Unit", "Install") else section.lower()
        if key in host.catalogue[section] and not values.silent:
            for value, taken in [*((one, True) for one in values.accepted), *((one, False) for one in values.refused)]:
                text = f"{START[kind]}[{section}]\n{key}={value}\n"
                units[f"v{len(units)}.{kind}"] = (f"{directive}={value}", text, taken)
    said = judged(host.name, {name: text for name, (_, text, _) in units.items()})
    wrong = [shown for name, (shown, text, taken) in units.items() if complains(said[name], text.count("\n")) is taken]
    assert wrong == []


def test_systemd_complains_about_every_bad_unit_of_its_version(host: Host) -> None:
    bad = {name: one for name, one in BAD.items() if one.systemd == host.systemd and not one.silent}
    units = {f"b{index}.{one.kind}": one for index, one in enumerate(bad.values())}
    said = judged(host.name, {name: one.text for name, one in units.items()})
    silent = [
        name
        for name, (unit, one) in zip(bad, units.items())
        if not any(word.line == one.line or one.id in WITHOUT_A_LINE for word in said[unit])
        and not (one.id == "obsolete-value" and said[unit])
    ]
    assert silent == []


ALPHABET = "0123456789.-+:/%~@!, abckKMGTsmhdwyinftyu*"
KEYS = sorted(
    {directive for directive, values in VALUES.items() if not values.silent}
    # Their bad values end the reading of the file, so each needs a file of its own: the table has them.
    - {"Service.ExecStartPre", "Service.WorkingDirectory", "Service.RootDirectory", "Service.User"}
    - {"Service.SupplementaryGroups", "Unit.After", "Unit.Wants"}
    # 247 complains of a bad one that stands alone (the table), not of one among others.
    - {"Service.CPUAffinity"}
)


made = st.one_of(st.text(ALPHABET, max_size=12), st.sampled_from([v for one in VALUES.values() for v in one.accepted]))


@settings(max_examples=4, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(values=st.lists(made.map(str.strip), min_size=10, max_size=40))
def test_nothing_is_refused_that_systemd_takes(host: Host, values: list[str]) -> None:
    """Made-up values, all for each directive, in one file of its own."""
    units, placed = {}, {}
    for index, directive in enumerate(KEYS):
        section, key = directive.split(".")
        if key not in host.catalogue[section]:
            continue
        kind = "service" if section in ("Unit", "Install") else section.lower()
        name = f"h{index}.{kind}"
        units[name] = f"{START[kind]}[{section}]\n" + "".join(f"{key}={value}\n" for value in values)
        placed[name] = directive
    said = judged(host.name, units)
    wrong = [
        (placed[name], text.splitlines()[line - 1])
        for name, text in units.items()
        for line in refused_lines(host, name, text)
        if not complains(said[name], line)
    ]
    assert wrong == []


def test_no_unit_that_debian_ships_is_refused(host: Host) -> None:
    tar = ["podman", "exec", host.name, "tar", "c", "--dereference", "-C", "/lib/systemd", "system"]
    shipped = subprocess.run(tar, capture_output=True, check=False).stdout
    units = {}
    with tarfile.open(fileobj=io.BytesIO(shipped)) as archive:
        for entry in archive:
            name = entry.name.rpartition("/")[2]
            content = archive.extractfile(entry) if entry.isfile() and is_unit_name(name) else None
            if content:
                units[name] = content.read().decode("utf-8", "surrogateescape")
    assert len(units) > 50
    found = {name: lines for name, text in units.items() for lines in [refused_lines(host, name, text)] if lines}
    said = judged(host.name, {name: units[name] for name in found}) if found else {}
    assert {name for name, lines in found.items() if not all(complains(said[name], line) for line in lines)} == set()
