# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.agent.alert import HUNG, Alerts
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.scale import LOW_MEMORY, Reading, Room, Scale
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM, of_user
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.agents import (
    MOST,
    agent_row,
    alert_rows,
    asked_instances,
    held_instances,
    jobs_waiting,
    scaling_row,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.alert import Alert
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.capacity import Capacity
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.scaling import Scaling
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pool_unit import group_text
from tests.unit.plugins.module_utils._core.builders import mail

KEPT = {
    "backlog": 130,
    "wanted": 3,
    "said": "130 jobs wait",
    "time": 100.0,
    "trouble": "",
    "share": None,
    "held": None,
}
TARGET = group_text(SYSTEM, mail(liveness={"command": ["/bin/check"]}))


def line(text: str, unit: str = "workers-agent.service") -> dict[str, str]:
    return {"MESSAGE": text, "_SYSTEMD_UNIT": unit, "__REALTIME_TIMESTAMP": "1769860800000000"}


def test_what_the_agent_has_done_for_a_pool() -> None:
    said = [line("mail@2.service hangs"), line("mail: no instance answers"), line("mails@1.service hangs"), {}]
    forged = line("mail@1.service hangs", "mail@1.service")
    row = agent_row(SYSTEM, "mail", TARGET, [*said, forged], [], runs=True)
    assert row is not None
    assert [one["text"] for one in row["said"]] == ["mail@2.service hangs", "mail: no instance answers"]
    assert row["said"][0]["time"] == "2026-01-31T12:00:00Z"
    assert (row["runs"], row["liveness"]["failures"]) == (True, 3)


def test_a_user_forges_only_what_the_agent_of_that_user_says() -> None:
    said = line("mail@2.service hangs", "user@1000.service")
    by_user = {**said, "_SYSTEMD_USER_UNIT": "workers-agent.service"}
    by_another = {**said, "_SYSTEMD_USER_UNIT": "mail@1.service"}
    texts = {}
    for places in (SYSTEM, of_user("app", "/home/app", 1000)):
        row = agent_row(places, "mail", TARGET, [by_user, by_another, line("mail: 2 -> 3")], [], runs=True)
        assert row is not None
        texts[places.user] = [one["text"] for one in row["said"]]
    assert texts == {"": ["mail: 2 -> 3"], "app": ["mail@2.service hangs"]}


def test_what_is_recycled() -> None:
    row = agent_row(SYSTEM, "mail", group_text(SYSTEM, mail(recycle={"memory": "1G"})), [], [], runs=True)
    assert row is not None
    assert (row["liveness"], row["recycle"], row["alert"]) == (None, {"memory": 2**30, "age": 0.0}, None)


def test_troubles_that_were_told_or_not() -> None:
    one = Alerts(Alert(("/bin/page",)))
    one.happened(100.0, HUNG, "mail@1.service", "hangs")
    message = one.next(100.0)
    assert message is not None
    (row,) = alert_rows("mail", one.state(), 1769860700.0)
    assert (row["since"], row["delivered"], row["trouble"]) == ("2026-01-31T12:00:00Z", False, "")
    one.delivered(100.0, message, "exited with status 3")
    (row,) = alert_rows("mail", one.state(), 1769860700.0)
    assert (row["pool"], row["reason"], row["unit"]) == ("mail", HUNG, "mail@1.service")
    assert (row["delivered"], row["trouble"]) == (False, "exited with status 3")
    one.delivered(200.0, message, "")
    assert alert_rows("mail", one.state(), 0.0)[0]["delivered"] is True


def test_a_state_of_something_else_shows_nothing() -> None:
    assert alert_rows("mail", {"counts": 3}, 0.0) == []


NEVER = [1e400, -1e300, 1e15, float("nan")]


@pytest.mark.parametrize("time", NEVER)
def test_what_a_user_writes_at_a_time_that_no_clock_shows_is_shown_without_it(time: float) -> None:
    kept = {"counts": {}, "deaths": {}, "alarms": {HUNG: {"first": time, "last": 0, "said": "x" * 10**6}}}
    (row,) = alert_rows("mail", kept, 0.0)
    assert (row["since"], row["text"]) == ("", "x" * 1000)
    decision = {"time": time, "before": 1, "after": 2, "because": "x" * 10**6}
    scaled = scaling_row(
        group_text(SYSTEM, mail(instances=RANGE)), {**KEPT, "time": time, "decisions": [decision]}, 2, 0
    )
    assert scaled is not None
    assert (scaled["asked_at"], scaled["decisions"][0]["time"], scaled["said"]) == ("", "", "130 jobs wait")
    assert len(scaled["decisions"][0]["text"]) == 1000


@pytest.mark.parametrize("number", [-1, 10**400, float("inf"), "x", [1]])
def test_what_counts_nothing_is_not_shown(number: t.Any) -> None:
    decision = {"time": 1, "before": number, "after": 2, "because": "x"}
    for kept in ({**KEPT, "wanted": number}, {**KEPT, "backlog": number}, {**KEPT, "held": number}):
        row = scaling_row(group_text(SYSTEM, mail(instances=RANGE)), {**kept, "decisions": [decision]}, 4, 0.0)
        assert row is not None
        assert (row["wanted"], row["waiting"], row["held"], row["decisions"]) == (4, None, None, [])


def test_the_last_lines_are_shown() -> None:
    row = agent_row(SYSTEM, "mail", TARGET, [line(f"mail: {number}") for number in range(50)], [], runs=True)
    assert row is not None
    assert [one["text"] for one in row["said"]] == [f"mail: {number}" for number in range(50 - MOST, 50)]


def test_a_pool_without_duties_and_one_of_a_newer_version() -> None:
    assert agent_row(SYSTEM, "mail", group_text(SYSTEM, mail()), [], [], runs=False) is None
    newer = "[X-Workers]\nDuties={\n"
    assert agent_row(SYSTEM, "mail", newer, [], [], runs=False) == {
        "runs": False,
        "liveness": None,
        "recycle": None,
        "alert": None,
        "metrics": "",
        "capacity": 0,
        "capacity_memory": 0,
        "alerts": [],
        "said": [],
    }


RANGE = {"min": 2, "max": 12, "backlog": ["/bin/count"], "each": 50}


@pytest.mark.parametrize(
    ("runs", "said"), [(True, True), (False, None)], ids=["it runs for others", "no pool needs it"]
)
def test_a_pool_that_needs_no_agent_does_not_miss_it(runs: bool, said: t.Optional[bool]) -> None:
    pool = mail(capacity=Capacity(40, 2**33), limits={"memory_max": "1G"})
    row = agent_row(SYSTEM, "mail", group_text(SYSTEM, pool), [], [], runs=runs)
    assert row is not None
    assert (row["runs"], row["capacity"], row["capacity_memory"]) == (said, 40, 2**33)


def test_how_many_instances_are_wanted() -> None:
    target = group_text(SYSTEM, mail(instances=RANGE))
    one = Scale(Scaling(2, 12, ("/bin/count",), 50), Policy(), ["mail@1.service", "mail@2.service", "mail@3.service"])
    one.questions(100.0, {})
    one.hear(100.0, Reading(3, "130 jobs wait", 130))
    one.next(100.0, {}, Room(), alone=True)
    row = scaling_row(target, one.state(), 2, 1769860700.0)
    assert row is not None
    assert {key: row[key] for key in ("min", "max", "running", "wanted", "waiting", "said", "asked_at", "trouble")} == {
        "min": 2,
        "max": 12,
        "running": 2,
        "wanted": 3,
        "waiting": 130,
        "said": "130 jobs wait",
        "asked_at": "2026-01-31T12:00:00Z",
        "trouble": "",
    }
    assert row["decisions"] == [
        {"time": "2026-01-31T12:00:00Z", "before": 0, "after": 3, "text": "0 -> 3: 130 jobs wait"}
    ]


def test_jobs_wait_that_the_agent_has_counted() -> None:
    kept = KEPT
    assert jobs_waiting(kept) == 130
    assert jobs_waiting({**kept, "trouble": LOW_MEMORY}) == 130
    assert jobs_waiting({**kept, "backlog": None}) is None
    assert jobs_waiting(None) is None


def test_what_a_pool_does_not_get_of_the_capacity() -> None:
    kept = {"backlog": 130, "wanted": 9, "said": "130 jobs wait", "time": 100.0, "trouble": "", "share": 7, "held": 2}
    assert held_instances(kept) == 2
    assert held_instances({**kept, "share": None, "held": None}) is None
    assert held_instances(None) is None
    assert asked_instances(kept) == 9
    assert asked_instances({**kept, "said": ""}) is asked_instances(None) is None


def test_before_the_agent_has_asked_the_number_that_runs_is_wanted() -> None:
    row = scaling_row(group_text(SYSTEM, mail(instances=RANGE)), None, 4, 0.0)
    assert row is not None
    assert (row["wanted"], row["waiting"], row["decisions"]) == (4, None, [])


def test_a_pool_without_a_range_has_no_such_row() -> None:
    assert scaling_row(TARGET, None, 4, 0.0) is None
    assert scaling_row(TARGET.replace("Duties={", "Duties=["), None, 4, 0.0) is None
