# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What single instances have of their own: which files hold it, and whose markers they change."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import as_generation, file_name
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM, of_own_name, own_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import parse_env
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import credentials
from ansible_collections.workers.systemd.plugins.module_utils._core.write.effects import LIMITS
from ansible_collections.workers.systemd.plugins.module_utils._core.write.file_markers import (
    FileMarkers,
    file_markers,
    instance_of,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.write.markers import (
    ENVIRONMENT_MARKER,
    SECRETS_MARKER,
    UNIT_MARKER,
    own_markers,
    unit_marker,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import (
    Wanted,
    contents,
    pool_units,
    wanted_again,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.write.watched import Markers
from tests.unit.plugins.module_utils._core.builders import SYSTEMD, environ_of, mail, unit_of, written

Own = dict[str, t.Any]
NAMES = ["mail", "pdf", "video"]
POOL: Own = {"instances": NAMES, "environment": {"QUEUE": "a", "POOL": 5}, "secrets": {"KEY": "s3cret", "B": "2"}}
DROP_IN = "/etc/systemd/system/mail@pdf.service.d/10-workers.conf"


def with_own(own: t.Optional[Own], name: str = "pdf", **more: t.Any) -> Wanted:
    return written(mail(**{**POOL, **more}, **({"per_instance": {name: own}} if own else {})))


def texts(wanted: Wanted) -> dict[str, str]:
    return {file.path: file.text for file in wanted.files}


PLAIN = with_own(None)
# What an instance has, the files that hold it, and the markers of the instance that differ.
OWN: dict[str, tuple[Own, set[str], set[str]]] = {
    "a variable": (
        {"environment": {"QUEUE": "pdf"}},
        {DROP_IN, SYSTEM.config("mail", "environment:pdf.env")},
        {UNIT_MARKER, ENVIRONMENT_MARKER},
    ),
    "a secret": (
        {"secrets": {"KEY": "another"}},
        {DROP_IN, SYSTEM.config("mail", "secrets:pdf.env")},
        {UNIT_MARKER, SECRETS_MARKER},
    ),
    "a limit": ({"limits": {"memory_max": "2G"}}, {DROP_IN}, set()),
    "what needs no restart": ({"unit": {"Service": {"Restart": "no"}}}, {DROP_IN}, set()),
    "what needs one": ({"unit": {"Service": {"Nice": 5}}}, {DROP_IN}, {UNIT_MARKER}),
    "nothing": ({"environment": {}, "unit": {"Service": {}}}, set(), set()),
}


@pytest.mark.parametrize(("own", "files", "markers"), OWN.values(), ids=OWN.keys())
def test_what_an_instance_has_is_in_files_of_its_own_and_changes_its_markers_alone(
    own: Own, files: set[str], markers: set[str]
) -> None:
    wanted = with_own(own)
    assert {path: text for path, text in texts(wanted).items() if path not in files} == texts(PLAIN)
    assert files == {path for path in texts(wanted) if instance_of(path) == "pdf"}
    assert {name for name in NAMES if wanted.markers[name] != PLAIN.markers[name]} == ({"pdf"} if markers else set())
    assert {one for one, value in wanted.markers["pdf"].items() if value != PLAIN.markers["pdf"][one]} == markers
    assert (wanted.generation == PLAIN.generation) == (not markers)


@pytest.mark.parametrize("own", [own for own, _files, _markers in OWN.values()], ids=OWN.keys())
def test_a_process_of_the_instance_carries_the_markers(own: Own) -> None:
    wanted = with_own(own)
    for name in NAMES:
        environ = environ_of(wanted, name)
        assert own_markers(environ, name) == wanted.markers[name]
        fields = dict(one.partition("=")[::2] for one in unit_of(wanted, name).values("Service", "LogExtraFields"))
        assert fields == {"WORKERS_POOL": "mail", UNIT_MARKER: wanted.markers[name][UNIT_MARKER]}
        assert len(unit_of(wanted, name).values("Service", "LogExtraFields")) == 2


def test_what_is_its_own_comes_last_and_what_is_not_stays() -> None:
    own = {"environment": {"QUEUE": "pdf", "B": "plain"}, "secrets": {"KEY": "another", "POOL": "6"}}
    environ = environ_of(with_own(own), "pdf")
    assert {name: environ[name] for name in ("QUEUE", "POOL", "KEY", "B")} == {
        "QUEUE": "pdf",
        "POOL": "6",
        "KEY": "another",
        "B": "plain",
    }


def test_a_change_of_the_pool_reaches_the_instance_too() -> None:
    own = {"environment": {"QUEUE": "pdf"}, "unit": {"Service": {"Nice": 5}}}
    before = with_own(own)
    for change in ({"unit": {"Service": {"UMask": "0077"}}}, {"environment": {"POOL": "9"}}, {"secrets": {"KEY": "x"}}):
        after = with_own(own, **change)
        assert before.markers["pdf"] != after.markers["pdf"]
    # A variable that the instance has of its own concerns only the others.
    after = with_own(own, environment={"QUEUE": "b", "POOL": 5})
    assert before.markers["pdf"] == after.markers["pdf"]
    assert before.markers["mail"] != after.markers["mail"]


@pytest.mark.parametrize("option", ["memory_max", "cpu_quota", "tasks_max"])
def test_limits_alone_need_no_marker(option: str) -> None:
    text = texts(with_own({"limits": {option: "9"}}))[DROP_IN]
    directives = [one.key for one in UnitText.parse(text).assignments if one.section == "Service"]
    assert len(directives) == 1
    assert set(directives) <= LIMITS


def test_no_secret_is_in_a_file_that_others_read() -> None:
    wanted = with_own({"secrets": {"KEY": "another-one"}})
    holding = {file.path: file.mode for file in wanted.files if "another-one" in file.text}
    assert holding == {SYSTEM.config("mail", "secrets:pdf.env"): 0o600}


def loaded(unit: UnitText) -> list[str]:
    """What systemd loads: an empty line of one directive empties what both have loaded
    (config_parse_load_credential()).
    """
    kept: list[str] = []
    for one in unit.assignments:
        if one.key in credentials.LOADS:
            kept = [*kept, one.value] if one.value else []
    return kept


def test_other_credentials_replace_those_of_the_pool() -> None:
    pool = {"secrets_as": "credentials", "secrets": {"A": "1", "B": "2"}}
    service = {"LoadCredential": ["x:/x", "A:/y"]}
    wanted = with_own({"secrets": {"B": "3", "C": "4"}, "unit": {"Service": {"LoadCredential": "z:/z"}}}, **pool)
    own = SYSTEM.config("mail", "B:pdf.encrypted-credential")
    assert texts(wanted)[own] == "encrypted 3"
    assert contents(own, "text") == {"B": "text"}
    unit = unit_of(wanted, "pdf")
    assert loaded(unit) == [
        "z:/z",
        f"A:{SYSTEM.config('mail', 'A.encrypted-credential')}",
        f"B:{own}",
        f"C:{SYSTEM.config('mail', 'C:pdf.encrypted-credential')}",
    ]
    assert len(unit.values("Service", "ExecStartPre")) == 1, "the guard of the pool speaks for all"
    alone = with_own({"secrets": {"C": "4"}}, secrets={}, secrets_as="credentials", unit={"Service": service})
    of_pdf = f"C:{SYSTEM.config('mail', 'C:pdf.encrypted-credential')}"
    assert loaded(unit_of(alone, "pdf")) == ["x:/x", "A:/y", of_pdf]
    assert len(unit_of(alone, "pdf").values("Service", "ExecStartPre")) == 1
    assert unit_of(alone, "mail").values("Service", "ExecStartPre") == []


def test_fields_of_the_journal_are_kept() -> None:
    wanted = with_own(
        {"unit": {"Service": {"LogExtraFields": "QUEUE=pdf"}}}, unit={"Service": {"LogExtraFields": "APP=x"}}
    )
    assert unit_of(wanted, "pdf").values("Service", "LogExtraFields") == [
        "WORKERS_POOL=mail",
        f"{UNIT_MARKER}={wanted.markers['pdf'][UNIT_MARKER]}",
        "APP=x",
        "QUEUE=pdf",
    ]


@pytest.mark.parametrize("own", [own for own, _files, _markers in OWN.values()], ids=OWN.keys())
def test_what_was_written_down_is_wanted_again(own: Own) -> None:
    wanted = with_own(own)
    generation = as_generation(wanted, 1, "2026-01-31T12:00:00Z")
    again = wanted_again(SYSTEM, generation.as_pool(), generation.files, Markers(), {})
    assert (again.markers, again.generation, set(again.files)) == (wanted.markers, wanted.generation, set(wanted.files))


def test_the_drop_in_is_ours_and_says_so() -> None:
    text = texts(with_own({"unit": {"Service": {"Nice": 5}}}))[DROP_IN]
    assert text.startswith("# Instance pdf of mail, managed by workers.systemd: the next deploy replaces")
    assert UnitText.parse(text).values("X-Workers", "Pool") == ["mail"]
    units = pool_units(SYSTEM, mail(**POOL, per_instance={"pdf": {"unit": {"Service": {"Nice": 5}}}}), SYSTEMD)
    assert [file.path for file in units.files] == [DROP_IN, units.template.path, units.group.path]


instances = st.from_regex(unit_name.INSTANCE_NAME, fullmatch=True)
# Names of files of a pool: of variables, of secrets, and of credentials of any systemd.
names = st.sampled_from(["environment", "secrets"]) | st.builds(
    credentials.file_of, st.from_regex(credentials.NAME, fullmatch=True), st.sampled_from([247, 252])
)


@given(names, instances)
def test_a_file_of_one_instance_says_whose_it_is(name: str, instance: str) -> None:
    assert of_own_name(own_name(name, instance)) == (name, instance)
    assert of_own_name(name) == (name, "")
    path = SYSTEM.config_of("mail", name, instance)
    assert instance_of(path) == instance
    assert credentials.name_of(path) == credentials.name_of(SYSTEM.config("mail", name))
    drop_in = SYSTEM.own_drop_in(unit_name.instance("mail", instance))
    assert instance_of(drop_in) == instance


@given(st.sets(st.tuples(names, instances), min_size=2, max_size=2))
def test_no_two_files_have_the_same_name(given: t.Any) -> None:
    assert len({own_name(*one) for one in given}) == 2


@given(st.sets(instances, min_size=2, max_size=2))
def test_copies_of_drop_ins_have_names_of_their_own(given: set[str]) -> None:
    copies = {file_name(SYSTEM.own_drop_in(unit_name.instance("mail", one))) for one in given}
    assert len(copies) == 2
    assert not copies & {"environment", "secrets", "watch", "mail@.service", "mail.target", "manifest"}


def test_files_without_a_marker_say_nothing() -> None:
    assert file_markers({"/etc/workers.systemd/mail/A:pdf.credential": "WORKERS_UNIT=x\n"}) == FileMarkers()
    assert file_markers({DROP_IN: "[Service]\nNice=5\n", "/etc/systemd/system/mail.target": ""}) == FileMarkers()
    assert unit_marker("[Service]\n") == ""
    assert parse_env("") == {}
