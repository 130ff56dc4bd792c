# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody needs to know about an instance that did not settle, without logging in."""

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
# Instances of a pool fail alike, so one of each pool tells why; each journal costs a call.
MOST_JOURNALS = 5
# Seconds for which a busy journald may be behind.
LATEST = 5.0

Secrets = t.Callable[[], t.Iterable[str]]


def failures(
    outcome: Outcome, secrets: Secrets, manager: Manager, until: float, memory: t.Mapping[str, str]
) -> t.List[t.Dict[str, t.Any]]:
    """One entry for each instance with a bad verdict: unit, verdict, exit, restarts, journal.

    ``memory`` is the MemoryMax= of pools that have one.

    ``secrets`` finds what nobody may see of what workers wrote, which costs something. ``until`` is when instances
    began to be put back, in seconds since the epoch. Raises nothing: what cannot be read is not told. The outcome
    learns whose start timed out, for all that is told of it.
    """
    failed = outcome.failed
    if not failed:
        return []
    outcome.late = or_else(functools.partial(_late, outcome, manager, until), lambda _error: set())
    verdicts = outcome.verdicts
    # One that went down without our doing was not restarted; it did so during the rollout.
    since = {unit: outcome.started.get(unit, min(outcome.started.values(), default=0.0)) for unit in failed}
    exits = or_else(functools.partial(_exits, manager, since, until), lambda _error: {})
    speakers = list({UnitName.parse(unit).prefix: unit for unit in reversed(failed)}.values())[:MOST_JOURNALS]
    said = or_else(
        functools.partial(_said, manager, {unit: since[unit] for unit in speakers}, until, secrets),
        lambda error: {unit: [f"(the journal was not read: {in_words(error)})"] for unit in speakers},
    )
    return [
        {
            "unit": unit,
            "verdict": str(verdicts[unit]),
            "exit": _with_limit(exits.get(unit, ""), memory.get(UnitName.parse(unit).prefix, "")),
            "restarts": outcome.restarts.get(unit, 0),
            "journal": said.get(unit, []),
        }
        for unit in failed
    ]


def _with_limit(ended: str, memory_max: str) -> str:
    return f"{ended}, MemoryMax={memory_max}" if memory_max and ended.endswith(OOM_KILLER) else ended


def _late(outcome: Outcome, manager: Manager, until: float) -> t.Set[str]:
    coming = {unit: former for unit, former in outcome.coming.items() if unit in outcome.failed}
    since = min((outcome.started[unit] for unit in coming), default=until)
    return starts.timed_out(manager.failures(list(coming), since), coming, until)


def _exits(manager: Manager, since: t.Mapping[str, float], until: float) -> t.Dict[str, str]:
    ends = manager.exits(list(since), min(since.values()), until + LATEST, fresh=True)
    return last_exits(ends, until)


def _said(manager: Manager, since: t.Mapping[str, float], until: float, secrets: Secrets) -> t.Dict[str, t.List[str]]:
    """Without knowing the secrets nothing is said."""
    hidden = list(secrets())
    journals = {unit: manager.journal(unit, begin, until + LATEST) for unit, begin in since.items()}
    return {unit: journal_lines(last_death(one, until), hidden)[-LINES:] for unit, one in journals.items()}
