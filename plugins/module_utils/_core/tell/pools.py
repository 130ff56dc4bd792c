# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a run over the pools of one manager: its message and its rows."""

from __future__ import annotations

import typing as t
from dataclasses import asdict, replace

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.decision import PoolsDecision, SharedPlan
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Step, Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.value import SECRET
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import File
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.tell import diff, pauses, report, timers
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.mask import MASK
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.plan_lines import plan_rows
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.result import PoolsResult, Row
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.standing import standing
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool
from ansible_collections.workers.systemd.plugins.module_utils._core.undo.run_outcome import RunOutcome
from ansible_collections.workers.systemd.plugins.module_utils._core.write.file_markers import instance_of
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import (
    WantedFile,
    contents,
    pause_files,
)


def result(decision: PoolsDecision, outcome: RunOutcome, *, with_diff: bool) -> PoolsResult:
    """The result. Without a run, as in check mode, ``outcome`` is that of a run that has done nothing."""
    left = decision.versions.left
    return PoolsResult(
        changed=decision.changes,
        msg="\n".join(lines(decision, outcome)),
        failures=outcome.failures,
        daemon_reloaded=any(step.verb is Verb.RELOAD for step in _of_host(decision)) and not decision.check_mode,
        diff=diffs(decision) if with_diff else None,
        pools={name: row(decision, outcome, name) for name in decision.steps},
        host_plan=plan_rows(_of_host(decision)),
        resumed=str(left) if left else None,
    )


def row(decision: PoolsDecision, outcome: RunOutcome, name: str) -> Row:
    """The part of the result that describes one pool."""
    found: t.Dict[str, t.Any] = {"plan": plan_rows(decision.steps[name])}
    if name in decision.wanted:
        found["generation"] = decision.wanted[name].generation
        found["left_out"] = list(decision.wanted[name].pool.left_out)
        if decision.wanted[name].pool.scaling:
            found["instances"] = _of_range(decision.wanted[name].pool)
        paused = decision.paused(name)
        found["paused"] = {unit: pause.row for unit, pause in paused.items()}
        if name in decision.times and not paused:
            found["next_runs"] = list(decision.times[name])
    if name in decision.exposures:
        found["exposure"] = asdict(decision.exposures[name])
    verdicts, end = outcome.units.verdicts_of(name), outcome.units.ends.get(name)
    if end:
        found.update(spared=list(end.spared), lowest_active=end.lowest_active)
    if verdicts or end:
        found["verdicts"] = {unit: str(verdict) for unit, verdict in verdicts.items()}
    return found if decision.check_mode else {**found, **_versions(decision, outcome, name)}


def _of_range(pool: Pool) -> str:
    """``7 of 2 to 12``: how many instances the run keeps."""
    return f"{len(pool.instances)} of {pool.scaling.range}" if pool.scaling else str(len(pool.instances))


def _versions(decision: PoolsDecision, outcome: RunOutcome, name: str) -> t.Dict[str, t.Any]:
    found: t.Dict[str, t.Any] = {}
    if name not in decision.wanted:
        found["removed"] = not (outcome.unremoved or name in outcome.kept)
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
        stand = {name: standing(outcome.states[name], decision.paused(name)) for name in outcome.states}
        found.append(report.summary(decision.steps, outcome.failures, outcome.units.spared, standing=stand))
    held = [(name, cause) for name, cause in outcome.units.held.items() if outcome.units.ends[name].spared]
    found += [f"{name}: is not rolled out, because {cause} did not settle" for name, cause in held]
    found += [*pauses.paused_lines(decision), *timers.timer_lines(decision)]
    ranges = [one.pool for one in decision.wanted.values() if one.pool.scaling]
    found += [f"{pool.name}: {_of_range(pool)} instances" for pool in ranges]
    if not outcome.failed:
        exposures = decision.exposures.items()
        found += [f"{name}: exposure {one}" for name, one in exposures if one.score != one.before]
    return [line for line in [*found, *outcome.undo_lines(decision.confirm)] if line]


def diffs(decision: PoolsDecision) -> t.List[t.Dict[str, str]]:
    """The changes of files and then those of units. For a private file, the diff shows only the names in it."""
    templates = frozenset(decision.places.unit(one.pool.main_units.service) for one in decision.wanted.values())
    entries = []
    for steps, files, there in (_of_shared(decision.shared), _of_pools(decision), _of_shared(decision.removal.shared)):
        before = {path: file.text for path, file in there.items()}
        after = {file.path: file.text for file in files}
        for step in (step for step in steps if step.verb in (Verb.WRITE, Verb.REMOVE)):
            text = after[step.subject] if step.verb is Verb.WRITE else None
            entries.append(_diff(decision.places, templates, step.subject, before.get(step.subject), text))
    of_timers = timers.timer_lines(decision) if decision.changes else []
    lines = [f"{line}\n" for line in (*pauses.paused_lines(decision), *of_timers)]
    plans = {f"{decision.kind(name)} {name}": steps for name, steps in decision.steps.items()}
    return [*entries, *report.plan_diff(plans, kind=""), *([{"prepared": "".join(lines)}] if lines else [])]


# Steps, the files that they write, and the files that were there before.
_Changes = t.Tuple[t.Sequence[Step], t.Sequence[WantedFile], t.Mapping[str, t.Union[File, WantedFile]]]


def _of_shared(plan: SharedPlan) -> _Changes:
    return plan.steps, plan.files, plan.observed.files


def _of_pools(decision: PoolsDecision) -> _Changes:
    steps = [step for of_pool in decision.steps.values() for step in of_pool]
    files = [
        _without_values(file) if one.pool.foreign else file for one in decision.wanted.values() for file in one.files
    ]
    files += [file for pauses in decision.pauses.values() for file in pause_files(pauses)]
    there: t.Dict[str, t.Union[File, WantedFile]] = {}
    for pool in decision.observed.values():
        there.update(pool.files)
        old = (pool.old or {}).items()
        there.update((path, _without_values(file)) for path, file in old if path in pool.files)
        there.update((file.path, file) for file in pause_files(pool.pauses))
    return steps, files, there


def _of_host(decision: PoolsDecision) -> t.List[Step]:
    """The steps that serve all pools, before the removals and with them."""
    removal = decision.removal
    return [*decision.shared.steps, *decision.reload, *removal.shared.steps, *removal.reload]


_File = t.TypeVar("_File", File, WantedFile)


def _without_values(file: _File) -> _File:
    """A unit of somebody else without values of variables and without comments: there may be secrets in them."""
    shown = []
    for section, directives in UnitText.parse(file.text).sections().items():
        shown.append(f"[{section}]")
        for key, values in directives.items():
            shown += [f"{key}={MASK if key in SECRET and value else value}" for value in values]
    return replace(file, text="".join(f"{line}\n" for line in shown))


def _diff(
    places: Places, templates: t.Container[str], path: str, before: t.Optional[str], after: t.Optional[str]
) -> t.Dict[str, str]:
    """The diff of one file. The diff of a template, or of the drop-in of an instance, always shows its text.

    Other units have no directive of the operator, so their diff shows the text only when it changes.
    """
    if places.is_config(path):
        names_before, names_after = ({} if text is None else contents(path, text) for text in (before, after))
        return diff.private_diff(path, names_before, names_after)
    if (path in templates or instance_of(path)) and after is not None:
        return diff.file_diff(path, before, after)
    return diff.own_diff(path, before, after)
