# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a run over services of somebody else."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan_instances import InstancesDecision
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Step, Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.tell import report
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.plan_lines import plan_rows
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.result import InstancesResult
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.run_outcome import RunOutcome

STARTS = (Verb.START, Verb.RESTART)
SPARED_ARE = "left alone, with the process they had"


def result(decision: InstancesDecision, outcome: RunOutcome, *, with_diff: bool) -> InstancesResult:
    """``outcome`` is that of a run that has done nothing when the decision was not carried out."""
    nothing: t.Dict[str, t.Tuple[Step, ...]] = {" ".join(decision.asked.patterns): ()}
    plans = {name: group.steps for name, group in decision.groups.items()} or nothing
    spared = _spared(decision, outcome)
    summary = report.summary(plans, outcome.failures, spared, SPARED_ARE)
    return InstancesResult(
        changed=decision.changes,
        msg="\n".join(line for line in (outcome.error and f"systemd: {outcome.error}", summary) if line),
        failures=outcome.failures,
        daemon_reloaded=bool(decision.reload) and not decision.check_mode,
        diff=report.plan_diff(plans, kind="") if with_diff else None,
        units=list(decision.chosen.units),
        plan=plan_rows([*decision.steps, *decision.reload]),
        verdicts={unit: str(verdict) for unit, verdict in outcome.units.verdicts.items()},
        spared=spared,
        lowest_active={name: end.lowest_active for name, end in outcome.units.ends.items()},
    )


def _spared(decision: InstancesDecision, outcome: RunOutcome) -> t.List[str]:
    """After a reload that failed, nothing was started any more."""
    starts = [step.subject for step in decision.steps if step.verb in STARTS]
    return starts if outcome.units.refused else outcome.units.spared
