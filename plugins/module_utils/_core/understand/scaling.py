# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``instances`` of a pool as a range: the agent of the host runs as many instances as there is work."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import as_text
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values import quantities
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.options import misshapen, unknown_options
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import read_check, read_spans

# The options in the form of Ansible's argument spec. Ansible cannot check them: ``instances`` may also be a count.
OPTIONS: t.Dict[str, t.Dict[str, t.Any]] = {
    "min": {"type": "int"},
    "max": {"type": "int"},
    "backlog": {"type": "list", "elements": "str"},
    "each": {"type": "int"},
    "busy": {"type": "str"},
    "every": {"type": "str"},
    "rise_after": {"type": "str"},
    "fall_after": {"type": "str"},
    "step": {"type": "int"},
    "keep_free": {"type": "str"},
    "priority": {"type": "int"},
}
# A host that needs more has other troubles first: each look at the pool is a look at all of them.
MOST = 1000
MOST_EACH = 10**9
# As that of CPUWeight= (systemd.resource-control(5)).
MOST_PRIORITY = 10_000
COUNTS = {"min": MOST, "max": MOST, "each": MOST_EACH, "step": MOST, "priority": MOST_PRIORITY}
COUNT = re.compile(r"[1-9][0-9]{0,9}")
PERCENT = re.compile(r"([1-9][0-9]?|100)%")
# The shortest and the longest of each time span, in seconds.
SPANS = {"every": (1.0, 3600.0), "rise_after": (0.0, 86400.0), "fall_after": (5.0, 86400.0)}
# No interpreter is smaller. No host that runs workers is larger.
LEAST_FREE, MOST_FREE = 2**20, 2**50
# A busy check for each instance costs more than one question about the backlog.
EVERY_BUSY = 5.0


@dataclass(frozen=True)
class Scaling:
    """From ``min`` to ``max`` instances. ``backlog`` is a command that prints how many jobs wait, and one instance is
    for ``each`` so many of them. Or ``busy`` is the wanted percentage of busy instances; 0 without it.

    Times are in seconds. The pool is asked ``every`` so often. It gets larger when it needed more instances for
    ``rise_after``, and smaller when it needed fewer for ``fall_after``, by ``step`` at a time. It gets no larger while
    the host has less than ``keep_free`` bytes. ``priority`` is compared with that of other pools that share a capacity.
    """

    min: int = 1
    max: int = 1
    backlog: t.Tuple[str, ...] = ()
    each: int = 1
    busy: int = 0
    every: float = 1.0
    fall_after: float = 300.0
    step: int = 1
    keep_free: int = 0
    rise_after: float = 0.0
    priority: int = 100

    @property
    def is_possible(self) -> bool:
        """Whether an order may have this range. A user may have written another one into the target of a pool."""
        return isinstance(self.min, int) and isinstance(self.max, int) and 1 <= self.min <= self.max <= MOST

    @property
    def names(self) -> t.Tuple[str, ...]:
        """Of all instances that there may be."""
        return tuple(str(number) for number in range(1, self.max + 1))

    @property
    def at_boot(self) -> t.Tuple[str, ...]:
        """Of those that always run."""
        return self.names[: self.min]

    @property
    def range(self) -> str:
        return f"{self.min} to {self.max}"


def read_scaling(
    given: t.Mapping[t.Any, t.Any], where: str, *, busy_check: bool
) -> t.Tuple[t.Optional[Scaling], t.List[Problem]]:
    """The range, and its problems. With problems there is none. ``busy_check`` says whether the pool has one."""
    problems = [*unknown_options(given, OPTIONS, f"{where}."), *misshapen(given, OPTIONS, f"{where}.")]
    if problems:
        return None, problems
    read = {option: value for option, value in given.items() if value is not None}
    counts = {option: _count(read, option, where, problems) for option in COUNTS}
    spans, wrong = read_spans(read, SPANS, Scaling, where, "10s or 5min")
    problems += wrong
    for option in (one for one in ("min", "max") if one not in read):
        problems.append(Problem(f"{where}.{option}", "nothing", f"a number from 1 to {MOST}"))
    if not problems and counts["min"] > counts["max"]:
        problems.append(Problem(f"{where}.min", str(counts["min"]), f"at most max, which is {counts['max']}"))
    backlog, wrong = _backlog(read, where)
    problems += [*wrong, *_goes_together(read, where, busy_check=busy_check)]
    busy = PERCENT.fullmatch(as_text(read.get("busy", "")))
    if "busy" in read and not busy:
        problems.append(Problem(f"{where}.busy", repr(as_text(read["busy"])), "a percentage from 1% to 100%"))
    keep_free = _keep_free(read, where, problems)
    if problems:
        return None, problems
    percent = int(busy[1]) if busy else 0
    every = spans["every"] if "every" in read or not percent else EVERY_BUSY
    numbers: t.Dict[str, t.Any] = {**counts, **spans, "every": every}
    return Scaling(backlog=backlog, busy=percent, keep_free=keep_free, **numbers), []


def _count(read: t.Mapping[str, t.Any], option: str, where: str, problems: t.List[Problem]) -> int:
    if option not in read:
        return int(getattr(Scaling, option))
    text, most = as_text(read[option]), COUNTS[option]
    if isinstance(read[option], bool) or not COUNT.fullmatch(text) or int(text) > most:
        problems.append(Problem(f"{where}.{option}", repr(text), f"a number from 1 to {most}"))
        return 1
    return int(text)


def _backlog(read: t.Mapping[str, t.Any], where: str) -> t.Tuple[t.Tuple[str, ...], t.List[Problem]]:
    given = read.get("backlog", [])
    if isinstance(given, str):
        expected = "a list of words, such as [/usr/local/bin/backlog, mail]"
        return (), [Problem(f"{where}.backlog", "one text", expected, "No shell reads the command.")]
    command, problems = read_check(given, f"{where}.backlog")
    hint = "One command counts the work of the whole pool."
    problems += [
        Problem(f"{where}.backlog[{index}]", "%i", "no %i", hint) for index, word in enumerate(command) if "%i" in word
    ]
    return command, problems


def _goes_together(read: t.Mapping[str, t.Any], where: str, *, busy_check: bool) -> t.Iterator[Problem]:
    if bool(read.get("backlog")) == ("busy" in read):
        found = "backlog and busy" if "busy" in read else "neither backlog nor busy"
        hint = "backlog is a command that prints how many jobs wait. busy is a percentage, such as 80%."
        yield Problem(where, found, "one of them", hint)
    elif "busy" in read and not busy_check:
        yield Problem(f"{where}.busy", "given", "a busy_check beside it", "It says which instances are busy.")
    elif "busy" in read and "each" in read:
        yield Problem(f"{where}.each", "given", "nothing beside busy", "It is for backlog.")
    elif "busy" not in read and "each" not in read:
        hint = "It is the number of waiting jobs for which one more instance is worth it."
        yield Problem(f"{where}.each", "nothing", "a number from 1 on, beside backlog", hint)


def _keep_free(read: t.Mapping[str, t.Any], where: str, problems: t.List[Problem]) -> int:
    if "keep_free" not in read:
        return 0
    size = quantities.size(as_text(read["keep_free"]))
    if size is None or not LEAST_FREE <= size <= MOST_FREE:
        expected = "an amount of memory from 1M on, such as 500M or 2G"
        problems.append(Problem(f"{where}.keep_free", repr(as_text(read["keep_free"])), expected))
        return 0
    return size
