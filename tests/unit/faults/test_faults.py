# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The judge of the fault tests sees what is not allowed, and the documentation has every kind."""

from __future__ import annotations

import typing as t

import pytest

from tests.faults.judge import complaints
from tests.faults.kinds import EITHER, KINDS, Kind
from tests.helpers import fault_docs

QUIET = {"failed": False, "changed": False}
ROLLED_BACK: t.Dict[str, t.Any] = {
    "ended": "failed",
    "status": 1,
    "traceback": "",
    "restless": "",
    "state": "old",
    "again": {"failed": False, "changed": True},
    "third": QUIET,
    "converged": True,
    "stray": [],
    "agent": "active",
}

ALLOWED = {
    "failed and all old": {},
    "succeeded and all new": {"ended": "succeeded", "status": 0, "state": "new"},
    "died and all old": {"ended": "died", "status": -9},
    "died and all new": {"ended": "died", "status": -9, "state": "new"},
    "interrupted, and Python says where": {"ended": "died", "status": -2, "traceback": "Traceback"},
}
REFUSED = {
    "failed and all new": {"state": "new"},
    "succeeded and all old": {"ended": "succeeded", "status": 0},
    "a mix": {"state": "mix"},
    "died and left a mix": {"ended": "died", "status": -9, "state": "mix"},
    "a traceback": {"ended": "died", "traceback": "Traceback (most recent call last)"},
    "a host that does not come to rest": {"restless": "a journal that is open"},
    "a next run that fails": {"again": {"failed": True, "changed": True}},
    "a next run that leaves something old": {"converged": False},
    "a run after that which changes something": {"third": {"failed": False, "changed": True}},
    "a file left aside": {"stray": ["/etc/systemd/system/.x@.service.0123456789abcdef.new"]},
    "an agent that does not come back": {"agent": "failed"},
    "a driver that fails": {"error": "no space left on the host"},
}


@pytest.mark.parametrize("seen", ALLOWED.values(), ids=ALLOWED.keys())
def test_is_allowed(seen: t.Dict[str, t.Any]) -> None:
    assert list(complaints(Kind(EITHER), {**ROLLED_BACK, **seen})) == []


@pytest.mark.parametrize("seen", REFUSED.values(), ids=REFUSED.keys())
def test_is_refused(seen: t.Dict[str, t.Any]) -> None:
    assert list(complaints(Kind(EITHER), {**ROLLED_BACK, **seen}))


def test_an_end_that_this_kind_does_not_allow_is_refused() -> None:
    assert list(complaints(Kind(("new",)), ROLLED_BACK))


def test_the_documentation_has_every_kind() -> None:
    now = fault_docs.PAGE.read_text()
    assert fault_docs.page(now) == now, "run: make pages"
    assert len(KINDS) >= 40
