# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the timers of a host are doing: one row a timer, and a table for a terminal."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import counted, one_line
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.shape import fits
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import next_times, unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.journal_query import Entry, taken
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.show_text import iso
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.condition import Condition, Row
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.exits import (
    CLEAN_END,
    how_it_ended,
    last_exits,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.kept_logs import namespace_of
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.status_table import (
    AGENT,
    NONE,
    PAUSE,
    TEXT,
    Line,
    Placed,
    agent_notes,
    at,
    of_user,
    with_hosts,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import moment
from ansible_collections.workers.systemd.plugins.module_utils._core.write.file_markers import file_markers
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pause import Pause, holding

# What `systemctl show` is asked for about the service of a timer.
JOB_PROPERTIES = (
    "ActiveState",
    "Result",
    "ExecMainStartTimestamp",
    "ExecMainExitTimestamp",
    "ExecMainCode",
    "ExecMainStatus",
)
# The numbers in ExecMainCode= (waitid(2)).
ENDS = {"1": "exited", "2": "killed", "3": "dumped"}
SUCCESS = "success"
# Without the lock, which another host has. No process of the job was started.
SKIPPED = "skipped"
HEADS = ("TIMER", "STATE", "LAST RUN", "TOOK", "RESULT", "NEXT RUN")
TEXTS = ("user", "unit", "state", "last_run", "result", "next_run")
SHAPE = {
    str: {
        **dict.fromkeys(TEXTS, TEXT),
        "seconds": (int, float, NONE),
        "missed": (int, NONE),
        "dead": bool,
        "failed": bool,
        "paused": PAUSE,
        "agent": (AGENT, NONE),
    }
}


class Ended(t.NamedTuple):
    """A run that has ended, at ``time`` in seconds since the epoch."""

    time: float
    result: str


class Times(t.NamedTuple):
    """``upcoming`` is the next run, in seconds since the epoch. ``missed`` is how many times of the schedule passed
    without a run; ``None`` when that is not known. ``earlier`` is the last run before the boot.
    """

    upcoming: t.Optional[float] = None
    missed: t.Optional[int] = None
    earlier: t.Optional[Ended] = None


def earlier_runs(entries: t.Sequence[Entry]) -> t.Dict[str, Ended]:
    """By service, the last run in entries of the journal about ends, in order."""
    times = {entry.get("UNIT", ""): taken(entry) for entry in entries}
    ends = last_exits(entries).items()
    return {unit: Ended(times[unit], SUCCESS if result == CLEAN_END else result) for unit, result in ends}


def counted_events(places: Places, name: str, timer: ObservedPool) -> t.List[str]:
    """The events of its calendar. None with a lock: another host may have run the job."""
    units = timer.main_units(name)
    group, service = (timer.files.get(places.unit(unit)) for unit in (units.group, units.service))
    if not (group and service) or UnitText.parse(service.text).values("Service", "ExecCondition"):
        return []
    return UnitText.parse(group.text).values("Timer", "OnCalendar")


def timer_status(
    places: Places, name: str, timer: ObservedPool, shown: t.Mapping[str, str], times: Times
) -> t.Dict[str, t.Any]:
    """``shown`` has JOB_PROPERTIES of the service (TZ=UTC)."""
    runs = shown["ActiveState"] not in ("inactive", "failed")
    began, ended = (iso(shown[key]) for key in ("ExecMainStartTimestamp", "ExecMainExitTimestamp"))
    known = bool(began) or shown["Result"] == "exec-condition"
    result = how_a_run_ended(shown) if known and not runs else ""
    failed = not runs and shown["Result"] not in (SUCCESS, "exec-condition")
    if not (known or runs) and times.earlier:
        began, result = moment.text(times.earlier.time), times.earlier.result
        failed = result != SUCCESS
    took = moment.seconds(ended) - moment.seconds(began) if began and ended and not runs else None
    pause = holding(timer.pauses, "")
    waits = "waiting" if timer.target_active else "paused" if pause else "stopped"
    return {
        "scope": "user" if places.user else "system",
        "user": places.user,
        "unit": timer.main_units(name).group,
        "generation": file_markers({path: file.text for path, file in timer.files.items()}).generation,
        "enabled": timer.target_enabled,
        "log_namespace": namespace_of(places, name, timer),
        "state": "running" if runs else waits,
        "paused": pause.row if pause else None,
        "last_run": began,
        "seconds": took,
        "result": result,
        "missed": None if runs else times.missed,
        "next_run": moment.text(times.upcoming) if times.upcoming is not None and timer.target_active else "",
        "dead": waits == "stopped",
        "failed": failed,
    }


def how_a_run_ended(shown: t.Mapping[str, str]) -> str:
    """``success``, ``exit status 3``, ``timeout``: systemd's result, and what its process said."""
    if shown["Result"] == "exec-condition":
        return SKIPPED
    code = ENDS.get(shown["ExecMainCode"], "")
    if shown["Result"] in ("exit-code", "signal", "core-dump") and code:
        return how_it_ended(code, shown["ExecMainStatus"])
    return shown["Result"]


def believable(said: t.Any) -> bool:
    """Whether a table can show the rows that the process of a user has sent, and a message their names."""
    try:
        if not (fits(said, SHAPE) and unit_name.are_names(said, [row["unit"] for row in said.values()])):
            return False
        return bool(timer_table([Placed("", *one) for one in said.items()]) or not said)
    except Exception:
        # A pause with another key, for example.
        return False


def timer_table(timers: t.Sequence[Placed]) -> t.List[Line]:
    """One line a timer, columns aligned, and the total; nothing without timers."""
    if not timers:
        return []
    head, *lines = with_hosts(HEADS, [(one.host, _cells(one.row)) for one in timers])
    conditions = [condition_of_timer(one.row) for one in timers]
    rows = [one.row for one in timers]
    counts = {state: sum(row["state"] == state for row in rows) for state in ("waiting", "running")}
    counts.update({what: sum(row[what] for row in rows) for what in ("failed", "dead")})
    paused = [one for one in timers if one.row["paused"]]
    counts.update({"paused": len(paused)} if paused else {})
    texts = ", ".join(f"{count} {what}" for what, count in counts.items())
    total = Line(f"{counted(len(timers), 'timer')}: {texts}")
    missing = [one for one in timers if one.row["missed"]]
    notes = [*map(_pause, paused), *map(_missed, missing), *(note for one in timers for note in agent_notes(one))]
    return [Line(head), *map(Line, lines, conditions), total, *(Line(one_line(note)) for note in notes)]


def condition_of_timer(row: Row) -> Condition:
    if row["failed"] or row["dead"]:
        return Condition.DEAD
    return Condition.PAUSED if row["paused"] else Condition.UP


def missed_times(number: int) -> str:
    more = " or more" if number >= next_times.MOST else ""
    return f"{'1 time' if number == 1 else f'{number}{more} times'} of its schedule passed without a run"


def _pause(one: Placed) -> str:
    return f"{at(one)}{of_user(one.row, one.row['unit'])}: {Pause(**one.row['paused'])}"


def _missed(one: Placed) -> str:
    return f"{at(one)}{of_user(one.row, one.row['unit'])}: {missed_times(one.row['missed'])} since the last one"


def _cells(row: Row) -> t.Tuple[str, ...]:
    took = "-" if row["seconds"] is None else f"{row['seconds']:g}s"
    state = f"{row['state']}{', paused' if row['paused'] and row['state'] != 'paused' else ''}"
    unit = of_user(row, row["unit"])
    return (unit, state, row["last_run"] or "-", took, row["result"] or "-", row["next_run"] or "-")
