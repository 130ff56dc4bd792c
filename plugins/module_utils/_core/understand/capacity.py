# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``capacity``: how many instances the pools of a host share."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem

OPTIONS: t.Dict[str, t.Dict[str, t.Any]] = {"instances": {"type": "int", "required": True}}
# As many as a hundred pools of the largest size.
MOST = 100_000
WHERE = "capacity.instances"


class Standing(t.NamedTuple):
    """A pool that shares: the ``capacity`` that it was deployed with, and the ``least`` instances that always run."""

    capacity: int
    least: int


def read_capacity(given: t.Optional[t.Mapping[str, t.Any]]) -> t.Tuple[int, t.List[Problem]]:
    """The number of instances, 0 without one, and the problems."""
    if given is None:
        return 0, []
    number = given["instances"]
    if isinstance(number, bool) or not 1 <= number <= MOST:
        return 0, [Problem(WHERE, repr(number), f"a number from 1 to {MOST}")]
    return int(number), []


def too_small(new: t.Mapping[str, Standing], others: t.Mapping[str, Standing]) -> t.List[Problem]:
    """Whether the pools of a run, and the ``others`` of the host, always run more instances than they share."""
    smallest = min((one.capacity for one in (*new.values(), *others.values())), default=0)
    least = sum(one.least for one in (*new.values(), *others.values()))
    if not new or least <= smallest:
        return []
    always = ", ".join(f"{name} {one.least}" for name, one in sorted({**others, **new}.items()))
    hint = f"So many instances always run: {always}. Count pools without a range too."
    return [Problem(WHERE, f"{smallest}{_of_another(smallest, new, others)}", f"at least {least}", hint)]


def _of_another(smallest: int, new: t.Mapping[str, Standing], others: t.Mapping[str, Standing]) -> str:
    if any(one.capacity == smallest for one in new.values()):
        return ""
    return f", the number of {_named(name for name, one in others.items() if one.capacity == smallest)}"


def differing(new: t.Mapping[str, Standing], others: t.Mapping[str, Standing]) -> t.List[str]:
    """Warnings about pools of the host that were deployed with another capacity."""
    ours = {one.capacity for one in new.values()}
    apart = sorted(name for name, one in others.items() if one.capacity not in ours)
    if not new or not apart:
        return []
    smallest = min(one.capacity for one in (*new.values(), *others.values()))
    return [f"{WHERE}: other than that of {_named(apart)}. Until all pools have the same, {smallest} counts"]


def _named(names: t.Iterable[str]) -> str:
    return ", ".join(sorted(names))
