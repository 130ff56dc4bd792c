# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Describes an instance that did not settle, so that the operator does not have to log in."""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.act import starts
from ansible_collections.workers.systemd.plugins.module_utils._core.act.work import Outcome
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.exits import (
    OOM_KILLER,
    last_death,
    last_exits,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.report import journal_lines
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager
from ansible_collections.workers.systemd.plugins.module_utils._host.telling import in_words, or_else

LINES = 10
# Instances of a pool fail in the same way, so the journal of one instance is enough. Each journal needs a call.
MOST_JOURNALS = 5
# A busy journald may be late by so many seconds.
LATEST = 5.0

Secrets = t.Callable[[], t.Iterable[str]]
Memory = t.Callable[[], t.Mapping[str, str]]


def failures(
    outcome: Outcome, secrets: Secrets, manager: Manager, until: float, memory: Memory
) -> t.List[t.Dict[str, t.Any]]:
    """Returns one entry for each instance with a bad verdict: unit, verdict, exit, restarts, journal.

    ``memory`` reads the MemoryMax= of each pool that has one, and of each instance that has its own.

    ``secrets`` finds the secrets to remove from the output of workers, and takes some time. ``until`` is the time when
    the run began to put instances back, in seconds since the epoch. This function raises nothing: a fact that cannot be
    read is left out. It also adds to the outcome the instances whose start timed out, because all messages need them.
    """
    failed = outcome.failed
    if not failed:
        return []
    outcome.late = or_else(functools.partial(_late, outcome, failed, manager, until), lambda _error: set())
    verdicts = outcome.verdicts
    # The run did not start an instance that went down by itself. Such an instance went down during the rollout.
    since = {unit: outcome.started.get(unit, min(outcome.started.values(), default=0.0)) for unit in failed}
    exits = or_else(functools.partial(_exits, manager, since, until), lambda _error: {})
    speakers = list({UnitName.parse(unit).prefix: unit for unit in reversed(failed)}.values())[:MOST_JOURNALS]
    said = or_else(
        functools.partial(_said, manager, {unit: since[unit] for unit in speakers}, until, secrets),
        lambda error: {unit: [f"(the journal was not read: {in_words(error)})"] for unit in speakers},
    )
    limits = or_else(memory, lambda _error: {})
    return [
        {
            "unit": unit,
            "verdict": str(verdicts[unit]),
            "exit": _with_limit(exits.get(unit, ""), limits.get(unit) or limits.get(UnitName.parse(unit).prefix, "")),
            "restarts": outcome.restarts.get(unit, 0),
            "journal": said.get(unit, []),
        }
        for unit in failed
    ]


def _with_limit(ended: str, memory_max: str) -> str:
    return f"{ended}, MemoryMax={memory_max}" if memory_max and ended.endswith(OOM_KILLER) else ended


def _late(outcome: Outcome, failed: t.Container[str], manager: Manager, until: float) -> t.Set[str]:
    coming = {unit: former for unit, former in outcome.coming.items() if unit in failed}
    since = min((outcome.started[unit] for unit in coming), default=until)
    return starts.timed_out(manager.failures(list(coming), since), coming, until)


def _exits(manager: Manager, since: t.Mapping[str, float], until: float) -> t.Dict[str, str]:
    ends = manager.exits(list(since), min(since.values()), until + LATEST, fresh=True)
    return last_exits(ends, until)


def _said(manager: Manager, since: t.Mapping[str, float], until: float, secrets: Secrets) -> t.Dict[str, t.List[str]]:
    """Returns the journal lines of the units. When the secrets cannot be read, it raises and returns no lines."""
    hidden = list(secrets())
    journals = {unit: manager.journal(unit, begin, until + LATEST) for unit, begin in since.items()}
    return {unit: journal_lines(last_death(one, until), hidden)[-LINES:] for unit, one in journals.items()}
