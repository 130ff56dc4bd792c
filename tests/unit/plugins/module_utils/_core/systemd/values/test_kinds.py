# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every directive has a kind, and a kind an answer for whatever stands there, in time that grows with its length."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.directives import findings
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.judge import judged
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.value import NOT_OF_TYPE
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.catalogue import parse_catalogue
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.kinds import kind_of
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values.words import WORDS
from tests.corpus.bad import START
from tests.corpus.literals import literals
from tests.unit.plugins.module_utils._core.builders import shipped_catalogue

VERSIONS = (247, 252, 257, 262)
CATALOGUES = {version: shipped_catalogue(version) for version in VERSIONS}
KINDS = {**START, "automount": "[Automount]\nWhere=/b\n", "swap": "[Swap]\nWhat=/dev/b\n"}
KEYS = [
    (section, key)
    for section in ("Unit", "Service", "Timer", "Socket", "Path", "Mount", "Automount", "Swap", "Slice", "Install")
    for key in CATALOGUES[262].get(section, {})
    if section in ("Unit", "Service") or key not in CATALOGUES[262]["Service"]
]
# Pieces that the parsers of systemd look at.
PIECES = ("0", "9" * 4400, "-", "+", ".", "..", "/", ":", "%", "%i", "%Q", '"', "'", "\\", "~", "!", "|", "@", ",", " ")
VALUES = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=6).map("".join)


@pytest.mark.parametrize("systemd", VERSIONS)
def test_every_directive_of_every_version_has_a_kind(systemd: int) -> None:
    without = [
        f"{section}.{key}"
        for section, keys in CATALOGUES[systemd].items()
        for key, systemd_type in keys.items()
        if key not in WORDS and f"{section}.{key}" not in WORDS and key not in NOT_OF_TYPE.get(section, ())
        if kind_of(section, key, systemd_type, systemd) is None
    ]
    assert without == []


def text_of(section: str, key: str, values: list[str]) -> tuple[str, str]:
    kind = "service" if section in ("Unit", "Install") else section.lower()
    return f"a@.{kind}", f"{KINDS[kind]}[{section}]\n" + "".join(f"{key}={value}\n" for value in values)


@pytest.mark.parametrize("systemd", VERSIONS)
def test_no_literal_makes_us_fall_over(systemd: int) -> None:
    """Another twelfth of them for each version and directive."""
    found = 0
    for number, (section, key) in enumerate(KEYS):
        if key in CATALOGUES[systemd].get(section, {}):
            name, text = text_of(section, key, list(literals(key)[(number + systemd) % 12 :: 12]))
            found += len(list(findings(Unit.of(name, text), CATALOGUES[systemd], systemd)))
    assert found > 2000


@given(place=st.sampled_from(KEYS), values=st.lists(VALUES, min_size=1, max_size=3), systemd=st.sampled_from(VERSIONS))
def test_the_judge_has_an_answer_for_anything(place: tuple[str, str], values: list[str], systemd: int) -> None:
    name, text = text_of(*place, values)
    judged(Unit.of(name, text), CATALOGUES[systemd], systemd)


# What a reader that starts again at each place would take minutes for.
LONG = {
    "letters": "a",
    "letters and blanks": "a ",
    "quotes": '"a" ',
    "an open quote": '" a',
    "backslashes": "\\a",
    "percent signs": "%%",
    "specifiers": "%i",
    "dollars": "${A}",
    "slashes": "/a",
    "colons": "a:b",
    "digits": "1",
    "sizes": "1K ",
    "commas": "1,",
    "dashes": "a-",
    "URLs": "a://b:c",
    "options": "--a=",
    "semicolons": "; ",
    "parentheses": "((",
}


@pytest.mark.parametrize("piece", LONG.values(), ids=LONG.keys())
def test_four_times_the_length_takes_no_sixteen_times_the_time(piece: str) -> None:
    short, long = (_fastest(piece * times) for times in (1_000, 4_000))
    # Linear is 4, and a tenth of a second is nothing to wait for.
    assert long < 0.1 or long / short < 9


def _fastest(value: str) -> float:
    text = "[Unit]\nDescription={0}\nConditionPathExists={0}\n[Service]\nExecStart=/bin/a {0}\nEnvironment=A={0}\n"
    text += "".join(f"{key}={{0}}\n" for key in ("ReadWritePaths", "MemoryMax", "TimeoutStopSec", "SystemCallFilter"))
    unit = Unit.of("a.service", text.replace("{0}", value))
    took = []
    for _round in range(2):
        begun = time.process_time()
        judged(unit, CATALOGUES[252], 252)
        took.append(time.process_time() - begun)
    return min(took)


def test_a_directive_that_nobody_knows_yet_takes_anything() -> None:
    catalogue = parse_catalogue("[Service]\nExecStart=PATH [ARGUMENT [...]]\nNewThing=NEWKIND\n")
    unit = Unit.of("a.service", "[Service]\nExecStart=/bin/true\nNewThing=?\n")
    assert list(findings(unit, catalogue, 270)) == []
