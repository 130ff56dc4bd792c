# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a deploy and a rollback tell, and what the engine gets to do, from one decision."""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.act.health import Health
from ansible_collections.workers.systemd.plugins.module_utils._core.act.rollout import Done
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import Verdict
from ansible_collections.workers.systemd.plugins.module_utils._core.act.work import (
    Outcome,
    work_of_pools,
    work_of_removal,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.change import Change
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.decision import (
    PoolsDecision,
    Removal,
    SharedPlan,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import (
    plan_pool,
    plan_reload,
    plan_removal,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan_shared import after, plan_shared
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Step, Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.versions import Versions
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.exposure import Judged
from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import State, as_generation
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import (
    File,
    ObservedPool,
    ObservedShared,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.look.run_journal import Noted, RunJournal
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.tell import pools as tell_pools
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.scaling import Scaling
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.run_outcome import Reverted, RunOutcome
from ansible_collections.workers.systemd.plugins.module_utils._core.write.shared_units import shared_units
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import LINK, WantedFile
from tests.unit.plugins.module_utils._core.builders import in_place, mail, written

NOW = "2026-11-24T16:36:19Z"
SECRETS = {"TOKEN": "s3cr3t-of-old"}
OLD = written(mail(user="old", secrets=SECRETS))
NEW = written(mail(user="new", secrets={"TOKEN": "s3cr3t-of-new"}, instances=2))
BACK = replace(as_generation(OLD, 1, NOW), state=State.GOOD)
CHANGE = Change(as_generation(NEW, 2, NOW), BACK, True)
FAX = in_place(written(replace(mail(), name="fax")))
ONE, TWO = "mail@1.service", "mail@2.service"
SETTLED, FAILED = Verdict(Health.SETTLED, "ran 3 s without a restart"), Verdict(Health.FAILED, "is not running")
FAILURE: dict[str, t.Any] = {"unit": ONE, "verdict": str(FAILED), "exit": "", "restarts": 0, "journal": []}


def decision(**more: t.Any) -> PoolsDecision:
    """``mail`` gets another version, then ``fax`` is removed, and ``sms`` stays. This systemd counts restarts."""
    there = in_place(OLD)
    files = shared_units(SYSTEM, 257, "/usr/bin/python3", ["fax", "mail", "sms"])
    last = shared_units(SYSTEM, 257, "/usr/bin/python3", ["mail", "sms"])
    steps = {"mail": plan_pool(NEW, there), "fax": plan_removal("fax", FAX, "the pool is absent")}
    found = PoolsDecision(
        places=SYSTEM,
        wanted={"mail": NEW},
        observed={"mail": there, "fax": FAX},
        steps=steps,
        others=("sms",),
        shared=SharedPlan(files, ObservedShared(), tuple(plan_shared(SYSTEM, files, ObservedShared()))),
        reload=plan_reload(SYSTEM, steps["mail"], ""),
        versions=Versions(NOW, changes={"mail": CHANGE}),
        check_mode=False,
        confirm=60.0,
        removal=Removal(
            frozenset({"fax"}),
            SharedPlan(last, after(files), tuple(plan_shared(SYSTEM, last, after(files)))),
            plan_reload(SYSTEM, steps["fax"], ""),
        ),
        exposures={"mail": Judged(1.8, 9.2)},
    )
    return replace(found, **more)


def rolled(*spared: str, **verdicts: Verdict) -> Outcome:
    by_unit = {f"mail@{name[1:]}.service": verdict for name, verdict in verdicts.items()}
    return Outcome(ends={"mail": Done(by_unit, tuple(by_unit), spared, 1)})


def result(decided: PoolsDecision, outcome: RunOutcome | None = None, *, with_diff: bool = False) -> dict[str, t.Any]:
    outcome = tell_pools.result(decided, outcome or RunOutcome(), with_diff=with_diff).as_dict()
    assert json.loads(json.dumps(outcome))
    return outcome


def test_a_check_tells_the_plan_and_nothing_of_a_run() -> None:
    outcome = result(decision(check_mode=True))
    assert (outcome["changed"], outcome["daemon_reloaded"], outcome["failures"]) == (True, False, ())
    assert set(outcome["pools"]["mail"]) == {"plan", "generation", "left_out", "paused", "exposure"}
    assert set(outcome["pools"]["fax"]) == {"plan"}
    verbs = [step["verb"] for step in outcome["host_plan"]]
    assert verbs[-3:] == ["daemon-reload", "write", "daemon-reload"], "the second two are of the removal"
    assert "diff" not in outcome
    assert "resumed" not in outcome


def test_a_run_tells_its_verdicts_and_its_version() -> None:
    outcome = result(decision(), RunOutcome(rolled(_1=SETTLED, _2=SETTLED)))
    row = outcome["pools"]["mail"]
    assert (row["number"], row["spared"], row["lowest_active"]) == (2, [], 1)
    assert row["verdicts"] == {ONE: str(SETTLED), TWO: str(SETTLED)}
    assert row["exposure"] == {"score": 1.8, "before": 9.2}
    assert "rolled_back_to" not in row
    assert outcome["msg"].splitlines()[-1] == "mail: exposure 9.2 -> 1.8"


def test_a_run_tells_how_the_pools_stand_that_have_changed() -> None:
    states = {"mail": {ONE: "active", TWO: "activating"}}
    mail, fax = result(decision(), RunOutcome(rolled(_1=SETTLED, _2=SETTLED), states=states))["msg"].splitlines()[:2]
    assert mail.endswith("; 1/2 up, 1 activating")
    assert not fax.endswith(" up")


def test_a_version_that_is_put_back_is_told_with_the_verdicts_of_the_way_back() -> None:
    reverted = Reverted({"mail": CHANGE}, rolled(_1=SETTLED))
    outcome = RunOutcome(rolled(TWO, _1=FAILED), "", {"mail": CHANGE}, reverted, (FAILURE,))
    outcome = result(decision(), outcome)
    row = outcome["pools"]["mail"]
    assert row["rolled_back_to"] == {"number": 1, "id": OLD.generation}
    assert row["revert"] == {ONE: str(SETTLED)}
    assert outcome["msg"].splitlines()[-1] == f"mail: generation {CHANGE.new} is bad, generation {BACK} is put back"
    assert "exposure" not in outcome["msg"]


def test_a_pool_that_waits_for_a_bad_pool_is_named() -> None:
    units = Outcome(
        ends={"mail": Done({}, (), (ONE, TWO), 2), "fax": Done({}, (), (), 1)},
        held=dict.fromkeys(["mail", "fax"], "db"),
    )
    lines = result(decision(), RunOutcome(units, failures=(FAILURE,)))["msg"].splitlines()
    assert "mail: is not rolled out, because db did not settle" in lines
    assert "fax" not in lines[-1], "it has nothing to do"


def test_a_first_version_goes_back_to_nothing() -> None:
    first = replace(CHANGE, back=None)
    decided = decision(versions=Versions(NOW, changes={"mail": first}))
    outcome = RunOutcome(rolled(_1=FAILED), "", {"mail": first}, Reverted({"mail": first}, Outcome()), (FAILURE,))
    assert result(decided, outcome)["pools"]["mail"]["rolled_back_to"] is None


def test_whether_a_pool_was_removed_is_told() -> None:
    assert result(decision())["pools"]["fax"]["removed"] is True
    assert "removed" not in result(decision())["pools"]["mail"]
    kept = result(decision(), RunOutcome(rolled(_1=FAILED), failures=(FAILURE,), kept=("fax",)))
    assert kept["pools"]["fax"]["removed"] is False
    assert kept["msg"].splitlines()[-1] == "not removed, because the run failed: fax"
    broken = result(decision(), RunOutcome(rolled(_1=SETTLED), unremoved="no bus"))
    assert broken["pools"]["fax"]["removed"] is False
    assert broken["msg"].splitlines()[-2:] == [
        "the removal did not end: no bus",
        "The host tries again by itself 60 s from now, or at its next boot.",
    ]


def test_an_error_that_broke_the_run_off_comes_first() -> None:
    outcome = result(decision(), RunOutcome(error="no bus"))
    assert outcome["msg"].splitlines()[0] == "systemd: no bus"
    assert "enable" not in outcome["msg"]


def test_what_a_killed_run_left_is_told() -> None:
    left = RunJournal(NOW, 77, {"mail": Noted(1, 2, True)})
    outcome = result(decision(versions=Versions(NOW, left)))
    assert outcome["resumed"] == str(left)
    assert outcome["msg"].splitlines()[0] == str(left)
    assert "number" not in outcome["pools"]["mail"]


def test_verdicts_of_a_pool_that_only_lost_instances_are_told() -> None:
    units = Outcome(killed={"fax@1.service": Verdict(Health.KILLED, "was killed")})
    row = result(decision(), RunOutcome(units))["pools"]["fax"]
    assert row["verdicts"] == {"fax@1.service": "killed-at-stop: was killed"}
    assert "spared" not in row


def test_a_diff_shows_units_and_no_value_of_a_secret() -> None:
    diff = result(decision(), with_diff=True)["diff"]
    by_path = {one.get("before_header", one.get("header")): one for one in diff}
    template = by_path["/etc/systemd/system/mail@.service"]
    assert ("User=old" in template["before"], "User=new" in template["after"]) == (True, True)
    assert "TOKEN: changed" in by_path["/etc/workers.systemd/mail/secrets"]["prepared"]
    # It is written before the removal and with it.
    counter = by_path["/etc/systemd/system/workers-calm.service"]
    assert ("fax@*" in counter["before"], "fax@*" in counter["after"]) == (True, False)
    # Of a unit without a directive of the operator's it is enough to know that it goes.
    assert by_path["/etc/systemd/system/mail@.service"] != by_path["/etc/systemd/system/workers-recovery.service"]
    assert by_path["/etc/systemd/system/workers-recovery.service"]["prepared"].endswith(": new\n")
    assert "s3cr3t" not in json.dumps(diff)
    assert diff[-2]["prepared"].startswith("pool mail\n")


def test_a_diff_shows_a_unit_of_somebody_else_without_the_values_of_variables() -> None:
    path, text = (
        "/etc/systemd/system/mail@.service",
        "# s3cr3t\n[Service]\nUser=mailer\nEnvironment=\nEnvironment=A=s3cr3t\n",
    )
    there = {path: File(text, 0o644, 0.0), "/etc/systemd/system/a.target.wants/mail@1.service": File(path, LINK, 0.0)}
    host = ObservedPool({path: there[path]}, old=there)
    comes = decision(observed={"mail": host}, steps={"mail": plan_pool(NEW, host)})
    shown = result(comes, with_diff=True)["diff"]
    (before,) = [one["before"] for one in shown if one.get("before_header") == path]
    assert before == "[Service]\nUser=mailer\nEnvironment=\nEnvironment=********\n"
    assert "s3cr3t" not in json.dumps(shown)
    foreign = replace(OLD, pool=replace(OLD.pool, foreign=True), files=(WantedFile(path, text, 0o644),))
    goes = decision(
        wanted={"mail": foreign}, observed={"mail": in_place(NEW)}, steps={"mail": plan_pool(foreign, in_place(NEW))}
    )
    back = result(goes, with_diff=True)["diff"]
    (after,) = [one["after"] for one in back if one.get("before_header") == path]
    assert after == before
    assert "s3cr3t" not in json.dumps(back)


def test_a_secret_that_comes_is_shown_by_its_name() -> None:
    fresh = decision(
        observed={"mail": ObservedPool(), "fax": ObservedPool()},
        steps={"mail": plan_pool(NEW, ObservedPool()), "fax": ()},
    )
    diff = result(fresh, with_diff=True)["diff"]
    assert any("TOKEN: added" in one.get("prepared", "") for one in diff)
    assert "s3cr3t" not in json.dumps(diff)


def test_a_diff_shows_the_drop_in_of_an_instance_and_the_names_of_its_secrets() -> None:
    own = {"secrets": {"TOKEN": "s3cr3t-of-pdf"}, "unit": {"Service": {"Nice": 5}}}
    pdf = written(mail(instances=["pdf"], per_instance={"pdf": own}))
    bare = ObservedPool()
    comes = decision(wanted={"mail": pdf}, observed={"mail": bare}, steps={"mail": plan_pool(pdf, bare)})
    diff = {one.get("before_header", one.get("header")): one for one in result(comes, with_diff=True)["diff"]}
    assert "Nice=5" in diff["/etc/systemd/system/mail@pdf.service.d/10-workers.conf"]["after"]
    assert "TOKEN: added" in diff["/etc/workers.systemd/mail/secrets:pdf.env"]["prepared"]
    assert "s3cr3t" not in json.dumps(list(diff.values()))


def test_a_decision_without_steps_changes_nothing() -> None:
    calm = decision(steps={"mail": ()}, reload=(), shared=SharedPlan((), ObservedShared(), ()), removal=Removal())
    assert not calm.changes
    assert replace(calm, reload=(Step(Verb.RELOAD, "systemd", "x"),)).changes
    assert replace(calm, shared=decision().shared).changes
    assert replace(calm, removal=decision().removal).changes
    assert replace(calm, steps=decision().steps).changes
    assert calm.pools == ["mail", "sms"]


def test_the_engine_leaves_masked_instances_out() -> None:
    """And gets what serves all pools first."""
    shared, of_mail = work_of_pools(decision(masked={TWO: "/run/mask"}))
    assert (shared.name, shared.files) == ("", decision().shared.files)
    assert (of_mail.wanted, of_mail.files, of_mail.policy) == ([ONE], NEW.files, NEW.pool.rollout)


def test_a_removal_is_work_of_its_own() -> None:
    """Without files for a pool that goes."""
    shared, of_fax = work_of_removal(decision())
    assert (shared.name, shared.files) == ("", decision().removal.shared.files)
    assert (of_fax.name, of_fax.wanted, of_fax.files) == ("fax", (), ())
    assert of_fax.steps == decision().steps["fax"]


def test_a_removal_can_wait_for_another_run() -> None:
    held = decision().without_removal()
    assert (held.removal.held, replace(held, removal=decision().removal)) == (True, decision())


def test_a_range_is_told_with_the_number_that_the_run_keeps() -> None:
    scaled = replace(NEW, pool=replace(NEW.pool, instances=("1", "2", "4"), scaling=Scaling(2, 6)))
    outcome = result(decision(check_mode=True, wanted={"mail": scaled}))
    assert outcome["pools"]["mail"]["instances"] == "3 of 2 to 6"
    assert "mail: 3 of 2 to 6 instances" in outcome["msg"].split("\n")
