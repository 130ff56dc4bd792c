# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Units whose lines do not go together: real systemd complains about the same ones."""

from __future__ import annotations

import typing as t

from tests.corpus.whole import GOOD, REFUSED, WholeUnit
from tests.helpers.oracle_host import OracleHost

FOLDER = "/tmp/whole"
# Two units of one name can not be in one call, so each has a folder.
SCRIPT = f"""\
export SYSTEMD_LOG_COLOR=0 LC_ALL=C
for folder in {FOLDER}/*; do
    echo "== ${{folder##*/}}"
    SYSTEMD_UNIT_PATH=$folder:/lib/systemd/system systemd-analyze verify --man=no "$folder/$(cat "$folder/asked")" 2>&1
done
rm -r {FOLDER}
"""
OTHER = "[Service]\nExecStart=/bin/true\n"
# About lines of the unit, and of what keeps it from being loaded or from having its way.
WORDS = ("Refusing", "gnoring", "Continuing", "not loading", "resetting RestartSec", "failed to load properly")


def complaints(host: OracleHost, units: t.Mapping[str, WholeUnit]) -> dict[str, list[str]]:
    """By name: what systemd complains about, all in one call of the host."""
    files = {}
    for number, one in enumerate(units.values()):
        # A timer, a path and a socket want the service of their name.
        names = {"asked": one.name, "a.service": OTHER, "a@.service": OTHER, "b.service": OTHER, one.name: one.text}
        files.update({f"{FOLDER}/{number:03}/{name}": text for name, text in names.items()})
    host.write_all(files)
    said = host.sh(SCRIPT).split("== ")[1:]
    return {
        name: [line for line in lines.splitlines()[1:] if any(word in line for word in WORDS)]
        for name, lines in zip(units, said)
    }


def test_systemd_complains_about_each_and_only_in_its_versions(host: OracleHost) -> None:
    wrong = {}
    for name, said in complaints(host, REFUSED).items():
        one = REFUSED[name]
        # Before its version a directive may be unknown. The verify of 247 aborts on a bus service without a name.
        unknown = host.systemd < one.since and any("Unknown" in line for line in said)
        aborts = host.systemd == 247 and name == "a bus service without its name"
        if bool(said) is not (one.since <= host.systemd <= one.until) and not unknown and not aborts:
            wrong[name] = said
    assert wrong == {}


def test_systemd_has_nothing_against_the_others(host: OracleHost) -> None:
    assert {name: said for name, said in complaints(host, GOOD).items() if said} == {}
