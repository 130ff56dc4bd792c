# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Units whose lines do not go together: real systemd complains about the same ones."""

from __future__ import annotations

from tests.corpus.whole import GOOD, REFUSED, WholeUnit
from tests.helpers.judged import Said, judged
from tests.helpers.oracle_host import OracleHost


def asked(host: OracleHost, one: WholeUnit) -> list[Said]:
    """A call for each: two units of the same name can not be in one."""
    others = {"b.service": "[Service]\nExecStart=/bin/true\n"} if "b.service" in one.text else {}
    # A timer, a path and a socket want the service of their name.
    if not one.name.endswith(".service"):
        others["a.service"] = "[Service]\nExecStart=/bin/true\n"
        others["a@.service"] = "[Service]\nExecStart=/bin/true\n"
    return judged(host.name, {one.name: one.text, **others})[one.name]


def complaints(said: list[Said]) -> list[str]:
    """About lines of the unit, and of what keeps it from being loaded or from having its way."""
    words = ("Refusing", "gnoring", "Continuing", "not loading", "resetting RestartSec")
    return [one.text for one in said if any(word in one.text for word in words)]


def test_systemd_complains_about_each_and_only_from_its_version_on(host: OracleHost) -> None:
    wrong = []
    for name, one in REFUSED.items():
        # The verify of 247 aborts on it; _host/verify.py knows.
        if host.systemd == 247 and name == "a bus service without its name":
            continue
        said = complaints(asked(host, one))
        is_known = one.since <= host.systemd <= one.until
        # Before its version a directive may be unknown, which is a complaint of another kind.
        if bool(said) is not is_known and not (host.systemd < one.since and "Unknown" in said[0]):
            wrong.append((name, said))
    assert wrong == []


def test_systemd_has_nothing_against_the_others(host: OracleHost) -> None:
    assert [(name, said) for name, one in GOOD.items() if (said := complaints(asked(host, one)))] == []
