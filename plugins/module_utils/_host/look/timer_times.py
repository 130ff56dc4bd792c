# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the timers of a run come next, as the systemd of the host says."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.next_times import COUNT, NextTime, parse
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.show_text import iso
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import moment
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd import commands
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager

LONGEST = 10
SPAN = ("ExecMainStartTimestamp", "ExecMainExitTimestamp")


def took(manager: Manager, services: t.Mapping[str, str]) -> t.Dict[str, float]:
    """The seconds of the last run of each service that systemd knows, by the name of its timer."""
    shown = manager.show(list(services.values()), SPAN)
    spans = {name: [iso(shown[unit][key]) for key in SPAN] for name, unit in services.items()}
    return {name: moment.seconds(end) - moment.seconds(begin) for name, (begin, end) in spans.items() if begin and end}


def of_events(manager: Manager, events: t.Iterable[str]) -> t.Dict[str, t.List[NextTime]]:
    """The next times of each event, with one call. Nothing is known of an event that systemd does not take.

    The tools of this collection run in UTC. An event without a zone is in the zone of the host.
    """
    asked = list(dict.fromkeys(events))
    if not asked:
        return {}
    argv = ["env", "--unset=TZ", "systemd-analyze", "calendar", f"--iterations={COUNT}", "--", *asked]
    status, said, _errors = manager.run(commands.within(LONGEST, argv))
    return dict(zip(asked, parse(said))) if not status else {}
