# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reasons why a run does not begin, and the warnings, from all findings before the run."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.finding import Finding, Severity
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.judge import MAY_COME_LATER
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import InputProblems, Problem, Problems


@dataclass(frozen=True)
class Refusal:
    """Problems of the ``input``, problems of the ``host``, and things that are ``missing`` on the host.

    A user of the host may have caused the problems of the host. Check mode accepts missing things, because an earlier
    task of the same play may create them.
    """

    input: t.Tuple[Problem, ...] = ()
    host: t.Tuple[Problem, ...] = ()
    missing: t.Tuple[Problem, ...] = ()
    warnings: t.Tuple[str, ...] = ()

    def enforce(self, *, check_mode: bool) -> None:
        """Raises ``InputProblems`` when the input of the operator has problems, and ``Problems`` for problems of the
        host.
        """
        if self.input:
            raise InputProblems([*self.input, *self.host, *self.missing])
        if self.host or (self.missing and not check_mode):
            raise Problems([*self.host, *self.missing])

    @property
    def later(self) -> t.List[str]:
        """Warnings about the missing things."""
        return [f"{problem}; a run would refuse this" for problem in self.missing]


def with_findings(
    refusal: Refusal, findings: t.Iterable[t.Tuple[str, Finding]], own_units: t.Collection[str]
) -> Refusal:
    """The refusal with ``findings`` about units, each with its place in the input.

    ``own_units`` are the paths of the units of the pools. A finding in another file, such as a drop-in of the operator
    or of a package, is a problem of the host. A place has at most one problem about something missing.
    """
    own, foreign, missing = list(refusal.input), list(refusal.host), list(refusal.missing)
    warnings = list(refusal.warnings)
    places = {problem.where for problem in missing}
    for where, finding in findings:
        problem = finding.problem(where)
        if finding.severity is Severity.WARNING:
            warnings.append(str(problem))
        elif finding.id not in MAY_COME_LATER:
            (own if finding.at is None or finding.at.path in own_units else foreign).append(problem)
        elif where not in places:
            missing.append(problem)
    return Refusal(tuple(own), tuple(foreign), tuple(missing), tuple(warnings))
