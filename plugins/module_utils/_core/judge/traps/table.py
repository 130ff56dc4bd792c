# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configurations that systemd accepts and that users regret: the table of all of them, and the walk through it."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core import marks
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.finding import Finding
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps import (
    exec_lines,
    install,
    leaks,
    live,
    on_host,
    restart,
    sandbox,
    service_type,
    stop,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.host_facts import HostFacts, LiveProcess
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.seen import Seen
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.trap import Trap
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, did_you_mean
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit


def _traps_in(*files: object) -> t.Tuple[Trap, ...]:
    """Every trap of these files, in their order."""
    return tuple(one for file in files for one in vars(file).values() if isinstance(one, Trap))


# What the text of a unit shows, what the host shows, what the running process shows.
OF_TEXT = _traps_in(stop, restart, exec_lines, service_type, leaks, sandbox, install)
OF_HOST = _traps_in(on_host)
OF_PROCESS = _traps_in(live)
TRAPS: t.Mapping[str, Trap] = {one.id: one for one in (*OF_TEXT, *OF_HOST, *OF_PROCESS)}


def findings(unit: Unit, host: t.Optional[HostFacts], systemd: int, off: t.Collection[str] = ()) -> t.Iterator[Finding]:
    """What is to regret about a unit, before it runs. ``systemd`` is the version; ``off`` are ids of traps."""
    if unit.value(marks.OWNER_SECTION, marks.SHARED):
        # The units of this collection that serve all pools are not workers.
        return iter(())
    seen = Seen.of(unit, systemd, host or HostFacts(), LiveProcess())
    return _walk((*OF_TEXT, *OF_HOST), seen, off)


def environment_file_findings(
    unit: Unit, host: HostFacts, systemd: int, off: t.Collection[str] = ()
) -> t.Iterator[Finding]:
    """The same about its environment files alone."""
    about = (one for one in OF_HOST if one.id.startswith("environment-file-"))
    return _walk(about, Seen.of(unit, systemd, host, LiveProcess()), off)


def live_findings(unit: Unit, process: LiveProcess, systemd: int, off: t.Collection[str] = ()) -> t.Iterator[Finding]:
    """What the running main process of a unit adds to that."""
    return _walk(OF_PROCESS, Seen.of(unit, systemd, HostFacts(), process), off)


def unknown_ids(off: t.Iterable[str], where: str = "traps_off") -> t.List[Problem]:
    """Ids to switch off that no trap has."""
    return [
        Problem(
            f"{where}[{index}]", repr(one), "the id of a trap", did_you_mean(one, TRAPS) or "docs/traps.md has all."
        )
        for index, one in enumerate(off)
        if one not in TRAPS
    ]


def _walk(traps: t.Iterable[Trap], seen: Seen, off: t.Collection[str]) -> t.Iterator[Finding]:
    for one in traps:
        if one.id not in off:
            yield from one.findings(seen)
