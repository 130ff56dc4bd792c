# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exposure of pools, of what is loaded and of what is not installed yet: one call for all of them."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.exposure import (
    OFFLINE_SINCE,
    Exposure,
    Judged,
    over_limit,
    parse,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import PoolUnits, WantedFile
from ansible_collections.workers.systemd.plugins.module_utils._host.files import (
    PUBLIC,
    make_directory,
    remove,
    write_readable,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.judge.verify import analyze, staged
from ansible_collections.workers.systemd.plugins.module_utils._host.look import pool_files
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager

# Name of a unit that stands in for one that is not installed.
STAND_IN = "workers-exposure-"
# Stands for the instances that have no drop-in: an instance that a pool has may have one.
EVERY_INSTANCE = "any-other"


@dataclass(frozen=True)
class _Subject:
    """A unit that is scored: the text of a pool's template, then that of the drop-in of an instance, if it has one."""

    unit: str
    files: t.Tuple[WantedFile, ...]

    @property
    def is_installed(self) -> bool:
        return pool_files.observed_file(self.files[0].path) is not None

    @property
    def is_same(self) -> bool:
        """Whether the host has these files."""
        there = [pool_files.observed_file(file.path) for file in self.files]
        return all(one is not None and one.text == file.text for one, file in zip(there, self.files))


def judge(manager: Manager, units: t.Sequence[PoolUnits]) -> t.Tuple[t.Dict[str, Judged], t.List[Problem], t.List[str]]:
    """By name, pools whose unit changes or that have a limit; then problems, and warnings, also about single instances.

    A place is that of a pool, or of the settings of one of its instances.
    """
    subjects = [(one.pool, where, subject) for one in units for where, subject in _subjects(one).items()]
    same = {one.unit for _pool, _where, one in subjects if one.is_same}
    asked = [row for row in subjects if row[2].unit not in same or row[0].max_exposure is not None]
    known = _of_files(manager, {one.unit: one.files for _pool, _where, one in asked})
    changed = [
        one.unit for _pool, _where, one in asked if one.unit in known and one.unit not in same and one.is_installed
    ]
    before = {**{unit: known[unit] for unit in same if unit in known}, **_ask(manager, changed)}
    judged = {unit: Judged(one.score, before[unit].score if unit in before else None) for unit, one in known.items()}
    problems = [
        problem
        for pool, where, one in asked
        if pool.max_exposure is not None
        for problem in over_limit(f"{where}.hardening_max_exposure", pool.max_exposure, known.get(one.unit))
    ]
    rows = [(pool, where, judged[one.unit]) for pool, where, one in asked if one.unit in judged]
    worse = [f"{where}: gets more exposed, {score}" for _pool, where, score in rows if score.worse]
    return {pool.name: score for pool, where, score in rows if where == pool.where}, problems, worse


def _subjects(units: PoolUnits) -> t.Dict[str, _Subject]:
    """By their place in the input."""
    pool = units.pool
    own = {
        f"{pool.where}.per_instance.{name}": _Subject(unit_name.instance(pool.name, name), (units.template, drop_in))
        for name, drop_in in units.drop_ins.items()
    }
    unit = pool.main_units.service if pool.schedule else _every_instance(pool.name)
    return {pool.where: _Subject(unit, (units.template,)), **own}


def loaded(manager: Manager, pools: t.Mapping[str, str]) -> t.Dict[str, Exposure]:
    """By name, of pools that are installed, as systemd has loaded them. The kind of each is known."""
    units = [
        unit_name.main_units(name, timer=True).service if kind == unit_name.TIMER else _every_instance(name)
        for name, kind in pools.items()
    ]
    return _by_pool(_ask(manager, units))


def not_installed(manager: Manager, texts: t.Mapping[str, str]) -> t.Dict[str, Exposure]:
    """By name what systemd says about the text of a pool's template, together with its drop-ins."""
    places = manager.places
    files = {name: WantedFile(places.unit(unit_name.template(name)), text, 0o644) for name, text in texts.items()}
    return _by_pool(_of_files(manager, {_every_instance(name): (file,) for name, file in files.items()}))


def _of_files(manager: Manager, units: t.Mapping[str, t.Sequence[WantedFile]]) -> t.Dict[str, Exposure]:
    if not units:
        return {}
    if manager.version() < OFFLINE_SINCE:
        return _of_stand_ins(manager, units)
    texts = {file.path: file.text for files in units.values() for file in files}
    with staged(manager.places, texts) as (directory, _origins):
        return _ask(manager, [f"{directory}/{unit}" for unit in units], "--offline=true")


def _of_stand_ins(manager: Manager, units: t.Mapping[str, t.Sequence[WantedFile]]) -> t.Dict[str, Exposure]:
    """systemd loads a unit that it is asked about, without a reload, and forgets it at once: nothing refers to it.

    Under another name, for one of the real name would hide it; so without the drop-ins that the host has for that.
    """
    directory = manager.places.runtime_units
    make_directory(directory, PUBLIC)
    with contextlib.ExitStack() as cleanup:
        for unit, files in units.items():
            path = f"{directory}/{STAND_IN}{unit}"
            cleanup.callback(remove, path)
            write_readable(path, "\n".join(file.text for file in files))
        found = _ask(manager, [f"{STAND_IN}{unit}" for unit in units])
    return {unit[len(STAND_IN) :]: exposure for unit, exposure in found.items()}


def _ask(manager: Manager, what: t.Sequence[str], *options: str) -> t.Dict[str, Exposure]:
    """By unit; nothing of a unit about which systemd says nothing."""
    if not what:
        return {}
    _status, said, _errors = analyze(manager, "security", "--no-pager", *options, *what)
    return parse(said)


def _by_pool(exposures: t.Mapping[str, Exposure]) -> t.Dict[str, Exposure]:
    return {unit_name.UnitName.parse(unit).prefix: exposure for unit, exposure in exposures.items()}


def _every_instance(pool: str) -> str:
    return unit_name.instance(pool, EVERY_INSTANCE)
