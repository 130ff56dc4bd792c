# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What we read in a unit file is what systemd reads: thousands of hostile texts, each a unit or a drop-in."""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import dataclass

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import split_command
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import (
    PATTERN_HEADER,
    UNSAFE_HEADER,
)
from tests.helpers.oracle_host import Content, OracleHost
from tests.oracle.unit_grammar import unit_files

UNITS = "/run/systemd/system"
TEXTS = 2400
# How many are asked for more than their description, which costs systemd a while for each.
ASKED = 300
OWN = "[Unit]\nDescription=own\n[Service]\nExecStart=/bin/true\nEnvironment=OWN=1\n"
# What systemd takes apart and puts together again: only what cannot change on the way is compared.
TAME = re.compile(r"[A-Za-z0-9=/: \t.-]*")
LISTS = {"Environment": ("Service", " "), "ExecStart": ("Service", ""), "Documentation": ("Unit", " ")}
# What not every version stops at.
STOPS_SINCE = {UNSAFE_HEADER: 252, PATTERN_HEADER: 262}
ARGV = re.compile(r"argv\[\]=(.*?) ; ")


@dataclass(frozen=True)
class Case:
    """A text, and the unit that it is or that it is a drop-in of."""

    data: bytes
    unit: Unit
    files: t.Mapping[str, Content]

    @classmethod
    def of(cls, number: int, data: bytes) -> Case:
        """Each text of even number is a unit, each odd one a drop-in of a unit without faults."""
        name = f"oracle{number}.service"
        path, text = f"{UNITS}/{name}", data.decode("utf-8", "surrogateescape")
        if number % 2 == 0:
            return cls(data, Unit.of(name, text, path=path), {path: data})
        drop_in = f"{path}.d/a.conf"
        return cls(data, Unit.of(name, OWN, [(drop_in, text)], path), {path: OWN, drop_in: data})

    @property
    def name(self) -> str:
        return str(self.unit.name)

    @property
    def loads(self) -> bool:
        """Whether systemd reads the unit's own file to its end."""
        return self.unit.files[0][1].unreadable is None

    def refused_by(self, systemd: int) -> bool:
        """Whether this version stops wherever we do."""
        found = [text.unreadable.found for _, text in self.unit.files if text.unreadable]
        return all(STOPS_SINCE.get(what, 0) <= systemd for what in found)

    def tame(self, key: str) -> bool:
        return all(TAME.fullmatch(one.value) for one in self.unit.assignments() if one.key == key)

    def value(self, section: str, key: str, default: str = "") -> str:
        """Of a directive that is shown as it stands."""
        return self.unit.value(section, key, default).replace("%%", "%")

    def words(self, key: str) -> list[str]:
        """Of a list, as many lines as it has."""
        return [" ".join(split_command(one.value)) for one in self.unit.kept(LISTS[key][0], key)]


class Answers(t.NamedTuple):
    """Of those cases that this systemd reads as far as we do, by unit name: load state, description, more of some."""

    cases: t.Sequence[Case]
    listed: t.Mapping[str, tuple[str, str]]
    shown: t.Mapping[str, t.Mapping[str, list[str]]]


CASES = [Case.of(number, data) for number, data in enumerate(unit_files(TEXTS))]


@pytest.fixture(scope="module")
def answers(host: OracleHost) -> Answers:
    """All units are loaded at once: what is in the order of an active target stays so, and is not started for it."""
    cases = [case for case in CASES if case.refused_by(host.systemd)]
    files = {path: content for case in cases for path, content in case.files.items()}
    order = "".join(f"After={case.name}\n" for case in cases)
    asked = [case.name for case in cases if case.loads][:ASKED]
    manager = "org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager"
    try:
        host.write_all({**files, f"{UNITS}/oracle.target": f"[Unit]\n{order}"})
        host.sh("systemctl daemon-reload; systemctl start oracle.target")
        listed = json.loads(host.sh(f"busctl --json=short call {manager} ListUnits"))["data"][0]
        shown = host.show(["SyslogIdentifier", *LISTS], asked)
    finally:
        host.sh(
            f"systemctl stop oracle.target; cd {UNITS}; find . -name 'oracle*' -delete -o -path './oracle*' -delete"
        )
        host.sh("systemctl daemon-reload")
    return Answers(
        cases, {name: (state, description) for name, description, state, *_ in listed}, dict(zip(asked, shown))
    )


def test_the_same_texts_load(answers: Answers) -> None:
    differ = {
        case.data[:300]: answers.listed[case.name] for case in answers.cases if case.loads is not _loads(answers, case)
    }
    assert differ == {}
    assert TEXTS // 20 < sum(not case.loads for case in answers.cases) < TEXTS // 3


def _loads(answers: Answers, case: Case) -> bool:
    return answers.listed[case.name][0] != "error"


def test_the_description_is_read_as_systemd_reads_it(answers: Answers) -> None:
    differ = {}
    for case in filter(lambda case: case.loads, answers.cases):
        ours, theirs = case.value("Unit", "Description", case.name), answers.listed[case.name][1]
        if ours != theirs:
            differ[case.data[:300]] = ours[:200], theirs[:200]
    assert differ == {}
    result = [case for case in answers.cases if case.value("Unit", "Description", "own") not in ("own", "")]
    assert len(result) > TEXTS // 4


def test_lists_are_read_as_systemd_reads_them(answers: Answers) -> None:
    differ, compared = {}, 0
    by_name = {case.name: case for case in answers.cases}
    for name, shown in answers.shown.items():
        case = by_name[name]
        for key in filter(case.tame, LISTS):
            ours = case.words(key)
            theirs = ARGV.findall("".join(shown[key])) if key == "ExecStart" else shown[key][0]
            compared += bool(ours)
            if (ours if key == "ExecStart" else joined(key, ours)) != theirs:
                differ[case.data[:300]] = key, ours, theirs
        if case.value("Service", "SyslogIdentifier") != shown["SyslogIdentifier"][0]:
            differ[case.data[:300]] = "SyslogIdentifier", case.value("Service", "SyslogIdentifier"), shown
    assert differ == {}
    assert compared > ASKED // 2


def joined(key: str, lines: t.Sequence[str]) -> str:
    """As it is shown; of an environment only the last of each name."""
    words = [word for line in lines for word in line.split()]
    if key == "Environment":
        words = [word for word in words if "=" in word]
        last = {word.partition("=")[0]: word for word in words}
        words = list(last.values())
    return " ".join(words)
