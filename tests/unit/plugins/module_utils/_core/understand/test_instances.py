# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import fnmatch
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.understand.instances import (
    Asked,
    choose,
    group_of,
    narrower,
    understand,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy

NOW = 2000000000.0

READ: dict[str, tuple[dict[str, t.Any], Asked]] = {
    "a template and a count": (
        {"template": "celery@.service", "instances": 2},
        Asked("celery", ("1", "2"), state="started"),
    ),
    "a template without its type": (
        {"template": "celery@", "instances": "1"},
        Asked("celery", ("1",), state="started"),
    ),
    "names, one of them escaped": (
        {"template": "celery@", "instances": ["red", 7, "dev-disk\\x2d1", "a@b"]},
        Asked("celery", ("red", "7", "dev-disk\\x2d1", "a@b"), state="started"),
    ),
    "none at all": ({"template": "celery@", "instances": 0, "exact": True}, Asked("celery", (), state="started")),
    "others may stay": (
        {"template": "celery@", "instances": 1, "exact": False},
        Asked("celery", ("1",), exact=False, state="started"),
    ),
    "another state": (
        {"template": "celery@", "instances": 1, "state": "stopped", "enabled": False},
        Asked("celery", ("1",), state="stopped", enabled=False),
    ),
    "units and globs": (
        {"units": ["a", "b.service", "c@1", "d@*", "e.[fg]*", "h.x"], "state": "restarted"},
        Asked(
            units=("a.service", "b.service", "c@1.service", "d@*.service", "e.[fg]*.service", "h.x.service"),
            state="restarted",
        ),
    ),
    "units stay as they are": ({"units": ["a"], "enabled": True}, Asked(units=("a.service",), enabled=True)),
    "failures": ({"units": ["a"], "reset_failed": True}, Asked(units=("a.service",), reset_failed=True)),
    "a point in time": (
        {"units": ["a"], "started_after": "1999999999"},
        Asked(units=("a.service",), started_after=1999999999.0),
    ),
    "a policy never goes back": (
        {"units": ["a"], "state": "restarted", "rollout": {"canary": 2}},
        Asked(units=("a.service",), state="restarted", policy=Policy(canary=2, on_failure="stop")),
    ),
}
# options, where each problem is
REFUSED: dict[str, tuple[dict[str, t.Any], list[str]]] = {
    "neither": ({"state": "started"}, ["template, units"]),
    "both": ({"template": "a@", "instances": 1, "units": ["a"]}, ["template, units"]),
    "an instance for a template": ({"template": "a@1", "instances": 1}, ["template"]),
    "a plain unit for a template": ({"template": "a.service", "instances": 1}, ["template"]),
    "a template of another type": ({"template": "a@.timer", "instances": 1}, ["template"]),
    "a template with a blank": ({"template": "a b@", "instances": 1}, ["template"]),
    "a template with more in it": ({"template": "a\nUser=root@", "instances": 1}, ["template"]),
    "a template without instances": ({"template": "a@"}, ["instances"]),
    "instances without a template": ({"units": ["a"], "instances": 2, "state": "started"}, ["instances"]),
    "a count below nothing": ({"template": "a@", "instances": -1}, ["instances"]),
    "yes for a count": ({"template": "a@", "instances": True}, ["instances"]),
    "a name with a slash": ({"template": "a@", "instances": ["x", "/dev/sda"]}, ["instances[1]"]),
    "a name that is empty": ({"template": "a@", "instances": [""]}, ["instances[0]"]),
    "a name twice": ({"template": "a@", "instances": [1, "1"]}, ["instances[1]"]),
    "no name": ({"template": "a@", "instances": [None]}, ["instances[0]"]),
    "no units": ({"units": [], "state": "started"}, ["units"]),
    "a timer": ({"units": ["a", "b.timer"], "state": "started"}, ["units[1]"]),
    "a glob of timers": ({"units": ["b*.timer"], "state": "started"}, ["units[0]"]),
    "a template among units": ({"units": ["a@.service"], "state": "started"}, ["units[0]"]),
    "a path": ({"units": ["/etc/a.service"], "state": "started"}, ["units[0]"]),
    "an option of systemctl": ({"units": ["a b*"], "state": "started"}, ["units[0]"]),
    "an empty unit": ({"units": [""], "state": "started"}, ["units[0]"]),
    "nothing to do": ({"units": ["a"]}, ["state"]),
    "a moment that is none": ({"units": ["a"], "started_after": "soon"}, ["started_after", "state"]),
    "a moment to come": ({"units": ["a"], "started_after": "2000000001"}, ["started_after"]),
    "a moment for a stop": ({"units": ["a"], "state": "stopped", "started_after": "1"}, ["started_after"]),
    "a moment for a reload": ({"units": ["a"], "state": "reloaded", "started_after": "1999999999"}, ["started_after"]),
    "a policy with a mistake": ({"units": ["a"], "state": "started", "rollout": {"canary": -1}}, ["rollout.canary"]),
}


@pytest.mark.parametrize(("params", "expected"), READ.values(), ids=READ.keys())
def test_what_is_asked_is_understood(params: dict[str, t.Any], expected: Asked) -> None:
    asked, problems = understand(params, NOW)
    assert problems == []
    assert asked == expected


@pytest.mark.parametrize(("params", "places"), REFUSED.values(), ids=REFUSED.keys())
def test_and_each_mistake_is_named(params: dict[str, t.Any], places: list[str]) -> None:
    problems = understand(params, NOW)[1]
    assert [problem.where for problem in problems] == places


def test_a_moment_to_come_tells_how_far_the_clocks_are_apart() -> None:
    (problem,) = understand({"units": ["a"], "started_after": "2000000002.5"}, NOW)[1]
    assert "2.5 s ahead of this host's clock" in problem.found


KNOWN = ["app@1.service", "app@2.service", "app@10.service", "apple.service", "other.service"]
# asked, the units, the surplus, where problems are
CHOSEN: dict[str, tuple[Asked, list[str], list[str], list[str]]] = {
    "a template takes its instances and names the others": (
        Asked("app", ("1", "3"), state="started"),
        ["app@1.service", "app@3.service"],
        ["app@2.service", "app@10.service"],
        [],
    ),
    "unless they may stay": (
        Asked("app", ("1",), exact=False, state="started"),
        ["app@1.service"],
        [],
        [],
    ),
    "or it is about no number": (Asked("app", ("1",), state="stopped"), ["app@1.service"], [], []),
    "a glob takes what matches, as people count": (
        Asked(units=("app*.service",), state="started"),
        ["app@1.service", "app@2.service", "app@10.service", "apple.service"],
        [],
        [],
    ),
    "a class in a glob": (
        Asked(units=("app@[!1].service",), state="started"),
        ["app@2.service"],
        [],
        [],
    ),
    "a name stands for itself, and once": (
        Asked(units=("none.service", "other.service", "o*.service"), state="started"),
        ["none.service", "other.service"],
        [],
        [],
    ),
    "a glob that matches none": (
        Asked(units=("x*.service", "y.service"), state="started"),
        ["y.service"],
        [],
        ["units[0]"],
    ),
    "also for a restart": (Asked(units=("x*.service",), started_after=1.0), [], [], ["units[0]"]),
    "or for a link": (Asked(units=("x*.service",), state="stopped", enabled=True), [], [], ["units[0]"]),
    "what is only to go may be gone": (Asked(units=("x*.service",), state="stopped", enabled=False), [], [], []),
    "and so may a failure": (Asked(units=("x*.service",), reset_failed=True), [], [], []),
}


@pytest.mark.parametrize(("asked", "units", "surplus", "places"), CHOSEN.values(), ids=CHOSEN.keys())
def test_these_are_chosen(asked: Asked, units: list[str], surplus: list[str], places: list[str]) -> None:
    known = [one for one in KNOWN if not asked.template or one.startswith(f"{asked.template}@")]
    chosen = choose(asked, known)
    assert list(chosen.units) == units
    assert list(chosen.surplus) == surplus
    assert [problem.where for problem in chosen.problems] == places


def test_patterns_find_all_that_may_be_concerned() -> None:
    assert Asked("app", ("1",)).patterns == ("app@*.service",)
    assert Asked(units=("a*.service", "b.service")).patterns == ("a*.service", "b.service")


def test_a_template_is_rolled_out_by_itself_and_plain_services_together() -> None:
    assert [group_of(one) for one in ("app@1.service", "a.service", "b.service")] == [
        "app@.service",
        "services",
        "services",
    ]


anything = st.one_of(st.none(), st.text(max_size=8), st.integers(-5, 5), st.booleans(), st.lists(st.text(max_size=4)))


@given(st.text(max_size=12), anything, st.lists(st.text(max_size=12), max_size=3), st.text(max_size=12))
def test_nothing_that_is_given_ends_in_a_traceback(
    template: str, instances: t.Any, units: list[str], when: str
) -> None:
    for params in ({"template": template, "instances": instances}, {"units": units, "started_after": when}):
        asked, problems = understand(params, NOW)
        if not problems:
            assert all(name.endswith(".service") for name in choose(asked, KNOWN).units)


NEAREST = {
    "a pool": ("mial@*.service", "Did you mean mail?"),
    "nothing like it": ("xyz@*.service", ""),
    "no template": ("mial*.service", ""),
}


@pytest.mark.parametrize(("pattern", "hint"), NEAREST.values(), ids=NEAREST.keys())
def test_a_glob_that_matches_none_is_told_with_what_it_may_mean(pattern: str, hint: str) -> None:
    asked, _problems = understand({"units": [pattern], "state": "restarted"}, NOW)
    known = ["mail@1.service", "mail@2.service", "mails.service"]
    assert [problem.hint for problem in choose(asked, known).problems] == [hint]


STAY = ["mastodon-sidekiq@1.service", "mastodon-sidekiq@2.service", "mastodon-streaming@4000.service"]
# the glob, what stays, what ends, what is proposed
NARROWER: dict[str, tuple[str, list[str], list[str], list[str]]] = {
    "what they begin with": ("mastodon-*.service", STAY, ["mastodon-media.service"], ["mastodon-s*.service"]),
    "their templates": (
        "mastodon-*.service",
        STAY,
        ["mastodon-search.service"],
        ["mastodon-sidekiq@*.service", "mastodon-streaming@*.service"],
    ),
    "their names": (
        "mastodon-*.service",
        STAY,
        ["mastodon-search.service", "mastodon-sidekiq@0.service"],
        STAY,
    ),
    "the only one": ("app-*.service", ["app-a.service"], ["app-b.service"], ["app-a.service"]),
    "of a glob in the middle, names": (
        "*queue*.service",
        ["a-queue.service"],
        ["b-queue.service"],
        ["a-queue.service"],
    ),
    "of one with a choice, too": ("a[bc]*.service", ["ab.service"], ["ac.service"], ["ab.service"]),
}


@pytest.mark.parametrize(("glob", "kept", "others", "wanted"), NARROWER.values(), ids=NARROWER.keys())
def test_a_glob_has_a_narrower_one(glob: str, kept: list[str], others: list[str], wanted: list[str]) -> None:
    assert narrower(glob, kept, others) == wanted


@given(
    st.sampled_from(["a*.service", "*.service", "ab*.service", "*b*.service", "ab@a*.service"]),
    st.lists(st.from_regex(r"ab?@?[ab]{0,3}\.service", fullmatch=True), min_size=2, unique=True),
    st.data(),
)
def test_it_matches_what_stays_and_nothing_else(glob: str, units: list[str], data: st.DataObject) -> None:
    matched = [one for one in units if fnmatch.fnmatchcase(one, glob)]
    kept = data.draw(st.lists(st.sampled_from(matched), min_size=1, unique=True)) if matched else []
    if kept:
        found = narrower(glob, kept, [one for one in matched if one not in kept])
        assert {one for one in units if any(fnmatch.fnmatchcase(one, pattern) for pattern in found)} == set(kept)
