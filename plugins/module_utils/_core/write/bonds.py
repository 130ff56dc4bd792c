# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The units that a pool is bound to, as they are in its target, where only root can write.

So they come, go back and go with the version of the pool. systemd starts the target with each of them (WantedBy=), and
stops and restarts it with each of them (PartOf=, systemd.unit(5)). It does not stop the target when one of them fails.
"""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import (
    UnitText,
    Value,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool


def lines(pool: Pool, default_target: str) -> t.Tuple[t.Dict[str, Value], t.Dict[str, Value]]:
    """The lines of [Unit] and of [Install]. A bound pool does not start at boot by itself.

    A target starts after all that it wants, unless it stands before it (systemd.target(5), "Default Dependencies").
    Without the After= line, a pool that is bound to such a target and starts after it, as each pool starts after
    basic.target, would be a circle.
    """
    if not pool.bound_to:
        return {}, {"WantedBy": default_target}
    targets = [unit for unit in pool.bound_to if unit.endswith(".target")]
    return {"PartOf": list(pool.bound_to), "After": targets}, {"WantedBy": list(pool.bound_to)}


def bonds_in(target: str) -> t.Tuple[str, ...]:
    """The units, from the text of the target of a pool; of an empty text none."""
    return tuple(UnitText.parse(target).values("Unit", "PartOf"))
