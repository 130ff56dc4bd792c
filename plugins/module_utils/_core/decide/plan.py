# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what is wanted and what is observed to steps, each with its reason. This is the check mode."""

from __future__ import annotations

import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.decide.stale import why_stale
from ansible_collections.workers.systemd.plugins.module_utils._core.decide.steps import Step, Verb
from ansible_collections.workers.systemd.plugins.module_utils._core.look.observed import File, Instance, ObservedPool
from ansible_collections.workers.systemd.plugins.module_utils._core.look.service import (
    Install,
    install_links,
    install_of,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.places import OWN_DROP_IN, Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import UnitText
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool
from ansible_collections.workers.systemd.plugins.module_utils._core.write import kept_logs
from ansible_collections.workers.systemd.plugins.module_utils._core.write.file_markers import instance_of
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pause import (
    BY_DEPLOY,
    Pause,
    Pauses,
    bond,
    holding,
    paused_units,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import Wanted, WantedFile

MANAGER = "systemd"
BY_NEED = "starts when there is work for it, and not at boot"
PAUSE_OVER = "its pause is over, and no time of the pause may start a run"
# What is on the disk then.
ON_DISK = (Verb.WRITE, Verb.ENABLE, Verb.REENABLE, Verb.DISABLE, Verb.LINK, Verb.REMOVE)
# What systemd refuses for a masked unit.
NEEDS_A_UNIT = (Verb.ENABLE, Verb.REENABLE, Verb.START, Verb.RESTART)
# Whatever [Install] of a pool says, the systemd of its host knows it.
NEWEST = 2**31


def plan_pool(wanted: Wanted, observed: ObservedPool) -> t.Tuple[Step, ...]:
    """The steps that bring a present pool to its wanted state; nothing when it is there."""
    if wanted.pool.foreign:
        return _plan_giving_back(wanted, observed)
    steps = [step for file in wanted.files for step in file_steps(file, observed.files.get(file.path))]
    steps.extend(_journald_steps(wanted, steps))
    unwanted = sorted(set(observed.files) - {file.path for file in wanted.files})
    removals = [Step(Verb.REMOVE, path, f"no longer used by the {wanted.pool.kind}") for path in unwanted]
    if wanted.pool.schedule is not None:
        return (*steps, *timer_steps(wanted, observed), *removals)
    name, target = wanted.pool.name, wanted.pool.main_units.group
    steps.extend(_target_enablement(wanted, observed))
    if not observed.target_active and wanted.pool.instances and not observed.down:
        steps.append(Step(Verb.START, target, "groups the running instances"))
    install, changed = _Install(wanted), _Changed(wanted, observed)
    pauses, waiting = pauses_after(wanted, observed), waiting_units(wanted.pool, observed)
    steps.extend(mark_steps(observed.pauses, pauses))
    for instance in wanted.pool.instances:
        seen = observed.instances.get(instance, Instance())
        unit = unit_name.instance(name, instance)
        pause = holding(pauses, instance)
        if instance in wanted.pool.at_boot:
            steps.extend(_enablement(unit, seen, install.of(instance)))
        elif seen.enabled:
            steps.append(Step(Verb.DISABLE, unit, BY_NEED))
        if pause:
            steps.extend(rest_steps(unit, seen, str(pause)))
        elif unit not in waiting:
            steps.extend(_instance_steps(unit, seen, wanted.markers[instance], changed.of(instance)))
    for instance in unit_name.in_order(set(observed.instances) - set(wanted.pool.instances)):
        seen = observed.instances[instance]
        # The agent has begun the stop of one that the range has.
        if instance not in wanted.pool.names or seen.active != "deactivating" or seen.enabled:
            steps.extend(surplus_steps(unit_name.instance(name, instance), seen, "not wanted any more"))
    return tuple(steps + removals)


def _journald_steps(wanted: Wanted, steps: t.Sequence[Step]) -> t.List[Step]:
    """The step after which the journald of a pool has its new configuration, which it reads when it starts.

    No line is lost: systemd keeps what workers write, and the streams of the workers, while journald restarts (measured
    on 247, 252 and 262). A journald may still run when no process writes to it any more.
    """
    name = wanted.pool.name
    written = any(step.subject.endswith(f"/{kept_logs.file_name(name)}") for step in steps)
    return [Step(Verb.TRY_RESTART, unit_name.journald(name), "reads its settings when it starts")] if written else []


def _plan_giving_back(wanted: Wanted, observed: ObservedPool) -> t.Tuple[Step, ...]:
    """The steps that bring back what somebody else had before the pool took it over."""
    target = unit_name.target(wanted.pool.name)
    paths = {file.path for file in wanted.files}
    files = [file for file in wanted.files if not file.enables]
    steps = [step for file in files for step in file_steps(file, observed.files.get(file.path))]
    steps.extend(mark_steps(observed.pauses, {}))
    steps.extend(_links_back(wanted, observed))
    steps.extend(_processes_back(wanted, observed))
    if observed.target_active and not any(path.endswith(f"/{target}") for path in paths):
        steps.append(Step(Verb.STOP, target, "is of the pool"))
    unwanted = sorted(set(observed.files) - paths)
    return (*steps, *(Step(Verb.REMOVE, path, "is of the pool") for path in unwanted))


def _links_back(wanted: Wanted, observed: ObservedPool) -> t.Iterator[Step]:
    """Takes away the links of the pool, and makes those that there were, whatever [Install] says."""
    links: t.Dict[str, t.Dict[str, str]] = {}
    for file in (file for file in wanted.files if file.enables):
        folder, unit = file.path.split("/")[-2:]
        links.setdefault(unit, {})[f"{folder}/{unit}"] = file.path
    there = {unit_name.instance(wanted.pool.name, one): seen.links for one, seen in observed.instances.items()}
    if observed.target_enabled:
        there[unit_name.target(wanted.pool.name)] = None
    for unit in unit_name.in_order({*there, *links}):
        before, now = links.get(unit, {}), there.get(unit, frozenset())
        if now != before.keys():
            if now != frozenset():
                yield Step(Verb.DISABLE, unit, "was enabled in another way before")
            for path in before.values():
                yield Step(Verb.LINK, path, "enabled it before")


def _processes_back(wanted: Wanted, observed: ObservedPool) -> t.Iterator[Step]:
    for instance in unit_name.in_order({*observed.instances, *wanted.pool.instances}):
        unit = unit_name.instance(wanted.pool.name, instance)
        seen = observed.instances.get(instance, Instance())
        if instance not in wanted.pool.instances:
            yield from rest_steps(unit, seen, "did not run before")
        elif not seen.running:
            yield start_step(unit, seen)
        elif seen.process is not None and why_stale(seen.process, wanted.markers[instance], 0.0):
            yield Step(Verb.RESTART, unit, "runs the version of the pool")


def timer_steps(wanted: Wanted, observed: ObservedPool) -> t.Iterator[Step]:
    """The steps of the unit of a timer. No step stops or starts its service, so a run that is under way goes on.

    With its next times, systemd counts from the last run (timer_enter_waiting()). After a reload with another schedule
    it starts the job at once, when the new schedule has a time since then (measured on 252). So a timer whose
    schedule changes is stopped before the reload, and systemd forgets its last run. The times of a pause are no times
    that were missed.
    """
    timer = wanted.pool.main_units.group
    (text,) = [file.text for file in wanted.files if file.path.endswith(f"/{timer}")]
    there = next((file.text for path, file in observed.files.items() if path.endswith(f"/{timer}")), "")
    changed = bool(there) and _section(there, "Timer") != _section(text, "Timer")
    because = "its schedule changes, and no time that is over may start a run"
    pauses = pauses_after(wanted, observed)
    pause = holding(pauses, "")
    if not observed.target_enabled:
        yield Step(Verb.ENABLE, timer, "starts the timer at boot")
    yield from mark_steps(observed.pauses, pauses)
    if pause:
        yield from timer_rests(timer, observed, str(pause))
        return
    if changed and observed.target_active:
        yield Step(Verb.STOP, timer, because)
    if changed:
        yield from forgetting(observed, because)
    elif observed.pauses:
        yield from forgetting(observed, PAUSE_OVER)
    if changed or not observed.target_active:
        yield Step(Verb.START, timer, "waits for the next time")


def timer_rests(timer: str, observed: ObservedPool, because: str) -> t.Iterator[Step]:
    """The step after which the timer starts no run. A run that is under way goes on."""
    if observed.target_active:
        yield Step(Verb.STOP, timer, because)


def forgetting(observed: ObservedPool, because: str) -> t.Iterator[Step]:
    """The step after which systemd does not know the last run of a timer, so that no time is missed."""
    if observed.timer and observed.timer.stamp:
        yield Step(Verb.REMOVE, observed.timer.stamp, because)


def _section(text: str, section: str) -> t.List[t.Tuple[str, str]]:
    return [(one.key, one.value) for one in UnitText.parse(text).assignments if one.section == section]


def plan_revert(wanted: Wanted, observed: ObservedPool, touched: t.Container[str]) -> t.Tuple[Step, ...]:
    """The steps back to a version that worked. Units that a failed run ``touched``, and what does not run, are
    restarted on it, whatever they look like; all others run it still. What is paused stays so.
    """
    name, target = wanted.pool.name, wanted.pool.main_units.group
    starts = (Verb.START, Verb.RESTART)
    steps = [step for step in plan_pool(wanted, observed) if step.verb not in starts or step.subject == target]
    paused = paused_after(wanted, observed)
    for instance in wanted.pool.instances:
        unit = unit_name.instance(name, instance)
        down = not observed.instances.get(instance, Instance()).running
        if unit not in paused and (unit in touched or down):
            steps.append(Step(Verb.RESTART, unit, "goes back with its pool"))
    return tuple(steps)


def pauses_after(wanted: Wanted, observed: ObservedPool) -> t.Dict[str, Pause]:
    """The pauses after a run that brings this version; none of a version of somebody else.

    The state of the pool decides about the pause by the deploy. A version that is put back has no state, and leaves
    that pause as it is. What was paused by hand stays paused as long as the pool has it.
    """
    if wanted.pool.foreign:
        return {}
    names = {"", *wanted.pool.names}
    ended = BY_DEPLOY if wanted.pool.paused is False else ""
    stay = {path: one for path, one in observed.pauses.items() if one.instance in names and one.by != ended}
    return {**wanted.pauses, **stay}


def paused_after(wanted: Wanted, observed: ObservedPool) -> t.Dict[str, Pause]:
    """The instances, or the timer, that stay stopped after such a run, by unit."""
    paused = paused_units(wanted.pool.held_units, pauses_after(wanted, observed))
    return {**waiting_units(wanted.pool, observed), **paused}


def waiting_units(pool: Pool, observed: ObservedPool) -> t.Dict[str, Pause]:
    """The instances that a unit which the pool is bound to keeps stopped, by unit. A run neither starts nor stops them.

    A pool whose target is active is up all the same, such as after a failure of that unit, and is rolled out as any
    other. The start of that unit would not start what is missing of it, because systemd starts its target no more.
    """
    if not observed.down or observed.target_active:
        return {}
    pause = bond(observed.down)
    seen = {unit: observed.instances.get(name, Instance()) for unit, name in pool.held_units.items()}
    return {unit: pause for unit, one in seen.items() if one.active in ("inactive", "failed", "deactivating")}


def all_paused(wanted: Wanted, observed: ObservedPool) -> bool:
    """Whether no instance runs after such a run, although the pool has instances, or the timer does not."""
    units = wanted.pool.held_units
    return bool(units) and len(paused_after(wanted, observed)) == len(units)


def mark_steps(before: Pauses, after: Pauses) -> t.Iterator[Step]:
    """The steps that bring the files of pauses to what there is to be."""
    for path, pause in after.items():
        if path not in before:
            yield Step(Verb.WRITE, path, f"is {pause}")
        elif before[path] != pause:
            yield Step(Verb.WRITE, path, "has another reason")
    for path in sorted(set(before) - set(after)):
        yield Step(Verb.REMOVE, path, "its pause is over")


def passing_over(units_left: t.Container[str], steps: t.Iterable[Step]) -> t.Tuple[Step, ...]:
    """The steps without those that need a unit which systemd does not start or enable, because it is masked.

    One call enables many, and systemd refuses it whole.
    """
    return tuple(step for step in steps if not (step.verb in NEEDS_A_UNIT and step.subject in units_left))


def owed_verdicts(
    wanted: Wanted, steps: t.Sequence[Step], because: str, paused: t.Container[str] = ()
) -> t.Tuple[Step, ...]:
    """The verdicts about instances that run the version, and that no run has judged yet."""
    subjects = {step.subject for step in steps if step.verb in (Verb.START, Verb.RESTART)}
    running = [unit for unit in wanted.units if unit not in paused]
    return tuple(Step(Verb.JUDGE, unit, because) for unit in running if unit not in subjects)


def plan_removal(name: str, observed: ObservedPool, because: str) -> t.Tuple[Step, ...]:
    """The steps that leave nothing of a pool: instances first, then the target, then the files.

    A run of a timer's job that is under way goes on: systemd keeps the unit until the run has ended.
    """
    steps: t.List[Step] = []
    for instance in unit_name.in_order(observed.instances):
        steps.extend(surplus_steps(unit_name.instance(name, instance), observed.instances[instance], because))
    service, group = observed.main_units(name)
    if observed.target_active:
        steps.append(Step(Verb.STOP, group, because))
    if observed.target_enabled:
        steps.append(Step(Verb.DISABLE, group, because))
    if observed.timer and observed.timer.failed:
        steps.append(Step(Verb.FORGET, service, because))
    stamps = [observed.timer.stamp] if observed.timer and observed.timer.stamp else []
    # The service goes last: as long as it is there, a run that was killed half-way can be taken up again.
    template = f"/{service}"
    for path in sorted([*observed.files, *observed.pauses, *stamps], key=lambda path: (path.endswith(template), path)):
        steps.append(Step(Verb.REMOVE, path, because))
    return tuple(steps)


def plan_reload(places: Places, steps: t.Sequence[Step], pending: str) -> t.Tuple[Step, ...]:
    """At most one reload for the whole run: for what it changes, or for what an earlier run or a person left."""
    for step in steps:
        on_unit = step.verb in (Verb.WRITE, Verb.REMOVE) and step.subject.startswith(f"{places.units}/")
        if on_unit or step.verb in (Verb.ENABLE, Verb.REENABLE, Verb.DISABLE, Verb.LINK):
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


class _Changed:
    """When the environment files of an instance changed last, in seconds since the epoch.

    One that is about to be written changes after any process started.
    """

    def __init__(self, wanted: Wanted, observed: ObservedPool) -> None:
        self._last: t.Dict[str, float] = {}
        for file in (file for file in wanted.files if file.secret):
            owner, there = instance_of(file.path), observed.files.get(file.path)
            changed = float("inf") if there is None or file_steps(file, there) else there.changed
            self._last[owner] = max(self._last.get(owner, 0.0), changed)

    def of(self, instance: str) -> float:
        return max(self._last.get("", 0.0), self._last.get(instance, 0.0))


class _Install:
    """[Install] of each instance: that of the template, with that of its drop-in."""

    def __init__(self, wanted: Wanted) -> None:
        name = unit_name.template(wanted.pool.name)
        drop_ins = {instance_of(file.path): file.text for file in wanted.files if file.path.endswith(f"/{OWN_DROP_IN}")}
        template = _lines_of_install(next(file.text for file in wanted.files if file.path.endswith(f"/{name}")))
        more = {instance: lines for instance, text in drop_ins.items() for lines in [_lines_of_install(text)] if lines}
        self._of = {instance: _install(name, [*template, *lines]) for instance, lines in {"": [], **more}.items()}

    def of(self, instance: str) -> Install:
        return self._of.get(instance, self._of[""])


def _install(name: str, lines: t.Sequence[str]) -> Install:
    return install_of(Unit.of(name, "\n".join(["[Install]", *lines])), NEWEST)


def _lines_of_install(text: str) -> t.List[str]:
    return [f"{one.key}={one.value}" for one in UnitText.parse(text).assignments if one.section == "Install"]


def _target_enablement(wanted: Wanted, observed: ObservedPool) -> t.Iterator[Step]:
    """Also after a change of the units that start the target."""
    target = wanted.pool.main_units.group
    if not observed.target_enabled:
        yield Step(Verb.ENABLE, target, "starts the pool" if wanted.pool.bound_to else "starts the pool at boot")
        return
    there = next((file.text for path, file in observed.files.items() if path.endswith(f"/{target}")), "")
    before, now = _links_of(target, there), _links_of(target, wanted.group_text)
    # A link that neither version makes is of somebody else, and stays.
    if observed.links is not None and (now - observed.links or (before - now) & observed.links):
        starting = ", ".join(link.partition(".wants/")[0] for link in sorted(now))
        yield Step(Verb.REENABLE, target, f"starts with {starting}")


def _links_of(target: str, text: str) -> t.FrozenSet[str]:
    return install_links(target, _install(target, _lines_of_install(text))) or frozenset()


def _enablement(unit: str, seen: Instance, install: Install) -> t.Iterator[Step]:
    if not seen.enabled:
        yield Step(Verb.ENABLE, unit, "starts with its pool")
        return
    # Links that are another name of the unit have no directory, and are not looked for.
    links = {link for link in install_links(unit, install) or () if "/" in link}
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
    yield from rest_steps(unit, seen, because)


def rest_steps(unit: str, seen: Instance, because: str) -> t.Iterator[Step]:
    """The steps after which nothing runs or is remembered as failed."""
    if seen.active != "inactive":
        if seen.active != "failed":
            yield Step(Verb.STOP, unit, because)
        yield Step(Verb.FORGET, unit, because)
