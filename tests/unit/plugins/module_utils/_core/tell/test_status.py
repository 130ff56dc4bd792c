# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import typing as t
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import Instance, ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.exits import CLEAN_END
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.status import (
    STATUS_PROPERTIES,
    Row,
    all_instances,
    believable,
    pool_status,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.status_table import Placed, pool_table
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.release import Release
from ansible_collections.workers.systemd.plugins.module_utils._core.write.file_markers import file_markers
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pause import Pause
from ansible_collections.workers.systemd.plugins.module_utils._core.write.release import pinned
from ansible_collections.workers.systemd.plugins.plugin_utils.page.fleet import fleet
from ansible_collections.workers.systemd.plugins.plugin_utils.page.page import page
from tests.helpers.status_rows import a_range
from tests.unit.plugins.module_utils._core.builders import STARTED, files_of, in_place, mail, running, titled, written

FULL: dict[str, t.Any] = {"instances": 2, "secrets": {"A": "1"}, "environment_files": ["/etc/mail/%i.env"]}
WANTED = written(mail(**FULL))
NEWER = written(mail(**{**FULL, "secrets": {"A": "2"}}))
SHOWN = dict(
    zip(
        STATUS_PROPERTIES,
        ("active", "running", "Tue 2026-11-24 16:36:19 UTC", "4711", "2", "1572864", "2097152", "3", "1234567890"),
        strict=True,
    )
)
# systemd has nothing to say about a unit that it has not loaded.
NOT_LOADED = dict(
    zip(
        STATUS_PROPERTIES,
        ("inactive", "dead", "", "0", "0", "[not set]", "infinity", str(2**64 - 1), "[not set]"),
        strict=True,
    )
)


# A minute after the time that is SHOWN.
NOW = 1795538239.0
WANTED_ONES = ("1", "2")


def status(host: ObservedPool, wanted: t.Sequence[str] = WANTED_ONES, **shown: dict[str, str]) -> Row:
    """With the versions, which the host adds."""
    names = all_instances(host, wanted)
    by_unit = {f"mail@{name}.service": shown.get(f"of_{name}", SHOWN) for name in names}
    exits = {"mail@1.service": "signal 9 (SIGKILL)", "mail@2.service": CLEAN_END}
    row = pool_status(SYSTEM, "mail", host, by_unit, exits, wanted, NOW)
    return {**row, "generations": [], "agent": None, "scaling": None}


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
        "memory_max": 2097152,
        "tasks": 3,
        "cpu_seconds": 1.235,
        "last_exit": "signal 9 (SIGKILL)",
        "paused": None,
        "generation": WANTED.generation,
        "stale": "",
        "own_files": [],
    }


def test_what_is_not_loaded_has_no_numbers() -> None:
    host = replace(in_place(WANTED), instances={"1": Instance(enabled=True)})
    row = status(host, of_1=NOT_LOADED)["instances"][0]
    assert {row[key] for key in ("memory", "memory_max", "tasks", "cpu_seconds", "generation", "stale")} == {None}
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
    result = [row["unit"] for row in status(host, ())["instances"]]
    assert result == ["mail@9.service", "mail@10.service", "mail@a.service"]


def test_the_release_is_that_of_the_unit_on_the_host() -> None:
    pool = pinned(mail(instances=2, release={"link": "/srv/current"}), Release("/srv/current", "/srv/releases/2"))
    result = status(in_place(written(pool)))
    assert result["release"] == {"link": "/srv/current", "directory": "/srv/releases/2"}
    assert "mail: runs /srv/releases/2" in [line.text for line in pool_table([Placed("", "mail", result)])]
    assert status(in_place(WANTED))["release"] is None


def test_what_waits_for_a_unit_of_its_pool_is_not_dead() -> None:
    stopped = dict.fromkeys(("1", "2"), Instance("loaded", "inactive", "dead", True))
    down = {"app.service": "inactive"}
    host = replace(in_place(written(mail(instances=2, bound_to=["app.service"]))), instances=stopped)
    result = status(replace(host, down=down, target_active=False), of_1=NOT_LOADED, of_2=NOT_LOADED)
    assert (result["bound_to"], result["dead"], result["paused"]) == (["app.service"], [], None)
    assert result["log_namespace"] == ""
    assert result["instances"][0]["paused"] == {"by": "bound_to", "since": "", "reason": "app.service is inactive"}
    # One that should run while its pool is up.
    result = status(replace(host, down=down, target_active=True), of_1=NOT_LOADED)
    assert result["dead"] == ["mail@1.service"]


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
    result = status(in_place(WANTED), of_2={**SHOWN, **shown})
    assert {what: result[what] for what in ("dead", "flapping")} == {
        what: ["mail@2.service"] if what == bad else [] for what in ("dead", "flapping")
    }


def test_one_of_which_the_host_knows_nothing_any_more_is_dead() -> None:
    result = status(in_place(WANTED), wanted=("1", "2", "3"), of_3=NOT_LOADED)
    assert (result["wanted"], result["dead"]) == (3, ["mail@3.service"])
    surplus = status(in_place(WANTED), wanted=("1",), of_2=NOT_LOADED)
    assert (surplus["wanted"], surplus["dead"]) == (1, [])


def test_what_is_paused_is_neither_dead_nor_flapping() -> None:
    hand, whole = Pause("hand", "1", "2026-11-24T16:00:00Z", "a test"), Pause("deploy")
    host = replace(in_place(WANTED), pauses={"/a": hand})
    down = {**NOT_LOADED, "ActiveState": "failed", "NRestarts": "5"}
    shown = status(host, of_1=down)
    assert (shown["dead"], shown["flapping"], shown["paused"]) == ([], [], None)
    assert [row["paused"] for row in shown["instances"]] == [hand.row, None]
    assert status(replace(host, pauses={"/b": whole}))["paused"] == whole.row


def altered(*keys: t.Any, value: t.Any, **more: t.Any) -> dict[str, t.Any]:
    """The rows of a pool, and ``more`` of its columns, with one value of another kind."""
    rows: t.Any = copy.deepcopy({"mail": {**status(in_place(WANTED)), **more}})
    inner = rows["mail"]
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = value
    return t.cast("dict[str, t.Any]", rows)


def test_the_rows_of_a_pool_are_believable() -> None:
    paused = replace(in_place(WANTED), pauses={"/a": Pause("hand", "1", "2026-11-24T16:00:00Z", "a test")})
    for host in (in_place(WANTED), paused, replace(in_place(WANTED), instances={})):
        assert believable({"mail": status(host)})
    assert believable({})
    assert believable(altered("scaling", value=a_range()))


PAUSE_KEYS = ("by", "since", "reason")
AN_AGENT: dict[str, t.Any] = {"runs": False, "alerts": [{"reason": "hung", "trouble": "exited with status 1"}]}
# An instance whose name the table folds with others.
ROW = {**status(in_place(WANTED))["instances"][0], "own_files": ["/etc/a.conf"]}
FORGED = {
    "no mapping": [1],
    "a pool without rows": {"mail": {}},
    "a row of another kind": altered("instances", value=[1]),
    "a unit that is no text": altered("instances", 0, "unit", value=None),
    "a memory in words": altered("instances", 0, "memory", value="x"),
    "a memory beyond all numbers": altered("instances", 0, "memory", value=10**400),
    "a pool with the lines of a terminal in its name": {"mail\nok: [web1]": status(in_place(WANTED))},
    "a dead unit that is the line of a terminal": altered("dead", value=["x\nok: [web1]"]),
    "a flapping unit that controls a terminal": altered("flapping", value=["\x1b[2J@1.service"]),
    "an instance that is no unit": altered("instances", 0, "unit", value="mail@1"),
    "a limit beyond all numbers": altered("instances", 0, "memory_max", value=10**400),
    "a pause with another key": altered("instances", 0, "paused", value={"x": 1}),
    "a pause with one key more": altered("instances", 0, "paused", value={**dict.fromkeys(PAUSE_KEYS, ""), "x": 1}),
    "a pause with a number for its reason": altered("instances", 0, "paused", value={"by": "hand", "reason": 1}),
    "versions without a state": altered("generations", value=[{"number": 1, "id": "a", "time": ""}]),
    "a pause of the pool with another key": altered("paused", value={"x": 1}),
    "a range without a largest number": altered("scaling", value={"min": 1}),
    "a range of which a word controls a terminal": altered("scaling", value=a_range(min="\x1b[2J")),
    "a range with a number beyond all numbers": altered("scaling", value=a_range(max=10**400)),
    "a decision without a reason": altered("scaling", value=a_range(decisions=[{"time": ""}])),
    "an agent that is no row": altered("agent", value="x"),
    "an agent without its alerts": altered("agent", value={"runs": True}),
    "an agent that runs in words": altered("agent", value={**AN_AGENT, "runs": "x"}),
    "an alert without a reason": altered("agent", value={**AN_AGENT, "alerts": [{"trouble": "x"}]}),
    "more alerts than there are reasons": altered("agent", value={**AN_AGENT, "alerts": AN_AGENT["alerts"] * 9}),
    "an alert of a million characters": altered(
        "agent", value={**AN_AGENT, "alerts": [{"reason": "hung", "trouble": "x" * 10**6}]}
    ),
    "a range below zero": altered("scaling", value=a_range(min=-2)),
    "more decisions than are kept": altered("scaling", value=a_range(decisions=a_range()["decisions"] * 11)),
    "a state that makes the table wider than a screen": altered("instances", 0, "sub_state", value="x" * 10**6),
    "a pause of a million characters": altered("paused", value={"by": "hand", "since": "", "reason": "x" * 10**6}),
    "a name of too many digits": altered("instances", 0, value={**ROW, "unit": f"mail@{'1' * 5000}.service"}),
}


@pytest.mark.parametrize("said", FORGED.values(), ids=FORGED)
def test_what_a_user_forges_is_not_believed(said: t.Any) -> None:
    assert not believable(said)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.sampled_from(
        [
            *((key,) for key in ("user", "wanted", "dead", "paused", "generations", "agent", "scaling")),
            ("agent", "runs"),
            ("agent", "alerts"),
            ("agent", "alerts", 0, "trouble"),
            ("scaling", "min"),
            ("scaling", "trouble"),
            ("scaling", "said"),
            ("scaling", "decisions", 0, "text"),
            ("summary", "stale"),
            ("summary", "memory"),
            ("instances", 0, "paused"),
        ]
    ),
    json_values,
)
def test_a_forged_value_stops_no_table(keys: tuple[t.Any, ...], value: t.Any) -> None:
    said = altered(*keys, value=value, agent=AN_AGENT, scaling=a_range())
    if believable(said):
        assert all(line.text.isprintable() for line in pool_table([Placed("", "mail", said["mail"])]))
        assert page(fleet({"web1": {"pools": said}}), "now")


OWN = {"environment": {"QUEUE": "a"}}
APART = written(mail(**FULL, per_instance={"2": OWN}))


def test_an_instance_with_settings_of_its_own_is_of_the_version_of_its_pool() -> None:
    shown = status(in_place(APART))
    assert [row["generation"] for row in shown["instances"]] == [APART.generation] * 2
    assert APART.generation != WANTED.generation
    assert [row["own_files"] for row in shown["instances"]] == [
        [],
        ["/etc/systemd/system/mail@2.service.d/10-workers.conf", "/etc/workers.systemd/mail/environment:2.env"],
    ]


def test_an_older_version_of_it_is_known_by_its_name_when_it_is_kept() -> None:
    newer = written(mail(**FULL, per_instance={"2": {"environment": {"QUEUE": "b"}}}))
    host = replace(in_place(newer), instances=in_place(APART).instances)
    kept = [file_markers({file.path: file.text for file in one.files}) for one in (WANTED, APART, newer)]
    shown = pool_status(SYSTEM, "mail", host, {f"mail@{n}.service": SHOWN for n in "12"}, {}, "12", NOW, kept)
    assert [(bool(row["stale"]), row["generation"]) for row in shown["instances"]] == [
        (False, newer.generation),
        (True, APART.generation),
    ]
