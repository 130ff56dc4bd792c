# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a run over the pools of one manager: its message and its rows."""

from __future__ import annotations

import typing as t
from dataclasses import asdict

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.decision import PoolsDecision
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.tell import diff, report
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.result import PoolsResult, Row
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.run_outcome import RunOutcome
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import contents


def result(decision: PoolsDecision, outcome: RunOutcome, *, with_diff: bool) -> PoolsResult:
    """The result. Without a run, as in check mode, ``outcome`` is that of a run that has done nothing."""
    left = decision.versions.left
    return PoolsResult(
        changed=decision.changes,
        msg="\n".join(lines(decision, outcome)),
        failures=outcome.failures,
        daemon_reloaded=bool(decision.reload) and not decision.check_mode,
        diff=diffs(decision) if with_diff else None,
        pools={name: row(decision, outcome, name) for name in decision.steps},
        host_plan=report.plan_rows([*decision.shared.steps, *decision.reload]),
        resumed=str(left) if left else None,
    )


def row(decision: PoolsDecision, outcome: RunOutcome, name: str) -> Row:
    """The part of the result that describes one pool."""
    found: t.Dict[str, t.Any] = {"plan": report.plan_rows(decision.steps[name])}
    if name in decision.wanted:
        found["generation"] = decision.wanted[name].generation
        found["left_out"] = list(decision.wanted[name].pool.left_out)
    if name in decision.exposures:
        found["exposure"] = asdict(decision.exposures[name])
    verdicts, end = outcome.units.verdicts_of(name), outcome.units.ends.get(name)
    if end:
        found.update(spared=list(end.spared), lowest_active=end.lowest_active)
    if verdicts or end:
        found["verdicts"] = {unit: str(verdict) for unit, verdict in verdicts.items()}
    return found if decision.check_mode else {**found, **_versions(decision, outcome, name)}


def _versions(decision: PoolsDecision, outcome: RunOutcome, name: str) -> t.Dict[str, t.Any]:
    found: t.Dict[str, t.Any] = {}
    change = decision.versions.changes.get(name)
    if change:
        found["number"] = change.new.number
    if change and outcome.reverted and name in outcome.reverted.changes:
        found["rolled_back_to"] = {"number": change.back.number, "id": change.back.id} if change.back else None
        verdicts = outcome.reverted.outcome.verdicts_of(name)
        found["revert"] = {unit: str(verdict) for unit, verdict in verdicts.items()}
    return found


def lines(decision: PoolsDecision, outcome: RunOutcome) -> t.List[str]:
    """The lines of the message: work that a killed run left, errors, changes, and the end of each bad version."""
    left = decision.versions.left
    found = [str(left) if left else "", f"systemd: {outcome.error}" if outcome.error else ""]
    if outcome.failures or not outcome.error:
        found.append(report.summary(decision.steps, outcome.failures, outcome.units.spared))
    if not outcome.failed:
        exposures = decision.exposures.items()
        found += [f"{name}: exposure {one}" for name, one in exposures if one.score != one.before]
    return [line for line in [*found, *outcome.undo_lines(decision.confirm)] if line]


def diffs(decision: PoolsDecision) -> t.List[t.Dict[str, str]]:
    """The changes of files and then those of units. For a private file, the diff shows only the names in it."""
    observed = [decision.shared.observed.files, *(pool.files for pool in decision.observed.values())]
    before = {path: file.text for files in observed for path, file in files.items()}
    wanted_files = [decision.shared.files, *(one.files for one in decision.wanted.values())]
    after = {file.path: file.text for files in wanted_files for file in files}
    entries = []
    for step in (step for steps in (decision.shared.steps, *decision.steps.values()) for step in steps):
        if step.verb in (Verb.WRITE, Verb.REMOVE):
            text = after[step.subject] if step.verb is Verb.WRITE else None
            entries.append(_diff(decision, step.subject, before.get(step.subject), text))
    return [*entries, *report.plan_diff(decision.steps)]


def _diff(decision: PoolsDecision, path: str, before: t.Optional[str], after: t.Optional[str]) -> t.Dict[str, str]:
    """The diff of one file. The diff of a template always shows its text.

    Other units have no directive of the operator, so their diff shows the text only when it changes.
    """
    if decision.places.is_config(path):
        names_before, names_after = ({} if text is None else contents(path, text) for text in (before, after))
        return diff.private_diff(path, names_before, names_after)
    templates = {decision.places.unit(unit_name.template(name)) for name in decision.wanted}
    if path in templates and after is not None:
        return diff.file_diff(path, before, after)
    return diff.own_diff(path, before, after)
