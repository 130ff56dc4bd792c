# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How processes ended, from entries of the journal."""

from __future__ import annotations

import signal
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.journal_query import (
    OOMD_KILLED,
    UNIT_SUCCEEDED,
    Entry,
    says,
    taken,
)

A_JOB = (
    "It ends by itself, without an error. A worker keeps running and waits for the next job. A program that does one "
    "job and ends is for a timer, with Type=oneshot (docs/migrating.md, From cron)."
)

# Seconds since the epoch.
FOR_EVER = float("inf")
# An end by a signal such as SIGTERM is one too (systemd.service(5), SuccessExitStatus=).
CLEAN_END = "a clean end, such as exit status 0"
# With cgroup v1 systemd does not know of them. The result of the unit is the same for both.
OOM_KILLER, OOMD = ": OOM killer", ": systemd-oomd"
WATCHDOG = ": watchdog"
# Results of units that say why a process was killed.
KILLS = {"oom-kill": OOM_KILLER, "watchdog": WATCHDOG}


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

    Of one that ended well systemd says that its unit did; so it says of one that was stopped, which is not reported.
    """
    oomd_killed = {entry.get("INVOCATION_ID") for entry in entries if says(entry, OOMD_KILLED)}
    entries = [entry for entry in entries if not says(entry, OOMD_KILLED)]
    known_ends = {entry.get("INVOCATION_ID") for entry in entries if not says(entry, UNIT_SUCCEEDED)}
    found: t.Dict[str, str] = {}
    for entry in entries:
        unit = entry.get("UNIT", "")
        if unit and (unit not in found or taken(entry) <= until):
            if "EXIT_CODE" in entry:
                found[unit] = how_it_ended(entry["EXIT_CODE"], entry.get("EXIT_STATUS", ""))
            elif entry.get("UNIT_RESULT") in KILLS and unit in found:
                by_oomd = entry.get("INVOCATION_ID") in oomd_killed
                killer = OOMD if by_oomd else KILLS[entry["UNIT_RESULT"]]
                found[unit] = found[unit].partition(": ")[0] + killer
            elif entry.get("INVOCATION_ID") not in known_ends:
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
