# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A test of Jinja: whether pools do what was deployed last."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.plugin_utils.results import Row, instances_of


def settled(result: t.Any) -> bool:
    """Whether every instance runs, on the version that was deployed last, and has not died since it was started.

    What a deploy pauses is to be stopped, and so is what waits for a unit in `bound_to`. What an operator has paused by
    hand is not what was deployed.
    """
    return all(map(_is_settled, instances_of(result).values()))


def _is_settled(row: Row) -> bool:
    if (row.get("paused") or {}).get("by") in ("deploy", "bound_to"):
        return str(row["state"]) == "inactive"
    running = (row["state"], row["sub_state"]) == ("active", "running")
    return running and row["stale"] == "" and row["restarts"] == 0


class TestModule:
    def tests(self) -> t.Dict[str, t.Callable[..., bool]]:
        return {"settled": settled}
