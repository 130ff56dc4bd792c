# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges the units of pools before they are written to a host: with every judge, for every instance that differs."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.directives import findings
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.finding import Finding
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.judge import judged
from ansible_collections.workers.systemd.plugins.module_utils._core.judge.traps.table import (
    environment_file_findings,
    live_findings,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.places import Places
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.catalogue import Catalogue
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit import Unit
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import Pool, concrete
from ansible_collections.workers.systemd.plugins.module_utils._core.write.pool_places import option_of
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import PoolUnits, Wanted, WantedFile
from ansible_collections.workers.systemd.plugins.module_utils._host.judge import candidates, host_judge, trap_facts
from ansible_collections.workers.systemd.plugins.module_utils._host.judge.verify import Candidate
from ansible_collections.workers.systemd.plugins.module_utils._host.look import adoption, pool_files
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager


class Placed(t.NamedTuple):
    """A finding, and the option of the pools that causes it."""

    where: str
    finding: Finding


# preflight.py reports these findings for the options of a pool, and for each instance.
SAID_BEFORE = frozenset(
    {
        "user-is-not-there",
        "program-is-not-there",
        "program-is-not-executable",
        "directory-is-not-there",
        "directory-is-closed-to-user",
        "environment-file-is-not-there",
        "unit-is-masked",
    }
)


def judge_pools(
    manager: Manager,
    catalogue: Catalogue,
    sound: t.Sequence[PoolUnits],
    flawed: t.Sequence[PoolUnits],
    off: t.Collection[str],
) -> t.List[Placed]:
    """Returns the findings about the units of the pools.

    ``flawed`` units are incomplete: only the directives that the operator wrote count. ``off`` are ids of findings that
    the operator has switched off.
    """
    places, systemd = manager.places, manager.version()
    asked = [(units.pool, one) for units in sound for one in _candidates(places, units)]
    known = host_judge.ask(manager, [one for _pool, one in asked])
    silent = SAID_BEFORE | set(off)
    found = [
        (pool, finding)
        for (pool, one), (host, said) in zip(asked, known)
        for finding in judged(
            one.unit, catalogue, systemd, said, silent, replace(host, alike=_alike(pool, one.unit)), pool.names
        )
    ]
    for pool in (units.pool for units in sound):
        found += [(pool, finding) for finding in _of_own_environment_files(manager, pool, silent)]
    for units in flawed:
        found += [
            (units.pool, one)
            for file in (units.template, *units.drop_ins.values(), *([units.group] if units.pool.schedule else []))
            for one in findings(_unit_of(units, file), catalogue, systemd, units.pool.names)
            if _is_own(places, units.pool, one)
        ]
    # Each instance with its own drop-ins repeats the findings about its template.
    return list(dict.fromkeys(Placed(option_of(places, pool, finding.at), finding) for pool, finding in found))


def judge_processes(
    manager: Manager, wanted: t.Iterable[Wanted], settled: t.Collection[str], off: t.Collection[str]
) -> t.List[Placed]:
    """Returns findings that only running processes show, such as a worker that ignores the stop signal.

    ``settled`` are units that this run has started. One unit represents all of its pool but those with drop-ins.
    """
    places = manager.places
    # For the manager of a user, deploy.py has reported this finding with its reason (delegation.py).
    silent = {*off, "limit-is-not-in-force"} if places.user else off
    speakers: t.Dict[str, Wanted] = {}
    for one in wanted:
        units = [unit for unit in one.units if unit in settled]
        paths = {file.path for file in one.files}
        apart = [unit for unit in units if places.own_drop_in(unit) in paths]
        speakers.update(dict.fromkeys([*[unit for unit in units if unit not in apart][:1], *apart], one))
    found = []
    for unit, process in trap_facts.processes(manager.show(list(speakers), trap_facts.LIVE_PROPERTIES)).items():
        pool, files = speakers[unit].pool, {file.path: file.text for file in speakers[unit].files}
        path, drop_in = places.unit(unit_name.template(pool.name)), places.own_drop_in(unit)
        drop_ins = [(drop_in, files[drop_in])] if drop_in in files else []
        read = Unit.of(
            unit if drop_ins else unit_name.template(pool.name), files[path], drop_ins, path, places.searched
        )
        for finding in live_findings(read, process, manager.version(), silent):
            found.append(Placed(option_of(places, pool, finding.at), finding))
    return list(dict.fromkeys(found))


def _is_own(places: Places, pool: Pool, finding: Finding) -> bool:
    """Whether the operator wrote the directive itself, in an option ``unit``."""
    return finding.at is not None and option_of(places, pool, finding.at).startswith(
        (f"{pool.where}.unit.", *(f"{pool.where}.per_instance.{name}.unit." for name in pool.own))
    )


def _candidates(places: Places, units: PoolUnits) -> t.Iterator[Candidate]:
    pool, template, group = units.pool, units.template, units.group
    if pool.schedule is not None:
        # Each of them names the other.
        both = {file.path: file.text for file in units.files}
        for unit, file in zip(pool.main_units, units.files):
            for one in candidates.of_unit(places, unit, file.path, file.text):
                yield replace(one, staged=both)
        return
    some = pool.names if _runs_another_program(_template(units)) else pool.names[:1]
    yield from candidates.of_unit(
        places,
        unit_name.template(pool.name),
        template.path,
        template.text,
        some or [candidates.SOME_INSTANCE],
        _drop_ins(places, units),
    )
    yield from candidates.of_unit(places, unit_name.target(pool.name), group.path, group.text)


def _drop_ins(places: Places, units: PoolUnits) -> t.Dict[str, str]:
    """Texts by path. In place of one that goes, nothing: `systemd-analyze verify` would still read it."""
    there = pool_files.own_drop_ins(places, units.pool.name)
    gone = {path: "" for path in there if pool_files.owner(path) == units.pool.name}
    taken = adoption.taken_over(places, units.pool) or {}
    gone.update({path: "" for path in taken if path.endswith(".conf")})
    return {**gone, **{file.path: file.text for file in units.drop_ins.values()}}


def _of_own_environment_files(manager: Manager, pool: Pool, off: t.Collection[str]) -> t.List[Finding]:
    """Returns findings about environment files of single instances. The template shows only files of all instances."""
    own = [path for path in pool.environment_files if "%i" in path]
    paths = dict.fromkeys(concrete(path, instance) for path in own for instance in pool.names)
    if not paths:
        return []
    text = "".join(["[Service]\n", *(f"EnvironmentFile={path}\n" for path in paths)])
    name = unit_name.template(pool.name)
    unit = Unit.of(name, text, path=manager.places.unit(name))
    (host,) = trap_facts.facts(manager.places, [unit], manager.run)
    return list(environment_file_findings(unit, host, manager.version(), off))


def _alike(pool: Pool, unit: Unit) -> int:
    """How many instances have no settings of their own; of the unit of an instance that has some, it alone."""
    return 1 if unit.name.instance else len(pool.names) - len(pool.own)


def _template(units: PoolUnits) -> Unit:
    return _unit_of(units, units.template)


def _unit_of(units: PoolUnits, file: WantedFile) -> Unit:
    name = units.pool.main_units.group if file is units.group else units.pool.main_units.service
    return Unit.of(name, file.text, path=file.path)


def _runs_another_program(template: Unit) -> bool:
    """Whether the path of a program depends on the instance. Then one instance does not represent all."""
    return any("%" in one.value.split(" ", 1)[0] for one in template.assignments() if one.key.startswith("Exec"))
