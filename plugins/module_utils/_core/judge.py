# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all judges together say about one unit."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core import verify_text
from ansible_collections.workers.systemd.plugins.module_utils._core.directives import Catalogue, unknown_in
from ansible_collections.workers.systemd.plugins.module_utils._core.finding import Finding, Severity
from ansible_collections.workers.systemd.plugins.module_utils._core.unit import Unit


def judged(
    unit: Unit,
    catalogue: Catalogue,
    systemd: int,
    verified: t.Iterable[Finding] = (),
    off: t.Collection[str] = (),
) -> t.List[Finding]:
    """All findings about a unit by file and line, each once, without those whose id is switched off.

    ``verified`` is what the target's own systemd said. It is left out where one of our judges says why.
    """
    own = list(_unknown(unit, catalogue, systemd))
    explained = {_place(one) for one in own if one.at}
    systemds = [one for one in verified if one.id != verify_text.ID or _place(one) not in explained]
    order = [path for path, _ in unit.files]
    kept = [one for one in dict.fromkeys([*own, *systemds]) if one.id not in off]
    return sorted(kept, key=lambda one: (order.index(one.at.path), one.at.line) if one.at else (-1, 0))


def _unknown(unit: Unit, catalogue: Catalogue, systemd: int) -> t.Iterator[Finding]:
    told = set()
    for at in unit.assignments():
        for one in unknown_in({at.section: [at.key]}, unit.name.kind, catalogue, systemd, ""):
            if one.where not in told:
                place = replace(at, key="", value="") if one.where == f".{at.section}" else at
                yield Finding("unknown-directive", Severity.ERROR, place, one.found, one.expected, one.hint)
            told.add(one.where)


def _place(finding: Finding) -> t.Tuple[str, int]:
    return (finding.at.path, finding.at.line) if finding.at else ("", 0)
