# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.act.work import PoolWork, timers_started
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.cut_short import runs
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import (
    all_paused,
    plan_pool,
    plan_removal,
    plan_revert,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan_pause import (
    pauses_by_hand,
    plan_by_hand,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Step, Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import as_generation, content_of
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import ObservedPool, ObservedTimer
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pause import PauseByHand
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pause import BY_DEPLOY, BY_HAND, Pause
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import Wanted
from tests.unit.plugins.module_utils._core.builders import files_of, report, written

OPTIONS: dict[str, t.Any] = {"environment": {"A": "1"}, "secrets": {"B": "2"}}
WANTED = written(report(**OPTIONS))
SERVICE, TIMER = "/etc/systemd/system/report.service", "/etc/systemd/system/report.timer"
STAMP = SYSTEM.stamp("report.timer")
Planned = t.List[t.Tuple[Verb, str]]


def there(wanted: Wanted = WANTED, **observed: t.Any) -> ObservedPool:
    """A host on which the timer waits for its next time."""
    timer = ObservedTimer(**{"stamp": STAMP, **observed})
    return ObservedPool(files_of(wanted), target_active=True, target_enabled=True, timer=timer)


def planned(steps: t.Iterable[Step]) -> Planned:
    return [(step.verb, step.subject) for step in steps]


def test_a_new_timer_is_written_enabled_and_started() -> None:
    steps = planned(plan_pool(WANTED, ObservedPool()))
    assert steps == [
        *((Verb.WRITE, f"/etc/workers.systemd/report/{name}") for name in ("environment", "secrets")),
        (Verb.WRITE, SERVICE),
        (Verb.WRITE, TIMER),
        (Verb.ENABLE, "report.timer"),
        (Verb.START, "report.timer"),
    ]


def test_nothing_is_to_do_for_one_that_waits_or_runs() -> None:
    assert plan_pool(WANTED, there()) == ()
    assert plan_pool(WANTED, there(since=1000.0)) == ()
    assert plan_pool(WANTED, there(failed=True)) == (), "a failed run is the operator's to read"


# options, the steps beside those of files
CHANGES: dict[str, tuple[dict[str, t.Any], Planned]] = {
    "another command": ({"command": ["/bin/false"]}, [(Verb.WRITE, SERVICE)]),
    "another environment": ({"environment": {"A": "2"}}, [(Verb.WRITE, "/etc/workers.systemd/report/environment")]),
    "another timeout": ({"timeout": "1h"}, [(Verb.WRITE, SERVICE)]),
    "a description": ({"unit": {"Timer": {}, "Unit": {"Description": "x"}}}, [(Verb.WRITE, SERVICE)]),
    "another schedule": (
        {"schedule": "04:15"},
        [(Verb.WRITE, TIMER), (Verb.STOP, "report.timer"), (Verb.REMOVE, STAMP), (Verb.START, "report.timer")],
    ),
    "a jitter": (
        {"jitter": "5min"},
        [(Verb.WRITE, TIMER), (Verb.STOP, "report.timer"), (Verb.REMOVE, STAMP), (Verb.START, "report.timer")],
    ),
}


@pytest.mark.parametrize(("options", "steps"), CHANGES.values(), ids=CHANGES)
def test_no_change_stops_or_starts_the_job_and_only_another_schedule_the_timer(
    options: dict[str, t.Any], steps: Planned
) -> None:
    wanted = written(report(**{**OPTIONS, **options}))
    assert planned(plan_pool(wanted, there(since=1000.0))) == steps
    assert planned(plan_revert(WANTED, there(wanted, since=1000.0), {"report.timer"})) == steps


def test_a_stopped_timer_with_another_schedule_is_only_started() -> None:
    wanted = written(report(**OPTIONS, every="1h", schedule=None))
    host = replace(there(stamp=""), target_active=False, target_enabled=False)
    assert planned(plan_pool(wanted, host)) == [
        (Verb.WRITE, TIMER),
        (Verb.ENABLE, "report.timer"),
        (Verb.START, "report.timer"),
    ]


def paused(by: str = BY_DEPLOY) -> dict[str, Pause]:
    pause = Pause(by, since="2026-11-29T07:30:00Z", reason="a test")
    return {pause.path(SYSTEM, "report", timer=True): pause}


MARK = "/etc/systemd/system/report.timer.d/zz-workers-paused-by-deploy.conf"


def test_a_paused_timer_is_deployed_and_stopped_and_its_run_goes_on() -> None:
    wanted = replace(written(report(**{**OPTIONS, "schedule": "04:15"}, state="paused")), pauses=paused())
    host = there(since=1000.0)
    assert planned(plan_pool(wanted, host)) == [(Verb.WRITE, TIMER), (Verb.WRITE, MARK), (Verb.STOP, "report.timer")]
    put_back = replace(WANTED, pool=replace(WANTED.pool, paused=None))
    after = replace(host, files=files_of(wanted), target_active=False, pauses=paused())
    assert plan_pool(wanted, after) == ()
    assert planned(plan_revert(put_back, after, set())) == [(Verb.WRITE, TIMER)], "an undo leaves the pause"
    assert all_paused(wanted, host)
    assert not all_paused(WANTED, host)


def test_no_time_of_a_pause_starts_a_run_when_it_is_over() -> None:
    host = replace(there(), target_active=False, pauses=paused())
    resumed = [(Verb.REMOVE, MARK), (Verb.REMOVE, STAMP), (Verb.START, "report.timer")]
    assert planned(plan_pool(WANTED, host)) == resumed
    assert planned(plan_pool(WANTED, replace(host, timer=ObservedTimer()))) == [resumed[0], resumed[2]]
    by_hand = replace(host, pauses=paused(BY_HAND))
    assert plan_pool(WANTED, by_hand) == (), "a deploy ends no pause by hand"
    gone = planned(plan_removal("report", by_hand, "it is absent"))
    assert {(Verb.REMOVE, path) for path in paused(BY_HAND)} <= {*gone}


# the pauses before, whether the timer waits, whether it is resumed, the steps beside that of the file
BY_ORDER: dict[str, tuple[dict[str, Pause], bool, bool, Planned]] = {
    "a pause": ({}, True, False, [(Verb.STOP, "report.timer")]),
    "of one that is stopped": ({}, False, False, []),
    "its end": (paused(BY_HAND), False, True, [(Verb.REMOVE, STAMP), (Verb.START, "report.timer")]),
    "the end of none": ({}, True, True, []),
}


@pytest.mark.parametrize(("pauses", "active", "resume", "steps"), BY_ORDER.values(), ids=BY_ORDER)
def test_a_timer_is_paused_by_hand(pauses: dict[str, Pause], active: bool, resume: bool, steps: Planned) -> None:
    order = PauseByHand(("report",), (), resume, "a test", check_mode=False, diff=False, confirm=60.0)
    host = replace(there(since=1000.0), pauses=pauses, target_active=active)
    after = pauses_by_hand(SYSTEM, WANTED.pool, pauses, order, "2026-11-29T07:30:00Z")
    assert after == ({} if resume else paused(BY_HAND))
    found = planned(plan_by_hand(WANTED.pool, host, after, order))
    assert [step for step in found if "zz-workers" not in step[1]] == steps
    assert len(found) - len(steps) == (pauses != after)


def test_files_that_are_not_used_any_more_go() -> None:
    (step,) = (step for step in plan_pool(written(report(environment={"A": "1"})), there()) if step.verb is Verb.REMOVE)
    assert step == Step(Verb.REMOVE, "/etc/workers.systemd/report/secrets", "no longer used by the timer")


def test_a_removal_stops_the_timer_and_not_its_run() -> None:
    steps = planned(plan_removal("report", there(since=1000.0), "the timer is absent"))
    assert steps[:2] == [(Verb.STOP, "report.timer"), (Verb.DISABLE, "report.timer")]
    assert {subject for _verb, subject in steps[2:]} == {*files_of(WANTED), STAMP}
    assert steps[-1] == (Verb.REMOVE, SERVICE), "what shows that the timer is ours goes last"


def test_a_failed_run_is_forgotten_with_its_timer() -> None:
    steps = planned(plan_removal("report", there(failed=True, stamp=""), "the timer is absent"))
    assert (Verb.FORGET, "report.service") in steps
    assert (Verb.REMOVE, STAMP) not in steps


def test_a_timer_is_stopped_apart_from_what_ends_with_its_stop() -> None:
    steps = (
        Step(Verb.STOP, "report.timer", ""),
        Step(Verb.STOP, "mail@1.service", ""),
        Step(Verb.START, "a.timer", ""),
    )
    work = PoolWork("report", steps)
    assert (work.stops, work.timers_to_stop) == (["mail@1.service"], ["report.timer"])
    assert timers_started([work, PoolWork("", steps)]) == ["a.timer"], "one of the host is not an operator's"


# the new timeout, when the run began; whether it is refused
TIMEOUTS = {
    "a run that is younger": ("1h", 3000.0, False),
    "a run that is older": ("1h", 100.0, True),
    "no run": ("1h", None, False),
    "no limit": ("infinity", 100.0, False),
    "the limit that it has": ("2h", 100.0, False),
}


@pytest.mark.parametrize(("timeout", "since", "refused"), TIMEOUTS.values(), ids=TIMEOUTS)
def test_no_new_timeout_ends_a_run(timeout: str, since: t.Optional[float], refused: bool) -> None:
    before = written(report(timeout="2h"))
    found = list(runs(written(report(timeout=timeout)), there(before, since=since), 100_000.0 if refused else 4000.0))
    assert [problem.where for problem in found] == (["timers[0] (report).timeout"] if refused else [])
    assert all("systemctl stop report.service" in str(problem) for problem in found)


def test_a_limit_that_stays_is_for_systemd_to_enforce() -> None:
    wanted = written(report(timeout="2h"))
    assert list(runs(wanted, there(wanted, since=100.0), 100_000.0)) == []


def test_a_run_whose_unit_is_gone_has_no_known_limit() -> None:
    host = replace(there(since=100.0), files={})
    assert len(list(runs(written(report(timeout="1h")), host, 100_000.0))) == 1
    assert list(runs(written(report(timeout="1h")), ObservedPool(), 100_000.0)) == []


def test_a_kept_version_knows_that_it_is_of_a_timer() -> None:
    kept = as_generation(WANTED, 3, "2026-11-29T07:30:00Z")
    again = kept.as_pool()
    assert (again.kind, again.main_units, again.instances) == ("timer", ("report.service", "report.timer"), ())
    assert content_of(WANTED) == kept.content


def test_another_schedule_is_another_version() -> None:
    assert written(report(schedule="04:15")).generation != written(report()).generation
    assert written(report()).generation == written(report()).generation


def test_the_lock_of_a_job_is_a_condition_of_its_service() -> None:
    texts = {file.path: file.text for file in written(report(lock=["/usr/bin/lock", "a $b", "%H"])).files}
    assert 'ExecCondition="/usr/bin/lock" "a $$b" "%%H"\n' in texts[SERVICE]
