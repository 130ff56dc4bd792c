# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what is wanted and what is observed to steps, each with its reason. This is the check mode."""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.stale import why_stale
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import File, Instance, ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.look.service import install_links
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import Wanted, WantedFile


class Verb(enum.Enum):
    """In the order in which a run carries them out."""

    WRITE = "write"
    ENABLE = "enable"
    REENABLE = "reenable"
    DISABLE = "disable"
    RELOAD = "daemon-reload"
    STOP = "stop"
    FORGET = "reset-failed"
    REMOVE = "remove"
    RELOAD_UNIT = "reload"
    START = "start"
    RESTART = "restart"
    JUDGE = "judge"
    # Stops what ran for the time of the rollout only.
    LEAVE = "leave"


@dataclass(frozen=True)
class Step:
    """``subject`` is a path for write and remove, else a unit; of a reload it is the manager."""

    verb: Verb
    subject: str
    because: str


MANAGER = "systemd"
# What systemd refuses for a masked unit.
NEEDS_A_UNIT = (Verb.ENABLE, Verb.REENABLE, Verb.START, Verb.RESTART)
# Whatever [Install] of a pool says, the systemd of its host knows it.
NEWEST = 2**31


def plan_pool(wanted: Wanted, observed: ObservedPool) -> t.Tuple[Step, ...]:
    """The steps that bring a present pool to its wanted state; nothing when it is there."""
    name = wanted.pool.name
    steps = [step for file in wanted.files for step in file_steps(file, observed.files.get(file.path))]
    unwanted = sorted(set(observed.files) - {file.path for file in wanted.files})
    removals = [Step(Verb.REMOVE, path, "no longer used by the pool") for path in unwanted]
    if not observed.target_enabled:
        steps.append(Step(Verb.ENABLE, unit_name.target(name), "starts the pool at boot"))
    if not observed.target_active and wanted.pool.instances:
        steps.append(Step(Verb.START, unit_name.target(name), "groups the running instances"))
    files_changed = _files_changed(wanted, observed)
    install = _install(wanted)
    for instance in wanted.pool.instances:
        seen = observed.instances.get(instance, Instance())
        unit = unit_name.instance(name, instance)
        steps.extend(_enablement(unit, seen, install))
        steps.extend(_instance_steps(unit, seen, wanted.markers[instance], files_changed))
    for instance in unit_name.in_order(set(observed.instances) - set(wanted.pool.instances)):
        steps.extend(
            surplus_steps(unit_name.instance(name, instance), observed.instances[instance], "not wanted any more")
        )
    return tuple(steps + removals)


def plan_revert(wanted: Wanted, observed: ObservedPool, touched: t.Container[str]) -> t.Tuple[Step, ...]:
    """The steps back to a version that worked. Units that a failed run ``touched``, and what does not run, are
    restarted on it, whatever they look like; all others run it still.
    """
    name = wanted.pool.name
    target = unit_name.target(name)
    starts = (Verb.START, Verb.RESTART)
    steps = [step for step in plan_pool(wanted, observed) if step.verb not in starts or step.subject == target]
    for instance in wanted.pool.instances:
        unit = unit_name.instance(name, instance)
        if unit in touched or not observed.instances.get(instance, Instance()).running:
            steps.append(Step(Verb.RESTART, unit, "goes back with its pool"))
    return tuple(steps)


def passing_over(units_left: t.Container[str], steps: t.Iterable[Step]) -> t.Tuple[Step, ...]:
    """The steps without those that need a unit which systemd does not start or enable, because it is masked.

    One call enables many, and systemd refuses it whole.
    """
    return tuple(step for step in steps if not (step.verb in NEEDS_A_UNIT and step.subject in units_left))


def owed_verdicts(wanted: Wanted, steps: t.Sequence[Step]) -> t.Tuple[Step, ...]:
    """A run that was killed started instances and did not live to judge them."""
    subjects = {step.subject for step in steps if step.verb in (Verb.START, Verb.RESTART)}
    running = [unit_name.instance(wanted.pool.name, instance) for instance in wanted.pool.instances]
    because = "the run that started it was killed before the verdict"
    return tuple(Step(Verb.JUDGE, unit, because) for unit in running if unit not in subjects)


def plan_removal(name: str, observed: ObservedPool, because: str) -> t.Tuple[Step, ...]:
    """The steps that leave nothing of a pool: instances first, then the target, then the files."""
    steps: t.List[Step] = []
    for instance in unit_name.in_order(observed.instances):
        steps.extend(surplus_steps(unit_name.instance(name, instance), observed.instances[instance], because))
    if observed.target_active:
        steps.append(Step(Verb.STOP, unit_name.target(name), because))
    if observed.target_enabled:
        steps.append(Step(Verb.DISABLE, unit_name.target(name), because))
    # The template goes last: as long as it is there, a run that was killed half-way can be taken up again.
    template = f"/{unit_name.template(name)}"
    for path in sorted(observed.files, key=lambda path: (path.endswith(template), path)):
        steps.append(Step(Verb.REMOVE, path, because))
    return tuple(steps)


def plan_reload(places: Places, steps: t.Sequence[Step], pending: str) -> t.Tuple[Step, ...]:
    """At most one reload for the whole run: for what it changes, or for what an earlier run or a person left."""
    for step in steps:
        on_unit = step.verb in (Verb.WRITE, Verb.REMOVE) and step.subject.startswith(f"{places.units}/")
        if on_unit or step.verb in (Verb.ENABLE, Verb.REENABLE, Verb.DISABLE):
            return (Step(Verb.RELOAD, MANAGER, "unit files or links change"),)
    return (Step(Verb.RELOAD, MANAGER, pending),) if pending else ()


def file_steps(wanted: WantedFile, there: t.Optional[File]) -> t.List[Step]:
    """The step that brings one file to its wanted text and mode, if any."""
    if there is None:
        return [Step(Verb.WRITE, wanted.path, "is not there")]
    if there.text != wanted.text:
        return [Step(Verb.WRITE, wanted.path, "has other content")]
    if there.mode != wanted.mode:
        return [Step(Verb.WRITE, wanted.path, f"has mode {there.mode:04o}, wanted {wanted.mode:04o}")]
    return []


def _files_changed(wanted: Wanted, observed: ObservedPool) -> float:
    """When the last environment file changed; one that is about to be written changes after any process started."""
    secret = [file for file in wanted.files if file.secret]
    if any(file_steps(file, observed.files.get(file.path)) for file in secret):
        return float("inf")
    return max((observed.files[file.path].changed for file in secret), default=0.0)


def _install(wanted: Wanted) -> Unit:
    """The template with [Install] alone, which is looked through once for each instance."""
    name = unit_name.template(wanted.pool.name)
    text = UnitText.parse(next(file.text for file in wanted.files if file.path.endswith(f"/{name}")))
    install = [f"{one.key}={one.value}" for one in text.assignments if one.section == "Install"]
    return Unit.of(name, "\n".join(["[Install]", *install]))


def _enablement(unit: str, seen: Instance, install: Unit) -> t.Iterator[Step]:
    if not seen.enabled:
        yield Step(Verb.ENABLE, unit, "starts with its pool")
        return
    # Links that are another name of the unit have no directory, and are not looked for.
    links = {link for link in install_links(unit, install, NEWEST) or () if "/" in link}
    if seen.links is not None and links - seen.links:
        # The link of a unit that had the name before: our target would start nothing.
        because = f"is enabled by {', '.join(sorted(seen.links))}, and not by {', '.join(sorted(links - seen.links))}"
        yield Step(Verb.REENABLE, unit, because)


def _instance_steps(unit: str, seen: Instance, markers: t.Mapping[str, str], files_changed: float) -> t.Iterator[Step]:
    if not seen.running:
        yield start_step(unit, seen)
    elif seen.process is not None:
        because = why_stale(seen.process, markers, files_changed)
        if because:
            yield Step(Verb.RESTART, unit, because)


def start_step(unit: str, seen: Instance) -> Step:
    """The step that starts what does not run."""
    # A start job would wait for the automatic restart (service_start()), which then counts as a death.
    waits = seen.sub.startswith("auto-restart")
    return Step(Verb.RESTART if waits else Verb.START, unit, f"is {seen.active} ({seen.sub})")


def surplus_steps(unit: str, seen: Instance, because: str) -> t.Iterator[Step]:
    """The steps after which nothing runs, is enabled, or is remembered as failed."""
    if seen.enabled:
        yield Step(Verb.DISABLE, unit, because)
    if seen.active != "inactive":
        if seen.active != "failed":
            yield Step(Verb.STOP, unit, because)
        yield Step(Verb.FORGET, unit, because)
