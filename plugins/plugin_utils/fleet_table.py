# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pools and timers of all hosts as lines for a terminal."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.characters import one_line
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import unknown_names
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.condition import Condition
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.status_table import Line, Placed, pool_table
from ansible_collections.workers.systemd.plugins.module_utils._core.tell.timer_status import timer_table

# What ``pools_info`` returned, by host; a host without an answer has its ``msg`` alone.
Results = t.Mapping[str, t.Mapping[str, t.Any]]


def fleet_lines(results: Results, names: t.Sequence[str]) -> t.List[Line]:
    """``names`` are pools and timers, shown with every instance. Without names all pools are shown, and no instance
    that is well. The name of the host stands in a column when there are several hosts.
    """
    pools, timers = (_placed(results, kind, names) for kind in ("pools", "timers"))
    return [
        *(pool_table(pools, every_instance=bool(names)) if pools else []),
        *([Line("")] if pools and timers else []),
        *timer_table(timers),
        *_without(results),
    ]


def unknown(results: Results, names: t.Sequence[str]) -> t.List[str]:
    """Problems with the names, when no host has such a pool or timer."""
    there = sorted({one.name for kind in ("pools", "timers") for one in _placed(results, kind, ())})
    return list(map(str, unknown_names(names, there, "these hosts")))


def _placed(results: Results, kind: str, names: t.Collection[str]) -> t.List[Placed]:
    return [
        Placed(host if len(results) > 1 else "", name, row)
        for host, result in results.items()
        for name, row in (result.get(kind) or {}).items()
        if name in names or not names
    ]


def _without(results: Results) -> t.Iterator[Line]:
    for host, result in results.items():
        if "pools" not in result:
            yield Line(one_line(f"{host}: {result.get('msg') or 'no answer'}"), Condition.DEAD)
        elif not result["pools"] and not result.get("timers"):
            yield Line(f"{host}: no pools on this host")
