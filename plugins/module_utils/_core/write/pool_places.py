# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a line of a pool's unit back to the option that its operator wrote."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Placed
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import value_texts
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import SAME_AS_OPTION, Pool


def option_of(places: Places, pool: Pool, at: t.Optional[Placed]) -> str:
    """The option that the directive comes from; the pool, for what it did not ask for; a line of another's file."""
    if at is None:
        return pool.where
    if at.path not in (places.unit(unit_name.template(pool.name)), places.unit(unit_name.target(pool.name))):
        return f"{pool.where}: {at.path}:{at.line}"
    if at.section in pool.unit:
        if not at.key:
            return f"{pool.where}.unit.{at.section}"
        # Of a list only some lines are the operator's.
        if at.value in value_texts(pool.unit[at.section].get(at.key, [])):
            return f"{pool.where}.unit.{at.section}.{at.key}"
    option = SAME_AS_OPTION.get(at.key) if at.section == "Service" else None
    return f"{pool.where}.{option}" if option else pool.where
