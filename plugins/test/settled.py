# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A test of Jinja: whether pools do what was deployed last."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.plugin_utils.results import instances_of


def settled(result: t.Any) -> bool:
    """Whether every instance runs, on the version that was deployed last, and has not died since it was started."""
    return all(
        row["state"] == "active" and row["sub_state"] == "running" and row["stale"] == "" and row["restarts"] == 0
        for row in instances_of(result).values()
    )


class TestModule:
    def tests(self) -> t.Dict[str, t.Callable[..., bool]]:
        return {"settled": settled}
