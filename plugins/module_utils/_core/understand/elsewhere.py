# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pools whose scope was changed: a new one, while the former one goes on in another manager."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool

HINT = "List that pool too, with state: absent to remove it. purge removes all pools that are not listed."


def elsewhere(
    listed: t.Mapping[str, t.Sequence[Pool]], there: t.Mapping[str, t.Collection[str]]
) -> t.Iterator[Problem]:
    """New pools that the other scope has too, where the input says nothing of them.

    Both are by the user whose manager it is, empty for the system's; ``there`` are names of pools before the run.
    """
    for manager, pools in listed.items():
        for pool in pools:
            if pool.present and pool.name not in there.get(manager, ()):
                yield from _former(pool, manager, listed, there)


def _former(
    pool: Pool, manager: str, listed: t.Mapping[str, t.Sequence[Pool]], there: t.Mapping[str, t.Collection[str]]
) -> t.Iterator[Problem]:
    for other, names in there.items():
        said = any(one.name == pool.name for one in listed.get(other, ()))
        if bool(other) != bool(manager) and pool.name in names and not said:
            whose = f"that of the manager of {other}" if other else "that of the system"
            yield Problem(f"{pool.where}.scope", f"{whose}, which keeps running", "one pool of this name", HINT)
