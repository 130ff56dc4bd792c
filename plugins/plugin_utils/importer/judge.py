# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the deploy would say about the pools, as far as it can be said without a host."""

from __future__ import annotations

import functools
import typing as t
from pathlib import Path

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.finding import Severity
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.judge import judged
from ansible_collections.workers.systemd.plugins.module_utils._core.places import SYSTEM
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.catalogue import Catalogue, parse_catalogue
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool_reader import understand
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pool_places import option_of
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import pool_units

CATALOGUES = Path(__file__).parents[1] / "catalogues"
# The systemd of Debian 13.
SYSTEMD = 257


@functools.lru_cache(maxsize=None)
def _catalogue() -> Catalogue:
    return parse_catalogue((CATALOGUES / f"items-{SYSTEMD}.txt").read_text())


def problems(
    pools: t.Sequence[t.Mapping[str, t.Any]], timers: t.Sequence[t.Mapping[str, t.Any]] = ()
) -> t.List[Problem]:
    """Everything for which a deploy would refuse the pools and timers."""
    read, found = understand(pools, timers)
    catalogue = _catalogue()
    for pool in read:
        if any(one.where.startswith(pool.where) for one in found):
            continue
        template = pool_units(SYSTEM, pool.fitted(catalogue), SYSTEMD).template
        unit = Unit.of(pool.main_units.service, template.text, path=template.path)
        for one in judged(unit, catalogue, SYSTEMD, instances=pool.instances):
            if one.severity is Severity.ERROR:
                found.append(one.problem(option_of(SYSTEM, pool, one.at)))
    return found
