# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures of pools and timers as text that Prometheus reads (its exposition format 0.0.4).

Each pool has a series of each figure, and no instance has one: the number of series does not grow with instances,
deploys or troubles. What an exporter of systemd tells of each unit is not here (docs/metrics.md).
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.look.generation import Generation, State
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import moment

POOL, TIMER = "pool", "timer"
WRITTEN = "workers_metrics_timestamp_seconds"
ESCAPED = {"\\": "\\\\", "\n": "\\n", '"': '\\"'}
RESULTS = {State.GOOD: True, State.BAD: False}
Number = t.Union[int, float]


@dataclass(frozen=True)
class Deployed:
    """``generation`` is the number of the installed version. ``at`` is when the newest version was deployed, in seconds
    since the epoch, and ``good`` is how that ended. ``None`` for what is not known.
    """

    generation: t.Optional[int] = None
    at: t.Optional[float] = None
    good: t.Optional[bool] = None


@dataclass(frozen=True)
class PoolFigures:
    """``up``, ``stale`` and ``paused`` count instances among those that are ``wanted``. ``restarts`` is how often
    systemd started an instance again since the agent began to count. ``memory`` is in bytes, ``None`` where systemd
    does not count it. ``waiting`` is how many jobs wait, ``None`` when the pool does not count them. ``held`` is how
    many instances its work asks for that other pools have, ``None`` when it does not share a capacity. ``asked`` is how
    many its work asks for, ``None`` without a range.
    """

    wanted: int
    up: int
    stale: int
    paused: int
    restarts: int
    crash_loop: bool
    memory: t.Optional[int]
    deployed: Deployed
    waiting: t.Optional[int] = None
    held: t.Optional[int] = None
    asked: t.Optional[int] = None


@dataclass(frozen=True)
class TimerFigures:
    """``succeeded`` is when the last run without a failure ended, in seconds since the epoch. ``good`` is how the last
    run ended. ``None`` before there was one.
    """

    paused: bool
    succeeded: t.Optional[float]
    good: t.Optional[bool]
    deployed: Deployed


class Family(t.NamedTuple):
    """``value`` makes the value of one pool or timer; ``None`` leaves it out."""

    name: str
    kind: str
    about: str
    value: t.Callable[[t.Any], t.Optional[Number]]


def _of_deploys(of: str) -> t.Tuple[Family, ...]:
    return (
        Family(
            f"workers_{of}_generation",
            "gauge",
            f"Number of the installed version of the {of}.",
            lambda one: one.deployed.generation,
        ),
        Family(
            f"workers_{of}_last_deploy_timestamp_seconds",
            "gauge",
            f"When the newest version of the {of} was deployed.",
            lambda one: one.deployed.at,
        ),
        Family(
            f"workers_{of}_last_deploy_successful",
            "gauge",
            f"Whether the newest version of the {of} was good, or was put back.",
            lambda one: one.deployed.good,
        ),
    )


# One row is one figure, in the order of the text. A further gauge is a further field and a further row.
FAMILIES: t.Dict[str, t.Tuple[Family, ...]] = {
    POOL: (
        Family(
            "workers_pool_instances_wanted", "gauge", "Instances that the pool is to have.", lambda pool: pool.wanted
        ),
        Family("workers_pool_instances_up", "gauge", "Wanted instances that run.", lambda pool: pool.up),
        Family(
            "workers_pool_instances_stale",
            "gauge",
            "Wanted instances that run with an older version than the installed one.",
            lambda pool: pool.stale,
        ),
        Family("workers_pool_instances_paused", "gauge", "Wanted instances that are paused.", lambda pool: pool.paused),
        Family(
            "workers_pool_restarts_total",
            "counter",
            "Times that systemd has started an instance again because it died, since the agent began to count.",
            lambda pool: pool.restarts,
        ),
        Family(
            "workers_pool_crash_loop",
            "gauge",
            "Whether an instance dies again and again, by the rule of the alerts.",
            lambda pool: pool.crash_loop,
        ),
        Family(
            "workers_pool_memory_bytes",
            "gauge",
            "Memory of all instances, as their cgroups count it.",
            lambda pool: pool.memory,
        ),
        Family(
            "workers_pool_backlog", "gauge", "Jobs that wait, as the pool counted them last.", lambda pool: pool.waiting
        ),
        Family(
            "workers_pool_instances_asked",
            "gauge",
            "Instances that the work of a pool with a range asks for, whether the host has room for them or not.",
            lambda pool: pool.asked,
        ),
        Family(
            "workers_pool_instances_held",
            "gauge",
            "Instances that the work asks for, and that the capacity of the host does not have.",
            lambda pool: pool.held,
        ),
        *_of_deploys(POOL),
    ),
    TIMER: (
        Family("workers_timer_paused", "gauge", "Whether the timer is paused.", lambda timer: timer.paused),
        Family(
            "workers_timer_last_success_timestamp_seconds",
            "gauge",
            "When the last run of the job ended that did not fail.",
            lambda timer: timer.succeeded,
        ),
        Family(
            "workers_timer_last_run_successful",
            "gauge",
            "Whether the last run of the job did not fail.",
            lambda timer: timer.good,
        ),
        *_of_deploys(TIMER),
    ),
}
# What the text may have, whatever a host has.
NAMES = (WRITTEN, *(family.name for families in FAMILIES.values() for family in families))


def deployed(generations: t.Sequence[Generation], installed: str) -> Deployed:
    """``generations`` are those of one pool, the newest last. ``installed`` is the id of the one on the host."""
    numbers = [one.number for one in generations if one.id == installed]
    # Those that are not ours were there before the first deploy.
    ended = [one for one in generations if one.state is not State.APPLYING and not one.foreign]
    newest = ended[-1] if ended else None
    return Deployed(
        numbers[-1] if numbers else None,
        moment.seconds(newest.time) if newest else None,
        RESULTS.get(newest.state) if newest else None,
    )


def text(now: float, pools: t.Mapping[str, PoolFigures], timers: t.Mapping[str, TimerFigures]) -> str:
    """The whole text, with the figures by name. ``now`` is in seconds since the epoch."""
    lines = [*_head(WRITTEN, "gauge", "When the agent of the host wrote these figures."), f"{WRITTEN} {_number(now)}"]
    for label, figures in ((POOL, pools), (TIMER, timers)):
        for family in FAMILIES[label]:
            values = {name: family.value(figures[name]) for name in sorted(figures)}
            known = {name: value for name, value in values.items() if value is not None}
            lines += _head(family.name, family.kind, family.about) if known else []
            lines += [f'{family.name}{{{label}="{_escaped(name)}"}} {_number(one)}' for name, one in known.items()]
    return "".join(f"{line}\n" for line in lines)


def _head(name: str, kind: str, about: str) -> t.List[str]:
    return [f"# HELP {name} {about}", f"# TYPE {name} {kind}"]


def _escaped(value: str) -> str:
    return "".join(ESCAPED.get(one, one) for one in value)


def _number(value: Number) -> str:
    """Exact: Prometheus reads what Go reads, and has 64 bits as Python has."""
    return repr(float(value)) if isinstance(value, float) else str(int(value))
