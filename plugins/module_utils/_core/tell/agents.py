# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the agent of a host does for a pool, and what it has done."""

from __future__ import annotations

import typing as t
from dataclasses import asdict

from ansible_collections.workers.systemd.plugins.module_utils._core.agent.alert import UNREADABLE, alerts_of
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.decisions import count_of, decisions_in
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.journal_query import Entry, taken
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import moment
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.alert import Alert
from ansible_collections.workers.systemd.plugins.module_utils._core.write import duties
from ansible_collections.workers.systemd.plugins.module_utils._core.write.agent_unit import SERVICE

# The lines that a row has.
MOST = 10
# Characters of one text. Those of the agent are much shorter.
LONGEST = 1000


# Large: each parameter is one thing that was looked at.
def agent_row(
    places: Places,
    pool: str,
    target: str,
    entries: t.Iterable[Entry],
    alerts: t.Sequence[t.Mapping[str, t.Any]],
    *,
    runs: bool,
) -> t.Optional[t.Dict[str, t.Any]]:
    """``target`` is the text of the target of the pool, and ``entries`` are those of the agent, and ``alerts``
    are the rows of ``alert_rows``. ``None`` for a pool without duties.
    """
    if not duties.asks(target):
        return None
    try:
        read = duties.parse(target)
    except ValueError:
        read = None
    shown = {name: _shown(read and getattr(read, name)) for name in ("liveness", "recycle", "alert")}
    said = [
        {"time": moment.text(taken(one)), "text": one.get("MESSAGE", "")}
        for one in entries
        if _is_about(places, pool, one)
    ]
    return {
        "runs": runs if runs or duties.needs_agent(target) else None,
        **shown,
        "metrics": read.metrics if read else "",
        "capacity": read.capacity if read else 0,
        "capacity_memory": read.memory if read else 0,
        "alerts": list(alerts),
        "said": said[-MOST:],
    }


def scaling_row(target: str, kept: t.Any, running: int, now: float) -> t.Optional[t.Dict[str, t.Any]]:
    """The range of a pool, with what the agent has kept of it; ``None`` without a range. ``now`` are two clocks, as in
    ``alert_rows``.
    """
    try:
        read = duties.parse(target)
    except ValueError:
        read = None
    if read is None or read.scaling is None:
        return None
    said = [
        {"time": _when(now + one.time), "before": one.before, "after": one.after, "text": _shown_text(str(one))}
        for one in decisions_in(kept)
    ]
    return {**asdict(read.scaling), "running": running, **_seen(kept, running, now), "decisions": said}


def _seen(kept: t.Any, running: int, now: float) -> t.Dict[str, t.Any]:
    """What the agent saw last. Of a state that is not one of ours, nothing."""
    try:
        backlog = None if kept["backlog"] is None else count_of(kept["backlog"])
        shared = {one: None if kept[one] is None else count_of(kept[one]) for one in ("share", "held")}
        seen = {"wanted": count_of(kept["wanted"]), **shared, "waiting": backlog, "said": _shown_text(kept["said"])}
        return {**seen, "asked_at": _when(now + float(kept["time"])), "trouble": _shown_text(kept["trouble"])}
    except UNREADABLE:
        return {
            "wanted": running,
            "share": None,
            "held": None,
            "waiting": None,
            "said": "",
            "asked_at": "",
            "trouble": "",
        }


def jobs_waiting(kept: t.Any) -> t.Optional[int]:
    """How many jobs wait, in what the agent has kept of a pool. ``None`` when it does not count them, or cannot."""
    return t.cast("t.Optional[int]", _seen(kept, 0, 0.0)["waiting"])


def asked_instances(kept: t.Any) -> t.Optional[int]:
    """How many instances the work of a pool asks for. ``None`` without a range, and before its work was looked at."""
    seen = _seen(kept, 0, 0.0)
    return t.cast("int", seen["wanted"]) if seen["said"] else None


def held_instances(kept: t.Any) -> t.Optional[int]:
    """How many of the wanted instances a pool does not get, because other pools have the capacity of the host. ``None``
    without a capacity.
    """
    return t.cast("t.Optional[int]", _seen(kept, 0, 0.0)["held"])


def alert_rows(pool: str, kept: t.Any, now: float) -> t.List[t.Dict[str, t.Any]]:
    """The troubles of a pool in what the agent has kept of it. ``now`` are two clocks: that of the host, less the one
    that the agent goes by.
    """
    return [
        {
            "pool": pool,
            "reason": reason,
            "since": _when(now + one.first),
            "unit": one.unit,
            "text": _shown_text(one.said),
            "delivered": not one.tries and bool(one.reported),
            "trouble": _shown_text(one.why),
        }
        for reason, one in alerts_of(Alert(), kept).alarms.items()
    ]


def _when(seconds: float) -> str:
    """Empty for a time that no clock shows. A user may have written it into what the agent of that user keeps."""
    try:
        return moment.text(seconds)
    except (OverflowError, ValueError, OSError):
        return ""


def _shown_text(text: t.Any) -> str:
    return str(text)[:LONGEST]


def _shown(duty: t.Any) -> t.Optional[t.Dict[str, t.Any]]:
    return asdict(duty) if duty else None


def _is_about(places: Places, pool: str, entry: Entry) -> bool:
    """A line of the agent itself: journald names the unit, which no process of another user can forge."""
    by_agent = entry.get("_SYSTEMD_USER_UNIT" if places.user else "_SYSTEMD_UNIT") == SERVICE
    return by_agent and entry.get("MESSAGE", "").startswith((f"{pool}@", f"{pool}: "))
