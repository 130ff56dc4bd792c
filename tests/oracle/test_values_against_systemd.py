# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real systemd of each version judges what we judge: the corpus, made-up values, and the units that Debian ships."""

from __future__ import annotations

import io
import math
import subprocess
import tarfile
import typing as t

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.directives import findings
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.finding import Severity
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.catalogue import Catalogue, parse_catalogue
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import is_unit_name
from tests.corpus.bad import BAD, START
from tests.corpus.values import VALUES
from tests.helpers.judged import Said, judged
from tests.helpers.oracle_host import OracleHost

# It does what the unit says, and says so.
NOTICES = ("is obsolete", "please use", "Accepting user/group name", "This is unsafe", "no longer supported")
# A bad line of these ends the reading of the file, or says nothing of its line.
WITHOUT_A_LINE = {"not-text", "too-long"}


class Target(t.NamedTuple):
    name: str
    systemd: int
    catalogue: Catalogue


@pytest.fixture(scope="module")
def target(host: OracleHost) -> Target:
    """The host and what its own systemd lists."""
    return Target(host.name, host.systemd, parse_catalogue(host.sh("/lib/systemd/systemd --dump-configuration-items")))


def complains(said: t.Iterable[Said], line: int) -> bool:
    return any(one.line == line and not any(notice in one.text for notice in NOTICES) for one in said)


def read_until(said: t.Sequence[Said]) -> float:
    """The last line that systemd has read: after a fatal one, such as a bad User=, it reads no further."""
    fatal = any("fatal error" in one.text for one in said)
    return max(one.line for one in said) if fatal else math.inf


def refused_lines(target: Target, name: str, text: str) -> set[int]:
    found = findings(Unit.of(name, text), target.catalogue, target.systemd)
    return {one.at.line for one in found if one.at and one.severity is Severity.ERROR}


def test_systemd_takes_and_refuses_the_values_of_the_table(target: Target) -> None:
    units: dict[str, tuple[str, str, bool]] = {}
    for directive, values in VALUES.items():
        section, key = directive.split(".")
        kind = "service" if section in ("Unit", "Install") else section.lower()
        if key in target.catalogue[section] and not values.silent:
            for value, taken in [*((one, True) for one in values.accepted), *((one, False) for one in values.refused)]:
                text = f"{START[kind]}[{section}]\n{key}={value}\n"
                units[f"v{len(units)}.{kind}"] = (f"{directive}={value}", text, taken)
    said = judged(target.name, {name: text for name, (_, text, _) in units.items()})
    wrong = [shown for name, (shown, text, taken) in units.items() if complains(said[name], text.count("\n")) is taken]
    assert wrong == []


def test_systemd_complains_about_every_bad_unit_of_its_version(target: Target) -> None:
    bad = {name: one for name, one in BAD.items() if one.systemd == target.systemd and not one.silent}
    units = {f"b{index}.{one.kind}": one for index, one in enumerate(bad.values())}
    said = judged(target.name, {name: one.text for name, one in units.items()})
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
def test_nothing_is_refused_that_systemd_takes(target: Target, values: list[str]) -> None:
    """Made-up values, all for each directive, in one file of its own."""
    units, placed = {}, {}
    for index, directive in enumerate(KEYS):
        section, key = directive.split(".")
        if key not in target.catalogue[section]:
            continue
        kind = "service" if section in ("Unit", "Install") else section.lower()
        name = f"h{index}.{kind}"
        units[name] = f"{START[kind]}[{section}]\n" + "".join(f"{key}={value}\n" for value in values)
        placed[name] = directive
    said = judged(target.name, units)
    wrong = [
        (placed[name], text.splitlines()[line - 1])
        for name, text in units.items()
        for line in refused_lines(target, name, text)
        if line <= read_until(said[name]) and not complains(said[name], line)
    ]
    assert wrong == []


def test_no_unit_that_debian_ships_is_refused(target: Target) -> None:
    tar = ["podman", "exec", target.name, "tar", "c", "--dereference", "-C", "/lib/systemd", "system"]
    shipped = subprocess.run(tar, capture_output=True, check=False).stdout
    units = {}
    with tarfile.open(fileobj=io.BytesIO(shipped)) as archive:
        for entry in archive:
            name = entry.name.rpartition("/")[2]
            content = archive.extractfile(entry) if entry.isfile() and is_unit_name(name) else None
            if content:
                units[name] = content.read().decode("utf-8", "surrogateescape")
    assert len(units) > 50
    found = {name: lines for name, text in units.items() for lines in [refused_lines(target, name, text)] if lines}
    said = judged(target.name, {name: units[name] for name in found}) if found else {}
    assert {name for name, lines in found.items() if not all(complains(said[name], line) for line in lines)} == set()
