# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import (
    KEPT,
    MANIFEST,
    Generation,
    State,
    as_generation,
    content_of,
    differs_beside,
    file_name,
    find,
    installed_content,
    last_good,
    manifest_text,
    next_number,
    parse_generation,
    present,
    previous_good,
    prunable,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.release import Release
from ansible_collections.workers.systemd.plugins.module_utils._core.write.release import pinned
from tests.unit.plugins.module_utils._core.builders import carried, in_place, mail, written

TIME = "2026-11-24T16:36:19Z"
FULL: dict[str, t.Any] = {
    "instances": ["1", "b.c"],
    "environment": {"APP_ENV": "production"},
    "secrets": {"APP_KEY": "s3cret"},
    "environment_files": ["/etc/default/mail"],
    "watch": ["/srv/current"],
    "rollout": {"min_healthy_time": "5s", "max_parallel": "2"},
}


def version(number: int, state: State = State.GOOD, user: str = "", restores: int | None = None) -> Generation:
    """A generation whose content depends on the user; on its number without one."""
    generation = as_generation(written(mail(user=user or f"u{number}")), number, TIME, restores)
    return replace(generation, state=state)


def history(states: str) -> list[Generation]:
    """``gba``: 1 is good, 2 is bad, 3 is applying."""
    return [version(number, next(s for s in State if s.value[0] == state)) for number, state in enumerate(states, 1)]


def copies_of(generation: Generation) -> dict[str, bytes]:
    files = {file_name(file.path): file.text.encode() for file in generation.files}
    return {MANIFEST: manifest_text(generation).encode(), **files}


def number_of(generation: Generation | None) -> int:
    return generation.number if generation else 0


# ---- on disk


@given(carried, st.sampled_from(State), st.integers(1, 99), st.none() | st.integers(1, 99))
def test_what_is_kept_comes_back(secret: str, state: State, number: int, restores: int | None) -> None:
    wanted = written(mail(**{**FULL, "secrets": {"APP_KEY": secret}}))
    generation = replace(as_generation(wanted, number, TIME, restores), state=state)
    assert parse_generation(copies_of(generation), "here") == generation


def test_the_manifest_has_no_text_of_a_file() -> None:
    generation = as_generation(written(mail(**FULL)), 1, TIME)
    assert "s3cret" not in manifest_text(generation)
    assert "s3cret" not in repr(generation)


def test_every_file_has_a_copy_of_its_own() -> None:
    files = written(mail(**FULL)).files
    assert len({file_name(file.path) for file in files} | {MANIFEST}) == len(files) + 1


def test_options_of_a_rollout_that_it_does_not_know_get_their_default() -> None:
    generation = as_generation(written(mail(**FULL)), 1, TIME)
    manifest = json.loads(manifest_text(generation))
    manifest["rollout"] = {"min_healthy_time": 5.0, "of_another_version": 1}
    read = parse_generation({**copies_of(generation), MANIFEST: json.dumps(manifest).encode()}, "here")
    assert read.rollout == Policy(min_healthy_time=5.0)


def test_one_that_noted_nothing_of_what_it_watches_is_read() -> None:
    """As the collection wrote them before it did."""
    generation = as_generation(written(mail(**FULL)), 1, TIME)
    manifest = json.loads(manifest_text(generation))
    del manifest["noted"]
    read = parse_generation({**copies_of(generation), MANIFEST: json.dumps(manifest).encode()}, "here")
    assert (read, bool(generation.noted)) == (replace(generation, noted={}), True)


# what is put into the manifest, or the whole of it
BROKEN: dict[str, t.Any] = {
    "nothing": b"",
    "half of it": b'{"number": 1',
    "bytes": b"\xff\xfe",
    "a list": b"[]",
    "an unknown state": {"state": "fine"},
    "a mode that is none": {"files": {"/etc/systemd/system/mail@.service": "rw"}},
    "a file without a copy": {"files": {"/etc/systemd/system/other@.service": "0644"}},
    "no list of instances": {"instances": None},
    "files that are a list": {"files": ["/etc/x"]},
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_one_is_one_clear_problem(broken: t.Any) -> None:
    copies = copies_of(version(1))
    if isinstance(broken, dict):
        broken = json.dumps({**json.loads(copies[MANIFEST]), **broken}).encode()
    with pytest.raises(Problems) as caught:
        parse_generation({**copies, MANIFEST: broken}, "/the/directory")
    (problem,) = caught.value.problems
    assert (problem.where, problem.hint) == ("/the/directory", "Remove this directory.")
    assert "a broken generation" in problem.found


def test_one_without_a_manifest_is_broken() -> None:
    with pytest.raises(Problems, match="manifest"):
        parse_generation({}, "here")


# ---- what is in it


def test_it_is_the_content_of_the_version_and_of_a_host_that_has_it() -> None:
    wanted = written(mail(**FULL))
    generation = as_generation(wanted, 1, TIME)
    assert generation.content == content_of(wanted) == installed_content(in_place(wanted))
    assert generation.id == wanted.generation


OTHER_CONTENT: dict[str, dict[str, t.Any]] = {
    "another secret": {"secrets": {"APP_KEY": "other"}},
    "another command": {"command": ["/usr/bin/other"]},
    "a comment of the unit": {"unit": {"Unit": {"Description": "Other"}}},
    "fewer instances": {"instances": ["1"]},
}


@pytest.mark.parametrize("options", OTHER_CONTENT.values(), ids=OTHER_CONTENT.keys())
def test_another_version_has_other_content(options: dict[str, t.Any]) -> None:
    assert content_of(written(mail(**FULL))) != content_of(written(mail(**{**FULL, **options})))


def test_the_order_of_instances_is_nothing() -> None:
    one, other = (content_of(written(mail(instances=names))) for names in (["a", "b"], ["b", "a"]))
    assert one == other


def test_a_disabled_instance_is_other_content() -> None:
    wanted = written(mail(**FULL))
    host = in_place(wanted)
    disabled = {**host.instances, "1": replace(host.instances["1"], enabled=False)}
    assert installed_content(replace(host, instances=disabled)) != content_of(wanted)


def test_a_pool_can_be_read_from_it() -> None:
    pool = mail(**FULL)
    read = as_generation(written(pool), 1, TIME).as_pool()
    assert (read.name, read.instances, read.rollout) == (pool.name, pool.instances, pool.rollout)
    assert (read.watch, read.environment_files) == (pool.watch, pool.environment_files)


# ---- which one


# states, number that failed, where a failed deploy goes back to (0: nowhere)
def test_it_knows_the_release_that_its_instances_run() -> None:
    pool = pinned(mail(release={"link": "/srv/current"}), Release("/srv/current", "/srv/releases/2"))
    assert as_generation(written(pool), 1, TIME).release == Release("/srv/current", "/srv/releases/2")
    assert as_generation(written(mail()), 1, TIME).release is None


FAILED = {
    "the one before": ("gga", 3, 2),
    "over bad ones": ("gbba", 4, 1),
    "never itself": ("gg", 2, 1),
    "the first deploy": ("a", 1, 0),
    "never a good one": ("bba", 3, 0),
}
# states, number of the present, where a rollback goes to (0: nowhere)
PREVIOUS = {
    "the one before": ("ggg", 3, 2),
    "over a bad one": ("gbg", 3, 1),
    "from a bad one that was left": ("gb", 2, 1),
    "from the first": ("gg", 1, 0),
    "from something unknown the last good one": ("ggb", 0, 2),
}


@pytest.mark.parametrize(("states", "failed", "expected"), FAILED.values(), ids=FAILED.keys())
def test_a_failed_deploy_goes_back_to_the_last_good_one(states: str, failed: int, expected: int) -> None:
    assert number_of(last_good(history(states), other_than=failed)) == expected


@pytest.mark.parametrize(("states", "now", "expected"), PREVIOUS.values(), ids=PREVIOUS.keys())
def test_a_rollback_goes_to_the_good_one_before(states: str, now: int, expected: int) -> None:
    generations = history(states)
    assert number_of(previous_good(generations, generations[now - 1] if now else None)) == expected


def test_two_rollbacks_go_back_two_versions() -> None:
    generations = history("ggg")
    second = replace(version(4, user="u2", restores=2), state=State.GOOD)
    assert number_of(previous_good([*generations, second], second)) == 1


def test_a_rollback_changes_something() -> None:
    generations = [version(1, user="a"), version(2, user="b"), version(3, user="b")]
    assert number_of(previous_good(generations, generations[2])) == 1


def test_the_present_one_is_the_newest_with_the_content_of_the_host() -> None:
    generations = [version(1, user="a"), version(2, user="b"), version(3, user="a")]
    assert number_of(present(generations, generations[0].content)) == 3
    assert present(generations, version(4, user="c").content) is None


def test_one_is_found_by_number_and_by_id() -> None:
    generations = [version(1, user="a"), version(2, user="b"), version(3, user="a")]
    assert number_of(find(generations, "2")) == 2
    assert number_of(find(generations, generations[0].id)) == 3
    assert find(generations, "4") is None


def test_a_number_goes_before_an_id_of_digits() -> None:
    generations = [replace(version(1), id="2"), version(2)]
    assert number_of(find(generations, "2")) == 2


def test_numbers_grow() -> None:
    assert next_number([]) == 1
    assert next_number(history("gb")) == 3


# states, numbers that go
PRUNED = {
    "five stay": ("ggggg", []),
    "the sixth ends the first": ("gggggg", [1]),
    "the last good one stays, however old": ("ggbbbbbb", [3]),
    "and the good one before the last": ("ggbbbbbg", [1, 3]),
    "bad ones count": ("bbbbbbg", [1, 2]),
    "none good": ("bbbbbb", [1]),
}


@pytest.mark.parametrize(("states", "gone"), PRUNED.values(), ids=PRUNED.keys())
def test_the_newest_are_kept_and_what_is_needed(states: str, gone: list[int]) -> None:
    assert [one.number for one in prunable(history(states))] == gone


@given(st.text("gba", max_size=12))
def test_pruning_never_takes_what_somebody_would_go_back_to(states: str) -> None:
    before = history(states)
    gone = prunable(before)
    after = [one for one in before if one not in gone]
    assert last_good(after) == last_good(before)
    assert len(after) <= KEPT + 2
    if before:
        newest = before[-1].number
        assert last_good(after, other_than=newest) == last_good(before, other_than=newest)


def test_it_is_told_by_number_and_id() -> None:
    one = replace(version(3), id="3f9a1c07")
    assert str(one) == "3 (3f9a1c07)"
    assert one.row == {"number": 3, "id": "3f9a1c07", "state": "good", "time": TIME}


def test_what_a_version_has_beside_one_file_is_seen() -> None:
    path = SYSTEM.config("mail", "watch")
    now = in_place(written(mail(**FULL)))
    assert not differs_beside(written(mail(**FULL)), now, path)
    assert not differs_beside(written(mail(**FULL), current="new"), now, path)
    for other in ({"user": "x"}, {"environment": {}}, {"instances": 3}):
        assert differs_beside(written(mail(**{**FULL, **other})), now, path)
