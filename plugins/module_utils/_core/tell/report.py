# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts of a result: the plan, the diff and the verdicts. They contain no value of an environment file."""

from __future__ import annotations

import collections
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.act.health import Health
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import TIMED_OUT
from ansible_collections.workers.systemd.plugins.module_utils._core.characters import counted, visible
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Step, Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.journal_query import Entry
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.exits import A_JOB, CLEAN_END
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.mask import Mask
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.plan_lines import (
    NOTHING,
    ON_FILES,
    plan_lines,
    plan_rows,
)

AFTER_KILL = (
    "The job of a killed worker is lost, or runs again. Give jobs more time with drain_timeout, or make the worker end "
    "on SIGTERM when its job is done (docs/stopping-without-losing-jobs.md). There is no rollback, because it would "
    "stop the workers once more. The next run continues with the rest."
)
NOT_READY = (
    "With Type=notify or watchdog, a start lasts until the worker sends READY=1 (sd_notify(3)). A worker that never "
    "sends it needs neither of them. Otherwise give it more time with rollout.healthy_deadline."
)


def journal_lines(entries: t.Sequence[Entry], secrets: t.Iterable[str]) -> t.List[str]:
    """The lines of the messages in order, with secrets masked.

    A worker can write any text. ``visible`` ensures that the text cannot control a terminal or look like a line of this
    collection.
    """
    mask = Mask(secrets)
    return [visible(line) for entry in entries for line in mask.lines(entry.get("MESSAGE", ""))]


def plan_diff(plans: t.Mapping[str, t.Sequence[Step]], kind: str = "pool ") -> t.List[t.Dict[str, str]]:
    """The changes of units, for people who use ``--diff``. Changes of files have their own diff."""
    diffs = []
    for name, steps in plans.items():
        lines = plan_lines(plan_rows([step for step in steps if step.verb not in ON_FILES]))
        if lines:
            diffs.append({"prepared": "".join(f"{line}\n" for line in (f"{kind}{name}", *lines))})
    return diffs


def summary(
    plans: t.Mapping[str, t.Sequence[Step]],
    failures: t.Sequence[t.Mapping[str, t.Any]],
    spared: t.Sequence[str],
    spared_are: str = "not restarted, still on the previous version",
    standing: t.Optional[t.Mapping[str, str]] = None,
) -> str:
    """The result in words: the failures and their reasons, or one line for each pool when none failed.

    ``standing`` has the words of standing.py about pools that have changed.
    """
    if not failures:
        ends = {name: f"; {words}" for name, words in (standing or {}).items()}
        return (
            "\n".join(f"{name}: {_counted(steps)}{ends.get(name, '')}" for name, steps in plans.items()) or "no pools"
        )
    lines = _counted_failures(failures)
    for failure in failures:
        ended = ", ".join(text for text in (failure["exit"], f"NRestarts {failure['restarts']}") if text)
        lines.append(f"- {failure['unit']}: {failure['verdict']} ({ended})")
        lines.extend(f"    {line}" for line in failure["journal"])
    if any(_is_kill(failure) for failure in failures):
        lines.append(AFTER_KILL)
    late = [failure for failure in failures if TIMED_OUT in failure["verdict"]]
    if late:
        lines.append(NOT_READY)
    # systemd has ended the others.
    if any(failure["exit"] == CLEAN_END for failure in failures if failure not in late):
        lines.append(A_JOB)
    if spared:
        lines.append(f"{spared_are}: {', '.join(spared)}")
    return "\n".join(lines)


def _counted_failures(failures: t.Sequence[t.Mapping[str, t.Any]]) -> t.List[str]:
    killed = sum(map(_is_kill, failures))
    counted = {"of the started instances did not settle": len(failures) - killed, "killed at their stop": killed}
    return [f"{', '.join(f'{count} {what}' for what, count in counted.items() if count)}:"]


def _is_kill(failure: t.Mapping[str, t.Any]) -> bool:
    return str(failure["verdict"]).startswith(Health.KILLED.value)


def _counted(steps: t.Sequence[Step]) -> str:
    """Such as ``write 4 files, enable 1 target and 4 instances, start 4 instances``."""
    counts: t.Dict[Verb, t.Counter[str]] = {verb: collections.Counter() for verb in Verb}
    for step in steps:
        counts[step.verb][_kind(step)] += 1
    counted = [f"{verb.value} {_named(kinds)}" for verb, kinds in counts.items() if kinds]
    return ", ".join(counted) or NOTHING


def _kind(step: Step) -> str:
    if step.verb in ON_FILES:
        return "file"
    unit = UnitName.parse(step.subject)
    return "instance" if unit.instance else unit.kind


def _named(kinds: t.Mapping[str, int]) -> str:
    return " and ".join(counted(count, kind) for kind, count in sorted(kinds.items()))
