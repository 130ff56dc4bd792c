# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever stands in the input: it is refused with a problem, or it arrives as exactly what was asked for."""

from __future__ import annotations

import json
import posixpath
import time
import typing as t

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import one_line, visible
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import LONGEST_SHOWN, Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import as_text, parse_env
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import split_command
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.journal_query import read_entries
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText, value_texts
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.report import journal_lines
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import instances
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool, concrete
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool_reader import understand
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.unit_spec import understand_unit
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import WantedFile, pool_units, wanted
from tests.corpus.injection import (
    HARMLESS,
    KEYS,
    LONG,
    PLACES,
    PLACES_OF_TIMER,
    SECRET,
    TEXTS,
    VALUES,
    Params,
    as_ansible_hands_it_on,
    harmless_timer_beside,
    hostile,
    pools,
    timer_with,
    with_key,
    with_value,
)
from tests.unit.plugins.module_utils._core.builders import KEYED_DIGEST

Directives = list[tuple[str, str]]
PLACES_OF_LONG = [("name",), ("command",), ("command", 1), ("environment", "APP"), ("unit", "Service", "Nice")]
slow = settings(suppress_health_check=list(HealthCheck), max_examples=60)


def refused_or_exact(params: Params) -> None:
    handed_on, errors = as_ansible_hands_it_on(params)
    if handed_on is None:
        assert SECRET not in "".join(errors)
        return
    (pool,), problems = understand([handed_on])
    for problem in problems:
        assert problem.where.startswith("pools[0]")
        assert SECRET not in str(problem)
    if not problems and pool.present:
        assert_exact(pool, handed_on)


def assert_exact(pool: Pool, given_: Params) -> None:
    files = files_of(pool)
    for path in files:
        assert posixpath.normpath(path) == path
        assert posixpath.dirname(path) in ("/etc/systemd/system", f"/etc/workers.systemd/{pool.name}")
    for path in (f"/etc/systemd/system/{pool.name}@.service", f"/etc/systemd/system/{pool.name}.target"):
        text = UnitText.parse(files.pop(path).text)
        assert (text.unreadable, text.others) == (None, ())
        assert directives(text) == directives_of_harmless(pool, given_, path)
    for name in ("environment", "secrets"):
        result = {key: as_text(value) for key, value in given_[name].items()} if given_[name] else {}
        file = files.pop(f"/etc/workers.systemd/{pool.name}/{name}", None)
        read = parse_env(file.text) if file else {}
        assert {key: read.pop(key) for key in result} == result
        assert set(read) <= {f"WORKERS_{name.upper()}"}
        assert file is None or file.mode == 0o600
    assert set(files) <= {f"/etc/workers.systemd/{pool.name}/watch"}
    if isinstance(given_["command"], list):
        assert argv(pool.exec_start) == [as_text(word) for word in given_["command"]]


def files_of(pool: Pool) -> dict[str, WantedFile]:
    paths = {concrete(path, name) for path in pool.read_paths for name in ("", *pool.instances)}
    written = wanted(SYSTEM, pool_units(SYSTEM, pool, 252), 252, KEYED_DIGEST, dict.fromkeys(paths, "digest"), {})
    return {file.path: file for file in written.files}


def directives_of_harmless(pool: Pool, given_: Params, path: str) -> Directives:
    """Those of a pool that has the same options, the same number of items in each, and nothing hostile in them."""

    def alike(option: str) -> t.Any:
        value, harmless = given_[option], HARMLESS[option]
        return [f"{harmless[0]}{index}" for index in range(len(value))] if isinstance(value, list) else harmless

    harmless = {
        **{option: HARMLESS[option] for option, value in given_.items() if value is not None and option in HARMLESS},
        **{
            option: alike(option) if given_[option] else type(HARMLESS[option])()
            for option in ("environment_files", "watch", "environment", "secrets", "busy_check", "writable_paths")
        },
        # Who runs as root has more open, and the directory of each instance is removed with it.
        **{option: given_[option] for option in ("user", "needs", "runtime_directory")},
        "hardening": pool.hardening,
        "name": pool.name,
        "preset": pool.preset,
        "limits": {key: "1" for key, value in (given_["limits"] or {}).items() if value is not None},
        "unit": {
            section: {key: ["x"] * len(value_texts(value)) for key, value in keys.items()}
            for section, keys in (given_["unit"] or {}).items()
        },
    }
    (other,), problems = understand([harmless])
    assert problems == []
    return directives(UnitText.parse(files_of(other)[path].text))


def directives(text: UnitText) -> Directives:
    return sorted((one.section, one.key) for one in text.assignments)


def argv(exec_start: str) -> list[str]:
    """What a process gets of a line in which every word is written so that nothing is expanded."""
    path, *arguments = (word.replace("%%", "%") for word in split_command(exec_start))
    return [path, *(word.replace("$$", "$") for word in arguments)]


def timer_refused_or_exact(params: Params, option: str) -> None:
    handed_on, errors = as_ansible_hands_it_on(params, "timers")
    if handed_on is None:
        assert SECRET not in "".join(errors)
        return
    (timer,), problems = understand([], [handed_on])
    for problem in problems:
        assert problem.where.startswith("timers[0]")
        assert SECRET not in str(problem)
    if problems or not timer.present:
        return
    written = files_of(timer)
    more = {option: MORE_OF_TIMERS[option]} if option in MORE_OF_TIMERS else {}
    allowed = keys_of_timer({**harmless_timer_beside(option), **more})
    for path, file in written.items():
        assert posixpath.normpath(path) == path
        assert posixpath.dirname(path) in ("/etc/systemd/system", f"/etc/workers.systemd/{timer.name}")
        if path.startswith("/etc/systemd/system/"):
            text = UnitText.parse(file.text)
            assert (text.unreadable, text.others) == (None, ())
            assert {*directives(text)} <= allowed, params
    events = UnitText.parse(written[f"/etc/systemd/system/{timer.name}.timer"].text).values("Timer", "OnCalendar")
    given_ = handed_on["schedule"]
    assert len(events) == (len(given_) if isinstance(given_, list) else 0 if given_ is None else 1)


def keys_of_timer(params: Params) -> set[tuple[str, str]]:
    """Sections and keys of its two units."""
    handed_on, _errors = as_ansible_hands_it_on(params, "timers")
    assert handed_on
    (timer,), problems = understand([], [handed_on])
    assert problems == []
    units = [file.text for path, file in files_of(timer).items() if path.startswith("/etc/systemd/system/")]
    return {one for text in units for one in directives(UnitText.parse(text))}


# Options that the harmless timer does not have.
MORE_OF_TIMERS = {"every": "1h", "expected": "26h"}


@pytest.mark.parametrize("place", PLACES_OF_TIMER, ids=lambda place: ".".join(map(str, place)))
def test_every_value_in_every_place_of_a_timer_is_refused_or_arrives_exactly(place: tuple[t.Any, ...]) -> None:
    for value in VALUES:
        timer_refused_or_exact(timer_with(place, value), place[0])


@slow
@given(pools)
def test_a_pool_is_refused_or_arrives_exactly(params: Params) -> None:
    refused_or_exact(params)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)))
def test_every_value_in_every_place_is_refused_or_arrives_exactly(place: tuple[t.Any, ...]) -> None:
    for value in VALUES:
        refused_or_exact(with_value(place, value))


@pytest.mark.parametrize("place", PLACES_OF_LONG, ids=lambda place: ".".join(map(str, place)))
def test_a_megabyte_is_refused_or_arrives_exactly(place: tuple[t.Any, ...]) -> None:
    for value in LONG:
        refused_or_exact(with_value(place, value))


@pytest.mark.parametrize("place", KEYS, ids=lambda place: ".".join(map(str, place)))
def test_every_key_is_refused_or_arrives_exactly(place: tuple[t.Any, ...]) -> None:
    for key in (*TEXTS, *LONG):
        refused_or_exact(with_key(place, key))


def test_the_harmless_pool_is_one() -> None:
    """Or the others would be refused for it."""
    handed_on, _errors = as_ansible_hands_it_on(HARMLESS)
    assert handed_on
    assert understand([handed_on])[1] == []


def test_what_is_long_is_read_in_time_that_grows_with_it() -> None:
    """Not with its square: each of these took a minute and more."""
    begun = time.process_time()
    megabyte = "x" * (1 << 20)
    understand([{**HARMLESS, "instances": [f"i{number}" for number in range(100000)]}])
    assert split_command(f"/bin/a '{megabyte}'") == ["/bin/a", megabyte]
    assert parse_env(f'A="{megabyte}"\n') == {"A": megabyte}
    assert time.process_time() - begun < 20


@slow
@given(
    hostile, hostile, st.dictionaries(hostile.map(str), st.one_of(hostile, st.dictionaries(hostile.map(str), hostile)))
)
def test_a_unit_file_is_refused_or_arrives_exactly(name: t.Any, drop_in: t.Any, sections: dict[str, t.Any]) -> None:
    name, drop_in = f"{name}.service", None if drop_in is None else str(drop_in)
    options = {"name": name, "drop_in": drop_in, "state": "present", "sections": sections, "content": None}
    spec, problems = understand_unit(options)
    if problems:
        return
    folder = "/etc/systemd/system" if drop_in is None else f"/etc/systemd/system/{name}.d"
    assert posixpath.normpath(spec.path) == spec.path
    assert posixpath.dirname(spec.path) == folder
    text = UnitText.parse(spec.text or "")
    asked = [(s, k, v) for s, keys in sections.items() for k, value in keys.items() for v in value_texts(value)]
    assert [(one.section, one.key, one.value) for one in text.assignments] == asked


@slow
@given(hostile, st.one_of(hostile, st.lists(hostile, max_size=3)), st.lists(hostile.map(str), max_size=3))
def test_units_of_others_are_refused_or_are_units(template: t.Any, named: t.Any, listed: list[str]) -> None:
    for options in (
        {"template": str(template), "instances": named},
        {"template": "a@", "instances": named},
        {"units": listed},
    ):
        asked, problems = instances.understand({**options, "state": "stopped"}, now=0.0)
        for unit in (*asked.patterns, *(unit_name.instance(asked.template, one) for one in asked.instances)):
            assert problems or unit_name.is_unit_name(unit) or instances.PATTERN.fullmatch(unit)
            assert problems or "/" not in unit


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text[:20]))
def test_no_problem_steers_a_terminal_or_fills_it(text: str) -> None:
    result = str(Problem(text, text, text, text, text))
    assert result.isprintable()
    assert len(result) < 5 * (LONGEST_SHOWN * len("\\U0010ffff") + 50)


@given(st.text())
def test_what_is_visible_is_so_for_good(text: str) -> None:
    shown = visible(text)
    assert visible(shown) == shown
    assert shown.replace("\n", "").replace("\t", "").isprintable()
    assert one_line(text).isprintable()
    assert not text.isprintable() or shown == text


JSON = st.recursive(st.one_of(st.none(), st.booleans(), st.integers(0, 255), st.text()), st.lists)


@slow
@given(st.lists(st.dictionaries(st.just("MESSAGE"), st.one_of(JSON, st.sampled_from(TEXTS)))))
def test_whatever_a_worker_writes_is_lines(entries: list[dict[str, t.Any]]) -> None:
    printed = "\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
    for line in journal_lines(read_entries(printed), []):
        assert line.replace("\t", "").isprintable()
