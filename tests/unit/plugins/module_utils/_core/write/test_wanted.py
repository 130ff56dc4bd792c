# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given

from ansible_collections.workers.systemd.plugins.module_utils._core.keyed_digest import keyed_digest_with
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.credentials import (
    ENCRYPTED_SINCE,
    LISTING,
    file_of,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.write import wanted as core
from ansible_collections.workers.systemd.plugins.module_utils._core.write import watched
from ansible_collections.workers.systemd.plugins.module_utils._core.write.markers import (
    ENVIRONMENT_MARKER,
    OWN_WATCH_MARKER,
    SECRETS_MARKER,
    WATCH_MARKER,
    generation_of,
    own_markers,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import (
    Wanted,
    contents,
    environment_paths,
    markers_in,
    wanted_again,
)
from tests.unit.plugins.module_utils._core.builders import (
    KEYED_DIGEST,
    SYSTEMD,
    carried,
    environ_of,
    mail,
    watched_by,
    written,
)

TEMPLATE, TARGET = "/etc/systemd/system/mail@.service", "/etc/systemd/system/mail.target"
ENVIRONMENT, SECRETS, WATCH = (SYSTEM.config("mail", name) for name in ("environment", "secrets", "watch"))

# options, paths of the files
FILES: dict[str, tuple[dict[str, t.Any], set[str]]] = {
    "a bare pool": ({}, set()),
    "variables": ({"environment": {"A": "1"}}, {ENVIRONMENT}),
    "secrets": ({"secrets": {"A": "1"}}, {SECRETS}),
    "credentials": (
        {"secrets_as": "credentials", "secrets": {"A": "1", "b.c": "2"}},
        {SECRETS, *(SYSTEM.config("mail", file_of(name, SYSTEMD)) for name in ("A", "b.c"))},
    ),
    "a watched path": ({"watch": ["/srv/current"]}, {WATCH}),
    "an environment file of somebody else": ({"environment_files": ["/etc/default/mail"]}, {WATCH}),
    "all of it": ({"environment": {"A": "1"}, "secrets": {"B": "1"}, "watch": ["/x"]}, {ENVIRONMENT, SECRETS, WATCH}),
}
FULL: dict[str, t.Any] = {
    "instances": ["1", "b.c"],
    "environment": {"APP_ENV": "production"},
    "secrets": {"APP_KEY": "s3cret"},
    "environment_files": ["/etc/default/mail", "/etc/mail/%i.env"],
    "watch": ["/srv/current"],
}
# what changes in FULL, the markers that change with it
CHANGES: dict[str, tuple[dict[str, t.Any], dict[str, str], set[str]]] = {
    "a variable": ({"environment": {"APP_ENV": "test"}}, {}, {ENVIRONMENT_MARKER}),
    "the way of secrets": ({"secrets_as": "credentials"}, {}, {"WORKERS_UNIT"}),
    "a secret": ({"secrets": {"APP_KEY": "other"}}, {}, {SECRETS_MARKER}),
    "a watched path": ({}, {"current": "new"}, {WATCH_MARKER}),
    "an environment file of somebody else": ({}, {"mail": "new"}, {WATCH_MARKER}),
    "the unit": ({"user": "www-data"}, {}, {"WORKERS_UNIT"}),
    "a limit": ({"limits": {"memory_max": "1G"}}, {}, set()),
}


def texts(wanted: Wanted) -> dict[str, str]:
    return {file.path: file.text for file in wanted.files}


def differing(one: t.Mapping[str, str], other: t.Mapping[str, str]) -> set[str]:
    return {name for name in {*one, *other} if one.get(name) != other.get(name)}


@pytest.mark.parametrize(("options", "paths"), FILES.values(), ids=FILES.keys())
def test_a_pool_has_the_files_it_needs(options: dict[str, t.Any], paths: set[str]) -> None:
    assert set(texts(written(mail(**options)))) == {TEMPLATE, TARGET} | paths


def test_only_units_are_for_everybody_to_read() -> None:
    modes = {file.path: (file.mode, file.secret) for file in written(mail(**FULL)).files}
    private = (0o600, True)
    assert modes == {
        TEMPLATE: (0o644, False),
        TARGET: (0o644, False),
        **dict.fromkeys([ENVIRONMENT, SECRETS, WATCH], private),
    }


def test_secrets_are_in_their_file_and_nowhere_else() -> None:
    wanted = written(mail(**FULL))
    assert [path for path, text in texts(wanted).items() if "s3cret" in text] == [SECRETS]
    assert "s3cret" not in repr(wanted.markers)


def test_the_unit_reads_the_files_and_ours_come_last() -> None:
    files = texts(written(mail(**FULL)))
    read = UnitText.parse(files[TEMPLATE]).values("Service", "EnvironmentFile")
    assert read == ["/etc/default/mail", "/etc/mail/%i.env", ENVIRONMENT, SECRETS, WATCH]


def test_credentials_are_in_files_of_their_own_which_come_before_their_marker() -> None:
    wanted = written(mail(**{**FULL, "secrets_as": "credentials"}))
    credential = SYSTEM.config("mail", file_of("APP_KEY", SYSTEMD))
    assert [file.path for file in wanted.files if file.secret] == [credential, ENVIRONMENT, SECRETS, WATCH]
    assert contents(credential, texts(wanted)[credential]) == {"APP_KEY": "encrypted terc3s"}
    assert set(contents(SECRETS, texts(wanted)[SECRETS])) == {LISTING, SECRETS_MARKER}
    assert "s3cret" not in repr(wanted)


def test_other_texts_of_the_same_credentials_are_the_same_version() -> None:
    """Encrypting again makes another text."""
    pool = mail(secrets_as="credentials", secrets={"A": "1"})
    units = core.pool_units(SYSTEM, pool, SYSTEMD)
    one, other = (core.wanted(SYSTEM, units, SYSTEMD, KEYED_DIGEST, {}, {"": {"A": text}}) for text in ("x", "y"))
    assert (one.markers, one.generation) == (other.markers, other.generation)
    assert one.files != other.files


def test_a_systemd_that_cannot_decrypt_has_plain_files() -> None:
    pool = mail(secrets_as="credentials", secrets={"A": "1"})
    older = ENCRYPTED_SINCE - 1
    wanted = core.wanted(SYSTEM, core.pool_units(SYSTEM, pool, older), older, KEYED_DIGEST, {}, {"": pool.credentials})
    credential = SYSTEM.config("mail", file_of("A", ENCRYPTED_SINCE - 1))
    assert texts(wanted)[credential] == "1"
    assert UnitText.parse(texts(wanted)[TEMPLATE]).values("Service", "LoadCredential") == [f"A:{credential}"]


@given(carried)
def test_a_value_comes_through_to_the_process(value: str) -> None:
    wanted = written(mail(environment={"A": value}, secrets={"B": value}))
    environ = environ_of(wanted, "1")
    assert (environ["A"], environ["B"]) == (value, value)


@pytest.mark.parametrize(
    "options", [options for options, names in FILES.values()] + [FULL], ids=[*FILES, "with instances"]
)
def test_a_process_that_reads_the_files_carries_the_markers(options: dict[str, t.Any]) -> None:
    wanted = written(mail(**options))
    for name in wanted.pool.instances:
        assert own_markers(environ_of(wanted, name), name) == wanted.markers[name]


@pytest.mark.parametrize(("options", "changed", "markers"), CHANGES.values(), ids=CHANGES.keys())
def test_a_change_shows_in_the_marker_of_its_kind_alone(
    options: dict[str, t.Any], changed: dict[str, str], markers: set[str]
) -> None:
    before, after = written(mail(**FULL)), written(mail(**{**FULL, **options}), **changed)
    assert differing(before.markers["1"], after.markers["1"]) == markers
    assert (before.generation != after.generation) is bool(markers)


def test_a_file_of_one_instance_is_its_own_affair() -> None:
    before, after = written(mail(**FULL)), written(mail(**FULL), **{"1.env": "new"})
    assert differing(before.markers["1"], after.markers["1"]) == {OWN_WATCH_MARKER}
    assert before.markers["b.c"] == after.markers["b.c"]
    assert before.generation == after.generation


def test_another_order_of_paths_is_another_version() -> None:
    one, other = (written(mail(watch=paths)) for paths in (["/a", "/b"], ["/b", "/a"]))
    assert one.generation != other.generation


def test_scaling_changes_no_marker() -> None:
    few, many = written(mail(**{**FULL, "instances": 2})), written(mail(**{**FULL, "instances": 9}))
    assert few.markers["2"] == many.markers["2"]
    assert few.generation == many.generation


def test_the_digest_of_a_secret_takes_the_key_of_the_host() -> None:
    assert (
        keyed_digest_with(b"one")("s3cret")
        == keyed_digest_with(b"one")("s3cret")
        != keyed_digest_with(b"two")("s3cret")
    )


def test_equal_markers_have_an_equal_name_in_any_order() -> None:
    assert generation_of({"A": "1", "B": "2"}) == generation_of({"B": "2", "A": "1"}) != generation_of({"A": "1"})


@pytest.mark.parametrize(("options", "paths"), FILES.values(), ids=FILES.keys())
def test_the_template_reads_every_file_that_is_written_and_no_other(options: dict[str, t.Any], paths: set[str]) -> None:
    pool = mail(**options)
    template = UnitText.parse(texts(written(pool))[TEMPLATE])
    read = template.values("Service", "EnvironmentFile")
    loaded = [line.partition(":")[2] for line in template.values("Service", "LoadCredentialEncrypted")]
    assert {*read, *loaded} == paths | set(pool.environment_files)
    assert read == environment_paths(SYSTEM, pool)


@pytest.mark.parametrize(
    "options", [options for options, names in FILES.values()] + [FULL], ids=[*FILES, "with instances"]
)
def test_what_was_written_down_is_wanted_again(options: dict[str, t.Any]) -> None:
    before = written(mail(**options))
    again = again_of(before)
    assert (again.markers, again.generation) == (before.markers, before.generation)
    assert set(again.files) == set(before.files)
    assert again.noted == before.noted


def test_watched_paths_are_told_as_they_are_now() -> None:
    before, changed = written(mail(**FULL)), written(mail(**FULL), current="new")
    again = again_of(before, current="new")
    assert (again.markers, again.generation) == (changed.markers, changed.generation)
    assert set(again.files) == set(changed.files)


def again_of(before: Wanted, **changed: str) -> Wanted:
    digests = watched_by(before.pool, **changed)
    now, noted = (make(before.pool, KEYED_DIGEST, digests) for make in (watched.markers, watched.notes))
    return wanted_again(SYSTEM, before.pool, before.files, now, noted)


def test_a_version_tells_the_markers_that_it_has_written_down() -> None:
    for options in ({}, {"watch": ["/srv/current"]}, FULL):
        pool = mail(**options)
        assert markers_in(SYSTEM, pool, written(pool).files) == watched.markers(pool, KEYED_DIGEST, watched_by(pool))


def test_a_file_that_may_be_missing_makes_stale_when_it_comes() -> None:
    pool = mail(instances=2, environment_files=["-/etc/default/mail-%i"])
    before, after = written(pool, **{"mail-2": "nothing"}), written(pool)
    assert before.markers["1"] == after.markers["1"]
    assert before.markers["2"] != after.markers["2"]
    template = next(file.text for file in after.files if file.path.endswith("@.service"))
    assert "EnvironmentFile=-/etc/default/mail-%i\n" in template


def test_the_text_that_is_judged_is_the_text_that_is_written() -> None:
    units = core.pool_units(SYSTEM, mail(), SYSTEMD)
    files = core.wanted(SYSTEM, units, SYSTEMD, KEYED_DIGEST, {}, {}).files
    assert any(file is units.template for file in files)
    assert any(file is units.group for file in files)
