# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of ``pools_info`` for tests of what is made of them."""

from __future__ import annotations

import typing as t

Row = t.Dict[str, t.Any]
SINCE = "2026-11-29T10:00:00Z"


def an_instance(unit: str, **other: t.Any) -> Row:
    row: Row = {"unit": unit, "state": "active", "sub_state": "running", "since": SINCE, "enabled": True}
    row.update({"main_pid": 4711, "restarts": 0, "memory": 48 * 2**20, "memory_max": 512 * 2**20, "tasks": 1})
    row.update({"cpu_seconds": 1.5, "generation": "3f9a1c07", "stale": "", "last_exit": "", "paused": None})
    return {**row, "own_files": [], **other}


def a_pool(name: str, *instances: Row, **other: t.Any) -> Row:
    """With two instances that are up, where none are given."""
    rows = list(instances) or [an_instance(f"{name}@{number}.service") for number in (1, 2)]
    running = sum(row["sub_state"] == "running" for row in rows)
    summary = {"instances": len(rows), "running": running, "stale": sum(bool(row["stale"]) for row in rows)}
    summary.update({what: sum(row[what] or 0 for row in rows) for what in ("restarts", "memory")})
    good = {"number": 1, "id": "3f9a1c07", "state": "good", "time": SINCE}
    row: Row = {"scope": "system", "user": "", "generation": "3f9a1c07", "enabled": True, "wanted": len(rows)}
    row.update({"dead": [], "flapping": [], "paused": None, "generations": [good], "exposure": 1.8})
    return {**row, "summary": summary, "instances": rows, **other}


def a_timer(name: str, **other: t.Any) -> Row:
    row: Row = {"scope": "system", "user": "", "unit": f"{name}.timer", "generation": "3f9a1c07", "enabled": True}
    row.update({"state": "waiting", "last_run": SINCE, "seconds": 1.5, "result": "success", "next_run": SINCE})
    row["missed"] = 0
    return {**row, "dead": False, "failed": False, "paused": None, **other}


def a_range(**other: t.Any) -> Row:
    """Seven of two to twelve are wanted."""
    row: Row = {"min": 2, "max": 12, "running": 2, "wanted": 7, "waiting": 312, "asked_at": SINCE, "trouble": ""}
    decision = {"time": SINCE, "before": 2, "after": 7, "text": "2 -> 7: 312 jobs wait, 50 for each instance"}
    return {**row, "said": "312 jobs wait, 50 for each instance", "decisions": [decision], **other}


BAD_GENERATION = {"number": 2, "id": "bad0bad0", "state": "bad", "time": SINCE}
WAITING = {"since": "", "reason": "app.service is inactive", "by": "bound_to"}
PAUSED = {"since": SINCE, "reason": "the broker moves", "by": "hand"}


def of_each_condition() -> t.Dict[str, Row]:
    """A pool for each condition, by the name of the condition."""
    failed = {"state": "failed", "sub_state": "failed", "last_exit": "signal 9 (SIGKILL)", "memory": None}
    dead = an_instance("dead@1.service", **failed)
    flapping = an_instance("flapping@1.service", state="activating", sub_state="auto-restart", restarts=91)
    stale = an_instance("stale@1.service", stale="its unit changed")
    paused = an_instance("paused@1.service", state="inactive", sub_state="dead", paused=PAUSED)
    waiting = an_instance("waiting@1.service", state="inactive", sub_state="dead", paused=WAITING)
    return {
        "dead": a_pool("dead", dead, an_instance("dead@2.service"), dead=["dead@1.service"]),
        "flapping": a_pool("flapping", flapping, flapping=["flapping@1.service"]),
        "put back": a_pool("put back", generations=[*a_pool("x")["generations"], BAD_GENERATION]),
        "stale": a_pool("stale", stale),
        "paused": a_pool("paused", paused, paused=PAUSED),
        "waiting": a_pool("waiting", waiting),
        "up": a_pool("up"),
    }
