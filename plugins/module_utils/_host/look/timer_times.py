# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When timers come next, and which times have passed, as the systemd of the host says."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.next_times import (
    COUNT,
    MOST,
    NextTime,
    parse,
    passed,
)
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
    return dict(zip(asked, _times(manager, [f"--iterations={COUNT}"], asked))) if asked else {}


def missed(manager: Manager, timers: t.Mapping[str, t.Tuple[t.Sequence[str], float]]) -> t.Dict[str, int]:
    """How many times of its events have passed without a run, at most MOST, by timer unit. Each timer comes with its
    events, and with the time from which they count, in seconds since the epoch: its last change, or a later run.
    """
    found: t.Dict[str, int] = {}
    for unit, (last, late) in manager.triggers(list(timers)).items():
        events, since = timers[unit]
        times = _times(manager, [f"--iterations={MOST}", f"--base-time=@{max(since, last):.0f}"], events)
        until = time.gmtime(time.time() - late - 1)
        found[unit] = passed(times, time.strftime("%Y-%m-%d %H:%M:%S", until))
    return found


def _times(manager: Manager, options: t.Sequence[str], events: t.Sequence[str]) -> t.List[t.List[NextTime]]:
    argv = ["env", "--unset=TZ", "systemd-analyze", "calendar", *options, "--", *events]
    status, said, _errors = manager.run(commands.within(LONGEST, argv))
    return [] if status else parse(said)
