# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import Instance, ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.exits import A_JOB, CLEAN_END
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.status import (
    STATUS_PROPERTIES,
    Row,
    all_instances,
    pool_status,
    table,
)
from tests.unit.plugins.module_utils._core.builders import STARTED, files_of, in_place, mail, running, titled, written

FULL: dict[str, t.Any] = {"instances": 2, "secrets": {"A": "1"}, "environment_files": ["/etc/mail/%i.env"]}
WANTED = written(mail(**FULL))
NEWER = written(mail(**{**FULL, "secrets": {"A": "2"}}))
SHOWN = dict(
    zip(
        STATUS_PROPERTIES,
        ("active", "running", "Tue 2026-11-24 16:36:19 UTC", "4711", "2", "1572864", "3", "1234567890"),
        strict=True,
    )
)
# systemd has nothing to say about a unit that it has not loaded.
NOT_LOADED = dict(
    zip(STATUS_PROPERTIES, ("inactive", "dead", "", "0", "0", "[not set]", str(2**64 - 1), "[not set]"), strict=True)
)


# A minute after the time that is SHOWN.
NOW = 1795538239.0
WANTED_ONES = ("1", "2")


def status(host: ObservedPool, wanted: t.Sequence[str] = WANTED_ONES, **shown: dict[str, str]) -> Row:
    names = all_instances(host, wanted)
    by_unit = {f"mail@{name}.service": shown.get(f"of_{name}", SHOWN) for name in names}
    exits = {"mail@1.service": "signal 9 (SIGKILL)", "mail@2.service": CLEAN_END}
    return pool_status(SYSTEM, "mail", host, by_unit, exits, wanted, NOW)


def test_an_instance_is_shown_with_types_of_their_own() -> None:
    row = status(in_place(WANTED))["instances"][0]
    assert row == {
        "unit": "mail@1.service",
        "state": "active",
        "sub_state": "running",
        "since": "2026-11-24T16:36:19Z",
        "enabled": True,
        "main_pid": 4711,
        "restarts": 2,
        "memory": 1572864,
        "tasks": 3,
        "cpu_seconds": 1.235,
        "last_exit": "signal 9 (SIGKILL)",
        "generation": WANTED.generation,
        "stale": "",
    }


def test_what_is_not_loaded_has_no_numbers() -> None:
    host = replace(in_place(WANTED), instances={"1": Instance(enabled=True)})
    row = status(host, of_1=NOT_LOADED)["instances"][0]
    assert {row[key] for key in ("memory", "tasks", "cpu_seconds", "generation", "stale")} == {None}
    assert (row["since"], row["main_pid"]) == ("", 0)


def test_the_pool_has_the_generation_of_its_files() -> None:
    shown = status(in_place(WANTED))
    assert (shown["generation"], shown["enabled"]) == (WANTED.generation, True)
    assert shown["summary"] == {"instances": 2, "running": 2, "stale": 0, "restarts": 4, "memory": 2 * 1572864}


@pytest.mark.parametrize("title", [False, True], ids=["as it is", "with a title over its environment"])
def test_an_instance_of_an_older_version_is_stale(title: bool) -> None:
    older = running(WANTED, "1")
    files = {path: replace(file, changed=STARTED + 1) for path, file in files_of(NEWER).items()}
    fresh = running(NEWER, "2", started=STARTED + 2)
    instances = {name: titled(seen) if title else seen for name, seen in (("1", older), ("2", fresh))}
    shown = status(ObservedPool(files, instances, True, True))
    first, second = shown["instances"]
    assert first["stale"]
    assert first["generation"] == (None if title else WANTED.generation)
    assert (second["stale"], second["generation"]) == ("", NEWER.generation)
    assert shown["summary"]["stale"] == 1


def test_instances_are_in_the_order_people_count() -> None:
    host = replace(in_place(WANTED), instances=dict.fromkeys(["10", "a", "9"], Instance()))
    told = [row["unit"] for row in status(host, ())["instances"]]
    assert told == ["mail@9.service", "mail@10.service", "mail@a.service"]


def test_a_pool_whose_files_are_gone_is_shown_too() -> None:
    shown = status(replace(in_place(WANTED), files={}))
    assert [bool(row["stale"]) for row in shown["instances"]] == [True, True]
    assert shown["generation"] != WANTED.generation


# what systemd shows of an instance, what is said of it
STATES: dict[str, tuple[dict[str, str], str]] = {
    "runs for long, and died before": ({}, ""),
    "was started again a moment ago": ({"StateChangeTimestamp": "Tue 2026-11-24 16:37:12 UTC"}, "flapping"),
    "was started a moment ago, on purpose": (
        {"StateChangeTimestamp": "Tue 2026-11-24 16:37:12 UTC", "NRestarts": "0"},
        "",
    ),
    "waits for its restart": ({"ActiveState": "activating", "SubState": "auto-restart"}, "flapping"),
    "waits as newer systemd says it": (
        {"ActiveState": "activating", "SubState": "auto-restart-queued", "NRestarts": "0"},
        "flapping",
    ),
    "rests after the start limit": ({"ActiveState": "failed", "SubState": "failed"}, "flapping"),
    "failed for good": ({"ActiveState": "failed", "SubState": "failed", "NRestarts": "0"}, "dead"),
    "was stopped": ({"ActiveState": "inactive", "SubState": "dead", "NRestarts": "0"}, "dead"),
    "starts": ({"ActiveState": "activating", "SubState": "start", "NRestarts": "0"}, ""),
    "is stopped right now": ({"ActiveState": "deactivating", "SubState": "stop-sigterm"}, ""),
    "was never started": (NOT_LOADED, "dead"),
}


@pytest.mark.parametrize(("shown", "bad"), STATES.values(), ids=STATES.keys())
def test_who_does_not_do_what_is_wanted_is_named(shown: dict[str, str], bad: str) -> None:
    told = status(in_place(WANTED), of_2={**SHOWN, **shown})
    assert {what: told[what] for what in ("dead", "flapping")} == {
        what: ["mail@2.service"] if what == bad else [] for what in ("dead", "flapping")
    }


def test_one_of_which_the_host_knows_nothing_any_more_is_dead() -> None:
    told = status(in_place(WANTED), wanted=("1", "2", "3"), of_3=NOT_LOADED)
    assert (told["wanted"], told["dead"]) == (3, ["mail@3.service"])
    surplus = status(in_place(WANTED), wanted=("1",), of_2=NOT_LOADED)
    assert (surplus["wanted"], surplus["dead"]) == (1, [])


def test_the_table_is_for_people() -> None:
    host = in_place(WANTED)
    host = replace(host, files=files_of(NEWER), instances={"1": host.instances["1"], "2": Instance()})
    head, first, second, total, dead, *rest = table({"mail": status(host, of_2=NOT_LOADED)})
    assert head.split() == ["INSTANCE", "STATE", "SINCE", "PID", "RESTARTS", "MEMORY", "GENERATION", "LAST", "EXIT"]
    assert f"1.5M    {WANTED.generation} (stale, wanted {NEWER.generation})  signal 9 (SIGKILL)" in first
    assert second.split()[:8] == ["mail@2.service", "inactive", "(dead)", "-", "-", "0", "-", "-"]
    assert head.index("STATE") == first.index("active") == second.index("inactive")
    assert total == "1 pool, 2 instances wanted: 1 running, 1 stale, 0 flapping, 1 dead"
    assert dead == "dead: mail@2.service"
    assert rest == [f"mail@2.service: {A_JOB}"]


def test_a_pool_of_a_user_is_named_with_its_user() -> None:
    told = {**status(in_place(WANTED), of_2=NOT_LOADED), "user": "app"}
    lines = table({"app/mail": told})
    assert lines[1].startswith("app/mail@1.service ")
    assert lines[4:] == ["dead: app/mail@2.service", f"app/mail@2.service: {A_JOB}"]


def test_a_host_without_pools_says_so() -> None:
    assert table({}) == ["no pools on this host"]


def test_a_pool_without_instances_has_a_line() -> None:
    lines = table({"mail": status(in_place(WANTED)), "idle": status(ObservedPool(), wanted=())})
    assert lines[3].split() == ["idle", "0", "instances", *["-"] * 6]
    assert lines[4:] == ["2 pools, 2 instances wanted: 2 running, 0 stale, 0 flapping, 0 dead"]
