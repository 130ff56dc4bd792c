# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run tells: the plan, the diff, the verdicts. No value of an environment file is in any of it."""

from __future__ import annotations

import collections
import signal
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import Health
from ansible_collections.workers.systemd.plugins.module_utils._core.characters import visible
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import Step, Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.journal_query import (
    UNIT_SUCCEEDED,
    Entry,
    says,
    taken,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName, folded
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.mask import Mask

# Seconds since the epoch.
FOR_EVER = float("inf")
# What is said of a pool without steps.
NOTHING = "nothing to do"
# An end by a signal such as SIGTERM is one too (systemd.service(5), SuccessExitStatus=).
CLEAN_END = "a clean end, such as exit status 0"
A_JOB = (
    "It ends by itself, without an error. A worker keeps running and waits for the next job. A program that does one "
    "job and ends is for a timer, with Type=oneshot (docs/migrating.md, From cron)."
)
ON_FILES = (Verb.WRITE, Verb.REMOVE)
AFTER_KILL = (
    "The job of a killed worker is lost, or runs again. Give jobs more time with drain_timeout, or make the worker end "
    "on SIGTERM when its job is done (docs/stopping-without-losing-jobs.md). There is no rollback, because it would "
    "stop the workers once more. The next run continues with the rest."
)


def plan_rows(steps: t.Sequence[Step]) -> t.List[t.Dict[str, str]]:
    return [{"verb": step.verb.value, "subject": step.subject, "because": step.because} for step in steps]


def plan_lines(rows: t.Iterable[t.Mapping[str, str]]) -> t.List[str]:
    """Steps as ``plan_rows`` has them, for people: ``restart mail@1..4 (started with another unit)``.

    What is done for one reason is one line.
    """
    alike: t.Dict[t.Tuple[str, str], t.List[str]] = {}
    for row in rows:
        alike.setdefault((row["verb"], row["because"]), []).append(row["subject"])
    return [f"{verb} {', '.join(folded(subjects))} ({because})" for (verb, because), subjects in alike.items()]


def last_death(entries: t.Sequence[Entry], until: float = FOR_EVER) -> t.List[Entry]:
    """Of journal entries about a unit, those of its last run that ended, up to the end of its main process.

    That is the last one that ended before ``until``, in seconds since the epoch, when the instance began to be put
    back; or the first one after it, for journald may be late. When no process ended, all entries. Without what systemd
    says about its jobs. journald learns which run a line is of when it comes to read it: a busy one takes the last
    words of a worker for those of the run after it. So when the run seems to have said nothing, all that the worker
    has said counts.
    """
    entries = [entry for entry in entries if "JOB_TYPE" not in entry]
    ends = [index for index, entry in enumerate(entries) if "EXIT_CODE" in entry]
    if not ends:
        return entries
    before = [index for index in ends if taken(entries[index]) <= until]
    end = before[-1] if before else ends[0]
    run = entries[end].get("INVOCATION_ID", "")
    of_run = [one for one in entries if run in (one.get("INVOCATION_ID"), one.get("_SYSTEMD_INVOCATION_ID"))]
    by_systemd = [one for one in entries[: end + 1] if "UNIT" in one and one in of_run]
    by_itself = [one for one in of_run if "UNIT" not in one] or [one for one in entries if "UNIT" not in one]
    return [one for one in entries if one in by_systemd or one in by_itself]


def last_exits(entries: t.Sequence[Entry], until: float = FOR_EVER) -> t.Dict[str, str]:
    """How the main process of each unit ended last, by unit, from journal entries in order; ``until`` as above.

    Of one that ended well systemd says that its unit did; so it says of one that was stopped, which is not told.
    """
    told = {entry.get("INVOCATION_ID") for entry in entries if not says(entry, UNIT_SUCCEEDED)}
    found: t.Dict[str, str] = {}
    for entry in entries:
        unit = entry.get("UNIT", "")
        if unit and (unit not in found or taken(entry) <= until):
            if "EXIT_CODE" in entry:
                found[unit] = how_it_ended(entry["EXIT_CODE"], entry.get("EXIT_STATUS", ""))
            elif entry.get("INVOCATION_ID") not in told:
                found[unit] = CLEAN_END
    return found


def how_it_ended(code: str, status: str) -> str:
    """``exited``, ``killed`` or ``dumped``, and a number, as people say it."""
    if code == "exited":
        return f"exit status {status}"
    try:
        name = f" ({signal.Signals(int(status)).name})"
    except ValueError:
        name = ""
    return f"signal {status}{name}{', core dumped' if code == 'dumped' else ''}"


def journal_lines(entries: t.Sequence[Entry], secrets: t.Iterable[str]) -> t.List[str]:
    """Lines of messages in order. A worker writes what it likes: none can steer a terminal or pass for ours."""
    mask = Mask(secrets)
    return [visible(line) for entry in entries for line in mask.lines(entry.get("MESSAGE", ""))]


def plan_diff(plans: t.Mapping[str, t.Sequence[Step]], kind: str = "pool ") -> t.List[t.Dict[str, str]]:
    """What happens to units, for people who look at ``--diff``; of files they see the files."""
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
) -> str:
    """The result in words: what failed and why, else one line a pool."""
    if not failures:
        return "\n".join(f"{name}: {_counted(steps)}" for name, steps in plans.items()) or "no pools"
    lines = _counted_failures(failures)
    for failure in failures:
        ended = ", ".join(text for text in (failure["exit"], f"NRestarts {failure['restarts']}") if text)
        lines.append(f"- {failure['unit']}: {failure['verdict']} ({ended})")
        lines.extend(f"    {line}" for line in failure["journal"])
    if any(_is_kill(failure) for failure in failures):
        lines.append(AFTER_KILL)
    if any(failure["exit"] == CLEAN_END for failure in failures):
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
    """``write 4 files, enable 1 target and 4 instances, start 4 instances``; a target by itself is no news."""
    counts: t.Dict[Verb, t.Counter[str]] = {verb: collections.Counter() for verb in Verb}
    for step in steps:
        counts[step.verb][_kind(step)] += 1
    told = [f"{verb.value} {_named(kinds)}" for verb, kinds in counts.items() if kinds]
    return ", ".join(told) or NOTHING


def _kind(step: Step) -> str:
    if step.verb in ON_FILES:
        return "file"
    unit = UnitName.parse(step.subject)
    return "instance" if unit.instance else unit.kind


def _named(kinds: t.Mapping[str, int]) -> str:
    return " and ".join(f"{count} {kind}{'' if count == 1 else 's'}" for kind, count in sorted(kinds.items()))
