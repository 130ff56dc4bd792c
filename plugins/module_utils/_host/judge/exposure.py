# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exposure of pools, of what is loaded and of what is not installed yet: one call for all of them."""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.workers.systemd.plugins.module_utils._core.judge.exposure import (
    OFFLINE_SINCE,
    Exposure,
    Judged,
    over_limit,
    parse,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.write.wanted import PoolUnits
from ansible_collections.workers.systemd.plugins.module_utils._host.files import (
    PUBLIC,
    make_directory,
    remove,
    write_readable,
)
from ansible_collections.workers.systemd.plugins.module_utils._host.judge.candidates import SOME_INSTANCE
from ansible_collections.workers.systemd.plugins.module_utils._host.judge.verify import analyze, staged
from ansible_collections.workers.systemd.plugins.module_utils._host.look import pool_files
from ansible_collections.workers.systemd.plugins.module_utils._host.systemd.manager import Manager

# Name of a unit that stands in for one that is not installed.
STAND_IN = "workers-exposure-"


def judge(manager: Manager, units: t.Sequence[PoolUnits]) -> t.Tuple[t.Dict[str, Judged], t.List[Problem], t.List[str]]:
    """By name, pools whose unit changes or that have a limit; then problems, and warnings."""
    pools = [one.pool for one in units]
    texts = {one.pool.name: one.template.text for one in units}
    there = {one.pool.name: pool_files.observed_file(one.template.path) for one in units}
    same = {name for name, file in there.items() if file and file.text == texts[name]}
    asked = [pool.name for pool in pools if pool.name not in same or pool.max_exposure is not None]
    known = not_installed(manager, {name: texts[name] for name in asked})
    before = {
        **{name: known[name] for name in same if name in known},
        **loaded(manager, [name for name in known if there[name] and name not in same]),
    }
    judged = {name: Judged(one.score, before[name].score if name in before else None) for name, one in known.items()}
    problems = [
        problem
        for pool in pools
        if pool.max_exposure is not None
        for problem in over_limit(f"{pool.where}.hardening_max_exposure", pool.max_exposure, known.get(pool.name))
    ]
    worse = [pool for pool in pools if pool.name in judged and judged[pool.name].worse]
    return judged, problems, [f"{pool.where}: gets more exposed, {judged[pool.name]}" for pool in worse]


def loaded(manager: Manager, pools: t.Sequence[str]) -> t.Dict[str, Exposure]:
    """By name, of pools that are installed, as systemd has loaded them."""
    return _ask(manager, [_some_instance(name) for name in pools])


def not_installed(manager: Manager, texts: t.Mapping[str, str]) -> t.Dict[str, Exposure]:
    """By name what systemd says about the text of a pool's template, together with its drop-ins."""
    if not texts:
        return {}
    if manager.version() < OFFLINE_SINCE:
        return _of_stand_ins(manager, texts)
    files = {manager.places.unit(unit_name.template(name)): text for name, text in texts.items()}
    with staged(manager.places, files) as (directory, _origins):
        return _ask(manager, [f"{directory}/{_some_instance(name)}" for name in texts], "--offline=true")


def _of_stand_ins(manager: Manager, texts: t.Mapping[str, str]) -> t.Dict[str, Exposure]:
    """systemd loads a unit that it is asked about, without a reload, and forgets it at once: nothing refers to it.

    Under another name, for one of the real name would hide it; so without the drop-ins of that.
    """
    directory = manager.places.runtime_units
    make_directory(directory, PUBLIC)
    with contextlib.ExitStack() as cleanup:
        for name, text in texts.items():
            path = f"{directory}/{STAND_IN}{unit_name.template(name)}"
            cleanup.callback(remove, path)
            write_readable(path, text)
        found = _ask(manager, [f"{STAND_IN}{_some_instance(name)}" for name in texts])
    return {name[len(STAND_IN) :]: exposure for name, exposure in found.items()}


def _ask(manager: Manager, what: t.Sequence[str], *options: str) -> t.Dict[str, Exposure]:
    """By pool; nothing of a unit about which systemd says nothing."""
    if not what:
        return {}
    _status, said, _errors = analyze(manager, "security", "--no-pager", *options, *what)
    return {unit_name.UnitName.parse(unit).prefix: exposure for unit, exposure in parse(said).items()}


def _some_instance(pool: str) -> str:
    return unit_name.instance(pool, SOME_INSTANCE)
