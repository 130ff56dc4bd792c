# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.act.health import Health
from ansible_collections.workers.systemd.plugins.module_utils._core.act.instances import work_of
from ansible_collections.workers.systemd.plugins.module_utils._core.act.rollout import Done
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import Verdict
from ansible_collections.workers.systemd.plugins.module_utils._core.act.work import Outcome
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import MANAGER
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan_instances import (
    Group,
    InstancesDecision,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Step, Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.tell import instances as tell_instances
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.instances import Asked, Chosen
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.run_outcome import RunOutcome

ONE, TWO = "w@1.service", "w@2.service"
RESTART = Step(Verb.RESTART, ONE, "is asked for")
RELOAD = Step(Verb.RELOAD_UNIT, TWO, "is asked for")
SETTLED, FAILED = Verdict(Health.SETTLED, "ran 3 s without a restart"), Verdict(Health.FAILED, "its reload failed")
FAILURE: dict[str, t.Any] = {"unit": TWO, "verdict": str(FAILED), "exit": "", "restarts": 0, "journal": []}


def decision(**more: t.Any) -> InstancesDecision:
    found = InstancesDecision(
        Asked(units=("w@*.service",), state="restarted"),
        Chosen((ONE, TWO)),
        {"w@": Group((RESTART, RELOAD), (ONE, TWO))},
        {"w@": Policy(canary=0)},
        frozenset(),
        (Step(Verb.RELOAD, MANAGER, "files of w@1.service changed since it was loaded"),),
        check_mode=False,
    )
    return replace(found, **more)


def test_a_run_is_told() -> None:
    outcome = RunOutcome(Outcome(ends={"w@": Done({ONE: SETTLED}, (ONE,), (TWO,), 1)}))
    result = tell_instances.result(decision(), outcome, with_diff=False)
    assert (result.changed, result.daemon_reloaded, result.units) == (True, True, [ONE, TWO])
    assert [row["verb"] for row in result.plan] == ["restart", "reload", "daemon-reload"]
    assert (result.verdicts, result.spared, result.lowest_active) == ({ONE: str(SETTLED)}, [TWO], {"w@": 1})
    assert result.diff is None


def test_a_check_reloads_nothing() -> None:
    result = tell_instances.result(decision(check_mode=True), RunOutcome(), with_diff=True)
    assert (result.daemon_reloaded, result.verdicts, result.spared) == (False, {}, [])
    assert result.diff == [{"prepared": "w@\nrestart w@1.service (is asked for)\nreload w@2.service (is asked for)\n"}]


def test_after_a_reload_that_failed_nothing_was_restarted() -> None:
    outcome = RunOutcome(Outcome(refused={TWO: FAILED}), failures=(FAILURE,))
    result = tell_instances.result(decision(), outcome, with_diff=False)
    assert result.spared == [ONE]
    assert "left alone, with the process they had: w@1.service" in result.msg


def test_an_error_comes_before_the_summary() -> None:
    result = tell_instances.result(decision(), RunOutcome(error="no bus"), with_diff=False)
    assert result.msg.splitlines() == ["systemd: no bus", "w@: reload 1 instance, restart 1 instance"]


def test_where_there_is_nothing_the_question_is_repeated() -> None:
    nothing = decision(chosen=Chosen(()), groups={}, reload=())
    result = tell_instances.result(nothing, RunOutcome(), with_diff=False)
    assert (result.changed, result.msg) == (False, "w@*.service: nothing to do")


def test_the_engine_gets_each_group_with_its_policy() -> None:
    (work,) = work_of(decision())
    assert (work.name, work.wanted, work.policy) == ("w@", (ONE, TWO), Policy(canary=0))
    assert (work.subjects(Verb.RESTART, Verb.RELOAD_UNIT), work.files) == ([ONE, TWO], ())
