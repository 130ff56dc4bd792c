# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``per_instance``: what single instances of a pool have of their own."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, did_you_mean
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import as_text
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import Value
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.instance_names import MOST, is_number
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.options import (
    known_only,
    misshapen,
    unknown_options,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.own_lists import resets
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import LIMITS, Pool

# The options of one instance, in the form of Ansible's argument spec. Ansible cannot check them: the names are free.
OPTIONS: t.Dict[str, t.Dict[str, t.Any]] = {
    "environment": {"type": "dict"},
    "secrets": {"type": "dict"},
    "limits": {"type": "dict", "options": {option: {"type": "str"} for option in LIMITS}},
    "unit": {"type": "dict"},
}
# The pool, its checks and its preflight know one user.
OF_THE_POOL = ("User", "Group", "DynamicUser", "SupplementaryGroups")
# systemd.unit(5): "dependencies (After=, etc.) cannot be reset to an empty list" in a drop-in.
DEPENDENCIES = frozenset(
    {
        "After",
        "Before",
        "BindsTo",
        "Conflicts",
        "JoinsNamespaceOf",
        "OnFailure",
        "OnSuccess",
        "PartOf",
        "PropagatesReloadTo",
        "PropagatesStopTo",
        "ReloadPropagatedFrom",
        "Requires",
        "RequiresMountsFor",
        "Requisite",
        "StopPropagatedFrom",
        "Upholds",
        "Wants",
        "WantsMountsFor",
    }
)


def name_problems(
    names: t.Iterable[str], instances: t.Sequence[str], where: str, *, counted: bool
) -> t.Iterator[Problem]:
    """Names that are not those of an instance.

    A number above the count is no problem, so that a pool may have fewer instances for a while, or on some of the hosts
    that share its list; see ``waiting``.
    """
    for name in names:
        if counted and not is_number(name):
            yield Problem(f"{where}.{name}", "no number of an instance", f"a number from 1 to {MOST}")
        elif not counted and name not in instances:
            expected = f"one of {', '.join(instances)}" if instances else "no name: the pool has no instances"
            yield Problem(f"{where}.{name}", "no instance of this name", expected, did_you_mean(name, instances))


def waiting(pool: Pool) -> t.Iterator[str]:
    """Warnings about numbers that are not in use."""
    for name in pool.per_instance:
        if name not in pool.names:
            count = len(pool.instances)
            yield f"{pool.where}.per_instance.{name}: is not in use, for the pool has {count} instances now"


def read_shapes(
    given: t.Mapping[t.Any, t.Any], where: str
) -> t.Tuple[t.Dict[str, t.Dict[str, t.Any]], t.List[Problem]]:
    """The options of each instance as far as they have the right shape, and what is wrong with the others."""
    shaped: t.Dict[str, t.Dict[str, t.Any]] = {}
    problems: t.List[Problem] = []
    for key, options in given.items():
        name = as_text(key)
        if not isinstance(options, dict):
            problems.append(Problem(f"{where}.{name}", _kind(options), "a mapping of options"))
            options = {}
        place = f"{where}.{name}."
        problems += unknown_options(options, OPTIONS, place)
        sound = {}
        for option, value in known_only(options, OPTIONS).items():
            wrong = list(_misshapen(option, value, place))
            problems += wrong
            sound.update({} if wrong else {option: value})
        shaped[name] = sound
    return shaped, problems


def shown(given: t.Any, hide: t.Callable[[t.Any], t.Any]) -> t.Any:
    """The option as it may be shown: ``hide`` takes the values of secrets, and of what has another shape."""
    if not isinstance(given, dict):
        return hide(given)
    return {name: _shown(options, hide) for name, options in given.items()}


def secrets_in(given: t.Any) -> t.Iterator[t.Any]:
    """The values of secrets in the option as it was given, whatever its shape."""
    for options in given.values() if isinstance(given, dict) else ():
        secrets = options.get("secrets") if isinstance(options, dict) else None
        yield from secrets.values() if isinstance(secrets, dict) else ()


def unit_problems(unit: t.Mapping[str, t.Mapping[str, Value]], where: str) -> t.Iterator[Problem]:
    """Directives that the drop-in of one instance cannot have."""
    for directive in OF_THE_POOL:
        if directive in unit.get("Service", {}):
            hint = "All instances of a pool have one user: write a pool for each."
            yield Problem(f"{where}.Service.{directive}", directive, "another directive", hint)
    for directive, value in unit.get("Unit", {}).items():
        if directive in DEPENDENCIES and resets(value):
            hint = "systemd cannot reset a dependency of one instance. Leave it out of the `unit` of the pool."
            yield Problem(f"{where}.Unit.{directive}", "an empty text", "names of units alone", hint)


def _misshapen(option: str, value: t.Any, place: str) -> t.Iterator[Problem]:
    if isinstance(value, str):
        yield Problem(f"{place}{option}", _kind(value), "a mapping")
    else:
        yield from misshapen({option: value}, OPTIONS, place)


def _kind(value: t.Any) -> str:
    return "nothing" if value is None else type(value).__name__


def _shown(options: t.Any, hide: t.Callable[[t.Any], t.Any]) -> t.Any:
    if not isinstance(options, dict):
        return hide(options)
    return {
        option: hide(value) if option == "secrets" or not isinstance(value, dict) else value
        for option, value in known_only(options, OPTIONS).items()
    }
