# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what is asked of somebody else's services and what the host shows to steps, each with its reason."""

from __future__ import annotations

import fnmatch
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.plan import start_step, surplus_steps
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Step, Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.seen import INSTALLS
from ansible_collections.workers.systemd.plugins.module_utils._core.look.service import (
    Service,
    install_links,
    install_of,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_name import UnitName
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import moment
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.instances import (
    RUNS,
    Asked,
    Chosen,
    group_of,
    narrower,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import Policy

ABSENT = Service()
SURPLUS = "is not among the wanted instances"
ASKED = "is asked for"


@dataclass(frozen=True)
class Group:
    """What is rolled out together. ``wanted`` are the units that are up when the run is over."""

    steps: t.Tuple[Step, ...]
    wanted: t.Tuple[str, ...]


@dataclass(frozen=True)
class InstancesDecision:
    """What a run is to do with services of somebody else. Check mode ends with it.

    ``policies`` are by group as ``groups`` are; ``own_pools`` are those of ours that units belong to.
    """

    asked: Asked
    chosen: Chosen
    groups: t.Mapping[str, Group]
    policies: t.Mapping[str, Policy]
    own_pools: t.FrozenSet[str]
    reload: t.Tuple[Step, ...]
    check_mode: bool
    warnings: t.Tuple[str, ...] = ()

    @property
    def steps(self) -> t.List[Step]:
        return [step for group in self.groups.values() for step in group.steps]

    @property
    def changes(self) -> bool:
        return bool(self.steps or self.reload)


def plan_instances(asked: Asked, chosen: Chosen, services: t.Mapping[str, Service], systemd: int) -> t.Dict[str, Group]:
    """The steps by group; ``services`` are those that the host has."""
    steps: t.Dict[str, t.List[Step]] = {}
    wanted: t.Dict[str, t.List[str]] = {}
    for unit in chosen.units:
        service = services.get(unit, ABSENT)
        steps.setdefault(group_of(unit), []).extend(unit_steps(unit, service, asked, systemd))
        if asked.state in RUNS or (asked.state != "stopped" and service.up):
            wanted.setdefault(group_of(unit), []).append(unit)
    for unit in chosen.surplus:
        steps.setdefault(group_of(unit), []).extend(surplus_steps(unit, services[unit].seen, SURPLUS))
    return {group: Group(tuple(steps[group]), tuple(wanted.get(group, ()))) for group in steps}


def left_down(asked: Asked, chosen: Chosen, services: t.Mapping[str, Service]) -> t.List[str]:
    """Units that a restart passes over because somebody has stopped them, or because they have failed."""
    restarts = asked.state == "try_restarted" or (not asked.state and asked.started_after is not None)
    return [unit for unit in chosen.units if restarts and not services.get(unit, ABSENT).up]


def unit_steps(unit: str, service: Service, asked: Asked, systemd: int) -> t.Iterator[Step]:
    """The steps that bring one unit to what is asked."""
    yield from _enablement(unit, service, asked, systemd)
    if asked.state == "stopped":
        yield from _stop(unit, service, asked)
    elif service.seen.running:
        yield from _renewal(unit, service, asked)
    elif asked.state in RUNS:
        yield start_step(unit, service.seen)
    elif service.up:
        yield from _renewal(unit, service, asked)
    elif asked.reset_failed and service.seen.active == "failed":
        yield Step(Verb.FORGET, unit, "has failed")


def _enablement(unit: str, service: Service, asked: Asked, systemd: int) -> t.Iterator[Step]:
    if asked.enabled is False and service.links:
        yield Step(Verb.DISABLE, unit, "is not to start at boot")
    if not asked.enabled:
        return
    if not service.links:
        yield Step(Verb.ENABLE, unit, "starts at boot")
    elif service.source.unit is not None:
        wanted = install_links(unit, install_of(service.source.unit, systemd))
        if wanted and wanted != service.links:
            because = f"is enabled by {_listed(service.links)}, and [Install] now says {_listed(wanted)}"
            yield Step(Verb.REENABLE, unit, because)


def _stop(unit: str, service: Service, asked: Asked) -> t.Iterator[Step]:
    seen = service.seen
    if seen.active not in ("inactive", "failed"):
        yield Step(Verb.STOP, unit, f"is {seen.active} ({seen.sub})")
    if asked.reset_failed and seen.active != "inactive":
        yield Step(Verb.FORGET, unit, "its failure is reset")


def _renewal(unit: str, service: Service, asked: Asked) -> t.Iterator[Step]:
    """Of a unit that runs, or is about to."""
    if asked.started_after is not None:
        started = service.seen.process.started if service.seen.process else 0.0
        if started < asked.started_after:
            because = f"started at {moment.text(started)}, before {moment.text(asked.started_after)}"
            yield Step(Verb.RESTART, unit, because)
    elif asked.state in ("restarted", "try_restarted"):
        yield Step(Verb.RESTART, unit, ASKED)
    elif asked.state == "reloaded" or (asked.state == "reload_or_restarted" and service.source.can_reload):
        yield Step(Verb.RELOAD_UNIT, unit, ASKED)
        yield Step(Verb.JUDGE, unit, "whether it keeps running after its reload")
    elif asked.state == "reload_or_restarted":
        yield Step(Verb.RESTART, unit, "cannot reload")


def _listed(links: t.Iterable[str]) -> str:
    return ", ".join(sorted(links))


# ---- what keeps a host from it


def instances_problems(
    asked: Asked, chosen: Chosen, services: t.Mapping[str, Service], steps: t.Iterable[Step]
) -> t.Tuple[t.List[Problem], t.List[Problem]]:
    """What is wrong with the chosen units, and what is missing and may come before a run does."""
    restarts = {step.subject for step in steps if step.verb is Verb.RESTART}
    ends = [unit for unit in chosen.units if services[unit].source.ends and not asked.template]
    without = left_out(asked, [unit for unit in chosen.units if unit not in ends], ends)
    found: t.List[Problem] = []
    missing: t.List[Problem] = []
    for unit in chosen.units:
        service = services[unit]
        found.extend(unit_problems(unit, service, asked, restarts=unit in restarts, without=without.get(unit, "")))
        missing.extend(absence(unit, service, asked))
    return found, missing


def unit_problems(
    unit: str, service: Service, asked: Asked, *, restarts: bool, without: str = ""
) -> t.Iterator[Problem]:
    """What is wrong with a unit that is to run or to be enabled. Of one that only goes, nothing is.

    ``restarts`` is whether it has such a step, ``without`` says how to ask without one that ends.
    """
    if service.source.pool and (asked.template or asked.enabled is not None):
        yield Problem(
            _file_name(unit),
            f"a unit of the pool {service.source.pool}",
            "one of somebody else",
            "The module pools enables and scales its own units. List them as `units` to start, stop or restart them.",
        )
    elif service.source.alias_of:
        yield Problem(unit, f"another name of {service.source.alias_of}", "its own name")
    elif asked.enabled or asked.state in RUNS or restarts:
        source = service.source
        if source.masked:
            hint = "`systemctl unmask` removes the mask."
            yield Problem(source.path.rpartition("/")[2], f"masked by {source.path}", "a unit that may start", hint)
        elif not source.path:
            yield from _half_removed(unit, service)
        else:
            yield from _unable(unit, service, asked, without, rolls=asked.state in RUNS or restarts)


def absence(unit: str, service: Service, asked: Asked) -> t.Iterator[Problem]:
    """A unit of which nothing is there. What ships it may come before a run does."""
    needed = asked.enabled or asked.state in RUNS
    if needed and not service.source.path and not service.source.masked and not (service.up or service.links):
        yield Problem(_file_name(unit), "no unit file", "one on this host", "Install its package first.")


def _half_removed(unit: str, service: Service) -> t.Iterator[Problem]:
    hint = "Its package was removed. Use `state: stopped` and `enabled: false` to remove the rest."
    if service.up:
        yield Problem(
            unit, f"{service.seen.active} ({service.seen.sub}) without a unit file", "one with its file", hint
        )
    elif service.links:
        yield Problem(unit, f"enabled by {_listed(service.links)} without a unit file", "one with its file", hint)


def _unable(unit: str, service: Service, asked: Asked, without: str, *, rolls: bool) -> t.Iterator[Problem]:
    """A unit with a file that cannot do what is asked."""
    source = service.source
    if service.seen.load in ("bad-setting", "error"):
        hint = "`systemctl status` shows the reason. After a repair, run `systemctl daemon-reload`."
        yield Problem(unit, f"a unit that systemd refused to load ({service.seen.load})", "a valid one", hint)
    if rolls and source.ends:
        hint = f"A service that ends cannot be watched.{without}"
        yield Problem(_file_name(unit), "Type=oneshot", "a service that stays running", hint)
    if asked.state == "reloaded" and service.seen.running and not source.can_reload:
        hint = "`reload_or_restarted` restarts it instead."
        yield Problem(_file_name(unit), "no ExecReload=", "a service that can reload", hint)
    if asked.enabled and not service.links:
        if source.generated:
            hint = "Its links come from the file that it is generated from, such as [Install] of a quadlet."
            yield Problem(_file_name(unit), f"generated, in {source.path}", "a unit that can be enabled", hint)
        elif source.unit is not None and not any(source.unit.kept("Install", key) for key in INSTALLS):
            yield Problem(_file_name(unit), "no [Install] section", "a unit that can be enabled")


def left_out(asked: Asked, stay: t.Sequence[str], ends: t.Sequence[str]) -> t.Dict[str, str]:
    """How the globs that match units which end would be without them; by unit, those that are not asked for by name."""
    hints = {}
    for unit in set(ends).difference(asked.units):
        glob = next(glob for glob in asked.units if fnmatch.fnmatchcase(unit, glob))
        kept = [one for one in stay if fnmatch.fnmatchcase(one, glob)]
        if kept:
            hints[unit] = f" Without: {', '.join(narrower(glob, kept, ends))} in place of {glob}."
    return hints


def _file_name(unit: str) -> str:
    """That of the file a unit comes from, as a rule."""
    name = UnitName.parse(unit)
    return unit if name.instance is None else str(UnitName(name.prefix, "", name.kind))
