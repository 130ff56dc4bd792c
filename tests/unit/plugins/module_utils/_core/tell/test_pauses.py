# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.act.work import work_of_pools
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.decision import Removal
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import mark_steps
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.versions import Versions
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import Instance
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.tell import pools as tell_pools
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.pauses import left_alone, paused_lines
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.run_outcome import RunOutcome
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pause import BY_DEPLOY, BY_HAND, Pause
from tests.unit.plugins.module_utils._core.builders import in_place
from tests.unit.plugins.module_utils._core.tell.test_pools import CHANGE, NOW, OLD, decision

SINCE = "2026-11-29T07:30:00Z"
HAND, DEPLOY = Pause(BY_HAND, "2", SINCE, "a test"), Pause(BY_DEPLOY, "", SINCE)
PAUSES = {one.path(SYSTEM, "mail"): one for one in (HAND, DEPLOY)}
BY_ITS_HAND = f"mail@2.service not started: paused by hand since {SINCE}: a test"
BY_ITS_STATE = f"mail@1.service not started: paused by the deploy since {SINCE}"


def test_a_run_says_what_it_does_not_start_and_what_is_not_proven() -> None:
    decided = decision(pauses={"mail": PAUSES})
    assert paused_lines(decided) == [BY_ITS_STATE, BY_ITS_HAND]
    unproven = replace(decided, versions=Versions(NOW, changes={"mail": CHANGE}, unproven=frozenset({"mail"})))
    lines = paused_lines(unproven)
    assert lines[-1] == f"mail: generation {CHANGE.new} is not proven: paused"
    result = tell_pools.result(unproven, RunOutcome(), with_diff=True)
    assert set(lines) <= set(result.msg.splitlines())
    assert result.diff is not None
    assert result.diff[-1] == {"prepared": "".join(f"{line}\n" for line in lines)}
    assert result.pools["mail"]["paused"] == {"mail@1.service": DEPLOY.row, "mail@2.service": HAND.row}


def test_a_run_says_what_waits_for_the_unit_of_a_pool() -> None:
    stopped = dict.fromkeys(("1", "2"), Instance("loaded", "inactive", "dead", True))
    host = replace(in_place(OLD), instances=stopped, target_active=False, down={"a.service": "masked"})
    versions = Versions(NOW, changes={"mail": CHANGE}, unproven=frozenset({"mail"}))
    decided = replace(decision(), observed={**decision().observed, "mail": host}, versions=versions)
    assert paused_lines(decided) == [
        "mail@1..2 not started: bound_to: a.service is masked",
        f"mail: generation {CHANGE.new} is not proven: not started",
    ]
    assert left_alone(decided) == []


def test_a_warning_is_about_what_was_paused_by_hand() -> None:
    assert left_alone(decision(pauses={"mail": PAUSES})) == [BY_ITS_HAND]
    assert left_alone(decision()) == []


def test_the_files_of_pauses_are_in_the_diff_and_in_the_work() -> None:
    path, gone = HAND.path(SYSTEM, "mail"), DEPLOY.path(SYSTEM, "mail")
    observed = replace(in_place(OLD), pauses={path: replace(HAND, reason="before"), gone: DEPLOY})
    steps = tuple(mark_steps(observed.pauses, {path: HAND}))
    decided = decision(
        pauses={"mail": {path: HAND}},
        observed={"mail": observed, "fax": observed},
        steps={"mail": steps},
        removal=Removal(),
    )
    changed, removed = tell_pools.diffs(decided)[-3:-1]
    assert "Reason=before" in changed["before"]
    assert "Reason=a test" in changed["after"]
    assert removed["prepared"] == f"{gone}: removed\n"
    (work,) = (one for one in work_of_pools(decided) if one.name == "mail")
    assert path in {file.path for file in work.files}
    assert work.wanted == ["mail@1.service"]
    assert work.run_on(SYSTEM) == [], "no instance that runs on has another unit"
