# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import math
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.decision import PoolsDecision, Removal
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import plan_pool, plan_removal
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import ObservedPool, ObservedTimer
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.journal_query import TAKEN, UNIT_SUCCEEDED
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.next_times import NextTime
from ansible_collections.workers.systemd.plugins.module_utils._core.tell import pools as tell_pools
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.condition import Condition
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.status_table import Placed
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.timer_status import (
    JOB_PROPERTIES,
    Ended,
    Times,
    believable,
    counted_events,
    earlier_runs,
    timer_status,
    timer_table,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.timers import crowded, gap, never, timer_lines
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.run_outcome import RunOutcome
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pause import BY_HAND, Pause
from tests.unit.plugins.module_utils._core.builders import files_of, report, written
from tests.unit.plugins.module_utils._core.tell.test_pools import decision

# What statuses.py adds to the row of a timer.
OF_A_MANAGER: dict[str, t.Any] = {"agent": None}
OLD, NEW, EVERY = (written(report(**more)) for more in ({}, {"timeout": "1h"}, {"every": "15min", "schedule": None}))
NEXT = ["Mon 2026-11-30 03:15:00 UTC", "Tue 2026-12-01 03:15:00 UTC"]


def host(since: t.Optional[float] = None) -> ObservedPool:
    timer = ObservedTimer(since=since)
    return ObservedPool(files_of(OLD), target_active=True, target_enabled=True, timer=timer)


def deciding(wanted: t.Any, seen: ObservedPool, **more: t.Any) -> PoolsDecision:
    gone = wanted is None
    steps = plan_removal("report", seen, "the timer is absent") if gone else plan_pool(wanted, seen)
    return decision(
        wanted={} if gone else {"report": wanted}, observed={"report": seen}, steps={"report": steps}, **more
    )


def test_a_run_says_that_it_leaves_the_run_that_is_under_way() -> None:
    said = timer_lines(deciding(NEW, host(since=1000.0)))
    assert said == ["report: a run is under way, and goes on to its end with its version. The next run has the new one"]
    assert timer_lines(deciding(None, host(since=1000.0))) == ["report: a run is under way, and goes on to its end"]
    assert timer_lines(deciding(OLD, host(since=1000.0))) == [], "nothing changes"
    assert timer_lines(deciding(NEW, host())) == []


def test_the_next_times_are_in_the_message_and_in_the_result() -> None:
    decided = deciding(NEW, host(), times={"report": NEXT})
    line = f"report: next runs: {', '.join(NEXT)}"
    assert timer_lines(decided) == [line]
    result = tell_pools.result(decided, RunOutcome(), with_diff=True)
    assert line in result.msg
    assert result.pools["report"]["next_runs"] == NEXT
    assert result.diff is not None
    assert result.diff[-1] == {"prepared": f"{line}\n"}
    assert never(decided) == []


def test_a_run_without_changes_has_no_diff() -> None:
    decided = replace(deciding(OLD, host(), times={"report": NEXT}), reload=())
    result = tell_pools.diffs(replace(decided, shared=replace(decided.shared, steps=()), removal=Removal()))
    assert not any("next runs" in str(entry) for entry in result)


def test_one_that_never_comes_is_a_warning() -> None:
    decided = deciding(NEW, host(), times={"report": []})
    assert timer_lines(decided) == ["report: next runs: none, its schedule never comes"]
    (line,) = never(decided)
    assert line.startswith("timers[0] (report).schedule: never comes")


@pytest.mark.parametrize(("every", "took", "warned"), [(60.0, 61.0, True), (60.0, 60.0, False), (math.inf, 9.0, False)])
def test_one_that_comes_more_often_than_its_last_run_took(every: float, took: float, warned: bool) -> None:
    found = list(crowded("timers[0] (report).schedule", every, took))
    line = "timers[0] (report).schedule: the job comes every 60 s, and its last run took 61 s"
    assert [one.startswith(line) for one in found] == [True] * warned


def test_the_shortest_time_between_two_times_of_a_schedule() -> None:
    times = [NextTime(f"2026-11-30 0{at}", "on the clock of the host") for at in ("3:15:00", "4:15:00", "4:30:00.5")]
    assert (gap(times), gap(times[:2])) == (900.0, 3600.0)
    assert gap(times[:1]) == gap([]) == math.inf


def test_a_span_is_said_as_it_is() -> None:
    assert timer_lines(deciding(EVERY, host())) == ["report: runs every 15min"]


def test_the_plan_names_the_kind() -> None:
    for wanted, seen in ((NEW, host()), (None, host())):
        prepared = [entry.get("prepared", "") for entry in tell_pools.diffs(deciding(wanted, seen))]
        assert (wanted is None) == any(text.startswith("timer report\n") for text in prepared)


def test_a_stamp_that_goes_is_said_to_go() -> None:
    stamp = SYSTEM.stamp("report.timer")
    seen = replace(host(), timer=ObservedTimer(stamp=stamp))
    entries = [entry for entry in tell_pools.diffs(deciding(None, seen)) if entry.get("header") == stamp]
    assert entries == [{"header": stamp, "prepared": f"{stamp}: removed\n"}]


ENDED = dict(
    zip(
        JOB_PROPERTIES,
        ("inactive", "success", "Sun 2026-11-29 03:15:00 UTC", "Sun 2026-11-29 03:16:30 UTC", "1", "0"),
        strict=True,
    )
)
WAITS = Times(upcoming=1795922100.0, missed=0)
NEVER = {**dict.fromkeys(JOB_PROPERTIES, ""), "ActiveState": "inactive", "Result": "success", "ExecMainCode": "0"}
# what systemd shows, parts of the row
SHOWN: dict[str, tuple[dict[str, str], dict[str, t.Any]]] = {
    "success": (ENDED, {"result": "success", "seconds": 90.0, "failed": False, "state": "waiting"}),
    "an exit status": (
        {**ENDED, "ActiveState": "failed", "Result": "exit-code", "ExecMainStatus": "3"},
        {"result": "exit status 3", "failed": True},
    ),
    "a signal": (
        {**ENDED, "ActiveState": "failed", "Result": "signal", "ExecMainCode": "2", "ExecMainStatus": "9"},
        {"result": "signal 9 (SIGKILL)", "failed": True},
    ),
    "a timeout": (
        {**ENDED, "ActiveState": "failed", "Result": "timeout", "ExecMainCode": "2", "ExecMainStatus": "15"},
        {"result": "timeout", "failed": True},
    ),
    "a program that did not start": (
        {**NEVER, "ActiveState": "failed", "Result": "exit-code"},
        {"result": "", "failed": True, "seconds": None},
    ),
    "a lock that another host has": (
        {**ENDED, "Result": "exec-condition"},
        {"result": "skipped", "failed": False, "last_run": "2026-11-29T03:15:00Z"},
    ),
    "a lock that it never had": (
        {**NEVER, "Result": "exec-condition"},
        {"result": "skipped", "failed": False, "seconds": None, "last_run": ""},
    ),
    "no run yet": (NEVER, {"result": "", "seconds": None, "last_run": "", "failed": False}),
    "a run that lasts": (
        {**ENDED, "ActiveState": "activating", "ExecMainExitTimestamp": ""},
        {"state": "running", "result": "", "seconds": None, "last_run": "2026-11-29T03:15:00Z"},
    ),
}


@pytest.mark.parametrize(("shown", "row"), SHOWN.values(), ids=SHOWN)
def test_a_timer_is_shown_with_its_last_run(shown: dict[str, str], row: dict[str, t.Any]) -> None:
    found = timer_status(SYSTEM, "report", host(), shown, WAITS)
    assert {key: found[key] for key in row} == row
    assert (found["unit"], found["generation"], found["next_run"]) == (
        "report.timer",
        OLD.generation,
        "2026-11-29T03:15:00Z",
    )
    assert believable({"report": {**found, **OF_A_MANAGER}})


# the result in the journal, parts of the row
EARLIER = {
    "success": {"result": "success", "failed": False},
    "exit status 3": {"result": "exit status 3", "failed": True},
}


@pytest.mark.parametrize(("result", "row"), EARLIER.items(), ids=EARLIER)
def test_after_a_reboot_the_last_run_is_that_of_the_journal(result: str, row: dict[str, t.Any]) -> None:
    times = Times(earlier=Ended(1795922100.0, result))
    found = timer_status(SYSTEM, "report", host(), NEVER, times)
    assert {key: found[key] for key in row} == row
    assert (found["last_run"], found["seconds"]) == ("2026-11-29T03:15:00Z", None)
    assert timer_status(SYSTEM, "report", host(), ENDED, times)["result"] == "success", "systemd knows a later one"
    assert timer_status(SYSTEM, "report", host(), {**NEVER, "ActiveState": "activating"}, times)["result"] == ""


def test_the_journal_tells_of_the_last_run_of_each_job() -> None:
    bad = {"UNIT": "a.service", "EXIT_CODE": "exited", "EXIT_STATUS": "3", TAKEN: "1000000", "INVOCATION_ID": "1"}
    well = {"UNIT": "b.service", "MESSAGE_ID": UNIT_SUCCEEDED.partition("=")[2], TAKEN: "3000000", "INVOCATION_ID": "2"}
    assert earlier_runs([bad, {**bad, TAKEN: "2000000"}, well]) == {
        "a.service": Ended(2.0, "exit status 3"),
        "b.service": Ended(3.0, "success"),
    }
    assert earlier_runs([]) == {}


def test_times_count_that_passed_without_a_run() -> None:
    assert counted_events(SYSTEM, "report", host()) == ["03:15"]
    assert counted_events(SYSTEM, "report", ObservedPool(files_of(EVERY), timer=ObservedTimer())) == []
    locked = written(report(lock=["/bin/lock"]))
    assert counted_events(SYSTEM, "report", ObservedPool(files_of(locked), timer=ObservedTimer())) == []
    assert counted_events(SYSTEM, "report", ObservedPool(timer=ObservedTimer())) == []
    runs = timer_status(SYSTEM, "report", host(), {**ENDED, "ActiveState": "activating"}, Times(missed=3))
    assert runs["missed"] is None
    for number, text in ((1, "1 time"), (99, "99 times"), (100, "100 or more times")):
        row = timer_status(SYSTEM, "report", host(), ENDED, Times(missed=number))
        said = f"web1: report.timer: {text} of its schedule passed without a run since the last one"
        assert timer_table([Placed("web1", "report", row)])[-1].text == said
        assert believable({"report": {**row, **OF_A_MANAGER}})
    assert not believable({"report": {**row, **OF_A_MANAGER, "missed": "many"}})


def test_a_stopped_timer_is_dead() -> None:
    row = timer_status(SYSTEM, "report", replace(host(), target_active=False), ENDED, WAITS)
    assert (row["state"], row["dead"], row["next_run"]) == ("stopped", True, "")
    assert timer_status(SYSTEM, "report", host(), ENDED, Times())["next_run"] == ""
    assert row["log_namespace"] == ""
    assert not believable({"report": {}})
    assert not believable({"report": {**row, **OF_A_MANAGER, "seconds": 10**400}})
    assert not believable({"report": {**row, **OF_A_MANAGER, "unit": "report.timer\nok: [web1]"}})
    assert not believable({"\x1b[2J": {**row, **OF_A_MANAGER}})
    pause = {"by": "hand", "since": "2026-11-29T07:30:00Z", "reason": ""}
    assert believable({"report": {**row, **OF_A_MANAGER, "paused": pause}})
    assert not believable({"report": {**row, **OF_A_MANAGER, "paused": {**pause, "until": "never"}}})
    alert = {"reason": "hung", "trouble": "x"}
    for agent in (
        {"runs": True, "alerts": [alert] * 1000},
        {"runs": True, "alerts": [{**alert, "trouble": "x" * 10**6}]},
    ):
        assert not believable({"report": {**row, "agent": agent}})
    assert believable({"report": {**row, "agent": {"runs": True, "alerts": [alert]}}})


PAUSE = Pause(BY_HAND, since="2026-11-29T07:30:00Z", reason="the disk is full")


def test_a_paused_timer_is_not_dead_and_its_table_says_why() -> None:
    paused = replace(host(), target_active=False, pauses={PAUSE.path(SYSTEM, "report", timer=True): PAUSE})
    row = timer_status(SYSTEM, "report", paused, ENDED, Times())
    assert (row["state"], row["dead"], row["paused"]) == ("paused", False, PAUSE.row)
    runs = timer_status(SYSTEM, "report", paused, {**ENDED, "ActiveState": "activating"}, Times())
    assert runs["state"] == "running"
    lines = timer_table([Placed("web1", "report", row), Placed("", "again", runs)])
    assert " paused " in lines[1].text
    assert " running, paused " in lines[2].text
    assert [line.condition for line in lines[1:3]] == [Condition.PAUSED] * 2
    assert [line.text for line in lines[3:]] == [
        "2 timers: 0 waiting, 1 running, 0 failed, 0 dead, 2 paused",
        "web1: report.timer: paused by hand since 2026-11-29T07:30:00Z: the disk is full",
        "report.timer: paused by hand since 2026-11-29T07:30:00Z: the disk is full",
    ]
    assert believable({"report": {**row, **OF_A_MANAGER}})
    assert believable({})
    assert not believable({"report": {**row, **OF_A_MANAGER, "paused": {"why": "?"}}})


def test_a_run_says_that_a_timer_is_paused_and_not_when_it_runs() -> None:
    pauses = {PAUSE.path(SYSTEM, "report", timer=True): PAUSE}
    decided = deciding(OLD, replace(host(since=1000.0), pauses=pauses), times={"report": NEXT})
    decided = replace(decided, pauses={"report": pauses})
    assert timer_lines(decided) == ["report: a run is under way, and goes on to its end"]
    result = tell_pools.result(decided, RunOutcome(), with_diff=False)
    assert f"report.timer not started: {PAUSE}" in result.msg
    assert result.pools["report"]["paused"] == {"report.timer": PAUSE.row}
    assert "next_runs" not in result.pools["report"]


def test_the_table_of_timers() -> None:
    row = timer_status(SYSTEM, "report", host(), ENDED, WAITS)
    bad = {**row, "unit": "bad.timer", "user": "app", "result": "exit status 3", "failed": True, "last_run": ""}
    empty = {**bad, "seconds": None, "result": "", "next_run": ""}
    lines = timer_table([Placed("", "report", row), Placed("", "app/bad", empty)])
    assert [line.text for line in lines] == [
        "TIMER          STATE    LAST RUN              TOOK  RESULT   NEXT RUN",
        "report.timer   waiting  2026-11-29T03:15:00Z  90s   success  2026-11-29T03:15:00Z",
        "app/bad.timer  waiting  -                     -     -        -",
        "2 timers: 2 waiting, 0 running, 1 failed, 0 dead",
    ]
    assert [line.condition for line in lines] == [None, Condition.UP, Condition.DEAD, None]
    assert timer_table([Placed("web1", "report", row)])[-1].text.startswith("1 timer:")
    assert timer_table([]) == []


def test_an_alert_that_was_not_delivered_is_said() -> None:
    row = timer_status(SYSTEM, "report", host(), ENDED, WAITS)
    agent = {"runs": False, "alerts": [{"reason": "failed", "trouble": "exited with 1"}]}
    assert [line.text for line in timer_table([Placed("web1", "report", {**row, "agent": agent})])][3:] == [
        "web1: report: the host does not look after it now: see `systemctl status workers-agent`",
        "web1: report: the alert failed is not delivered: exited with 1",
    ]
