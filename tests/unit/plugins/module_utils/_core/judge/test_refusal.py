# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.finding import Finding, Severity
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.refusal import Refusal, with_findings
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import InputProblems, Problem, Problems
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Placed

OWN, FOREIGN = "/etc/systemd/system/mail@.service", "/etc/systemd/system/mail@.service.d/theirs.conf"
WRONG, THEIRS, MISSING = (Problem(where, "found", "expected") for where in ("wrong", "theirs", "missing"))


def finding(name: str, path: str = OWN, severity: Severity = Severity.ERROR) -> Finding:
    at = Placed(path, "Service", "User", "mail", 3) if path else None
    return Finding(name, severity, at, "found", "expected")


# what is refused, whether a check refuses it, whether a run does, by which exception
REFUSALS = {
    "nothing": (Refusal(warnings=("odd",)), None, None),
    "the input": (Refusal(input=(WRONG,), host=(THEIRS,), missing=(MISSING,)), InputProblems, InputProblems),
    "the host": (Refusal(host=(THEIRS,), missing=(MISSING,)), Problems, Problems),
    "what may come later": (Refusal(missing=(MISSING,)), None, Problems),
}


@pytest.mark.parametrize(("refusal", "by_check", "by_run"), REFUSALS.values(), ids=REFUSALS)
def test_what_is_refused(refusal: Refusal, by_check: type[Exception] | None, by_run: type[Exception] | None) -> None:
    for check_mode, expected in ((True, by_check), (False, by_run)):
        if expected is None:
            refusal.enforce(check_mode=check_mode)
            continue
        with pytest.raises(expected) as raised:
            refusal.enforce(check_mode=check_mode)
        assert raised.type is expected
        assert isinstance(raised.value, Problems)
        assert raised.value.problems == (*refusal.input, *refusal.host, *refusal.missing)


def test_a_check_warns_of_what_may_come_later() -> None:
    assert Refusal(missing=(MISSING,)).later == ["missing: found found, expected expected; a run would refuse this"]


# a finding, and where it goes
SORTED = {
    "a directive of the pool is the input's": (finding("bad-value"), "input"),
    "so is the unit as a whole": (finding("bad-value", path=""), "input"),
    "a drop-in of somebody else is the host's": (finding("bad-value", path=FOREIGN), "host"),
    "a user may come later": (finding("user-is-not-there"), "missing"),
    "a trap is a warning": (finding("trap", severity=Severity.WARNING), "warnings"),
}


@pytest.mark.parametrize(("found", "kind"), SORTED.values(), ids=SORTED)
def test_findings_are_sorted(found: Finding, kind: str) -> None:
    before = Refusal((WRONG,), (THEIRS,), (MISSING,), ("odd",))
    after = with_findings(before, [("pools[0].user", found)], {OWN})
    added = {name: getattr(after, name)[len(getattr(before, name)) :] for name in vars(before)}
    result = found.problem("pools[0].user")
    expected = (str(result),) if kind == "warnings" else (result,)
    assert added == {**dict.fromkeys(vars(before), ()), kind: expected}


def test_what_is_missing_at_a_place_is_told_once() -> None:
    before = Refusal(missing=(MISSING,))
    assert with_findings(before, [("missing", finding("user-is-not-there"))], {OWN}) == before
