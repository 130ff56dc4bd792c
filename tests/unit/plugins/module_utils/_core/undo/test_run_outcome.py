# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.act.health import Health
from ansible_collections.workers.systemd.plugins.module_utils._core.act.rollout import Done
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import Verdict
from ansible_collections.workers.systemd.plugins.module_utils._core.act.work import Outcome
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.change import Change
from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import (
    Generation,
    State,
    as_generation,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.run_outcome import Reverted, RunOutcome
from tests.unit.plugins.module_utils._core.builders import mail, written

ONE, TWO = "mail@1.service", "mail@2.service"
FAILED = Verdict(Health.FAILED, "is not running")
KILLED = Verdict(Health.KILLED, "was killed by SIGKILL while it stopped")
SETTLED = Verdict(Health.SETTLED, "ran 3 s without a restart")


def generation(number: int, **options: object) -> Generation:
    version = as_generation(written(mail(user=f"of-{number}", **options)), number, "2026-11-24T16:36:19Z")
    return replace(version, state=State.GOOD)


CHANGE = Change(generation(2), generation(1), True)
STOPS = Change(generation(2, rollout={"on_failure": "stop"}), generation(1), True)


def reverted(error: str = "", **verdicts: Verdict) -> Reverted:
    outcome = Outcome(ends={"mail": Done({f"mail@{name[1:]}.service": it for name, it in verdicts.items()}, (), (), 0)})
    return Reverted({"mail": CHANGE}, outcome, error, {"mail": {TWO: "/run/mask"}} if error else {})


def test_a_run_that_has_done_nothing_has_not_failed() -> None:
    assert not RunOutcome().failed
    assert RunOutcome().undo_lines(60.0) == []


def test_an_error_fails_a_run_and_so_does_an_instance() -> None:
    assert RunOutcome(error="no bus").failed
    assert RunOutcome(failures=({"unit": ONE},)).failed


def test_trouble_on_the_way_back_is_what_is_not_back() -> None:
    back = reverted("no bus", _1=FAILED, _2=KILLED)
    assert back.trouble("mail") == ["no bus", f"{ONE} {FAILED}", f"{TWO} is masked by /run/mask and stays as it is"]
    assert back.killed("mail") == [f"{TWO} {KILLED}"]
    assert back.trouble("sms") == ["no bus"]


def test_a_bad_version_that_is_put_back_is_told() -> None:
    lines = RunOutcome(bad={"mail": CHANGE}, reverted=reverted(_1=SETTLED, _2=KILLED)).undo_lines(60.0)
    assert lines == [
        f"mail: generation {CHANGE.new} is bad, generation {CHANGE.back} is put back",
        f"{TWO} {KILLED}",
    ]


def test_a_bad_version_that_stays_is_told() -> None:
    (line,) = RunOutcome(bad={"mail": STOPS}).undo_lines(60.0)
    assert line == f"mail: generation {STOPS.new} is bad and stays: rollout.on_failure is stop"


def test_the_host_tries_again_when_it_could_not_be_put_back() -> None:
    lines = RunOutcome(bad={"mail": CHANGE}, reverted=reverted("no bus")).undo_lines(90.0)
    assert "putting back generation" in lines[0]
    assert lines[-1] == "The host tries again by itself 90 s from now, or at its next boot."
