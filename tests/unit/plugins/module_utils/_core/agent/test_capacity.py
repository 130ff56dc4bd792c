# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pools that share the capacity of a host, under any history of work. WORKERS_CASES is how many histories are tried."""

from __future__ import annotations

import os
import typing as t

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.workers.systemd.plugins.module_utils._core.act.rollout import Start, Stop
from ansible_collections.workers.systemd.plugins.module_utils._core.act.verdict import Sample
from ansible_collections.workers.systemd.plugins.module_utils._core.agent import capacity
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.scale import (
    HELD,
    NO_ROOM,
    NOT_KNOWN,
    SPARE_AFTER,
    Reading,
    Room,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.shares import Share
from ansible_collections.workers.systemd.plugins.module_utils._core.agent.tended import Tended
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.capacity import Capacity
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.scaling import Scaling
from ansible_collections.workers.systemd.plugins.module_utils._core.write.duties import Duties

# Of the policy: one pool alone is tried in half of them (test_scale.py).
CASES = max(1, int(os.environ.get("WORKERS_CASES", "300")) // 4)
UP = Sample("active", "running", "i1")
TARGET = Sample("active", "active", "")
GOING = Sample("deactivating", "stop-sigterm", "i1")
FALL_AFTER = 10.0


def rule(least: int, most: int, priority: int = 100, fall_after: float = FALL_AFTER) -> Scaling:
    return Scaling(least, most, ("/bin/count",), 1, fall_after=fall_after, priority=priority)


Sizes = t.Mapping[str, int]


class Host:
    """Instances that start at once, and stop when they have done their job, which takes ``job`` seconds. With
    ``sizes``, the pools share memory, and else instances.
    """

    def __init__(
        self, most: int, rules: dict[str, Scaling], fixed: int = 0, job: int = 0, sizes: t.Optional[Sizes] = None
    ) -> None:
        self.most, self.job, self.now, self.sizes = most, job, 0.0, sizes or {}
        names = {name: [f"{name}@{one}.service" for one in scaling.names] for name, scaling in rules.items()}
        self.pools = {
            name: Tended(self.duties(name, scaling=one, policy=Policy()), names[name]) for name, one in rules.items()
        }
        if fixed:
            self.pools["fixed"] = Tended(self.duties("fixed"), [f"fixed@{one}.service" for one in range(fixed)])
        self.samples = {f"{name}.target": TARGET for name in rules}
        for name, one in rules.items():
            self.samples.update(dict.fromkeys(names[name][: one.min], UP))
        self.ends: dict[str, float] = {}
        self.numbers: list[dict[str, int]] = []
        self.lines: list[str] = []

    def duties(self, name: str, **more: t.Any) -> Duties:
        shared = {"memory": self.most, "size": self.sizes[name]} if self.sizes else {"capacity": self.most}
        return Duties(**more, **shared)

    def turn(self, needs: t.Mapping[str, t.Optional[int]]) -> None:
        """A second. ``needs`` are readings; ``None`` is one that failed."""
        self.now += 1
        for unit in [unit for unit, end in self.ends.items() if end <= self.now]:
            del self.ends[unit], self.samples[unit]
        for name, one in self.pools.items():
            if one.to_ask_for_work(self.now, self.samples):
                one.hear_work(self.now, Reading(needs[name], f"{needs[name]} wanted"))
        granted = capacity.share_out(self.pools)
        for name, one in self.pools.items():
            one.hear_share(granted.get(name))
        most = capacity.room(capacity.sharing(self.pools), self.samples)
        for name, one in self.pools.items():
            if not one.wants_act:
                continue
            actions, lines = one.advance(self.now, self.samples, Room(None, most.get(name)))
            self.lines += lines
            for action in actions:
                if isinstance(action, Start):
                    self.samples.update(dict.fromkeys(action.units, UP))
                elif isinstance(action, Stop):
                    self.samples.update(dict.fromkeys(action.units, GOING))
                    self.ends.update(dict.fromkeys(action.units, self.now + 1 + self.job))
        self.numbers.append({name: self.up(name) for name in needs})

    def up(self, name: str) -> int:
        scale = self.pools[name].scale
        assert scale is not None
        return len(scale.up(self.samples))

    def taken(self) -> int:
        """Of the capacity, with what still stops."""
        ranges = [unit.partition("@")[0] for unit in self.samples if unit.endswith(".service")]
        fixed = ["fixed"] * len(self.pools["fixed"].units if "fixed" in self.pools else ())
        return sum(self.sizes.get(name, 1) for name in [*ranges, *fixed])

    def trouble(self, name: str) -> str:
        return self.pools[name].trouble.kind


READING = st.one_of(st.none(), st.integers(0, 40))


@st.composite
def hosts(draw: st.DrawFn) -> Host:
    names, falls = "abc"[: draw(st.integers(2, 3))], draw(st.sampled_from([FALL_AFTER, 2 * SPARE_AFTER]))
    priorities = st.sampled_from([1, 100, 300])
    rules = {name: rule(draw(st.integers(1, 3)), draw(st.integers(4, 30)), draw(priorities), falls) for name in names}
    fixed = draw(st.integers(0, 3))
    none: Sizes = {}
    sizes = draw(st.just(none) | st.fixed_dictionaries(dict.fromkeys((*names, "fixed"), st.integers(1, 9))))
    always = {"fixed": fixed, **{name: one.min for name, one in rules.items()}}
    least = sum(number * sizes.get(name, 1) for name, number in always.items())
    return Host(least + draw(st.integers(0, 30)), rules, fixed, draw(st.integers(0, 15)), sizes)


@settings(max_examples=CASES, deadline=None)
@given(st.data(), hosts())
def test_the_host_never_has_more_than_its_capacity_and_seldom_turns(data: st.DataObject, host: Host) -> None:
    names = [name for name, one in host.pools.items() if one.scale]
    for needs in data.draw(st.lists(st.fixed_dictionaries(dict.fromkeys(names, READING)), min_size=20, max_size=90)):
        host.turn(needs)
        assert host.taken() <= host.most
        for name in names:
            scaling = host.pools[name].duties.scaling
            assert scaling is not None
            assert scaling.min <= host.up(name) <= scaling.max
    for name in names:
        numbers = [one[name] for one in host.numbers]
        steps = [
            (at, after > before) for at, (before, after) in enumerate(zip(numbers, numbers[1:])) if after != before
        ]
        turns = [at for (at, way), (_at, last) in zip(steps[1:], steps) if way != last]
        # Each pool makes it turn at most as often as its own work does: twice in that time.
        most, scaling = 2 * len(names), host.pools[name].duties.scaling
        assert scaling is not None
        lasts = min(scaling.fall_after, SPARE_AFTER) - 1
        assert all(later - first >= lasts for first, later in zip(turns, turns[most:]))


@settings(max_examples=CASES, deadline=None)
@given(st.data(), hosts())
def test_constant_work_ends_with_the_shares_and_no_capacity_is_idle(data: st.DataObject, host: Host) -> None:
    names = [name for name, one in host.pools.items() if one.scale]
    for needs in data.draw(st.lists(st.fixed_dictionaries(dict.fromkeys(names, READING)), max_size=20)):
        host.turn(needs)
    needs = data.draw(st.fixed_dictionaries(dict.fromkeys(names, st.integers(0, 40))))
    for _turn in range(260):
        host.turn(needs)
    wanted = {}
    for name in names:
        scaling = host.pools[name].duties.scaling
        assert scaling is not None
        wanted[name] = min(scaling.max, max(scaling.min, needs[name]))
    granted = capacity.share_out(host.pools)
    assert host.numbers[-1] == host.numbers[-20] == {name: min(wanted[name], granted[name].granted) for name in names}
    left = host.most - host.taken()
    assert left >= 0
    assert all(host.sizes.get(name, 1) > left for name in names if host.numbers[-1][name] < wanted[name])


def test_a_burst_waits_for_the_instances_that_the_other_pool_gives_up() -> None:
    host = Host(10, {"a": rule(1, 20), "b": rule(1, 20)}, fixed=2, job=3)
    host.turn({"a": 20, "b": 0})
    assert host.numbers[-1] == {"a": 7, "b": 1}
    assert (host.trouble("a"), host.trouble("b")) == (HELD, "")
    host.turn({"a": 20, "b": 20})
    assert host.numbers[-1] == {"a": 4, "b": 1}
    assert host.trouble("b") == NO_ROOM
    for _turn in range(5):
        host.turn({"a": 20, "b": 20})
    assert host.numbers[-1] == {"a": 4, "b": 4}
    assert (host.trouble("a"), host.trouble("b")) == (HELD, HELD)
    assert host.lines == [
        "a: 1 -> 7: 20 wanted, and its share of the capacity is 7 of 10",
        "a: 7 -> 4: 20 wanted, and its share of the capacity is 4 of 10",
        "b: 1 -> 4: 20 wanted, and its share of the capacity is 4 of 10",
    ]


def test_a_count_that_fails_keeps_nothing_that_another_pool_needs() -> None:
    """Its owner may let it say a large number first, and fail afterwards."""
    host = Host(10, {"a": rule(1, 20), "b": rule(1, 20)})
    host.turn({"a": 10**15, "b": 0})
    for _turn in range(3):
        host.turn({"a": None, "b": 2})
    assert host.numbers[-1] == {"a": 8, "b": 2}
    assert host.trouble("a") == NOT_KNOWN
    for _turn in range(3):
        host.turn({"a": None, "b": 9})
    assert host.numbers[-1] == {"a": 5, "b": 5}
    for _turn in range(30):
        host.turn({"a": None, "b": 0})
    assert host.numbers[-1] == {"a": 5, "b": 1}


def test_all_at_once_whatever_the_step_of_the_pool_is_and_while_another_one_still_stops() -> None:
    host = Host(20, {"a": rule(1, 20), "b": rule(1, 20)}, job=100)
    host.turn({"a": 19, "b": 0})
    for _turn in range(12):
        host.turn({"a": 18, "b": 0})
    assert host.numbers[-1] == {"a": 18, "b": 1}
    host.turn({"a": 18, "b": 9})
    assert host.numbers[-1] == {"a": 11, "b": 1}


def test_what_a_pool_did_not_need_for_a_while_is_for_the_others() -> None:
    """The time after which it would stop them by itself is for a host where no other pool needs them."""
    host = Host(10, {"a": rule(1, 20, fall_after=3600.0), "b": rule(1, 20)})
    host.turn({"a": 6, "b": 0})
    for _turn in range(100):
        host.turn({"a": 0, "b": 2})
    assert host.numbers[-1] == {"a": 6, "b": 2}
    for _turn in range(2):
        host.turn({"a": 0, "b": 8})
    assert host.numbers[-1] == {"a": 2, "b": 8}
    assert (host.trouble("a"), host.trouble("b")) == ("", "")
    assert host.lines[-3:] == [
        "a: 6 -> 2: 0 wanted, and other pools of the host need the others",
        "b: 2 -> 4: 8 wanted",
        "b: 4 -> 8: 8 wanted",
    ]


def test_a_pool_that_was_stopped_claims_what_still_runs() -> None:
    host = Host(10, {"a": rule(3, 20), "b": rule(1, 20)})
    host.turn({"a": 5, "b": 9})
    assert host.numbers[-1] == {"a": 5, "b": 5}
    host.samples = {unit: seen for unit, seen in host.samples.items() if not unit.startswith("a")}
    for _turn in range(3):
        host.turn({"a": 5, "b": 9})
    assert host.numbers[-1] == {"a": 0, "b": 9}


def test_a_burst_of_large_ones_gets_the_memory_of_small_ones() -> None:
    """What a small one frees is not given to another small one while the large one waits for its share."""
    sizes = {"small": 1, "large": 4, "fixed": 2}
    host = Host(20, {"small": rule(1, 20), "large": rule(1, 20)}, fixed=1, job=3, sizes=sizes)
    host.turn({"small": 20, "large": 0})
    assert host.numbers[-1] == {"small": 14, "large": 1}
    for _turn in range(8):
        host.turn({"small": 20, "large": 20})
    assert host.numbers[-1] == {"small": 10, "large": 2}
    assert host.lines == [
        "small: 1 -> 14: 20 wanted, and its share of the capacity is 14, with 1 each of 20",
        "small: 14 -> 10: 20 wanted, and its share of the capacity is 10, with 1 each of 20",
        "large: 1 -> 2: 20 wanted, and its share of the capacity is 2, with 4 each of 20",
    ]


def test_a_pool_takes_only_of_what_it_was_deployed_with() -> None:
    """While one play after the other changes from instances to memory."""
    host = Host(10, {"a": rule(1, 20), "b": rule(1, 20)})
    host.pools["b"] = Tended(Duties(scaling=host.pools["b"].duties.scaling, memory=12, size=4), host.pools["b"].units)
    host.turn({"a": 20, "b": 20})
    assert host.numbers[-1] == {"a": 10, "b": 3}


def test_the_smallest_capacity_counts_and_a_pool_without_one_does_not_share() -> None:
    host = Host(10, {"a": rule(1, 20), "b": rule(1, 20), "c": rule(1, 20)})
    for name, number in (("b", 8), ("c", 0)):
        duties = Duties(scaling=host.pools[name].duties.scaling, capacity=number)
        host.pools[name] = Tended(duties, host.pools[name].units)
    host.turn({"a": 20, "b": 20, "c": 20})
    assert capacity.share_out(host.pools) == {"a": Share(4, Capacity(8)), "b": Share(4, Capacity(8))}
    assert host.numbers[-1] == {"a": 4, "b": 4, "c": 20}
    assert capacity.share_out({"c": host.pools["c"]}) == {}
