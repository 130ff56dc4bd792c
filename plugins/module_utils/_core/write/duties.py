# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The duties of the agent for a pool, as they are written into its target or timer, where only root can write,
or the user in whose manager the pool is.

They are one line of a section that systemd leaves alone. So they come, go back and go with the version of the pool.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import asdict, dataclass, field, fields, replace

from ansible_collections.workers.systemd.plugins.module_utils._core import marks
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.alert import Alert
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.capacity import Capacity
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.liveness import Liveness
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.recycle import Recycle
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.scaling import Scaling

KEY = "Duties"
RECORDS: t.Dict[str, t.Any] = {
    "liveness": Liveness,
    "policy": Policy,
    "recycle": Recycle,
    "alert": Alert,
    "scaling": Scaling,
}


@dataclass(frozen=True)
class Duties:
    """``policy`` says how instances are restarted. With ``one_user``, all instances run as the same user. ``expected``
    is the longest time without a run of a job, in seconds; 0 for any time. ``metrics`` is the directory of figures for
    Prometheus, empty without. ``capacity`` is how many instances the pools of the host share, and ``memory`` how many
    bytes; 0 without. Of this memory, each instance counts with ``size`` bytes.
    """

    liveness: t.Optional[Liveness] = None
    one_user: bool = True
    policy: Policy = field(default_factory=Policy)
    recycle: t.Optional[Recycle] = None
    alert: t.Optional[Alert] = None
    expected: float = 0.0
    scaling: t.Optional[Scaling] = None
    metrics: str = ""
    capacity: int = 0
    memory: int = 0
    size: int = 0

    @property
    def shared(self) -> Capacity:
        """The capacity that the pool shares, as far as it was deployed with one."""
        return Capacity(self.capacity, self.memory)


def duties_of(pool: Pool) -> t.Optional[Duties]:
    """``None`` for a pool that asks for none."""
    if not (pool.liveness or pool.recycle or pool.alert or pool.scaling or pool.metrics or pool.capacity):
        return None
    expected = pool.schedule.expected if pool.schedule else 0.0
    one_user = pool.account is not None
    duties = Duties(pool.liveness, one_user, pool.rollout, pool.recycle, pool.alert, expected, pool.scaling)
    capacity = pool.capacity or Capacity()
    size = (pool.memory_max or 0) if capacity.memory else 0
    return replace(duties, metrics=pool.metrics, capacity=capacity.instances, memory=capacity.memory, size=size)


def lines(pool: Pool) -> t.Dict[str, str]:
    """The lines of the duties in the section of the collection."""
    duties = duties_of(pool)
    return {KEY: json.dumps(asdict(duties), sort_keys=True)} if duties else {}


def asks(group: str) -> bool:
    """Whether the text of a target or timer has duties for the agent, readable or not."""
    return bool(UnitText.parse(group).values(marks.OWNER_SECTION, KEY))


def needs_agent(group: str) -> bool:
    """Whether one of these duties is work, or cannot be read. A capacity alone counts when another pool has a range."""
    try:
        read = parse(group)
    except ValueError:
        return True
    return bool(read and (read.liveness or read.recycle or read.alert or read.scaling or read.metrics))


def parse(group: str) -> t.Optional[Duties]:
    """The inverse. Raises ``ValueError`` for a line that is not ours, such as one of a newer version."""
    written = UnitText.parse(group).values(marks.OWNER_SECTION, KEY)
    if not written:
        return None
    try:
        given = dict(json.loads(written[-1]))
        read = {name: _read(kind, given[name]) for name, kind in RECORDS.items() if given.get(name) is not None}
        found = Duties(**{**given, **read})
    except (TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(f"{KEY}= cannot be read: {error}") from None
    if found.scaling and not found.scaling.is_possible:
        raise ValueError(f"{KEY}= cannot be read: no pool has a range of {found.scaling.min} to {found.scaling.max}")
    return found


def _read(kind: t.Any, given: t.Mapping[str, t.Any]) -> t.Any:
    """A record, with tuples where JSON has lists."""
    known = {one.name for one in fields(kind)}
    return kind(**{name: tuple(one) if isinstance(one, list) else one for name, one in given.items() if name in known})
