# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody needs to know about an instance that did not settle, without logging in."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.report import journal_lines, last_death, last_exits
from ansible_collections.workers.systemd.plugins.module_utils._core.units import UnitName
from ansible_collections.workers.systemd.plugins.module_utils._host.apply import Outcome
from ansible_collections.workers.systemd.plugins.module_utils._host.manager import Manager

LINES = 10
# Instances of a pool fail alike, so one of each pool tells why; each journal costs a call.
MOST_JOURNALS = 5


def failures(
    outcome: Outcome, secrets: t.Callable[[], t.Iterable[str]], manager: Manager
) -> t.List[t.Dict[str, t.Any]]:
    """One entry for each instance with a bad verdict: unit, verdict, exit, restarts, journal.

    ``secrets`` finds what nobody may see of what workers wrote, which costs something.
    """
    failed, verdicts = outcome.failed, outcome.verdicts
    if not failed:
        return []
    hidden = list(secrets())
    # One that went down without our doing was not restarted; it did so during the rollout.
    since = {unit: outcome.started.get(unit, min(outcome.started.values(), default=0.0)) for unit in failed}
    exits = last_exits(manager.exits(failed, min(since.values()), fresh=True))
    speakers = list({UnitName.parse(unit).prefix: unit for unit in reversed(failed)}.values())[:MOST_JOURNALS]
    found = []
    for unit, restarts in manager.restarts(failed).items():
        entries = manager.journal(unit, since[unit]) if unit in speakers else []
        found.append(
            {
                "unit": unit,
                "verdict": str(verdicts[unit]),
                "exit": exits.get(unit, ""),
                "restarts": restarts,
                "journal": journal_lines(last_death(entries), hidden)[-LINES:],
            }
        )
    return found
