# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A test of Jinja: whether processes went on while something else was done."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.plugin_utils.results import instances_of


def same_processes(after: t.Any, before: t.Any, but: t.Sequence[str] = ()) -> bool:
    """Whether every instance that ran before still is the same process. ``but`` are units that need not be."""
    now = {unit: row["main_pid"] for unit, row in instances_of(after).items()}
    then = {unit: row["main_pid"] for unit, row in instances_of(before).items() if row["main_pid"]}
    return all(now.get(unit) == pid for unit, pid in then.items() if unit not in but)


class TestModule:
    def tests(self) -> t.Dict[str, t.Callable[..., bool]]:
        return {"same_processes": same_processes}
