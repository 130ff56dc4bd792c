# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The findings of all judges about one unit."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.judge import directives, verify_text, whole_unit
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.finding import Finding, Severity
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps import table as traps
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.host_facts import HostFacts
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.catalogue import Catalogue
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit

# Findings about things that the unit names and that may come to the host later than the unit. ``not-executable`` is the
# finding of systemd itself about a program that is not there.
MAY_COME_LATER = frozenset(
    {
        "user-is-not-there",
        "program-is-not-there",
        "program-is-not-executable",
        verify_text.NOT_EXECUTABLE,
        "directory-is-not-there",
        "directory-is-closed-to-user",
        "environment-file-is-not-there",
        "writable-path-is-not-there",
    }
)


# Large: each parameter is needed by one of the judges.
def judged(
    unit: Unit,
    catalogue: Catalogue,
    systemd: int,
    verified: t.Iterable[Finding] = (),
    off: t.Collection[str] = (),
    host: t.Optional[HostFacts] = None,
    instances: t.Optional[t.Sequence[str]] = None,
) -> t.List[Finding]:
    """All findings about a unit in the order of files and lines. Each finding appears once, unless its id is off.

    ``instances`` are the instances of a template, see ``directives.findings``. ``verified`` are the findings of the
    target's own systemd. Such a finding is left out when another judge explains the same place. A trap in a line that
    systemd ignores is left out: the line has no effect.
    """
    listed = list(directives.findings(unit, catalogue, systemd, instances))
    ignored = _places(one for one in listed if one.severity is Severity.ERROR)
    whole = list(whole_unit.findings(unit, systemd, ignored))
    useless = ignored | _places(whole)
    caught = [one for one in traps.findings(unit, host, systemd, off) if _place(one) not in useless]
    explained = _places(listed) | _places(one for one in caught if one.id in MAY_COME_LATER)
    # A message of systemd about the whole unit may have its place at any of the lines that it names.
    said = [one for one in verified if _place(one) not in explained and not (whole and verify_text.is_of_whole(one))]
    # A finding may be about a file that is no file of the unit, such as an environment file.
    order = {path: number for number, (path, _text) in enumerate(unit.files)}
    kept = [one for one in dict.fromkeys([*listed, *whole, *caught, *said]) if one.id not in off]
    return sorted(kept, key=lambda one: (order.get(one.at.path, len(order)), one.at.line) if one.at else (-1, 0))


def _places(findings: t.Iterable[Finding]) -> t.Set[t.Tuple[str, int]]:
    return {_place(one) for one in findings if one.at}


def _place(finding: Finding) -> t.Tuple[str, int]:
    return (finding.at.path, finding.at.line) if finding.at else ("", 0)
