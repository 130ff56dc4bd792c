# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Texts of units with one thing wrong, and of the same units without it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps import table as traps
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.host_facts import HostFacts
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit

SYSTEMD = 257
# sentence: id of the trap, text of the unit
Rows = t.Dict[str, t.Tuple[str, str]]
CELERY = "/srv/app/bin/celery -A app worker"
GOOD = {
    "Unit": ["Wants=network-online.target", "After=network-online.target", "StartLimitIntervalSec=0"],
    "Service": ["Type=exec", "Restart=always", "RestartSec=5s", "KillMode=mixed"],
    "Install": ["WantedBy=multi-user.target"],
}


def worker(
    *service: str,
    start: str = "/srv/app/worker",
    unit: t.Sequence[str] = (),
    install: t.Sequence[str] = (),
    without: t.Collection[str] = (),
) -> str:
    """A unit that regrets nothing, with these lines behind its own, and without those of some directives."""
    more = {"Unit": unit, "Service": [f"ExecStart={start}", *service], "Install": install}
    lines = []
    for section, own in GOOD.items():
        kept = [line for line in own if line.partition("=")[0] not in without]
        lines.extend([f"[{section}]", *kept, *more[section]])
    return "\n".join(lines) + "\n"


def caught(text: str, host: HostFacts | None = None, systemd: int = SYSTEMD, name: str = "mail.service") -> set[str]:
    """Ids of the traps in a unit."""
    return {finding.id for finding in traps.findings(Unit.of(name, text), host, systemd)}


def both_ways(result: Rows, not_told: Rows) -> tuple[t.Callable[..., None], t.Callable[..., None]]:
    """Two tests of the tables of a file: what is told, and nothing else, and what is not."""

    @pytest.mark.parametrize(("trap", "text"), result.values(), ids=result.keys())
    def test_is_told(trap: str, text: str) -> None:
        assert caught(text) == {trap}

    @pytest.mark.parametrize(("trap", "text"), not_told.values(), ids=not_told.keys())
    def test_is_not_told(trap: str, text: str) -> None:
        assert trap not in caught(text)

    return test_is_told, test_is_not_told
