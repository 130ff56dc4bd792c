# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The request to the ``instances`` module: services that other software ships, and the state that they shall have."""

from __future__ import annotations

import fnmatch
import re
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, did_you_mean
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import (
    KINDS,
    UnitName,
    is_unit_name,
    patterns,
    units_in_order,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import moment
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.instance_names import read_instances
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy, read_policy

Params = t.Mapping[str, t.Any]

# After these states all units run. After the other states, a stopped unit stays stopped.
RUNS = ("started", "restarted", "reloaded", "reload_or_restarted")
SCALES = ("started", "restarted")
DATED = ("", "started", "restarted", "try_restarted")
GLOB = re.compile(r"[*?\[]")
PATTERN = re.compile(r"[A-Za-z0-9:_.\\@*?\[\]!-]{1,255}")
WHOLE = "services"


@dataclass(frozen=True)
class Asked:
    """``template`` is the prefix of a template with ``instances``, or empty. ``units`` are names and globs.

    An empty ``state`` changes no state. ``started_after`` is in seconds since the epoch. Without a ``policy``, a pool
    of this collection keeps the policy of its deploy.
    """

    template: str = ""
    instances: t.Tuple[str, ...] = ()
    exact: bool = True
    units: t.Tuple[str, ...] = ()
    state: str = ""
    enabled: t.Optional[bool] = None
    reset_failed: bool = False
    started_after: t.Optional[float] = None
    policy: t.Optional[Policy] = None

    @property
    def patterns(self) -> t.Tuple[str, ...]:
        """The patterns of all units that the request may change."""
        return (str(UnitName(self.template, "*")),) if self.template else self.units

    @property
    def leaves_nothing(self) -> bool:
        """Whether the request only stops, disables or resets existing units, so that a missing unit is no problem."""
        return self.state in ("", "stopped") and not self.enabled and self.started_after is None


@dataclass(frozen=True)
class Bring:
    """The order to bring services of other software to the ``asked`` state. orders.py has the other orders."""

    asked: Asked
    check_mode: bool
    diff: bool
    confirm: float


def understand(params: Params, now: float) -> t.Tuple[Asked, t.List[Problem]]:
    """Reads the options of the module and lists all problems. ``now`` is the time on the host."""
    reader = _Reader(params, now)
    return reader.asked(), reader.problems


class _Reader:
    def __init__(self, params: Params, now: float) -> None:
        self.params = params
        self.now = now
        self.problems: t.List[Problem] = []

    def problem(self, option: str, found: str, expected: str, hint: str = "") -> None:
        self.problems.append(Problem(option, found, expected, hint))

    def asked(self) -> Asked:
        template, units = self.params.get("template"), self.params.get("units")
        if (template is None) == (units is None):
            found = "neither" if template is None else "both"
            self.problem("template, units", found, "one of the two", "A template has instances; units may be globs.")
        state = self.params.get("state") or ("started" if template is not None else "")
        asked = Asked(
            template=self._template(template),
            instances=self._instances(template),
            exact=self.params.get("exact") is not False,
            units=tuple(self._unit(index, text) for index, text in enumerate(units or [])),
            state=state,
            enabled=self.params.get("enabled"),
            reset_failed=bool(self.params.get("reset_failed")),
            started_after=self._started_after(state),
            policy=self._policy(),
        )
        if not asked.state and asked.enabled is None and not asked.reset_failed and asked.started_after is None:
            self.problem("state", "nothing to do", "state, enabled, started_after or reset_failed")
        if units is not None and not units:
            self.problem("units", "an empty list", "names or globs of services")
        return asked

    def _template(self, text: t.Optional[str]) -> str:
        if text is None:
            return ""
        name = UnitName.parse(text)
        if name.instance != "" or name.kind != "service" or not is_unit_name(str(name)):
            self.problem("template", repr(text), "a template of services, such as celery@.service or celery@")
        return name.prefix

    def _instances(self, template: t.Optional[str]) -> t.Tuple[str, ...]:
        given = self.params.get("instances")
        if (given is None) != (template is None):
            found = "nothing" if given is None else "given"
            self.problem("instances", found, "a count or a list of names, for a template", "Units are listed in full.")
        if given is None:
            return ()
        names, found_problems = read_instances(
            given,
            "instances",
            lambda name: name != "" and is_unit_name(f"a@{name}.service"),
            "the name of an instance as systemd has it",
            "`systemd-escape` makes one from any text.",
        )
        self.problems.extend(found_problems)
        return names

    def _unit(self, index: int, text: str) -> str:
        """The name with a unit type. systemctl adds none to a glob, so ``celery@*`` becomes ``celery@*.service``."""
        kind = text.rpartition(".")[2]
        name = text if kind in KINDS and "." in text else f"{text}.service"
        place, glob = f"units[{index}]", bool(GLOB.search(text))
        if not (PATTERN.fullmatch(name) if glob else is_unit_name(name)):
            self.problem(place, repr(text), "the name of a unit, or a glob")
        elif not name.endswith(".service"):
            self.problem(place, repr(text), "a service", "A rollout can watch only services.")
        elif UnitName.parse(name).instance == "":
            all_of_it = name.replace("@.", "@*.")
            self.problem(place, repr(text), "an instance, or a glob", f"All instances are {all_of_it}.")
        return name

    def _started_after(self, state: str) -> t.Optional[float]:
        given = self.params.get("started_after")
        if given is None:
            return None
        try:
            read = moment.seconds(given)
        except ValueError:
            self.problem("started_after", repr(given), moment.EXPECTED)
            return None
        if read > self.now:
            ahead = f"{moment.text(read)}, which is {read - self.now:.1f} s ahead of this host's clock"
            hint = "No process can have started after it. Is the clock of the host right?"
            self.problem("started_after", ahead, "a point in time that is over", hint)
        if state not in DATED:
            self.problem("started_after", f"state {state}", "a state in which old processes are restarted")
        return read

    def _policy(self) -> t.Optional[Policy]:
        given = self.params.get("rollout")
        if given is None:
            return None
        policy, found = read_policy(given, "rollout")
        self.problems.extend(found)
        return only_stopping(policy)


def only_stopping(policy: Policy) -> Policy:
    """The policy without a rollback: other software ships the unit, so no previous version of it is kept."""
    return replace(policy, on_failure="stop")


# ---- the units of the request on a host


@dataclass(frozen=True)
class Chosen:
    """``units`` were asked for. ``surplus`` are the other instances of the template, which are stopped."""

    units: t.Tuple[str, ...]
    surplus: t.Tuple[str, ...] = ()
    problems: t.Tuple[Problem, ...] = ()


def choose(asked: Asked, known: t.Collection[str]) -> Chosen:
    """The units of the request. ``known`` are the services of the host that are loaded, are enabled, or have a file."""
    if asked.template:
        units = [str(UnitName(asked.template, name)) for name in asked.instances]
        others = set(known) - set(units) if asked.exact and asked.state in SCALES else ()
        return Chosen(tuple(units_in_order(units)), tuple(units_in_order(others)))
    found: t.Set[str] = set()
    problems = []
    for index, text in enumerate(asked.units):
        matches = [one for one in known if fnmatch.fnmatchcase(one, text)] if GLOB.search(text) else [text]
        found.update(matches)
        if not matches and not asked.leaves_nothing:
            expected = "one that matches a service that is loaded, enabled, or has a file"
            problems.append(Problem(f"units[{index}]", repr(text), expected, _nearest(text, known)))
    return Chosen(tuple(units_in_order(found)), problems=tuple(problems))


def _nearest(pattern: str, known: t.Collection[str]) -> str:
    """A hint with a similar template, when the pattern is for the instances of a template."""
    prefixes = {UnitName.parse(one).prefix for one in known if "@" in one}
    return did_you_mean(UnitName.parse(pattern).prefix, sorted(prefixes)) if "@" in pattern else ""


def narrower(glob: str, kept: t.Sequence[str], others: t.Collection[str]) -> t.List[str]:
    """Patterns that match the ``kept`` units, all of which ``glob`` matches, and no unit of ``others``."""
    start = glob.partition("*")[0]
    if glob != f"{start}*.service" or GLOB.search(start):
        # A shorter pattern might match units that the glob does not match.
        return list(kept)
    common = kept[0]
    while not all(one.startswith(common) for one in kept):
        common = common[:-1]
    shorter = [f"{common}*.service"] if len(kept) > 1 else list(kept)
    for found in (shorter, list(kept) if "@" in start else patterns(kept)):
        if not any(fnmatch.fnmatchcase(one, pattern) for one in others for pattern in found):
            return found
    return list(kept)


def group_of(unit: str) -> str:
    """The group that is rolled out together: the instances of one template, or all units that are no instances."""
    name = UnitName.parse(unit)
    return WHOLE if name.instance is None else str(UnitName(name.prefix, ""))
