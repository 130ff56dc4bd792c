# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a deploy in several managers promises about their order, with runs that only note their verbs."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.decision import PoolsDecision, SharedPlan
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.versions import Versions
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import ObservedShared
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.result import PoolsResult
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.orders import Deploy
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.run_outcome import RunOutcome
from ansible_collections.workers.systemd.plugins.module_utils._host.frame.background import Tell
from ansible_collections.workers.systemd.plugins.module_utils._host.users.everywhere import (
    Decisions,
    Everywhere,
    OfUser,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.users.for_user import (
    UserDecision,
    UserOutcome,
)

ORDER = Deploy((), (), purge=False, check_mode=False, diff=True, skip_traps=(), confirm=60.0)
SHARED = SharedPlan((), ObservedShared(), ())
DECISION = PoolsDecision(SYSTEM, {}, {}, {}, (), SHARED, (), Versions("now"), check_mode=False, confirm=60.0)


class OfSystem:
    def __init__(self, verbs: list[str], outcome: RunOutcome) -> None:
        self.verbs = verbs
        self.outcome = outcome

    def act(self, decision: PoolsDecision, tell: Tell) -> RunOutcome:
        self.verbs.append("system acts")
        return self.outcome

    def conclude(self, decision: PoolsDecision, outcome: RunOutcome) -> None:
        self.verbs.append("system is concluded")

    def result(self, decision: PoolsDecision, outcome: RunOutcome) -> PoolsResult:
        return PoolsResult(msg="system", diff=[{"prepared": "x"}])


class Of:
    def __init__(self, user: str, verbs: list[str], outcome: UserOutcome) -> None:
        self.user = user
        self.verbs = verbs
        self.outcome = outcome

    def act(self, decision: UserDecision, tell: Tell, *, removes: bool = True) -> UserOutcome:
        self.verbs.append(f"{self.user} acts{'' if removes else ' and removes nothing'}")
        return self.outcome

    def result(self, decision: UserDecision, outcome: UserOutcome) -> PoolsResult:
        return t.cast("PoolsResult", outcome.result.of_user(self.user, changed=True, error=outcome.error))


class TheLock:
    def __init__(self, verbs: list[str]) -> None:
        self.verbs = verbs

    def release(self) -> None:
        self.verbs.append("the lock is released")


def run(*users: UserOutcome, of_system: RunOutcome | None = None) -> tuple[list[str], bool, PoolsResult]:
    """The verbs, whether it failed, and the result."""
    verbs: list[str] = []
    everywhere = Everywhere(ORDER)
    everywhere.system = t.cast("t.Any", OfSystem(verbs, of_system or RunOutcome()))
    runs = [t.cast("t.Any", Of(f"user {number}", verbs, one)) for number, one in enumerate(users)]
    decision = Decisions(DECISION, tuple(OfUser(one, UserDecision(PoolsResult())) for one in runs), ())
    outcome = everywhere.act(decision, t.cast("t.Any", TheLock(verbs)), verbs.append)
    everywhere.conclude(decision, outcome)
    return verbs, outcome.failed, everywhere.result(decision, outcome)


FINE = UserOutcome(PoolsResult(msg="fine"))
DEAD = UserOutcome(PoolsResult(), error="its process was killed")


def test_the_part_of_the_system_is_concluded_and_the_lock_released_before_a_user_acts() -> None:
    verbs, failed, result = run(FINE, FINE)
    assert verbs == ["system acts", "system is concluded", "the lock is released", "user 0 acts", "user 1 acts"]
    assert not failed
    assert result.msg == "system\nthe manager of user 0: fine\nthe manager of user 1: fine"


def test_without_users_the_lock_is_kept_and_the_conclusion_comes_when_the_end_is_written() -> None:
    verbs, _failed, _result = run()
    assert verbs == ["system acts", "system is concluded"]


@pytest.mark.parametrize(
    ("of_system", "removes"), [(RunOutcome(), ""), (RunOutcome(error="no bus"), " and removes nothing")]
)
def test_one_that_fails_keeps_no_other_from_its_turn(of_system: RunOutcome, removes: str) -> None:
    """After a failure of the system's part the pool of a user stays, whose successor it may have been to bring."""
    verbs, failed, result = run(DEAD, FINE, of_system=of_system)
    assert verbs[-2:] == [f"user 0 acts{removes}", f"user 1 acts{removes}"]
    assert failed
    assert "the manager of user 0: its process was killed" in result.msg


def test_a_run_without_a_part_of_the_system_has_none_of_its_result() -> None:
    everywhere = Everywhere(replace(ORDER, diff=False))
    decision = Decisions(None, (), ("a warning",))
    outcome = everywhere.leave(decision)
    assert (decision.changes, decision.warnings, outcome.failed) == (False, ["a warning"], False)
    assert everywhere.result(decision, outcome).as_dict() == PoolsResult(failures=[], host_plan=[]).as_dict()
