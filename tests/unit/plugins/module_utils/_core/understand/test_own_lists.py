# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.own_lists import LISTS, warnings
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool_reader import understand
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pool_unit import (
    GROWING_DELAY_SINCE,
    own_sections,
    template_text,
)
from tests.unit.plugins.module_utils._core.builders import SYSTEMD, mail

START_LIMIT = "workers-revival@%n.service workers-resting@%p.service"
# Options with which a pool has every list that it may have.
ALL_LISTS: dict[str, t.Any] = {
    "preset": "sidekiq",
    "busy_check": ["/usr/bin/busy"],
    "hardening": "no_network",
    "needs": ["raw_sockets"],
    "writable_paths": ["/srv/a"],
    **{f"{kind}_directory": "mail" for kind in ("state", "cache", "logs", "runtime")},
}
# What has lines of the collection after those of the operator, or is a list of pairs.
OTHERS = ("After", "Environment", "EnvironmentFile")
ours_and_theirs = st.sampled_from(
    [(section, key) for section, keys in LISTS.items() for key in keys if key not in OTHERS]
)


def values(key: str, section: str = "Service", systemd: int = SYSTEMD, **options: t.Any) -> list[str]:
    return UnitText.parse(template_text(mail(**options), systemd, [])).values(section, key)


@given(ours_and_theirs, st.lists(st.from_regex(r"[A-Z]{3}=[a-z]{3}", fullmatch=True), min_size=1, max_size=3))
def test_what_the_operator_writes_is_added_to_every_list_of_ours(place: tuple[str, str], theirs: list[str]) -> None:
    section, key = place
    for options in ({}, ALL_LISTS):
        given_one = {**options, "unit": {section: {key: theirs if len(theirs) > 1 else theirs[0]}}}
        added, ours = values(key, section, **given_one), values(key, section, **options)
        # The digest of a field and of a variable is another one.
        assert len(added) == len(ours) + len(theirs)
        assert added[-len(theirs) :] == theirs
        assert key == "LogExtraFields" or added[: len(ours)] == ours


@given(
    ours_and_theirs.filter(lambda place: place[1] != "LogExtraFields"),
    st.lists(st.sampled_from(["one.service", "two.service", ""])),
)
def test_an_empty_text_forgets_ours_and_what_stands_before_it(place: tuple[str, str], theirs: list[str]) -> None:
    section, key = place
    kept: list[str] = []
    for text in theirs:
        kept = [*kept, text] if text else []
    ours = [] if "" in theirs else values(key, section, **ALL_LISTS)
    assert values(key, section, **ALL_LISTS, unit={section: {key: theirs}}) == [*ours, *kept]


@pytest.mark.parametrize(
    ("theirs", "kept"),
    [
        ("a.service", ["network-online.target", "a.service"]),
        ("", []),
        (["a.service", "", "b.service"], ["b.service"]),
    ],
)
def test_no_reset_lets_an_instance_start_before_the_recovery(theirs: t.Any, kept: list[str]) -> None:
    assert values("After", "Unit", unit={"Unit": {"After": theirs}}) == [*kept, "workers-recovery-early.service"]


def test_systemd_forgets_no_dependency_so_it_gets_none_that_is_forgotten() -> None:
    unit = {"Unit": {"OnFailure": ["a.service", "", "b.service"]}}
    text = template_text(mail(unit=unit), SYSTEMD, [])
    assert [line for line in text.splitlines() if line.startswith("OnFailure")] == ["OnFailure=", "OnFailure=b.service"]


def test_an_empty_text_alone_closes_a_list() -> None:
    """Without any line CapabilityBoundingSet= is everything."""
    text = template_text(mail(unit={"Service": {"CapabilityBoundingSet": ""}}), SYSTEMD, [])
    assert "CapabilityBoundingSet=\n" in text


def test_an_alert_leaves_the_way_back_from_the_start_limit() -> None:
    alert = {"Unit": {"OnFailure": "alert@%n.service"}}
    assert values("OnFailure", "Unit", unit=alert) == [START_LIMIT, "alert@%n.service"]
    assert values("OnFailure", "Unit", GROWING_DELAY_SINCE, unit=alert) == ["alert@%n.service"]


def test_the_pool_stays_its_targets() -> None:
    own = {"Unit": {"PartOf": "app.target"}, "Install": {"WantedBy": ["app.target"]}}
    for key, section in (("PartOf", "Unit"), ("WantedBy", "Install")):
        assert values(key, section, unit=own) == ["mail.target", "app.target"]


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("", "an empty text"),
        (["A=1", "", "B=2"], "an empty text"),
        ("WORKERS_UNIT=0", "the field WORKERS_UNIT"),
        ('A=1 "WORKERS_POOL=other"', "the field WORKERS_POOL"),
        ('WORKERS_POOL="', "the field WORKERS_POOL"),
    ],
)
def test_nobody_takes_the_fields_away_by_which_a_stale_instance_is_known(field: t.Any, found: str) -> None:
    given_one = {"name": "mail", "command": ["/bin/a"], "unit": {"Service": {"LogExtraFields": field}}}
    _pools, problems = understand([given_one])
    assert [(one.where, one.found) for one in problems] == [("pools[0] (mail).unit.Service.LogExtraFields", found)]


def result(systemd: int = SYSTEMD, **options: t.Any) -> list[str]:
    pool = mail(**options)
    return list(warnings(pool, own_sections(pool, systemd)))


WARNED: dict[str, tuple[dict[str, t.Any], str]] = {
    "the recovery": ({"Unit": {"OnFailure": ["", "alert@%n.service"]}}, "reached its start limit"),
    "the target's stop": ({"Unit": {"PartOf": ""}}, "a stop or a restart of mail.target"),
    "the target's start": ({"Install": {"WantedBy": ["", "app.target"]}}, "neither boot nor mail.target"),
    "a guard that stays as it was": ({"Service": {"RestrictAddressFamilies": "AF_UNIX"}}, "adds nothing"),
    "a filter that stays as it was": ({"Service": {"SystemCallFilter": ["@system-service"]}}, "adds nothing"),
}
SILENT: dict[str, dict[str, t.Any]] = {
    "more": {"Unit": {"OnFailure": "alert@%n.service"}, "Install": {"WantedBy": "app.target"}},
    "the same again": {"Install": {"WantedBy": ["", "mail.target", "app.target"]}},
    "what nobody relies on": {"Unit": {"After": ["", "redis.service"]}},
    "a wider guard": {"Service": {"RestrictAddressFamilies": "AF_PACKET", "SystemCallFilter": "~@resources"}},
    "another guard": {"Service": {"RestrictAddressFamilies": ["", "AF_UNIX"], "ProtectSystem": "strict"}},
    "what is not ours": {"Unit": {"Requires": ""}, "X-Ours": {"A": ""}},
}


@pytest.mark.parametrize(("unit", "words"), WARNED.values(), ids=WARNED.keys())
def test_a_reset_of_what_the_collection_relies_on_is_warned_of(unit: dict[str, t.Any], words: str) -> None:
    (line,) = result(unit=unit)
    assert words in line
    ((section, keys),) = unit.items()
    assert line.startswith(f"pools[0] (mail).unit.{section}.{next(iter(keys))}: ")


@pytest.mark.parametrize("unit", SILENT.values(), ids=SILENT.keys())
def test_anything_else_is_nobodys_business(unit: dict[str, t.Any]) -> None:
    assert result(unit=unit) == []


def test_a_newer_systemd_needs_no_recovery() -> None:
    assert result(GROWING_DELAY_SINCE, unit={"Unit": {"OnFailure": ["", "alert@%n.service"]}}) == []
